"""What we say of single values when their column's type changes, the databases confirm."""

from __future__ import annotations

import pytest

from nicol.catalog import Catalog, Column, ColumnType, EnumType
from nicol.dialects import named
from nicol.dialects.postgresql.casts import using
from nicol.dialects.postgresql.types import spell_type
from nicol.drivers import Database, open_database
from nicol.errors import DriverError
from tests.migrate.engine import ask

MOOD = EnumType("Mood", ("ok", "sad"))

TEXTS = (
    "12",
    " 7 ",
    "-1",
    "1.5",
    "1e3",
    "99999999999",
    "abc",
    "",
    "true",
    "off",
    "ok",
    "2020-01-02",
    "25:00",
    "{}",
    "[1",
    "1.005",
)
UUIDS = ("00000000-0000-0000-0000-000000000000", "{00000000000000000000000000000000}", "0000")
NUMBERS = ("0", "1", "2", "-5", "40000", "3000000000", "1.5", "123456.789", "0.004")
TIMES = ("2020-01-02 03:04:05", "2020-01-02 00:00:00", "2020-01-02 03:04:05.123456")

POSTGRESQL: dict[tuple[ColumnType, ColumnType], tuple[str, ...]] = {
    **{
        (ColumnType("TEXT"), ColumnType(name, args)): (*TEXTS, *UUIDS)
        for name, args in (
            *(
                ("INTEGER", ()),
                ("SMALLINT", ()),
                ("BIGINT", ()),
                ("DOUBLE PRECISION", ()),
                ("DECIMAL", (5, 2)),
                ("BOOLEAN", ()),
            ),
            *(("UUID", ()), ("JSONB", ()), ("DATE", ()), ("TIME", ()), ("VARCHAR", (4,)), ("CHAR", (4,))),
        )
    },
    (ColumnType("TEXT"), ColumnType("Mood", enum=True)): TEXTS,
    **{
        (ColumnType("DECIMAL", (20, 5)), ColumnType(name, args)): NUMBERS
        for name, args in (
            ("INTEGER", ()),
            ("SMALLINT", ()),
            ("DECIMAL", (5, 2)),
            ("BOOLEAN", ()),
            ("VARCHAR", (6,)),
        )
    },
    (ColumnType("BIGINT"), ColumnType("SMALLINT")): ("0", "-40000", "32767"),
    (ColumnType("BIGINT"), ColumnType("BOOLEAN")): ("0", "1", "7"),
    (ColumnType("TIMESTAMP", (6,)), ColumnType("DATE")): TIMES,
    (ColumnType("TIMESTAMP", (6,)), ColumnType("TIMESTAMP", (3,))): TIMES,
}


def spelled(types: tuple[ColumnType, ColumnType]) -> str:
    """A pair of types as a test's name."""
    return " to ".join(map(spell_type, types))


def number(database: Database, condition: str) -> int:
    """How many of the values meet a condition."""
    ((count,),) = ask(database, f"SELECT count(*) FROM t WHERE {condition}")
    return int(count)


@pytest.mark.parametrize("types", POSTGRESQL, ids=spelled)
def test_postgresql_refuses_and_alters_what_we_say(types: tuple[ColumnType, ColumnType], postgres_url: str):
    dialect = named("postgresql")
    before, after = types
    doubts = dialect.doubts(Column("c", before), Column("c", after), Catalog(enums=(MOOD,)))
    made = using(before, after, '"c"')
    to = spell_type(after) + (f" USING {made}" if made else "")
    wrong: list[str] = []
    with open_database(postgres_url) as database:
        ask(database, "CREATE TYPE \"Mood\" AS ENUM ('ok', 'sad')")
        for value in POSTGRESQL[types]:
            ask(database, f"CREATE TABLE t (c {spell_type(before)}, was text)")
            ask(database, f"INSERT INTO t VALUES ($1::text::{spell_type(before)}, $1)", value)
            fails = bool(doubts.fails and number(database, doubts.fails))
            alters = None if doubts.alters is None or fails else bool(number(database, doubts.alters))
            try:
                ask(database, f"ALTER TABLE t ALTER COLUMN c SET DATA TYPE {to}")
                failed = False
            except DriverError:
                failed = True
            if failed != fails:
                wrong.append(f"{value!r}: {'refused' if failed else 'taken'} unforeseen")
            elif (
                not failed
                and alters is not None
                and before.name != "TEXT"
                and after.name not in ("VARCHAR", "BOOLEAN")
            ):
                same = number(database, f"c::text::{spell_type(before)} = was::{spell_type(before)}")
                if bool(same) == alters:
                    wrong.append(f"{value!r}: {'kept' if same else 'altered'} unforeseen")
            ask(database, "DROP TABLE t")
    assert wrong == []


SQLITE: dict[tuple[str, str], dict[str, bool]] = {
    ("TEXT", "INTEGER"): {
        "'12'": True,
        "'007'": True,
        "'1.0'": True,
        "'1.5'": False,
        "'abc'": False,
        "'99999999999'": False,
    },
    ("TEXT", "REAL"): {"'1.5'": True, "'1e3'": True, "'x'": False},
    ("TEXT", "BOOLEAN"): {"'1'": True, "'0'": True, "'true'": False, "'2'": False},
    ("TEXT", "DATETIME"): {
        "'2020-01-02T03:04:05.678+00:00'": True,
        "'2020-01-02 03:04:05'": True,
        "'soon'": False,
    },
    ("TEXT", "JSONB"): {"'{}'": True, "'[1'": False},
    ("REAL", "INTEGER"): {"1.0": True, "1.5": False},
    ("BIGINT", "INTEGER"): {"1": True, "3000000000": False},
    ("BLOB", "TEXT"): {"X'00'": False},
}


@pytest.mark.parametrize("types", SQLITE, ids=" to ".join)
def test_what_sqlite_cannot_convert_is_in_doubt(types: tuple[str, str], sqlite_url: str):
    before, after = (ColumnType(name) for name in types)
    doubts = named("sqlite").doubts(Column("c", before), Column("c", after), Catalog())
    assert doubts.alters is not None
    with open_database(sqlite_url) as database:
        for value, fits in SQLITE[types].items():
            ask(database, f"CREATE TABLE t (c {types[0]})")
            ask(database, f"INSERT INTO t VALUES ({value})")
            assert (number(database, doubts.alters) == 0) == fits, value
            ask(database, "DROP TABLE t")
