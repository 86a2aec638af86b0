"""Scopes as values: which nodes the rewriting knows, what a scope may say, and which plans scopes share."""

from __future__ import annotations

import random
import re
from collections.abc import Collection
from typing import Any

import pytest

from nicol.errors import QueryInvalid
from nicol.query.engine import Engine
from nicol.query.nodes.node import Node
from nicol.query.scope.engine import ScopedEngine
from nicol.query.scope.rules import Rule, Scope
from tests.query.blog import SCHEMA, engine
from tests.query.test_laws import random_call

# A node that is new must be taught to `nicol.query.scope` before it is named here: whatever finds, changes or makes rows
# needs its guard there, and a row of `tests/contract/adversary.py` that would get round it.
# fmt: off
KNOWN = {
    "Guard", "Guards", "Measure", "Upserted", "Compare", "CompareField", "JsonCompare", "JsonMissing", "Null",
    "Empty", "All", "Any", "Not", "Related", "Alone", "Measured", "Key", "Depth", "Lock", "Stream", "FindEach",
    "OrderBy", "Include", "RelationCount",
    "Selection", "Page", "GroupKey", "Assign", "Data", "Proof", "CreateRelated", "Connect", "Disconnect",
    "SetRelated", "DeleteRelated", "UpdateRelated", "UpsertRelated", "UpdateManyRelated", "DeleteManyRelated",
    "Rows", "RowProof", "Bulk", "CreateBeside", "ConnectBeside", "Changes", "FindUnique", "FindFirst", "FindMany",
    "Count", "Aggregate", "GroupBy", "Create", "CreateMany", "Update", "UpdateMany", "UpdateEach", "Upsert",
    "UpsertMany", "Delete", "DeleteMany",
}
# fmt: on


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def blog(request: pytest.FixtureRequest) -> Engine:
    """An engine of each database; nothing is said to one."""
    return engine(SCHEMA, request.param)


def test_the_rewriting_knows_every_node() -> None:
    assert {node.__name__ for node in Node.__subclasses__()} - KNOWN == set()


def test_every_call_that_is_kept_to_a_scope_says_its_guards(blog: Engine) -> None:
    rules = {
        model.name: Rule(where={model.id[0]: {"not_in": [99]}})
        for model in blog.models.by_name.values()
        if model.id
    }
    scoped, chance = ScopedEngine(blog, [Scope(rules=rules)]), random.Random(7)
    for _ in range(300):
        call = random_call(chance)
        kept, values = scoped.plan(*call)
        assert values[: len(rules)] == [[99]] * len(rules)
        for text in kept.compiled.texts:
            if not text.startswith("INSERT") and not ITSELF.fullmatch(text):
                assert _sources(text, rules) <= _guards(text), text


ITSELF = re.compile(r'(UPDATE|SELECT) .* WHERE "\w+"\."id" = \S+')
"""A row that was found or made before, by its id."""


def _sources(text: str, models: Collection[str]) -> int:
    """How often a statement finds rows of a model's table; a join table's are never found alone."""
    return sum(text.count(f'{word} "{name}"') for word in ("FROM", "JOIN", "UPDATE") for name in models)


def _guards(text: str) -> int:
    return text.count(" NOT IN (") + text.count(" <> ALL(")


def test_scopes_that_differ_in_values_share_their_plans(blog: Engine) -> None:
    def plan(engine: Any) -> Any:
        return engine.plan("Post", "find_many", {"where": {"title": "x"}})

    def to(value: int) -> ScopedEngine:
        return ScopedEngine(blog, [Scope({"authorId": value}, shared="*")])

    (first, values), (second, other) = plan(to(1)), plan(to(2))
    assert first is second
    assert (values, other) == ([1, 1, "x"], [2, 2, "x"])
    assert plan(blog)[0] is not first
    assert plan(ScopedEngine(blog, [Scope({"views": 1}, shared="*")]))[0] is not first


def test_values_may_be_asked_for_at_each_call(blog: Engine) -> None:
    numbers = iter(range(9))
    scoped = ScopedEngine(blog, [Scope({"authorId": lambda: next(numbers)}, shared="*")])
    found = [scoped.plan("Post", "count", {}) for _ in range(2)]
    assert [values for _, values in found] == [[0], [1]] or [values for _, values in found] == [
        [0, 1],
        [2, 3],
    ]


WRONG: list[tuple[Scope, str]] = [
    (Scope({"titel": 1}), "unknown field in a scope `titel`\\n  help: did you mean `title`"),
    (Scope(rules={"Pots": Rule()}), "unknown model in a scope `Pots`"),
    (Scope(shared=["Pots"]), "unknown model in a scope `Pots`"),
    (Scope(rules={"Post": Rule(where={"titel": "x"})}), "unknown field `titel`"),
    (
        Scope(rules={"Post": Rule(data={"author": {"connect": {"id": 1}}})}),
        "a scope writes scalar fields only",
    ),
    (
        Scope({"authorId": 1}, rules={"Post": Rule(data={"authorId": 2})}),
        "two rules of a scope write the same field",
    ),
]


@pytest.mark.parametrize(("scope", "words"), WRONG)
def test_a_scope_that_would_keep_nothing_is_refused(blog: Engine, scope: Scope, words: str) -> None:
    with pytest.raises(QueryInvalid, match=words):
        ScopedEngine(blog, [scope])
