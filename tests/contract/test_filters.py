"""Every filter of every scalar, on every database, blocking and awaited: one table of conditions and the rows that fit."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any

import pytest

from nicol.client import FieldRef, JsonNull
from nicol.errors import QueryInvalid

NEW_YEAR = datetime(2024, 1, 1, tzinfo=UTC)
SUMMER = datetime(2024, 6, 1, 12, 30, 45, 123000, tzinfo=UTC)
TINY = Decimal("-0.000000000000000001")
HUGE = Decimal("12345678901234567890.123456789")

SAMPLES: list[dict[str, Any]] = [
    {
        "label": "a", "text": "Apple", "flag": True, "whole": 1, "big": 2**40, "ratio": 1.5, "amount": Decimal("10.10"),
        "moment": NEW_YEAR, "document": {"k": [1, 2.5, None, "x"]}, "blob": b"\x00\x01", "role": "ADMIN",
    },
    {
        "label": "b", "text": "banana_50%", "flag": False, "whole": 2, "big": -(2**62), "ratio": -2.25, "amount": TINY,
        "moment": SUMMER, "document": [], "blob": b"", "role": "MEMBER",
    },
    {
        "label": "d", "text": "apfel\\'\"", "flag": True, "whole": -3, "big": 0, "ratio": 1e300, "amount": HUGE,
        "moment": NEW_YEAR - timedelta(milliseconds=1), "document": JsonNull, "blob": b"\xff\x00", "role": "GUEST",
    },
    {"label": "n"},
]  # fmt: skip

CONDITIONS: list[tuple[dict[str, Any], str]] = [
    # String
    ({"text": "Apple"}, "a"),
    ({"text": {"equals": "Apple"}}, "a"),
    ({"text": {"equals": "apple"}}, ""),
    ({"text": {"not": "Apple"}}, "bd"),
    ({"text": {"in": ["Apple", "missing"]}}, "a"),
    ({"text": {"in": []}}, ""),
    ({"text": {"not_in": ["Apple"]}}, "bd"),
    ({"text": {"not_in": []}}, "abdn"),
    ({"text": {"contains": "_50%"}}, "b"),
    ({"text": {"contains": "%"}}, "b"),
    ({"text": {"contains": "\\"}}, "d"),
    ({"text": {"startswith": "_"}}, ""),
    ({"text": {"endswith": "%"}}, "b"),
    ({"text": {"endswith": "'\""}}, "d"),
    ({"text": {"gt": "a"}}, "bd"),
    ({"text": {"gte": "Apple", "lt": "b"}}, "ad"),
    ({"text": {"lte": "Apple"}}, "a"),
    ({"text": None}, "n"),
    ({"text": {"equals": None}}, "n"),
    ({"text": {"not": None}}, "abd"),
    # Boolean
    ({"flag": True}, "ad"),
    ({"flag": {"equals": False}}, "b"),
    ({"flag": {"not": True}}, "b"),
    ({"flag": None}, "n"),
    ({"flag": {"not": None}}, "abd"),
    # Int and BigInt
    ({"whole": 1}, "a"),
    ({"whole": {"in": [1, -3]}}, "ad"),
    ({"whole": {"not_in": [1]}}, "bd"),
    ({"whole": {"gt": -3, "lt": 2}}, "a"),
    ({"whole": {"gte": -3, "lte": 1}}, "ad"),
    ({"whole": {"not": {"gt": 0}}}, "d"),
    ({"whole": None}, "n"),
    ({"big": 2**40}, "a"),
    ({"big": {"lt": 0}}, "b"),
    ({"big": {"in": [2**40, -(2**62)]}}, "ab"),
    ({"big": {"not": 0}}, "ab"),
    # Float
    ({"ratio": 1.5}, "a"),
    ({"ratio": {"lt": 0}}, "b"),
    ({"ratio": {"gte": 1.5}}, "ad"),
    ({"ratio": {"in": [1e300, -2.25]}}, "bd"),
    ({"ratio": {"not_in": [1e300]}}, "ab"),
    # DateTime
    ({"moment": NEW_YEAR}, "a"),
    ({"moment": NEW_YEAR.astimezone(timezone(timedelta(hours=5)))}, "a"),
    ({"moment": NEW_YEAR.replace(tzinfo=None)}, "a"),
    ({"moment": {"lt": NEW_YEAR}}, "d"),
    ({"moment": {"gt": NEW_YEAR}}, "b"),
    ({"moment": {"lte": NEW_YEAR}}, "ad"),
    ({"moment": {"gte": NEW_YEAR, "lt": SUMMER}}, "a"),
    ({"moment": {"in": [SUMMER, NEW_YEAR]}}, "ab"),
    ({"moment": {"not": NEW_YEAR}}, "bd"),
    ({"moment": {"not_in": [SUMMER]}}, "ad"),
    # Bytes
    ({"blob": b"\x00\x01"}, "a"),
    ({"blob": b""}, "b"),
    ({"blob": {"in": [b"", b"\xff\x00"]}}, "bd"),
    ({"blob": {"not": b""}}, "ad"),
    ({"blob": {"not_in": [b""]}}, "ad"),
    ({"blob": None}, "n"),
    # Json
    ({"document": {"equals": {"k": [1, 2.5, None, "x"]}}}, "a"),
    ({"document": {"equals": []}}, "b"),
    ({"document": {"equals": JsonNull}}, "d"),
    ({"document": {"not": []}}, "ad"),
    ({"document": None}, "n"),
    # enums
    ({"role": "ADMIN"}, "a"),
    ({"role": {"in": ["ADMIN", "GUEST"]}}, "ad"),
    ({"role": {"not": "ADMIN"}}, "bd"),
    ({"role": {"not_in": ["ADMIN"]}}, "bd"),
    ({"role": {"equals": None}}, "n"),
    # logic
    ({}, "abdn"),
    ({"AND": []}, "abdn"),
    ({"OR": []}, ""),
    ({"NOT": []}, "abdn"),
    ({"whole": 1, "flag": False}, ""),
    ({"AND": [{"flag": True}, {"whole": {"lt": 0}}]}, "d"),
    ({"AND": {"flag": True}}, "ad"),
    ({"OR": [{"whole": 1}, {"text": None}]}, "an"),
    ({"NOT": {"whole": 1}}, "bd"),
    ({"NOT": [{"whole": 1}, {"whole": 2}]}, "d"),
    ({"flag": True, "OR": [{"whole": 1}, {"whole": 2}]}, "a"),
    ({"OR": [{"AND": [{"flag": True}, {"NOT": {"whole": 1}}]}, {"label": "n"}]}, "dn"),
]

PATTERNS: list[tuple[dict[str, Any], str, str]] = [
    ({"text": {"contains": "a"}}, "bd", "abd"),
    ({"text": {"not": {"contains": "a"}}}, "a", ""),
    ({"text": {"startswith": "A"}}, "a", "ad"),
    ({"text": {"endswith": "E"}}, "", "a"),
]
"""With what Prisma's own SQLite finds, whose LIKE takes ASCII letters of both cases for the same."""

