"""No argument of a call changes the shape of what is said: it is refused before, or it is a parameter of the same text."""

from __future__ import annotations

import random
from collections.abc import Hashable, Iterator
from dataclasses import fields
from typing import Any

import pytest

from nicol.client import FieldRef
from nicol.errors import ClientError, QueryInvalid, ValueInvalid
from nicol.query.engine import Engine
from nicol.query.read import OPERATIONS
from nicol.sql.json_changes import JsonMerge, JsonRemove, JsonSet
from nicol.sql.program import Batch, Statement
from tests.laws.hostile import OTHERS, TEXTS, Liar
from tests.query.blog import SCHEMA, Client, engine
from tests.query.test_laws import random_call

HERE = "☞"
"""Where a position's value goes, as a value or as a key."""

Case = tuple[str, str, dict[str, Any]]

VALUES: dict[str, Case] = {
    "a key": ("User", "find_unique", {"where": {"email": HERE}}),
    "a key with other filters": ("User", "find_unique", {"where": {"email": "a", "name": HERE}}),
    "part of a compound key": ("Post", "find_unique", {"where": {"authorId_title": {"authorId": 1, "title": HERE}}}),
    "a filter": ("User", "find_many", {"where": {"name": HERE}}),
    **{
        f"the filter {word}": ("User", "find_many", {"where": {"name": {word: HERE}}})
        for word in ("equals", "not", "lt", "lte", "gt", "gte", "contains", "startswith", "endswith")
    },
    "an insensitive filter": ("User", "find_many", {"where": {"name": {"contains": HERE, "mode": "insensitive"}}}),
    "one of many": ("User", "find_many", {"where": {"name": {"in": ["a", HERE]}}}),
    "none of many": ("User", "find_many", {"where": {"name": {"not_in": [HERE]}}}),
    "a filter of a relation": ("User", "count", {"where": {"posts": {"some": {"title": {"contains": HERE}}}}}),
    "a filter in a branch": ("User", "find_first", {"where": {"OR": [{"NOT": {"name": HERE}}, {"id": 1}]}}),
    "a filter of what is included": ("User", "find_many", {"include": {"posts": {"where": {"title": HERE}}}}),
    "a cursor": ("User", "find_many", {"cursor": {"email": HERE}, "order": {"email": "asc"}}),
    "a value of a list": ("Gear", "find_many", {"where": {"words": {"has": HERE}}}),
    "values of a list": ("Gear", "find_many", {"where": {"words": {"has_some": [HERE], "has_every": ["a", HERE]}}}),
    "a whole list": ("Gear", "find_many", {"where": {"words": {"equals": [HERE]}}}),
    "data of a new row": ("Tag", "create", {"data": {"label": HERE}}),
    "data of many rows": ("Tag", "create_many", {"data": [{"label": "a"}, {"label": HERE}]}),
    "data of a nested row": ("Post", "create", {"data": {"title": "a", "author": {"create": {"email": HERE}}}}),
    "a key to connect": ("Post", "create", {"data": {"title": "a", "author": {"connect": {"email": HERE}}}}),
    "a change": ("User", "update", {"where": {"id": 1}, "data": {"name": HERE}}),
    "a set change": ("User", "update", {"where": {"id": 1}, "data": {"name": {"set": HERE}}}),
    "a change of many": ("User", "update_many", {"where": {"name": HERE}, "data": {"name": HERE}}),
    "a value to push": ("Gear", "update_many", {"data": {"words": {"push": HERE}}}),
    "an upsert": ("Tag", "upsert", {"where": {"label": HERE}, "create": {"label": HERE}, "update": {"label": HERE}}),
    "a key to delete": ("User", "delete", {"where": {"email": HERE}}),
    "a filter to delete": ("User", "delete_many", {"where": {"name": {"startswith": HERE}}}),
    "a nested change": (
        "User",
        "update",
        {
            "where": {"id": 1},
            "data": {"posts": {"update_many": {"where": {"title": HERE}, "data": {"body": HERE}}}},
        },
    ),
    "a value of groups": ("User", "group_by", {"by": "name", "having": {"name": {"contains": HERE}}}),
    "rows of upsert_many": ("Tag", "upsert_many", {"key": "label", "data": [{"label": HERE}]}),
    "rows of update_each": ("Tag", "update_each", {"key": "id", "data": [{"id": 1, "label": HERE}]}),
    "many rows with relations": ("Post", "create_many", {"data": [
        {"title": "a", "author": {"connect": {"email": HERE}}, "tags": {"create": [{"label": HERE}]}},
        {"title": "b", "author": {"connect_or_create": {"where": {"email": HERE}, "create": {"email": HERE}}}},
    ]}),
    "keys to connect": ("Post", "update", {
        "where": {"id": 1}, "data": {"tags": {"connect": [{"label": HERE}, {"label": "a"}]}}
    }),
    "changes of upsert_many": ("User", "upsert_many", {
        "key": "id", "data": [{"id": 1, "email": "a"}], "update": {"name": HERE}
    }),
    "Json at a path": ("User", "update_many", {"data": {"settings": JsonSet(["a", HERE], {HERE: HERE})}}),
    "Json to merge": ("User", "update_many", {"data": {"settings": JsonMerge({HERE: HERE})}}),
    "Json to remove": ("User", "update_many", {"data": {"settings": JsonRemove([HERE])}}),
    "Json": ("User", "update_many", {"data": {"settings": {"a": HERE}}}),
    "a key inside Json": ("User", "update_many", {"data": {"settings": {HERE: 1}}}),
    "a filter of Json": ("User", "find_many", {"where": {"settings": {"equals": {"a": [HERE]}}}}),
    "a Json path": ("User", "find_many", {"where": {"settings": {"path": ["a", HERE], "equals": "x"}}}),
    "a Json path of one": ("User", "find_many", {"where": {"settings": {"path": [HERE], "string_contains": "x"}}}),
    "a text inside Json": ("User", "find_many", {"where": {"settings": {"path": ["a"], "string_starts_with": HERE}}}),
    "an item inside Json": ("User", "find_many", {"where": {"settings": {"path": ["a"], "array_contains": [HERE]}}}),
    "the last item inside Json": ("User", "find_many", {"where": {"settings": {"path": ["a"], "array_ends_with": HERE}}}),
    "what is less than a text inside Json": ("User", "find_many", {"where": {"settings": {"path": ["a"], "gte": HERE}}}),
    "a filter of counted rows": ("User", "find_many", {"include": {"_count": {"posts": {"where": {"title": HERE}}}}}),
    "a filter of measured rows": ("User", "count", {"where": {"posts": {"_count": {"gt": 0}, "where": {"title": HERE}}}}),
    "a measured value": ("User", "find_many", {"where": {"posts": {"_max": {"title": {"gt": HERE}}}}}),
    "a filter of an order": ("User", "find_many", {"order": {"posts": {"_count": "asc", "where": {"title": HERE}}}}),
    "a filter of one included row": ("User", "find_many", {"include": {"boss": {"where": {"name": HERE}}}}),
    "a filter of a tree": ("User", "find_many", {"include": {"team": {"depth": 2, "where": {"name": HERE}}}}),
}  # fmt: skip
"""Where any text is a value."""

