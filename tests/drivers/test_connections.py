"""One connection: its promises, its values, and who listens."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any

import pytest

from nicol.drivers import Observation, Observer, open_async_database, open_database
from nicol.errors import DriverError
from nicol.sql.program import Batch, Begin, Program, Result, Rollback, Statement, rows
from tests.drivers.speech import sql, statement


@pytest.mark.proves("Databases", "SQLite keeps its foreign keys, in WAL mode", only="sqlite")
def test_sqlite_keeps_what_it_promises(sqlite_url: str) -> None:
    def settings() -> Program[list[object]]:
        answers = []
        for pragma in ("foreign_keys", "journal_mode"):
            answers += yield from rows(f"PRAGMA {pragma}")
        return answers

    with open_database(sqlite_url) as database:
        for write in (True, False):
            assert database.run(settings(), write=write) == [(1,), ("wal",)]


def test_a_misspelt_column_is_not_taken_for_a_text(sqlite_url: str) -> None:
    with open_database(sqlite_url) as database:
        database.run(rows("CREATE TABLE t (a)"), write=True)
        with pytest.raises(DriverError, match="no such column"):
            database.run(rows('SELECT "b" FROM t'), write=False)


def test_a_trigger_does_not_change_how_many_rows_were_written(sqlite_url: str) -> None:
    def program() -> Program[tuple[int, int]]:
        yield Statement("CREATE TABLE t (a)")
        yield Statement("CREATE TABLE log (a)")
        yield Statement(
            "CREATE TRIGGER tr AFTER INSERT ON t BEGIN INSERT INTO log VALUES (1), (2); END", prepare=False
        )
        one = yield Statement("INSERT INTO t VALUES (1), (2)")
        many = yield Batch("INSERT INTO t VALUES (?)", [(3,), (4,), (5,)])
        return one.affected, many.affected

    with open_database(sqlite_url) as database:
        assert database.run(program(), write=True) == (2, 3)


MOMENT = datetime(2026, 3, 1, 12, 30, 15, 120000, tzinfo=UTC)

CROSSING: list[tuple[str, object, object]] = [
    ("SELECT $1::timestamp(3)", MOMENT, MOMENT),
    ("SELECT $1::timestamptz", MOMENT.astimezone(timezone(timedelta(hours=9))), MOMENT),
    ("SELECT $1::timestamp", MOMENT.replace(tzinfo=None), MOMENT),
    ("SELECT 'infinity'::timestamp", None, "infinity"),
    ("SELECT '0044-03-15 BC'::date::timestamp", None, "0044-03-15 00:00:00 BC"),
    ("SELECT '-infinity'::timestamp", None, "-infinity"),
    ("SELECT '0001-01-01 BC'::date + time '10:00:00.25'", None, "0001-01-01 10:00:00.25 BC"),
    ("SELECT '4713-01-01 BC'::timestamp", None, "4713-01-01 00:00:00 BC"),
    ("SELECT '0044-03-15 00:00:00+00 BC'::timestamptz", None, "0044-03-15 09:18:59+09:18:59 BC"),
    ("SELECT 'infinity'::timestamptz", None, "infinity"),
    ("SELECT '20401-02-28 23:59:59.999999'::timestamp", None, "20401-02-28 23:59:59.999999"),
    ("SELECT '9999-12-31 23:59:59.999999'::timestamp", None, datetime.max.replace(tzinfo=UTC)),
    ("SELECT '0001-01-01'::timestamp", None, datetime.min.replace(tzinfo=UTC)),
    ("SELECT $1::float8", 0.1, 0.1),
    ("SELECT '-9223372036854775808'::int8", None, -(2**63)),
    ("SELECT 'ß€😀'::varchar", None, "ß€😀"),
    ("SELECT $1", 5, 5),
    ("SELECT $1::int = ANY($2)", (3, [1, 2, 3]), True),
    ("SELECT $1 = ANY($2)", ("a", []), False),
    ("SELECT $1::text = ANY($2)", ("a", ["a", 'q"uote', "com,ma"]), True),
    ("SELECT $1::numeric", Decimal("1.10"), Decimal("1.10")),
    ("SELECT $1::jsonb", '{"a": [1, null, 2.5]}', {"a": [1, None, 2.5]}),
    ("SELECT $1::bytea", b"\x00\xff", b"\x00\xff"),
    ("SELECT ARRAY['a', NULL]::text[]", None, ["a", None]),
    ("SELECT point(1, 2)", None, "(1,2)"),
    ("SELECT 'x'::name", None, "x"),
]


@pytest.mark.parametrize(("text", "given", "back"), CROSSING)
def test_a_value_crosses_to_postgresql_and_back(
    postgres_url: str, text: str, given: object, back: object
) -> None:
    params = given if isinstance(given, tuple) else () if given is None else (given,)
    with open_database(postgres_url) as database:
        database.run(rows("SET timezone = 'Asia/Tokyo'"), write=True)
        for _ in range(5):  # plain, while it is prepared, prepared, in binary
            assert database.run(rows(text, *params), write=True) == [(back,)]


def test_moments_are_utc_whatever_the_server_prefers(postgres_url: str) -> None:
    with open_database(postgres_url) as database:
        for setting in ("timezone = 'Asia/Tokyo'", "datestyle = 'German'"):
            database.run(
                rows(
                    f"DO $$ BEGIN EXECUTE format('ALTER DATABASE %I SET {setting.replace(chr(39), chr(39) * 2)}', "
                    "current_database()); END $$"
                ),
                write=True,
            )
    with open_database(postgres_url) as database:
        ((local, aware),) = database.run(rows("SELECT localtimestamp, now()"), write=False)
    assert local == aware
    assert abs(datetime.now(UTC) - aware) < timedelta(minutes=5)


def test_one_text_is_prepared_once_whatever_the_size_of_its_numbers(postgres_url: str) -> None:
    with open_database(f"{postgres_url}&connection_limit=1") as database:
        for number in (1, 2, 70_000, 2**40, 3):
            database.run(rows("SELECT $1 + 1", number), write=False)
        prepared = database.run(
            rows("SELECT count(*) FROM pg_prepared_statements WHERE statement LIKE '%$1 + 1'"), False
        )
    assert prepared == [(1,)]


@pytest.mark.proves("Databases", "behind a transaction pooler nothing is prepared", only="postgresql")
def test_nothing_is_prepared_when_the_url_says_so(postgres_url: str) -> None:
    with open_database(f"{postgres_url}&connection_limit=1&pgbouncer=true") as database:
        for number in range(9):
            database.run(rows("SELECT $1 + 1", number), write=False)
        assert database.run(rows("SELECT count(*) FROM pg_prepared_statements"), False) == [(0,)]


# ---- listening -------------------------------------------------------------------------------------------------------


def _spoken(url: str) -> Program[Result]:
    yield Begin()
    yield Statement("CREATE TABLE t (secret TEXT)")
    yield statement(url, "INSERT INTO t VALUES (?)", "hunter2")
    yield Batch(sql(url, "INSERT INTO t VALUES (?)"), [("hunter3",), ("hunter4",)])
    yield Statement("SELECT * FROM t")
    yield Rollback()
    return (yield Statement("SELECT * FROM nowhere"))


TOLD = [
    (0, ()),
    (0, ()),
    (1, ("hunter2",)),
    (2, (("hunter3",), ("hunter4",))),
    (3, ()),
    (0, ()),
    (0, ()),
]


@pytest.mark.proves("Client", "query logging without values")
@pytest.mark.parametrize("waiting", ["blocking", "awaiting"])
@pytest.mark.parametrize("params", [False, True])
def test_an_observer_is_told_of_every_command(database_url: str, waiting: str, params: bool) -> None:
    told: list[Observation] = []
    observer = Observer(told.append, params=params)

    async def awaiting() -> None:
        async with open_async_database(database_url, observer) as database:
            await database.run(_spoken(database_url), write=True)

    with pytest.raises(DriverError) as caught:
        if waiting == "awaiting":
            asyncio.run(awaiting())
        else:
            with open_database(database_url, observer) as database:
                database.run(_spoken(database_url), write=True)

    assert [one.rows for one in told] == [rows for rows, _ in TOLD]
    assert [one.params for one in told] == [values if params else None for _, values in TOLD]
    assert told[1].text == "CREATE TABLE t (secret TEXT)"
    assert all(one.seconds >= 0 for one in told)
    assert [one.error for one in told] == [None] * 6 + [caught.value]
    assert params or "hunter" not in repr(told)


# ---- what is loaded --------------------------------------------------------------------------------------------------


def _loaded(statement: str, *names: str) -> Any:
    code = f"import sys; {statement}; print([name for name in {names!r} if name in sys.modules])"
    return subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    ).stdout.strip()


def test_sqlite_is_opened_without_loading_psycopg_or_asyncio() -> None:
    opening = "from nicol.drivers import open_database; open_database(':memory:').connect()"
    assert _loaded(opening, "psycopg", "asyncio", "nicol.drivers.postgres", "pydantic") == "[]"


def test_an_address_is_read_without_loading_any_driver() -> None:
    reading = "from nicol.drivers.address import parse_address; parse_address('postgresql://h/app')"
    assert _loaded(reading, "psycopg", "apsw") == "[]"
