"""Filters of Json fields and of what is at a path in them, on every database: the rows that Prisma finds on PostgreSQL."""

from __future__ import annotations

from typing import Any

import pytest

from nicol.client import AnyNull, DbNull, JsonNull
from nicol.errors import QueryInvalid, ValueInvalid

pytestmark = pytest.mark.timeout(120)

DOCUMENTS: dict[str, Any] = {
    "a": {"k": [1, 2.5, None, "x"], "s": "Apple pie", "n": 5, "o": {"b": 1}, "list": ["a", "b", "c"]},
    "b": [],
    "c": {"s": "apple", "n": "5", "list": [1, [2], {}]},
    "d": JsonNull,
    "e": {"s": None, "n": 10.5, "list": [None]},
    "f": "Apple pie",
    "g": 7,
    "h": ["a", "b"],
    "i": {"s": "ÄPFEL 50%", "n": True},
    "z": None,
}

S, N, LIST = {"path": ["s"]}, {"path": ["n"]}, {"path": ["list"]}
FOLD = {"mode": "insensitive"}

CONDITIONS: list[tuple[dict[str, Any], str]] = [
    # the three nulls
    ({"equals": None}, "z"),
    ({"equals": DbNull}, "z"),
    ({"equals": JsonNull}, "d"),
    ({"equals": AnyNull}, "dz"),
    ({"not": None}, "abcdefghi"),
    ({"not": JsonNull}, "abcefghi"),
    ({"not": AnyNull}, "abcefghi"),
    ({**S, "equals": None}, "bdfghz"),
    ({**S, "equals": JsonNull}, "e"),
    ({**S, "equals": AnyNull}, "bdefghz"),
    ({**S, "not": None}, "acei"),
    ({**S, "not": JsonNull}, "aci"),
    ({**S, "not": AnyNull}, "aci"),
    # values
    ({"equals": []}, "b"),
    ({"not": []}, "acdefghi"),
    ({**N, "equals": 5}, "a"),
    ({**N, "equals": 5.0}, "a"),
    ({**N, "equals": True}, "i"),
    ({**N, "not": 5}, "cei"),
    ({"path": ["o"], "equals": {"b": 1}}, "a"),
    ({"path": ["list", 0], "equals": "a"}, "a"),
    ({"path": ["list", "0"], "equals": "a"}, "a"),
    ({"path": ["list", -1], "equals": "c"}, "a"),
    ({"path": ["list", 3], "equals": None}, "abcdefghiz"),
    ({"path": ["k", 2], "equals": JsonNull}, "a"),
    ({"path": ["list", 1, 0], "equals": 2}, "c"),
    ({"path": [1], "equals": "b"}, "h"),
    ({"path": [], "equals": 7}, "g"),
    # texts
    ({**S, "string_contains": "pp"}, "ac"),
    ({**S, "string_contains": "APP", **FOLD}, "ac"),
    ({**S, "string_starts_with": "App"}, "a"),
    ({**S, "string_starts_with": "äp", **FOLD}, "i"),
    ({**S, "string_ends_with": "pie"}, "a"),
    ({**S, "string_ends_with": "0%"}, "i"),
    ({**S, "string_contains": "_"}, ""),
    ({**N, "string_contains": "5"}, "c"),
    ({"string_contains": "pp"}, "f"),
    ({"string_starts_with": "App"}, "f"),
    # arrays
    ({**LIST, "array_contains": "a"}, "a"),
    ({**LIST, "array_contains": ["b", "a"]}, "a"),
    ({**LIST, "array_contains": 1}, "c"),
    ({**LIST, "array_contains": [[2]]}, "c"),
    ({**LIST, "array_contains": [{}]}, "c"),
    ({**LIST, "array_contains": [None]}, "e"),
    ({**LIST, "array_contains": None}, "e"),
    ({**LIST, "array_contains": []}, "ace"),
    ({**LIST, "array_starts_with": "a"}, "a"),
    ({**LIST, "array_starts_with": None}, "e"),
    ({**LIST, "array_ends_with": "c"}, "a"),
    ({**LIST, "array_ends_with": {}}, "c"),
    ({"array_contains": "a"}, "h"),
    ({"array_starts_with": "a"}, "h"),
    ({"array_ends_with": "a"}, ""),
    # orders
    ({**N, "gt": 4}, "ae"),
    ({**N, "gte": 5}, "ae"),
    ({**N, "lt": 8}, "a"),
    ({**N, "lte": "5"}, "c"),
    ({**N, "gte": 5, "lt": 6}, "a"),
    ({**S, "gt": "B"}, "ci"),
    ({**S, "lt": "B"}, "a"),
    ({"gt": 3}, "g"),
    ({"lt": "B"}, "f"),
]