TYPED: dict[str, Case] = {
    "an Int": ("User", "find_many", {"where": {"age": {"gt": HERE}}}),
    "an Int that is the key": ("User", "find_unique", {"where": {"id": HERE}}),
    "a BigInt": ("User", "find_many", {"where": {"views": HERE}}),
    "a Float": ("User", "find_many", {"where": {"score": HERE}}),
    "a Decimal": ("User", "find_many", {"where": {"balance": {"lt": HERE}}}),
    "a Boolean": ("User", "find_many", {"where": {"active": HERE}}),
    "a DateTime": ("User", "find_many", {"where": {"joined": {"gte": HERE}}}),
    "Bytes": ("User", "find_many", {"where": {"avatar": HERE}}),
    "an enum": ("User", "find_many", {"where": {"role": HERE}}),
    "an enum of many": ("User", "find_many", {"where": {"role": {"in": [HERE]}}}),
    "an enum to write": ("User", "create", {"data": {"email": "a", "role": HERE}}),
    "a number to add": ("User", "update", {"where": {"id": 1}, "data": {"age": {"increment": HERE}}}),
    "a number to divide by": ("User", "update_many", {"data": {"balance": {"divide": HERE}}}),
    "a number of related rows": ("User", "find_many", {"where": {"posts": {"_count": {"gt": HERE}}}}),
    "a sum over related rows": ("User", "find_many", {"where": {"posts": {"_sum": {"views": HERE}}}}),
    "an enum of a list": ("Gear", "find_many", {"where": {"roles": {"has": HERE}}}),
}
"""Where a value has a type that no hostile text has."""

