"""What always holds between a call, its query, its plan and its values."""

from __future__ import annotations

import random
from typing import Any, get_args

import msgspec
import pytest

from nicol.query.engine import Engine
from nicol.query.read import OPERATIONS, read
from nicol.sql import expressions, renderer, tree
from tests.query.blog import SCHEMA, engine
from tests.query.test_filters import random_where
from tests.query.test_pages import random_page

CREATE = {
    "title": "t",
    "authorId": 1,
    "tags": {"create": [{"label": "a"}, {"label": "b"}], "connect": {"id": 1}},
}
UPDATE = {
    "views": {"increment": 1},
    "comments": {"update": {"where": {"postId_number": {"postId": 1, "number": 2}}, "data": {"text": "x"}}},
    "reviewer": {"upsert": {"create": {"email": "a"}, "update": {"age": 1}}},
}


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def blog(request: pytest.FixtureRequest) -> Engine:
    """An engine of each database; these laws need no database."""
    return engine(SCHEMA, request.param)


def random_call(chance: random.Random) -> tuple[str, str, dict[str, Any]]:
    """Any call on a post."""
    key, where = {"id": chance.randint(1, 9)}, random_where(chance, "Post", 2)
    page = random_page(chance, cursor=True)
    calls: dict[str, dict[str, Any]] = {
        "find_unique": {"where": {**key, "AND": where}, "include": {"author": {"include": {"posts": page}}}},
        "find_many": {
            **page,
            "where": where,
            "include": {"author": {"include": {"reviews": page}}, "tags": True},
        },
        "find_first": {**page, "where": where},
        "count": {"where": where, "take": chance.randint(1, 9)},
        "aggregate": {**page, "where": where, "sum": "views", "count": {"_all": True, "body": True}},
        "group_by": {
            "by": ["rank", {"author": ["role", {"joined": {"bucket": "day", "zone": "Europe/Berlin"}}]}],
            "where": where,
            "having": {
                "rank": {"in": [1, 2], "_count": {"gt": 3}},
                "OR": [{"views": {"_avg": {"lt": 1.5}}}, {"_count": 1}],
            },
            "max": ["views", "title"],
            "order": [{"_sum": {"views": "desc"}}, {"author": {"role": "asc"}}],
            "skip": 3,
        },
        "create": {"data": CREATE},
        "create_many": {"data": [{"title": "t", "authorId": 1}, {"title": "u", "authorId": 1, "views": 2}]},
        "create_many_and_return": {
            "data": [CREATE, {"title": "u", "authorId": 1}],
            "include": {"tags": True},
        },
        "upsert_many": {"data": [{"id": 1, "title": "t", "authorId": 1}], "key": "id", "update": ["title"]},
        "upsert_many_and_return": {
            "data": [{"title": "t", "authorId": 1}],
            "key": "authorId_title",
            "update": {"views": {"increment": 1}},
        },
        "update_each": {"data": [{"id": 1, "views": {"increment": 1}}, {"id": 2, "rank": None}], "key": "id"},
        "update": {"where": {**key, "AND": where}, "data": UPDATE, "include": {"reviewer": True}},
        "update_many": {"where": where, "data": {"rank": 1, "body": None}, "limit": 3},
        "update_many_and_return": {"where": where, "data": {"rank": 1}, "include": {"author": True}},
        "upsert": {"where": key, "create": {**CREATE, **key}, "update": UPDATE},
        "delete": {"where": key, "include": {"tags": True}},
        "delete_many": {"where": where},
        "delete_many_and_return": {"where": where, "limit": 2},
    }
    operation = chance.choice(list(calls))
    return "Post", operation, calls[operation]


def slots_of(node: Any) -> list[int]:
    """The slots of a query, in the order in which they stand in it."""
    if isinstance(node, tuple):
        return [slot for each in node for slot in slots_of(each)]
    if not isinstance(node, msgspec.Struct):
        return []
    found: list[int] = []
    for name in node.__struct_fields__:
        value = getattr(node, name)
        if name in ("slot", "take", "skip", "zone", "limit") or (name == "path" and isinstance(value, int)):
            found += [] if value is None else [value]
        elif name == "slots":
            found += value
        else:
            found += slots_of(value)
    return found


def test_every_value_has_its_slot_and_every_slot_its_value(blog: Engine) -> None:
    chance = random.Random(1)
    for _ in range(300):
        model, operation, args = random_call(chance)
        query, values = read(blog.models, blog.models.by_name[model], operation, args)
        assert sorted(slots_of(query)) == list(range(len(values))), (operation, args)


def test_every_value_that_crosses_is_checked_on_its_way(blog: Engine) -> None:
    chance = random.Random(2)
    for _ in range(300):
        model, operation, args = random_call(chance)
        plan, values = blog.plan(model, operation, args)
        numbers = {slot for slot in slots_of(plan.query) if isinstance(values[slot], int)}
        rows = {
            slot
            for slot, value in enumerate(values)
            if isinstance(value, tuple) or (isinstance(value, list) and set(value) <= {0})
        }
        checked = {encoder.slot for encoder in plan.compiled.encoders}
        assert checked | numbers | rows == set(range(len(values))), (operation, args)


def test_the_same_call_with_other_values_compiles_nothing(blog: Engine) -> None:
    def find(email: str, ages: list[int], take: int) -> Any:
        args = {
            "where": {"email": email, "age": {"in": ages}},
            "take": take,
            "include": {"posts": {"take": take}},
        }
        return blog.plan("User", "find_many", args)

    first, values = find("a", [1], 2)
    second, others = find("b", [3, 4, 5], 9)
    assert first is second
    assert (values, others) == ([2, "a", [1], 2], [9, "b", [3, 4, 5], 9])
    assert blog.plan("User", "find_many", {"where": {"email": "a"}})[0] is not first
    many = [
        blog.plan("Tag", "create_many", {"data": [{"label": str(n)} for n in range(size)]})[0]
        for size in (2, 50)
    ]
    assert many[0] is many[1]


def test_writes_are_known_as_writes(blog: Engine) -> None:
    chance = random.Random(3)
    seen: dict[str, bool] = {}
    for _ in range(400):
        model, operation, args = random_call(chance)
        seen[operation] = blog.plan(model, operation, args)[0].writes
    reads = {"find_unique", "find_many", "find_first", "count", "aggregate", "group_by"}
    assert {operation for operation, writes in seen.items() if not writes} == reads
    assert set(OPERATIONS) == set(seen) | {"find_unique_or_raise", "find_first_or_raise", "stream"}


def test_the_renderer_spells_every_kind_of_expression() -> None:
    assert set(expressions.VISITORS) == set(get_args(tree.Expression))
    assert all(hasattr(renderer.Renderer, name) for name in expressions.VISITORS.values())


def test_one_run_of_a_program_has_one_time(blog: Engine) -> None:
    plan, values = blog.plan("User", "create", {"data": {"email": "a", "team": {"create": {"email": "b"}}}})
    program = plan.program(values)
    next(program)
    statement = program.send(msgspec.UNSET)  # type: ignore[arg-type]
    moments = {str(value) for value in statement.params if "2026" in str(value)}  # type: ignore[union-attr]
    assert len(moments) == 1
    program.close()