INSENSITIVE: list[tuple[dict[str, Any], str]] = [
    ({"text": {"equals": "aPPLE", "mode": "insensitive"}}, "a"),
    ({"text": {"contains": "APP", "mode": "insensitive"}}, "a"),
    ({"text": {"startswith": "aP", "mode": "insensitive"}}, "ad"),
    ({"text": {"endswith": "50%", "mode": "insensitive"}}, "b"),
    ({"text": {"contains": "_", "mode": "insensitive"}}, "b"),
    ({"text": {"in": ["APPLE", "ÄPFEL"], "mode": "insensitive"}}, "ao"),
    ({"text": {"not_in": ["APPLE"], "mode": "insensitive"}}, "bdop"),
    ({"text": {"not": "APPLE", "mode": "insensitive"}}, "bdop"),
    ({"text": {"not": {"contains": "A"}, "mode": "insensitive"}}, "op"),
    ({"text": {"equals": "äpfel", "mode": "insensitive"}}, "o"),
    ({"text": {"contains": "äP", "mode": "insensitive"}}, "o"),
    ({"text": {"gt": "ÄPFE", "mode": "insensitive"}}, "op"),
    ({"text": {"equals": "ίσυσ İ ß", "mode": "insensitive"}}, "p"),
    ({"text": {"endswith": "i SS", "mode": "insensitive"}}, ""),
    ({"text": {"contains": "ΣΥΣ i", "mode": "insensitive"}}, "p"),
    ({"text": {"in": ["ΊΣΥΣ i ß"], "mode": "insensitive"}}, "p"),
]