NAMES: dict[str, Case] = {
    "an argument": ("User", "find_many", {HERE: 1}),
    "a field of a filter": ("User", "find_many", {"where": {HERE: "x"}}),
    "a field of a branch": ("User", "find_many", {"where": {"OR": [{HERE: "x"}]}}),
    "a field of a related filter": ("User", "find_many", {"where": {"posts": {"some": {HERE: "x"}}}}),
    "an operator": ("User", "find_many", {"where": {"name": {HERE: "x"}}}),
    "a nested operator": ("User", "find_many", {"where": {"name": {"not": {HERE: "x"}}}}),
    "a quantifier": ("User", "find_many", {"where": {"posts": {HERE: {"title": "x"}}}}),
    "a mode": ("User", "find_many", {"where": {"name": {"contains": "x", "mode": HERE}}}),
    "a key's name": ("Post", "find_unique", {"where": {HERE: {"authorId": 1, "title": "x"}}}),
    "a field of a key": ("Post", "find_unique", {"where": {"authorId_title": {"authorId": 1, HERE: "x"}}}),
    "an order": ("User", "find_many", {"order": {HERE: "asc"}}),
    "an order of a relation": ("Post", "find_many", {"order": {"author": {HERE: "asc"}}}),
    "an order by a figure": ("User", "find_many", {"order": {"posts": {HERE: "asc"}}}),
    "a direction": ("User", "find_many", {"order": {"email": HERE}}),
    "a sorted direction": ("User", "find_many", {"order": {"email": {"sort": HERE}}}),
    "a place of nulls": ("User", "find_many", {"order": {"name": {"sort": "asc", "nulls": HERE}}}),
    "a word of an order": ("User", "find_many", {"order": {"name": {"sort": "asc", HERE: "last"}}}),
    "a page's size": ("User", "find_many", {"take": HERE}),
    "a page's beginning": ("User", "find_many", {"skip": HERE}),
    "a distinct field": ("User", "find_many", {"distinct": [HERE]}),
    "the distinct field": ("User", "find_many", {"distinct": HERE}),
    "a cursor's field": ("User", "find_many", {"cursor": {HERE: "x"}}),
    "what is included": ("User", "find_many", {"include": {HERE: True}}),
    "what is included below": ("User", "find_many", {"include": {"posts": {"include": {HERE: True}}}}),
    "how it is included": ("User", "find_many", {"include": {"posts": HERE}}),
    "an argument of what is included": ("User", "find_many", {"include": {"posts": {HERE: 1}}}),
    "a counted relation": ("User", "find_many", {"include": {"_count": {HERE: True}}}),
    "a lock": ("User", "find_many", {"lock": HERE}),
    "a lock's mode": ("User", "find_unique", {"where": {"id": 1}, "lock": {"mode": HERE}}),
    "a lock's patience": ("User", "find_first", {"lock": {"mode": "update", "wait": HERE}}),
    "a depth": ("User", "find_many", {"include": {"team": {"depth": HERE}}}),
    "a compared field": ("User", "find_many", {"where": {"name": {"equals": FieldRef(HERE)}}}),
    "an order by a related figure": ("User", "find_many", {"order": {"posts": {"_max": {HERE: "asc"}}}}),
    "a related figure": ("User", "find_many", {"where": {"posts": {"_max": {HERE: {"gt": 1}}}}}),
    "what is selected": ("User", "find_many", {"select": {HERE: True}}),
    "what is selected below": ("User", "find_many", {"select": {"posts": {"select": {HERE: True}}}}),
    "what is left out": ("User", "find_many", {"omit": {HERE: True}}),
    "a selected switch": ("User", "find_many", {"select": {"name": HERE}}),
    "a switch to leave out": ("User", "find_many", {"omit": {"name": HERE}}),
    "a whole order": ("User", "find_many", {"order": HERE}),
    "a measured field": ("User", "find_many", {"where": {"posts": {"_max": {HERE: {"gt": 1}}}}}),
    "a measured field of an order": ("User", "find_many", {"order": {"posts": {"_max": {HERE: "asc"}}}}),
    "a measured direction": ("User", "find_many", {"order": {"posts": {"_max": {"views": HERE}}}}),
    "a field to compare with": ("User", "find_many", {"where": {"name": {"equals": FieldRef(HERE)}}}),
    "a field instead of a value": ("User", "find_many", {"where": {"name": FieldRef(HERE)}}),
    "a condition inside Json": ("User", "find_many", {"where": {"settings": {"path": ["a"], HERE: 1}}}),
    "a path as a whole": ("User", "find_many", {"where": {"settings": {"path": HERE, "equals": 1}}}),
    "a field to write": ("User", "create", {"data": {"email": "a", HERE: "x"}}),
    "a field of many rows": ("Tag", "create_many", {"data": [{"label": "a", HERE: "x"}]}),
    "a field to change": ("User", "update_many", {"data": {HERE: "x"}}),
    "a kind of change": ("User", "update_many", {"data": {"age": {HERE: 1}}}),
    "an act": ("User", "update", {"where": {"id": 1}, "data": {"posts": {HERE: {"id": 1}}}}),
    "a part of an act": (
        "User",
        "update",
        {"where": {"id": 1}, "data": {"posts": {"update": {"where": {"id": 1}, "data": {}, HERE: 1}}}},
    ),
    "a relation of many rows": ("Tag", "create_many", {"data": [{"label": "a", HERE: {"create": {"title": "x"}}}]}),
    "an act of many rows": ("Tag", "create_many", {"data": [{"label": "a", "posts": {HERE: {"id": 1}}}]}),
    "a key of an act of many rows": ("Tag", "create_many", {"data": [{"label": "a", "posts": {"connect": {HERE: 1}}}]}),
    "a limit": ("Tag", "delete_many", {"limit": HERE}),
    "a key of many": ("Tag", "upsert_many", {"key": HERE, "data": [{"label": "a"}]}),
    "a field that is updated": ("Tag", "upsert_many", {"key": "label", "data": [{"label": "a"}], "update": [HERE]}),
    "a key of each": ("Tag", "update_each", {"key": HERE, "data": [{"id": 1, "label": "a"}]}),
    "what groups are of": ("User", "group_by", {"by": HERE, "count": True}),
    "one of what groups are of": ("User", "group_by", {"by": ["name", HERE], "count": True}),
    "a unit of time": ("User", "group_by", {"by": {"joined": HERE}, "count": True}),
    "a bucket's unit": ("User", "group_by", {"by": {"joined": {"bucket": HERE}}, "count": True}),
    "a field of having": ("User", "group_by", {"by": "name", "having": {HERE: {"_sum": {"gt": 1}}}}),
    "a measure of having": ("User", "group_by", {"by": "name", "having": {"age": {HERE: {"gt": 1}}}}),
    "an order of groups": ("User", "group_by", {"by": "name", "order": {HERE: "asc"}}),
    "a measured order of groups": ("User", "group_by", {"by": "name", "order": {"_sum": {HERE: "asc"}}}),
    "a sum": ("User", "aggregate", {"sum": [HERE]}),
    "a least value": ("User", "aggregate", {"min": HERE}),
    "a distinct count": ("User", "aggregate", {"count_distinct": HERE}),
    "a counted field": ("User", "count", {"select": {HERE: True}}),
}  # fmt: skip
"""Where only names and words of the schema and of Nicol stand."""


