"""Changes that the database computes, and values that the client makes: numbers, parts of documents, ids and times."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest

from nicol.client import JsonMerge, JsonNull, JsonRemove, JsonSet
from nicol.errors import QueryInvalid, ValueInvalid

# ---- numbers ---------------------------------------------------------------------------------------------------------

REFUSED = [
    ("whole", 2**31 - 1, {"increment": 1}, "P2020"),
    ("whole", -(2**31), {"decrement": 1}, "P2020"),
    ("whole", 2**30, {"multiply": 4}, "P2020"),
    ("big", 2**63 - 1, {"increment": 1}, "P2020"),
    ("big", 2**62, {"multiply": 2}, "P2020"),
    ("ratio", 1e308, {"multiply": 10.0}, "P2020"),
    ("ratio", 1e-308, {"multiply": 1e-300}, "P2020"),
    ("whole", 1, {"divide": 0}, "P2006"),
    ("ratio", 1.0, {"divide": 0}, "P2006"),
    ("amount", Decimal(1), {"divide": 0}, "P2006"),
    ("whole", 1, {"increment": 1.5}, "P2006"),
    ("whole", 1, {"increment": 2**31}, "P2020"),
    ("amount", Decimal(1), {"increment": 1.5}, "P2006"),
]


@pytest.mark.proves("Client", "numbers beyond their type are errors, the same on both databases")
@pytest.mark.parametrize(("field", "before", "change", "code"), REFUSED, ids=str)
def test_numbers_stay_within_their_type(db: Any, field: str, before: Any, change: Any, code: str) -> None:
    db.sample.create_many(data=[{"label": "x", field: before}, {"label": "y", field: None}])
    for call in (
        lambda: db.sample.update(where={"label": "x"}, data={field: change}),
        lambda: db.sample.update_many(data={field: change}),
        lambda: db.sample.update_each(data=[{"label": "x", field: change}], key="label"),
        lambda: db.sample.upsert(where={"label": "x"}, create={"label": "x"}, update={field: change}),
    ):
        with pytest.raises(ValueInvalid) as refused:
            call()
        assert (refused.value.code, refused.value.model) == (code, "Sample")
    assert getattr(db.sample.find_unique(where={"label": "x"}), field) == before


@pytest.mark.proves("Client", "calculations with null stay null")
def test_nothing_is_calculated_with_nothing(db: Any) -> None:
    db.sample.create(data={"label": "x"})
    changes = {
        "whole": {"increment": 1},
        "big": {"multiply": 2},
        "ratio": {"divide": 2},
        "amount": {"decrement": 1},
    }
    row = db.sample.update(where={"label": "x"}, data=changes)
    assert (row.whole, row.big, row.ratio, row.amount) == (None, None, None, None)
    with pytest.raises(QueryInvalid, match="must not be None"):
        db.sample.update(where={"label": "x"}, data={"whole": {"increment": None}})


DECIMALS = [
    ("0.1", {"increment": "0.2"}, "0.3"),
    ("1", {"divide": 3}, "0." + "3" * 30),
    ("2", {"divide": 3}, "0." + "6" * 29 + "7"),
    ("999999999999999999999999999999", {"decrement": 1}, "999999999999999999999999999998"),
    ("0.000000000000000000000000000001", {"multiply": "0.5"}, "0.000000000000000000000000000001"),
    ("-7", {"divide": 2}, "-3.5"),
    ("100", {"multiply": 1000}, "100000"),
]


@pytest.mark.proves("Client", "Decimal is computed without rounding, the same on both databases")
@pytest.mark.parametrize(("before", "change", "after"), DECIMALS)
def test_decimals_are_calculated_alike(exact: None, db: Any, before: str, change: Any, after: str) -> None:
    db.sample.create(data={"label": "x", "amount": before})
    assert db.sample.update(where={"label": "x"}, data={"amount": change}).amount == Decimal(after)
    db.sample.update(where={"label": "x"}, data={"amount": before})
    assert db.sample.update_each(data=[{"label": "x", "amount": change}], key="label") == 1
    assert db.sample.find_unique(where={"label": "x"}).amount == Decimal(after)


@pytest.mark.proves("Client", "a Decimal beyond its digits is an error")
def test_decimals_stay_within_their_digits(exact: None, db: Any) -> None:
    db.sample.create(data={"label": "x", "amount": Decimal(10) ** 34})
    with pytest.raises(ValueInvalid) as refused:
        db.sample.update(where={"label": "x"}, data={"amount": {"multiply": 10}})
    assert refused.value.code == "P2020"


# ---- parts of documents ----------------------------------------------------------------------------------------------

START = {
    "a": {"b": 1, "c": [1, {"d": 2}, 3]},
    "e": "text",
    "f": None,
    "big": 12345678901234567890,
    "half": 1.50,
}
CHANGED = [
    (START, JsonMerge({"e": {"x": 1}, "g": [1]}), {**START, "e": {"x": 1}, "g": [1]}),
    (START, JsonMerge({}), START),
    (None, JsonMerge({"a": 1}), {"a": 1}),
    (JsonNull, JsonMerge({"a": None}), {"a": None}),
    ([1, 2], JsonMerge({"a": 1}), {"a": 1}),
    (5, JsonMerge({"a": 1}), {"a": 1}),
    ({"a": 1}, JsonSet(["a"], 2), {"a": 2}),
    ({"a": 1}, JsonSet(["b"], None), {"a": 1, "b": None}),
    ({"a": 1}, JsonSet(["b", "c", "d"], {"e": []}), {"a": 1, "b": {"c": {"d": {"e": []}}}}),
    ({"a": 1}, JsonSet(["a", "b"], True), {"a": {"b": True}}),
    ({"a": [1, 2]}, JsonSet(["a", 0], "x"), {"a": ["x", 2]}),
    ({"a": [1, 2]}, JsonSet(["a", -1], "x"), {"a": [1, "x"]}),
    ({"a": [1, 2]}, JsonSet(["a", 7], "x"), {"a": [1, 2, "x"]}),
    ({"a": [1, 2]}, JsonSet(["a", -7], "x"), {"a": ["x", 1, 2]}),
    ({"a": [{"b": 1}]}, JsonSet(["a", 0, "b"], 2), {"a": [{"b": 2}]}),
    ({"a": [{"b": 1}]}, JsonSet(["a", 1, "b"], 2), {"a": [{"b": 1}, {"b": 2}]}),
    ({"0": 1}, JsonSet([0], 2), {"0": 2}),
    (None, JsonSet(["a", "b"], 1), {"a": {"b": 1}}),
    ("text", JsonSet(["a"], 1), {"a": 1}),
    ({"a": 1}, JsonSet(["\"'; $1 ?", "\\", "é", ""], "'"), {"a": 1, "\"'; $1 ?": {"\\": {"é": {"": "'"}}}}),
    (START, JsonRemove(["a", "c", 1, "d"]), {**START, "a": {"b": 1, "c": [1, {}, 3]}}),
    ({"a": [1, 2, 3]}, JsonRemove(["a", -1]), {"a": [1, 2]}),
    ({"a": [1, 2, 3]}, JsonRemove(["a", 9]), {"a": [1, 2, 3]}),
    ({"a": 1}, JsonRemove(["b", "c"]), {"a": 1}),
    ({"a": 1}, JsonRemove(["a", "c"]), {"a": 1}),
    ({"a": 1}, JsonRemove(["a"]), {}),
    ("text", JsonRemove(["a"]), "text"),
    (None, JsonRemove(["a"]), None),
]


@pytest.mark.proves("Client", "a part of a Json document is changed in the database")
def test_parts_of_documents_are_changed(db: Any) -> None:
    labels = [str(number) for number in range(len(CHANGED))]
    db.sample.create_many(
        data=[
            {"label": label, "document": before}
            for label, (before, _, _) in zip(labels, CHANGED, strict=True)
        ]
    )
    for label, (before, change, after) in zip(labels, CHANGED, strict=True):
        row = db.sample.update(where={"label": label}, data={"document": change})
        assert row.document == after, (before, change)
    db.sample.update_each(
        data=[
            {"label": label, "document": before}
            for label, (before, _, _) in zip(labels, CHANGED, strict=True)
        ],
        key="label",
    )
    changes = [
        {"label": label, "document": change} for label, (_, change, _) in zip(labels, CHANGED, strict=True)
    ]
    assert db.sample.update_each(data=changes, key="label") == len(CHANGED)
    found = {row.label: row.document for row in db.sample.find_many()}
    assert [found[label] for label in labels] == [after for _, _, after in CHANGED]


@pytest.mark.proves("Client", "changes of documents are refused where they cannot be")
def test_wrong_changes_of_documents_are_refused(db: Any) -> None:
    db.sample.create(data={"label": "x", "document": {"a": [1], "merge": 1}})
    for change in (
        JsonSet([], 1),
        JsonSet("a", 1),
        JsonRemove([1.5]),
        JsonMerge([1]),
        JsonSet(["a"], object()),
        JsonSet(["a", "b"], 1),
    ):
        with pytest.raises(ValueInvalid) as refused:
            db.sample.update(where={"label": "x"}, data={"document": change})
        assert refused.value.model == "Sample"
    for data in ({"label": "y", "document": JsonMerge({})}, {"label": "y", "text": JsonMerge({})}):
        with pytest.raises(ValueInvalid):
            db.sample.create(data=data)
    assert db.sample.update(where={"label": "x"}, data={"document": {"merge": {"a": 1}}}).document == {
        "merge": {"a": 1}
    }
    assert db.sample.update_many(data={"document": JsonMerge({"b": 1})}) == 1
    assert db.sample.find_first().document == {"merge": {"a": 1}, "b": 1}


# ---- values that the client makes ------------------------------------------------------------------------------------

SHAPES = {
    "id": r"[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}",
    "random": r"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}",
    "short": r"[A-Za-z0-9_-]{10}",
    "long": r"[A-Za-z0-9_-]{21}",
    "flake": r"[0-7][0-9A-HJKMNP-TV-Z]{25}",
    "first": r"c[0-9a-z]{24}",
    "second": r"[a-z][0-9a-z]{23}",
}


@pytest.mark.proves(
    "Client", "ids and times are made by the client in every kind of write, the same on both databases"
)
def test_every_kind_of_write_makes_ids_and_times(db: Any) -> None:
    db.mark.create(data={"note": "create", "children": {"create": [{"note": "nested"}, {"note": "nested"}]}})
    db.mark.create(data={"note": "parent", "parent": {"create": {"note": "owned"}}})
    db.mark.create(
        data={"note": "many", "children": {"create_many": {"data": [{"note": "rows"}, {"note": "rows"}]}}}
    )
    db.mark.create_many(data=[{"note": "bulk", "children": {"create": {"note": "under"}}}, {"note": "bulk"}])
    db.mark.upsert(where={"id": str(UUID(int=7 << 76 | 2 << 62))}, create={"note": "upsert"}, update={})
    rows = [{"id": str(UUID(int=7 << 76 | 2 << 62 | number)), "note": "keyed"} for number in (1, 2)]
    db.mark.upsert_many(data=rows, key="id")
    marks = db.mark.find_many()
    assert len(marks) == 14
    for name, shape in SHAPES.items():
        values = [getattr(mark, name) for mark in marks]
        assert all(re.fullmatch(shape, value) for value in values), name
        assert len(set(values)) == len(values), name
    assert all(mark.made == mark.changed for mark in marks)
    before = db.mark.find_first(where={"note": "keyed"})
    after = db.mark.upsert_many_and_return(data=[{"id": before.id, "note": "again"}], key="id")[0]
    assert (after.made, after.short) == (before.made, before.short)
    assert after.changed >= before.changed
