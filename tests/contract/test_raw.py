"""Raw SQL in pieces and raw rows as objects, on every database, blocking and awaited."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from types import SimpleNamespace
from typing import Any, NamedTuple, TypedDict

import msgspec
import pydantic
import pytest

from nicol.client import sql
from nicol.errors import QueryInvalid, RawQueryFailed, ValueInvalid

pytestmark = pytest.mark.timeout(120)

EVIL = (
    "x'; DROP TABLE counters; --", '"; DROP TABLE counters; --', "\\'; SELECT 1; --", "$1", "?1", ":id", "%s", "{id}",
    "'' OR 1=1", "\uff07 OR 1=1", "/* */ --", "x\ny;", "$$; DROP TABLE counters; $$",
)  # fmt: skip


def template(*pieces: Any) -> Any:
    """What `t"…"` makes of texts and values in turn, as Python 3.14 has it (PEP 750)."""
    values = [
        SimpleNamespace(value=value, expression="x", conversion=None, format_spec="")
        for value in pieces[1::2]
    ]
    return SimpleNamespace(strings=tuple(pieces[::2]), interpolations=tuple(values))


@pytest.mark.proves("Client", "raw SQL with values in it, the same text on every database")
def test_values_in_raw_sql_are_parameters(db: Any) -> None:
    for number in range(4):
        db.counter.create(data={"id": number, "value": number * 10})
    table, big = sql.identifier("counters"), sql("value > {least}", least=5)
    found = db.query_raw(
        sql("SELECT id FROM {table} WHERE {big} AND id <> {id} ORDER BY id", table=table, big=big, id=2)
    )
    assert found == [{"id": 1}, {"id": 3}]
    some = sql("SELECT id FROM counters WHERE id IN ({ids}) ORDER BY id DESC", ids=sql.join([0, 3, 1]))
    assert db.query_first(some) == {"id": 3}
    assert db.execute_raw(sql("UPDATE counters SET value = {value} WHERE id = {id}", value=7, id=0)) == 1
    assert db.query_raw(template("SELECT value FROM counters WHERE id = ", 0, " AND ", big, "")) == [
        {"value": 7}
    ]
    both = sql.join([sql("id = {id}", id=number) for number in (0, 1)], " OR ", before="(", after=")")
    assert (
        len(
            db.query_raw(sql("SELECT 1 AS one FROM counters WHERE {both}{empty}", both=both, empty=sql.empty))
        )
        == 2
    )
    assert db.query_raw(sql("SELECT '{{}}' AS braces") + sql(" WHERE {yes} = 1", yes=1)) == [{"braces": "{}"}]


@pytest.mark.proves("Client", "no value in raw SQL changes the statement")
def test_no_value_becomes_part_of_the_statement(db: Any, open_client: Any) -> None:
    said: set[str] = set()
    client = open_client(log_queries=lambda event: said.add(event.sql))
    for value in EVIL:
        db.sample.delete_many()
        db.sample.create(data={"label": value})
        asked = sql(
            'SELECT "label" FROM {table} WHERE "label" = {value}', table=sql.identifier("Sample"), value=value
        )
        assert client.query_raw(asked) == [{"label": value}]
        assert client.query_raw(template('SELECT "label" FROM "Sample" WHERE "label" = ', value, "")) == [
            {"label": value}
        ]
    assert len(said) == 1
    for value in EVIL:
        with pytest.raises(RawQueryFailed):
            db.query_raw(sql("SELECT 1 FROM {table}", table=sql.identifier(value)))
    assert db.counter.count() == 0


@pytest.mark.proves("Client", "a dictionary where raw SQL takes a value is refused")
def test_what_is_no_value_is_refused() -> None:
    cases: list[tuple[Any, str]] = [
        (lambda: sql("SELECT {x}", x={"a": 1}), "a dictionary stands where SQL takes a value"),
        (lambda: sql("SELECT {x}", y=1), "no value is given"),
        (lambda: sql("SELECT {x}", x=1, y=1), "no place for `y`"),
        (lambda: sql("SELECT '{x}'", x=1), "inside quotes"),
        (lambda: sql("SELECT {x!r}", x=1), "no name of a value"),
        (lambda: sql("SELECT {x.y}", x=1), "no name of a value"),
        (lambda: sql("SELECT {0}", x=1), "no name of a value"),
        (lambda: sql("SELECT {x", x=1), "do not match"),
        (lambda: sql.join([]), "nothing to join"),
        (lambda: sql.identifier(""), "a name in SQL"),
        (lambda: sql.identifier("a\0b"), "a name in SQL"),
    ]
    for make, sentence in cases:
        with pytest.raises(QueryInvalid, match=sentence):
            make()
    assert sql("SELECT 'it''s' || {x} -- isn't it", x=1).parts[0] == "SELECT 'it''s' || "


def test_sql_in_pieces_takes_no_further_values(db: Any) -> None:
    with pytest.raises(QueryInvalid, match="takes no others"):
        db.query_raw(sql("SELECT 1"), 1)
    with pytest.raises(QueryInvalid, match="a dictionary stands"):
        db.query_raw(template("SELECT ", {"a": 1}, ""))
    odd = template("SELECT ", 1, "")
    odd.interpolations[0].format_spec = ">10"
    with pytest.raises(QueryInvalid, match="has no format"):
        db.query_raw(odd)


def test_a_value_of_json_is_given_as_one(db: Any) -> None:
    db.sample.create(data={"label": "x"})
    assert (
        db.execute_raw(sql('UPDATE "Sample" SET "document" = {value}', value=sql.json({"a": [1, None]}))) == 1
    )
    assert db.sample.find_first().document == {"a": [1, None]}


# ---- rows as objects ---------------------------------------------------------------------------------------------


@dataclass
class Card:
    """A dataclass for rows."""

    label: str
    whole: int | None


class Pair(NamedTuple):
    """A tuple with names for rows."""

    label: str
    whole: int | None


class Keyed(TypedDict):
    """A dictionary for rows."""

    label: str
    whole: int | None


class Struct(msgspec.Struct):
    """A struct for rows."""

    label: str
    whole: int | None


class Validated(pydantic.BaseModel):
    """A pydantic model for rows."""

    label: str
    whole: int | None


@pytest.mark.proves("Client", "raw rows as records of a model, by the schema's types")
def test_raw_rows_become_records(db: Any, target: Any) -> None:
    moment = datetime(2026, 3, 4, 5, 6, 7, 8000, tzinfo=UTC)
    written = db.sample.create(
        data={
            "label": "x", "flag": True, "whole": 1, "big": 2**40, "ratio": 1.5, "amount": Decimal("1.5"),
            "moment": moment, "document": {"a": 1}, "blob": b"\0x", "role": "ADMIN",
        }
    )  # fmt: skip
    record = target.package.Sample
    assert db.query_raw('SELECT * FROM "Sample"', into=record) == [written]
    found = db.query_first(
        sql('SELECT "moment", "id" FROM "Sample" WHERE "id" = {id}', id=written.id), into=record
    )
    assert (found.moment, found.id) == (moment, written.id)
    with pytest.raises(AttributeError):
        _ = found.label
    assert db.query_first('SELECT * FROM "Sample" WHERE "id" = 0', into=record) is None
    with pytest.raises(QueryInvalid, match="unknown column of the rows `n`"):
        db.query_raw('SELECT count(*) AS n FROM "Sample"', into=record)
    with pytest.raises(ValueInvalid):
        db.query_raw("SELECT 'KING' AS role, 1 AS \"id\"", into=record)


@pytest.mark.proves("Client", "raw rows as objects of any class")
@pytest.mark.parametrize("into", [Card, Pair, Struct, Validated, Keyed])
def test_raw_rows_become_objects_of_any_class(db: Any, into: Any) -> None:
    db.sample.create(data={"label": "a", "whole": 1})
    db.sample.create(data={"label": "b"})
    asked = 'SELECT "label", "whole" FROM "Sample" ORDER BY "label"'
    assert db.query_raw(asked, into=into) == [into(label="a", whole=1), into(label="b", whole=None)]
    with pytest.raises(QueryInvalid) as told:
        db.query_raw('SELECT "label" AS "whole", "label" FROM "Sample"', into=into)
    assert "whole" in str(told.value) or "[1]" in str(told.value)
    assert "`a`" not in str(told.value)