def filled(shape: Any, value: Any) -> Any:
    """A position's arguments with a value in its place."""
    if isinstance(shape, str):
        return value if shape == HERE else shape
    if isinstance(shape, FieldRef):
        return FieldRef(value if isinstance(value, str) else shape.name)
    if isinstance(shape, dict):
        names = {name: filled(name, value) if isinstance(value, Hashable) else name for name in shape}
        return {names[name]: filled(each, value) for name, each in shape.items()}
    if isinstance(shape, JsonSet | JsonMerge | JsonRemove | FieldRef):
        parts = {part.name: filled(getattr(shape, part.name), value) for part in fields(shape)}
        return type(shape)(**parts)
    return [filled(each, value) for each in shape] if isinstance(shape, list) else shape


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def blog(request: pytest.FixtureRequest) -> Engine:
    """An engine of each database."""
    return engine(SCHEMA, request.param)


def said(blog: Engine, case: Case, value: Any) -> tuple[str, ...] | None:
    """All that a call may say; None where it is refused before it says anything."""
    model, operation, shape = case
    try:
        plan, values = blog.plan(model, operation, filled(shape, value))
        program = plan.program(values)
        first = next(program)
        program.close()
    except (QueryInvalid, ValueInvalid):
        return None
    texts = plan.compiled.texts
    assert not isinstance(first, Statement | Batch) or first.text in texts
    return texts


@pytest.mark.proves("Client", "no argument changes the shape of a statement", on=("sqlite", "postgresql"))
@pytest.mark.parametrize("place", VALUES)
def test_a_text_is_a_parameter_wherever_values_stand(blog: Engine, place: str) -> None:
    harmless = said(blog, VALUES[place], "harmless")
    assert harmless is not None
    refused = {text for text in TEXTS if said(blog, VALUES[place], text) is None}
    assert all("\0" in text or "\ud800" in text for text in refused), refused
    for value in [*TEXTS, *OTHERS, Liar("email")]:
        texts = said(blog, VALUES[place], value)
        assert texts in (harmless, None) or _is_of_the_surface(value, place), (value, texts)