FIELDS: list[tuple[dict[str, Any], str]] = [
    ({"whole": {"lt": FieldRef("big")}}, "ad"),
    ({"big": {"lt": FieldRef("whole")}}, "b"),
    ({"whole": {"not": FieldRef("big")}}, "abd"),
    ({"whole": FieldRef("whole")}, "abd"),
    ({"label": {"equals": FieldRef("text")}}, "o"),
    ({"text": {"startswith": FieldRef("label")}}, "bo"),
    ({"text": {"startswith": FieldRef("label"), "mode": "insensitive"}}, "abo"),
    ({"text": {"contains": FieldRef("label")}}, "bo"),
    ({"text": {"endswith": FieldRef("label")}}, "o"),
    ({"NOT": {"text": {"contains": FieldRef("label")}}}, "ad"),
    ({"ratio": {"gt": FieldRef("ratio")}}, ""),
    ({"moment": {"lte": FieldRef("moment")}}, "abd"),
    ({"role": {"equals": FieldRef("role")}}, "abd"),
    ({"amount": {"gte": FieldRef("amount")}}, "abd"),
]
"""Comparisons of a row's fields with one another."""

MISMATCHES: list[tuple[dict[str, Any], str]] = [
    ({"text": {"equals": FieldRef("whole")}}, "cannot be compared with the field `whole`"),
    ({"whole": {"gt": FieldRef("ratio")}}, "cannot be compared with the field `ratio`"),
    ({"text": {"in": FieldRef("label")}}, "cannot be compared with the field `label`"),
    ({"document": {"equals": FieldRef("document")}}, "cannot be compared with a field"),
    ({"text": {"equals": FieldRef("labl")}}, "did you mean `label`?"),
    ({"text": {"equals": FieldRef("name", "User")}}, "cannot speak of `User.name`"),
]

DECIMALS: list[tuple[dict[str, Any], str]] = [
    ({"amount": Decimal("10.1")}, "a"),
    ({"amount": "10.10"}, "a"),
    ({"amount": {"gt": 10}}, "ad"),
    ({"amount": {"lt": 0}}, "b"),
    ({"amount": {"in": [TINY, HUGE]}}, "bd"),
    ({"amount": {"not": HUGE}}, "ab"),
    ({"amount": {"not_in": [HUGE]}}, "ab"),
    ({"amount": {"gte": TINY, "lte": Decimal("10.10")}}, "ab"),
    ({"amount": None}, "n"),
]
"""Exact wherever the database can hold them: in SQLite, where the project is portable."""


@pytest.fixture
def samples(db: Any) -> Any:
    """The client of a database that holds the samples."""
    for data in SAMPLES:
        db.sample.create(data=data)
    return db


def labels(db: Any, where: dict[str, Any]) -> str:
    """The labels of the samples that fit, in the alphabet's order."""
    return "".join(row.label for row in db.sample.find_many(where=where, order={"label": "asc"}))


@pytest.mark.proves("Client", "filters of every scalar, AND, OR, NOT and nulls")
def test_each_condition_finds_exactly_its_rows(samples: Any) -> None:
    found = {str(where): labels(samples, where) for where, _ in CONDITIONS}
    assert found == {str(where): expected for where, expected in CONDITIONS}


@pytest.mark.proves("Client", "contains, startswith and endswith")
def test_patterns_find_exactly_their_rows(samples: Any, target: Any) -> None:
    found = {str(where): labels(samples, where) for where, _, _ in PATTERNS}
    assert found == {str(where): exact if target.exact else loose for where, exact, loose in PATTERNS}


@pytest.mark.proves("Client", "filters that do not tell upper from lower case")
def test_insensitive_filters_find_both_cases(samples: Any) -> None:
    samples.sample.create(data={"label": "o", "text": "Äpfel"})
    samples.sample.create(data={"label": "p", "text": "ΊΣΥΣ İ ß"})
    found = {str(where): labels(samples, where) for where, _ in INSENSITIVE}
    assert found == {str(where): expected for where, expected in INSENSITIVE}


@pytest.mark.proves("Client", "field references in filters")
def test_fields_are_compared_with_one_another(samples: Any, target: Any) -> None:
    samples.sample.create(data={"label": "o", "text": "o"})
    found = {str(where): labels(samples, where) for where, _ in FIELDS}
    expected = {str(where): expected for where, expected in FIELDS}
    if not target.exact:  # Prisma's own SQLite, where patterns take ASCII letters of both cases for the same
        expected[str({"text": {"startswith": FieldRef("label")}})] = "abo"
        expected[str({"text": {"contains": FieldRef("label")}})] = "abo"
        expected[str({"NOT": {"text": {"contains": FieldRef("label")}}})] = "d"
    assert found == expected
    fields = target.package.Client(url=target.url).sample.fields
    assert labels(samples, {"text": {"startswith": fields.label, "mode": "insensitive"}}) == "abo"