CONTRARIES: list[tuple[dict[str, Any], str]] = [
    ({**N, "equals": 5}, "cei"),
    ({**S, "string_contains": "pp"}, "i"),
    ({**LIST, "array_contains": "a"}, "ce"),
    ({"array_contains": "a"}, "b"),
    ({**N, "gt": 5}, "a"),
    ({**S, "equals": None}, "acei"),
]
"""What `NOT` finds: rows that have nothing there, or nothing of that kind, are found by neither."""


@pytest.fixture
def documents(db: Any) -> Any:
    """The client of a database that holds the documents."""
    for label, document in DOCUMENTS.items():
        db.sample.create(data={"label": label, "document": document})
    return db


def labels(db: Any, where: dict[str, Any]) -> str:
    """The labels of the samples that fit, in the alphabet's order."""
    return "".join(row.label for row in db.sample.find_many(where=where, order={"label": "asc"}))


@pytest.mark.proves("Client", "filters of Json: paths, texts, arrays, orders, and the three nulls")
def test_each_condition_finds_the_documents_that_prisma_finds(documents: Any, target: Any) -> None:
    found = {str(given): labels(documents, {"document": given}) for given, _ in CONDITIONS}
    expected = {str(given): expected for given, expected in CONDITIONS}
    if not target.exact:  # Prisma's own SQLite, where patterns take ASCII letters of both cases for the same
        expected[str({**S, "string_starts_with": "App"})] = "ac"
    assert found == expected
    contraries = {str(given): labels(documents, {"NOT": {"document": given}}) for given, _ in CONTRARIES}
    assert contraries == {str(given): expected for given, expected in CONTRARIES}


@pytest.mark.proves("Client", "a Json path is a value, never a part of the statement")
def test_paths_are_values(documents: Any) -> None:
    for step in ("'", '"', "s' OR 1=1 --", "$.s", "{s}", "a,b", "", "\\", "0x0"):
        assert labels(documents, {"document": {"path": [step], "equals": "Apple pie"}}) == ""
        document = {step: {"deep": step}}
        documents.sample.create(data={"label": f"+{step}", "document": document})
        where = {"document": {"path": [step, "deep"], "equals": step}}
        assert [row.label for row in documents.sample.find_many(where=where)] == [f"+{step}"]


WRONG: list[tuple[Any, str]] = [
    ({"path": "s", "equals": 1}, "must be a list of keys and positions"),
    ({"path": ["s", 1.5], "equals": 1}, "must be a list of keys and positions"),
    ({"path": ["s", True], "equals": 1}, "must be a list of keys and positions"),
    ({"path": None, "not": 1}, "must be a list of keys and positions, not None"),
    (AnyNull, "`AnyNull` is no value of `Sample.document`"),
    ({"path": ["s"]}, "asks nothing"),
    ({"path": ["s"], "mode": "insensitive"}, "asks nothing"),
    ({"s": "Apple"}, "`s` is not a filter of the Json field"),
    ({"path": ["n"], "gt": True}, "only numbers and texts are less or greater"),
    ({"path": ["n"], "gt": JsonNull}, "only numbers and texts are less or greater"),
    ({"path": ["s"], "string_contains": 5}, "`string_contains` takes a str, not int"),
    ({"array_contains": {1, 2}}, "cannot be written as JSON"),
]


@pytest.mark.proves("Client", "wrong filters of Json say what is wrong")
def test_wrong_filters_of_json_name_the_fault(db: Any) -> None:
    for given, message in WRONG:
        with pytest.raises((QueryInvalid, ValueInvalid)) as found:
            db.sample.find_many(where={"document": given})
        assert message in str(found.value), given