def _is_of_the_surface(value: Any, place: str) -> bool:
    """Dictionaries that mean something at a place, as they would when a person writes them, and no text comes from them."""
    return isinstance(value, dict | list) and place not in (
        "a key",
        "a key to connect",
        "a key to delete",
        "data of a new row",
    )


@pytest.mark.parametrize("place", VALUES)
def test_nothing_of_a_dictionary_is_spliced(blog: Engine, place: str) -> None:
    """Whatever structure comes in place of a text: its words are Nicol's, and its own texts never stand in a statement."""
    for text in ('"; DROP', "' OR 1", "a.b"):
        for value in (
            {text: "x"},
            {"equals": text},
            {"not": {"in": [text]}},
            [text],
            {"path": [text], "equals": text},
        ):
            for each in said(blog, VALUES[place], value) or ():
                assert text not in each


@pytest.mark.parametrize("place", TYPED)
def test_a_text_is_no_value_of_another_type(blog: Engine, place: str) -> None:
    for text in TEXTS:
        assert said(blog, TYPED[place], text) is None, text


@pytest.mark.parametrize("place", NAMES)
def test_a_text_is_no_name(blog: Engine, place: str) -> None:
    for text in TEXTS:
        assert said(blog, NAMES[place], text) is None, text


@pytest.mark.parametrize("place", [*NAMES, *TYPED])
def test_whatever_stands_at_a_place_is_answered_without_a_crash(blog: Engine, place: str) -> None:
    for value in OTHERS:
        said(blog, NAMES.get(place) or TYPED[place], value)  # anything but a refusal of ours would be raised


@pytest.mark.parametrize("place", NAMES)
def test_a_text_that_pretends_to_be_a_name_says_what_the_name_says(blog: Engine, place: str) -> None:
    for texts in filter(None, [said(blog, NAMES[place], Liar("email"))]):
        assert texts == said(blog, NAMES[place], "email")
        assert all("DROP" not in text for text in texts)


def test_every_operation_has_a_place() -> None:
    asked = {operation for table in (VALUES, TYPED, NAMES) for _, operation, _ in table.values()}
    missing = set(OPERATIONS) - asked - {"find_unique_or_raise", "find_first_or_raise", "stream"}
    assert {name for name in missing if not name.endswith("_and_return")} == set()


def test_texts_of_random_calls_hold_nothing_of_their_values(blog: Engine) -> None:
    chance = random.Random(8)
    for _ in range(200):
        model, operation, args = random_call(chance)
        poisoned = _poisoned(args)
        try:
            plan, _ = blog.plan(model, operation, poisoned)
        except ClientError:
            continue
        assert plan is blog.plan(model, operation, args)[0], (operation, args)


def _poisoned(args: Any) -> Any:
    """The same call, with a hostile text in place of every text that is a value."""
    if isinstance(args, dict):
        words = ("order", "distinct", "mode", "nulls", "sort")
        return {name: each if name in words else _poisoned(each) for name, each in args.items()}
    if isinstance(args, list):
        return [_poisoned(each) for each in args]
    return '\'; DROP TABLE "Tag"; --' if isinstance(args, str) else args


# ---- on databases ----------------------------------------------------------------------------------------------------


@pytest.fixture
def db(database_url: str) -> Iterator[Client]:
    """A client of a fresh and empty blog; the test runs once on each database."""
    client = Client(database_url)
    yield client
    client.database.close()


def storable() -> Iterator[str]:
    """Texts that every database can hold."""
    return (text for text in TEXTS if "\0" not in text and "\ud800" not in text)


@pytest.mark.proves("Client", "hostile texts are found again as they were written, and nothing else happens")
def test_hostile_texts_are_values_like_any_others(db: Client) -> None:
    db("Tag", "create", data={"label": "sentinel"})
    texts = list(dict.fromkeys(storable()))
    db("User", "create_many", data=[{"email": f"{n}", "name": text} for n, text in enumerate(texts)])
    for number, text in enumerate(texts):
        parts = {"startswith": text, "endswith": text, "contains": text}
        wholes = [n for n, other in enumerate(texts) if other.startswith(text) and other.endswith(text)]
        for condition, expected in ((text, [number]), ({"in": [text]}, [number]), (parts, wholes)):
            found = db("User", "find_many", where={"name": condition}, order={"id": "asc"})
            assert [user.email for user in found] == [f"{n}" for n in expected], (condition, text)
        changed = db("User", "update", where={"email": f"{number}"}, data={"settings": {text: [text]}})
        assert changed.settings == {text: [text]} and changed.name == text
    assert [tag.label for tag in db("Tag", "find_many")] == ["sentinel"]
    assert db("User", "count") == len(texts)