@pytest.mark.proves("Client", "field references of other types or models are refused")
def test_fields_that_cannot_be_compared_are_refused(db: Any) -> None:
    for where, message in MISMATCHES:
        with pytest.raises(QueryInvalid) as found:
            db.sample.find_many(where=where)
        assert message in f"{found.value} {found.value.help}", where


@pytest.mark.proves("Client", "filters that ask nothing are refused: an unset condition never widens a call")
def test_filters_that_ask_nothing_are_refused(db: Any) -> None:
    for model, where in (
        ("sample", {"text": {}}),
        ("sample", {"text": {"mode": "insensitive"}}),
        ("sample", {"text": {"not": {}}}),
        ("user", {"posts": {}}),
        ("user", {"OR": [{}, {"name": "x"}]}),
        ("user", {"OR": [{"AND": [{}]}]}),
        ("user", {"posts": {"some": {"OR": [{"AND": []}, {"views": 1}]}}}),
        ("user", {"posts": {"_count": {}}}),
        ("user", {"posts": {"_count": {}, "where": {}}}),
        ("user", {"posts": {"_max": {}}}),
    ):
        with pytest.raises(QueryInvalid, match=r"asks nothing|needs a field"):
            getattr(db, model).delete_many(where=where)


@pytest.mark.proves("Client", "None is no filter of a required field")
def test_none_is_no_filter_of_what_is_never_null(db: Any) -> None:
    for where in ({"id": None}, {"NOT": {"id": None}}, {"label": {"not": None}}, {"label": {"equals": None}}):
        with pytest.raises(QueryInvalid, match=r"`Sample\.(id|label)` is never null"):
            db.sample.delete_many(where=where)


@pytest.mark.proves("Client", "texts of any length are found in texts")
def test_long_texts_are_found(exact: None, db: Any) -> None:
    long = "ab" * 40_000
    db.sample.create(data={"label": "a", "text": f"x{long}y", "document": {"deep": long}})
    for condition in (
        {"contains": long},
        {"endswith": long + "y"},
        {"contains": long.upper(), "mode": "insensitive"},
    ):
        assert labels(db, {"text": condition}) == "a"
    assert labels(db, {"document": {"path": ["deep"], "string_contains": long}}) == "a"


@pytest.mark.proves("Client", "lists of any length, and empty ones")
def test_lists_of_any_length_are_filters(samples: Any) -> None:
    many = list(range(1, 150_000))
    assert labels(samples, {"whole": {"in": many}}) == "ab"
    assert labels(samples, {"whole": {"not_in": many}}) == "d"
    assert labels(samples, {"whole": {"in": []}}) == ""
    assert labels(samples, {"NOT": {"whole": {"in": []}}}) == "abdn"
    assert labels(samples, {"NOT": {"whole": {"not_in": []}}}) == ""
    assert labels(samples, {"label": {"in": [f"l{n}" for n in range(70_000)] + ["a"]}}) == "a"


@pytest.mark.proves("Client", "filters of Decimal without rounding")
def test_decimals_are_compared_exactly(exact: None, samples: Any) -> None:
    found = {str(where): labels(samples, where) for where, _ in DECIMALS}
    assert found == {str(where): expected for where, expected in DECIMALS}


@pytest.mark.proves("Client", "every scalar comes back as it was written")
@pytest.mark.parametrize(
    "field", ["text", "flag", "whole", "big", "ratio", "moment", "document", "blob", "role"]
)
def test_values_come_back_as_they_were_written(samples: Any, field: str) -> None:
    for data in SAMPLES:
        expected = None if data.get(field) is JsonNull else data.get(field)
        value = getattr(samples.sample.find_unique(where={"label": data["label"]}), field)
        assert value == expected
        assert expected is None or isinstance(value, type(expected))


@pytest.mark.proves("Client", "Decimal comes back with every digit")
def test_decimals_come_back_with_every_digit(exact: None, samples: Any) -> None:
    for data in SAMPLES:
        value = samples.sample.find_unique(where={"label": data["label"]}).amount
        assert (value, type(value)) == (data.get("amount"), type(data.get("amount")))
