"""Every scalar in every native type, at its edges: what is written is what is read, by both clients on both databases."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from nicol.client import FieldRef, JsonNull
from nicol.errors import ValueInvalid
from tests.contract.conftest import Target
from tests.contract.generated import import_package, push, schema_of, write_package

SCHEMA = Path(__file__).parent / "values.prisma"

TEXTS = ["", " ", "a'b\"c\\d", "%_\n\r\t", "ﬁ ß İ 漢字 🐍 é", "null", "x" * 100_000]
FLOATS = [0.0, 0.1, -1e-300, 1.7976931348623157e308, 5e-324, 2.0**53 + 2, 1 / 3]
DECIMALS = list(map(Decimal, ["0", "0.1", "-12345678901234567890.12345678901234567890", "1e-30", "9" * 35]))
PRICES = list(map(Decimal, ["0.0001", "-0.9999", "9999999999999999.9999", "-9999999999999999.9999", "12.5"]))
MILLIS = [
    datetime(1970, 1, 1, tzinfo=UTC),
    datetime(1969, 12, 31, 23, 59, 59, 999000, UTC),
    datetime(2024, 2, 29, 12, 30, 15, 1000, UTC),
    datetime(9999, 12, 31, 23, 59, 59, 999000, UTC),
    datetime(1, 1, 1, tzinfo=UTC),
]
MICROS = [*MILLIS, datetime(2024, 2, 29, 12, 30, 15, 123456, UTC), datetime(1900, 1, 1, 0, 0, 0, 1, UTC)]
DOCUMENTS = [
    {},
    [],
    "",
    "text",
    0,
    -1.5,
    2**53,
    1e15 + 0.5,
    True,
    False,
    {"": None, "a.b": [None, {"$": [[]]}], "ü🐍": "\\\" '\n"},
    [1, "1", None, True, {"deep": {"deep": {"deep": [{}]}}}],
]

KEPT: dict[str, list[Any]] = {
    "text": TEXTS,
    "varchar": ["", "12345", "äöü🐍ß"],
    "uuid": ["00000000-0000-0000-0000-000000000000", "f81d4fae-7dec-41d0-a765-00a0c91e6bf6"],
    "char": ["abc", "🐍ßé", "a", " a", ""],
    "bit": ["000", "101"],
    "varbit": ["", "1", "10101"],
    "flag": [True, False],
    "whole": [0, -1, 2**31 - 1, -(2**31)],
    "small": [0, 2**15 - 1, -(2**15)],
    "big": [0, 2**53 + 1, 2**63 - 1, -(2**63)],
    "ratio": FLOATS,
    "real": [0.0, 0.5, -1.5, 16777216.0],
    "amount": DECIMALS,
    "price": PRICES,
    "money": list(map(Decimal, ["0", "0.01", "-12.5", "12345678901234.99"])),
    "moment": MILLIS,
    "stamp": MICROS,
    "stamptz": MICROS,
    "second": [datetime(2024, 2, 29, 23, 59, 59, tzinfo=UTC)],
    "day": [
        datetime(2024, 2, 29, tzinfo=UTC),
        datetime(1, 1, 1, tzinfo=UTC),
        datetime(9999, 12, 31, tzinfo=UTC),
    ],
    "clock": [datetime(1970, 1, 1, tzinfo=UTC), datetime(1970, 1, 1, 23, 59, 59, 999999, UTC)],
    "document": DOCUMENTS,
    "plain": DOCUMENTS,
    "blob": [b"", b"\0", bytes(range(256)), b"text"],
    "role": ["ADMIN", "MEMBER"],
    "varchars": [[], ["", "12345", "äöü🐍ß"]],
    "texts": [[], TEXTS, ["a,b", "{}", '"', "NULL"]],
    "flags": [[], [True, False]],
    "wholes": [[], [2**31 - 1, -(2**31), 0]],
    "bigs": [[], [2**63 - 1, -(2**63), 2**53 + 1]],
    "ratios": [[], FLOATS],
    "amounts": [[], DECIMALS],
    "prices": [[], PRICES],
    "moments": [[], MILLIS],
    "stamps": [[], MICROS],
    "documents": [[], DOCUMENTS],
    "blobs": [[], [b"", b"\0", bytes(range(256))]],
    "roles": [[], ["MEMBER", "ADMIN", "MEMBER"]],
}
"""Fields, and values that come back as they are."""

UNEQUAL = {"plain"}
"""Fields whose type PostgreSQL cannot compare: `json` has no equality."""

EAST = timezone(timedelta(hours=5, minutes=30))
FITTED: list[tuple[str, Any, Any]] = [
    ("moment", datetime(2024, 1, 1, 0, 0, 0, 123999, UTC), datetime(2024, 1, 1, 0, 0, 0, 123000, UTC)),
    ("moment", datetime(2024, 1, 1, 5, 30, tzinfo=EAST), datetime(2024, 1, 1, tzinfo=UTC)),
    ("moment", datetime(2024, 1, 1), datetime(2024, 1, 1, tzinfo=UTC)),  # noqa: DTZ001
    ("stamptz", datetime(2024, 1, 1, 5, 30, 0, 1, EAST), datetime(2024, 1, 1, 0, 0, 0, 1, UTC)),
    ("second", datetime(2024, 1, 1, 0, 0, 0, 999999, UTC), datetime(2024, 1, 1, tzinfo=UTC)),
    ("day", datetime(2024, 1, 1, 23, 59, tzinfo=UTC), datetime(2024, 1, 1, tzinfo=UTC)),
    ("clock", datetime(2024, 1, 1, 1, 2, 3, 4, UTC), datetime(1970, 1, 1, 1, 2, 3, 4, UTC)),
    ("char", "a ", "a"),
    ("char", "abc  ", "abc"),
    ("amount", 7, Decimal(7)),
    ("amount", "0.10", Decimal("0.1")),
    ("ratio", 3, 3.0),
    ("texts", ("a", "b"), ["a", "b"]),
]
"""Fields, what is written, and what their type makes of it."""


@pytest.fixture(scope="session")
def value_targets(
    tmp_path_factory: pytest.TempPathFactory,
    postgres_server: Callable[[str], str],
    _postgres_administration: Callable[[str], None],
) -> Iterator[Callable[[str], Target]]:
    """The databases of the table, each made when it is asked for."""
    schema = schema_of(SCHEMA.read_text("utf-8"))
    folder = tmp_path_factory.mktemp("values")
    write_package(schema, folder, "contract_values", portable=True)
    package = import_package(folder, "contract_values")
    made: dict[str, Target] = {}

    def target(kind: str) -> Target:
        if kind not in made:
            if kind == "postgresql":
                _postgres_administration("CREATE DATABASE contract_values TEMPLATE template0")
            url = (
                postgres_server("contract_values") if kind == "postgresql" else f"file:{folder / 'values.db'}"
            )
            push(schema, url, portable=True)
            made[kind] = Target(url, package, exact=True)
        return made[kind]

    yield target
    if "postgresql" in made:
        _postgres_administration("DROP DATABASE IF EXISTS contract_values WITH (FORCE)")


@pytest.fixture(params=["sqlite", "postgresql"])
def cells(
    request: pytest.FixtureRequest,
    value_targets: Callable[[str], Target],
    open_world: Callable[..., Any],
) -> Any:
    """A client of a database without rows."""
    db = open_world(value_targets(request.param))
    db.cell.delete_many()
    return db


def test_the_table_has_every_field():
    fields = {
        line.split()[0] for line in SCHEMA.read_text("utf-8").split("model Cell {")[1].splitlines()[1:-1]
    }
    assert fields == {"id", *KEPT}


@pytest.mark.proves(
    "Client", "every scalar and list, in every native type, comes back as it was written, at its edges"
)
@pytest.mark.parametrize("field", KEPT)
def test_values_come_back_from_every_type(cells: Any, field: str):
    values = KEPT[field]
    one_by_one = [getattr(cells.cell.create(data={field: value}), field) for value in values]
    together = cells.cell.create_many_and_return(data=[{field: value} for value in values])
    stored = [getattr(row, field) for row in cells.cell.find_many(order={"id": "asc"})]
    for read in (
        one_by_one,
        [getattr(row, field) for row in together],
        stored[: len(values)],
        stored[len(values) :],
    ):
        assert read == values
        assert list(map(type, map(_plain, read))) == list(map(type, map(_plain, values)))
    if field not in UNEQUAL:
        for value in values:
            assert cells.cell.count(where={field: {"equals": value}}) == 2, value


@pytest.mark.proves(
    "Client", "milliseconds where a DateTime has no native type, microseconds where its type has them"
)
@pytest.mark.parametrize(("field", "written", "kept"), FITTED)
def test_values_are_fitted_to_their_type(cells: Any, field: str, written: Any, kept: Any):
    made = cells.cell.create(data={field: written})
    assert getattr(made, field) == kept
    assert getattr(cells.cell.find_unique_or_raise(where={"id": made.id}), field) == kept
    assert cells.cell.count(where={field: {"equals": written}}) == 1


LONG: list[tuple[str, Any]] = [
    ("varchar", "123456"),
    ("varchar", "12345 6"),
    ("varchars", ["a", "123456"]),
    ("char", "abcd"),
    ("bit", "10"),
    ("bit", "1010"),
    ("varbit", "101010"),
]


@pytest.mark.proves(
    "Client", "texts that are too long are errors with their field, the same on both databases"
)
@pytest.mark.parametrize(("field", "value"), LONG)
def test_texts_that_are_too_long_are_refused(cells: Any, field: str, value: Any):
    made = cells.cell.create(data={})
    for write in (
        lambda: cells.cell.create(data={field: value}),
        lambda: cells.cell.create_many(data=[{field: value}]),
        lambda: cells.cell.update(where={"id": made.id}, data={field: value}),
        lambda: cells.cell.update_each(data=[{"id": made.id, field: value}], key="id"),
    ):
        with pytest.raises(ValueInvalid) as refused:
            write()
        assert (refused.value.code, refused.value.model, refused.value.fields) == ("P2000", "Cell", (field,))
    assert cells.cell.count(where={field: {"has": value[-1]} if isinstance(value, list) else value}) == 0


ASKED: list[tuple[dict[str, Any], int]] = [
    ({"uuid": {"startswith": "f81d"}}, 1),
    ({"uuid": {"contains": "-7DEC-"}}, 0),
    ({"uuid": {"contains": "-7DEC-", "mode": "insensitive"}}, 1),
    ({"uuid": {"equals": "F81D4FAE-7DEC-41D0-A765-00A0C91E6BF6", "mode": "insensitive"}}, 1),
    ({"uuid": {"in": ["F81D4FAE-7DEC-41D0-A765-00A0C91E6BF6"], "mode": "insensitive"}}, 1),
    ({"uuid": {"contains": FieldRef("uuid")}}, 1),
    ({"bit": {"endswith": "01"}}, 1),
    ({"varbit": {"contains": "01"}}, 1),
    ({"char": "ab "}, 1),
    ({"char": {"in": ["ab ", "x"]}}, 1),
    ({"char": {"not": "ab"}}, 0),
    ({"char": {"endswith": "b"}}, 1),
    ({"char": {"contains": "b "}}, 0),
    ({"char": {"equals": "AB", "mode": "insensitive"}}, 1),
    ({"char": {"contains": "B", "mode": "insensitive"}}, 1),
    ({"money": Decimal("12.5")}, 1),
    ({"money": {"lt": "12.501", "gt": "12.499"}}, 1),
    ({"money": {"lte": "12.4999", "gte": 0}}, 0),
    ({"money": {"in": ["12.50", "12.504"]}}, 1),
    ({"money": {"in": ["12.504"]}}, 0),
    ({"money": {"equals": FieldRef("money")}}, 1),
]


@pytest.mark.proves("Client", "filters of native types: Char, Uuid, Bit, VarBit and Money")
def test_native_types_are_asked_about(cells: Any):
    uuid = "f81d4fae-7dec-41d0-a765-00a0c91e6bf6"
    made = cells.cell.create(
        data={"uuid": uuid, "bit": "101", "varbit": "101", "char": "ab", "money": "12.5"}
    )
    assert cells.cell.create(data={"varchar": "1234    "}).varchar == "1234 "  # blanks too many are dropped
    for where, expected in ASKED:
        assert cells.cell.count(where=where) == expected, where
    update = {"where": {"id": made.id}}
    assert cells.cell.update(**update, data={"money": {"multiply": Decimal("0.5")}}).money == Decimal("6.25")
    assert cells.cell.update(**update, data={"money": {"increment": Decimal("0.25")}}).money == Decimal("6.5")
    assert cells.cell.group_by(by="money", sum="money", having={"money": {"_max": {"gt": 6}}}) == [
        {"money": Decimal("6.5"), "_sum": {"money": Decimal("6.5")}}
    ]


FINER: list[tuple[dict[str, Any], list[str]]] = [
    ({"price": {"lte": Decimal("9.99995")}}, ["9.9999"]),
    ({"price": {"gte": "9.99995"}}, ["10"]),
    ({"price": Decimal("9.99991")}, []),
    ({"price": {"not": "9.99991"}}, ["9.9999", "10"]),
    ({"price": {"in": ["9.99991", 10]}}, ["10"]),
    ({"price": {"lt": 10**30}}, ["9.9999", "10"]),
    ({"amount": {"gt": Decimal("0.9999999999999999999999999999999999999")}}, ["9.9999", "10"]),
    ({"prices": {"has": "9.99991"}}, []),
    ({"prices": {"has": "9.9999"}}, ["9.9999"]),
    ({"prices": ["9.99991"]}, []),
]
"""Filters with more digits than the column keeps, and the prices that fit: what is asked is never rounded."""


@pytest.mark.proves("Client", "filters of Decimal without rounding")
def test_decimals_are_compared_with_all_digits(cells: Any):
    for price in ("9.9999", "10"):
        cells.cell.create(data={"price": price, "amount": 1, "prices": [price]})
    for where, expected in FINER:
        found = cells.cell.find_many(where=where, order={"id": "asc"})
        assert [str(row.price) for row in found] == expected, where
    assert not cells.cell.group_by(by=["amount"], having={"price": {"_avg": {"gt": Decimal("9.999950001")}}})


CALCULATED: list[tuple[str, str, str, str]] = [
    ("100", "multiply", "0.00015", "0.015"),
    ("100", "divide", "0.00001", "10000000"),
    ("1", "increment", "0.00004", "1"),
    ("1", "decrement", "0.00005", "1"),
    ("1", "decrement", "0.00006", "0.9999"),
]


@pytest.mark.proves("Client", "Decimal is computed without rounding")
@pytest.mark.parametrize(("before", "operator", "operand", "after"), CALCULATED)
def test_decimals_are_calculated_with_all_digits(
    cells: Any, before: str, operator: str, operand: str, after: str
):
    """The operand keeps its digits, whatever the column keeps of the result."""
    change = {operator: Decimal(operand)}
    made = cells.cell.create(data={"price": before})
    assert cells.cell.update(where={"id": made.id}, data={"price": change}).price == Decimal(after)
    for say in (
        lambda: cells.cell.update_many(where={"id": made.id}, data={"price": change}),
        lambda: cells.cell.update_each(data=[{"id": made.id, "price": change}], key="id"),
    ):
        cells.cell.update(where={"id": made.id}, data={"price": before})
        assert say() == 1
        assert cells.cell.find_unique_or_raise(where={"id": made.id}).price == Decimal(after)


@pytest.mark.proves("Client", "no value, and a list that is not given, in every type")
@pytest.mark.parametrize("field", KEPT)
def test_no_value_comes_back_from_every_type(cells: Any, field: str):
    empty = [] if field.endswith("s") else None
    made = cells.cell.create(data={} if empty == [] else {field: None})
    assert getattr(cells.cell.find_unique_or_raise(where={"id": made.id}), field) == empty


@pytest.mark.proves("Client", "what PostgreSQL cannot hold, no database takes: U+0000 in texts and in Json")
@pytest.mark.parametrize("value", ["a\0", ["\0"], {"a\0": 1}, {"a": [{"b": "\\\0"}]}])
def test_no_zero_byte_is_written(cells: Any, value: Any):
    field = "text" if isinstance(value, str) else "document"
    with pytest.raises(ValueInvalid, match=r"cannot hold the character U\+0000 on PostgreSQL") as error:
        cells.cell.create(data={field: value})
    assert (error.value.code, error.value.fields) == ("P2006", (field,))
    if field == "document":
        with pytest.raises(ValueInvalid, match=r"U\+0000"):
            cells.cell.create(data={"documents": [value]})


def test_the_letters_of_a_zero_byte_are_none(cells: Any):
    made = cells.cell.create(data={"document": ["\\u0000", "\\\\u0000"], "text": "\\u0000"})
    assert (made.document, made.text) == (["\\u0000", "\\\\u0000"], "\\u0000")


def test_the_null_of_json_is_not_the_null_of_the_database(cells: Any):
    cells.cell.create_many(data=[{"document": JsonNull}, {"document": None}, {"document": 1}])
    assert cells.cell.count(where={"document": JsonNull}) == 1
    assert cells.cell.count(where={"document": None}) == 1


def _plain(value: Any) -> Any:
    """Enums are texts."""
    return str(value) if isinstance(value, str) else value
