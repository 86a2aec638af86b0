"""What goes wrong, on real databases, and what it is taken to mean."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

import pytest

from nicol.dialects.dialect import Fault, Violation
from nicol.dialects.postgresql import errors as postgresql
from nicol.dialects.sqlite import errors as sqlite
from nicol.drivers import create_database, database_exists, drop_database, open_database, parse_address
from nicol.errors import DriverError, MissingExtra
from nicol.sql.program import Begin, Commit, Statement, ask, rows, say_all
from tests.canary import planted
from tests.drivers.speech import statement

SECRET = planted("refused password")

SET_UP = (
    (
        'CREATE TABLE "Shop" (id INTEGER PRIMARY KEY, "shopDomain" VARCHAR(9) NOT NULL, city TEXT, rank INTEGER '
        'CONSTRAINT rank_positive CHECK (rank > 0), CONSTRAINT "Shop_key" UNIQUE ("shopDomain", city))'
    ),
    (
        'CREATE TABLE "Fact" (id INTEGER PRIMARY KEY, "shopId" INTEGER NOT NULL, '
        'CONSTRAINT "Fact_shopId_fkey" FOREIGN KEY ("shopId") REFERENCES "Shop" (id))'
    ),
    "INSERT INTO \"Shop\" VALUES (1, 'one', 'Bonn', 1)",
    'INSERT INTO "Fact" VALUES (1, 1)',
)

SHOP_KEY = ("shopDomain", "city")

MEANINGS: list[tuple[str, tuple[object, ...], Violation, Violation]] = [
    (
        'INSERT INTO "Shop" VALUES (?, ?, ?, 1)',
        (1, "two", "Bonn"),
        Violation(Fault.UNIQUE, "Shop", ("id",)),
        Violation(Fault.UNIQUE, "Shop", ("id",), "Shop_pkey"),
    ),
    (
        'INSERT INTO "Shop" VALUES (?, ?, ?, 1)',
        (2, "one", "Bonn"),
        Violation(Fault.UNIQUE, "Shop", SHOP_KEY),
        Violation(Fault.UNIQUE, "Shop", SHOP_KEY, "Shop_key"),
    ),
    (
        'INSERT INTO "Fact" VALUES (?, ?)',
        (2, 9),
        Violation(Fault.FOREIGN_KEY),
        Violation(Fault.FOREIGN_KEY, "Fact", ("shopId",), "Fact_shopId_fkey"),
    ),
    (
        'DELETE FROM "Shop"',
        (),
        Violation(Fault.FOREIGN_KEY),
        Violation(Fault.FOREIGN_KEY, "Fact", (), "Fact_shopId_fkey"),
    ),
    (
        'UPDATE "Shop" SET "shopDomain" = ?',
        (None,),
        Violation(Fault.NOT_NULL, "Shop", ("shopDomain",)),
        Violation(Fault.NOT_NULL, "Shop", ("shopDomain",)),
    ),
    (
        'UPDATE "Shop" SET rank = ?',
        (0,),
        Violation(Fault.CHECK, None, (), "rank_positive"),
        Violation(Fault.CHECK, "Shop", (), "rank_positive"),
    ),
    (
        "SELECT * FROM nowhere",
        (),
        Violation(Fault.TABLE_MISSING, "nowhere"),
        Violation(Fault.TABLE_MISSING, "nowhere"),
    ),
    (
        'SELECT "no Column" FROM "Shop"',
        (),
        Violation(Fault.COLUMN_MISSING, None, ("no Column",)),
        Violation(Fault.COLUMN_MISSING, None, ("no Column",)),
    ),
    (
        'SELECT "Shop".lost FROM "Shop"',
        (),
        Violation(Fault.COLUMN_MISSING, None, ("lost",)),
        Violation(Fault.COLUMN_MISSING, None, ("lost",)),
    ),
    (
        'INSERT INTO "Shop" (lost) VALUES (1)',
        (),
        Violation(Fault.COLUMN_MISSING, "Shop", ("lost",)),
        Violation(Fault.COLUMN_MISSING, None, ("lost",)),
    ),
    ("SELEC 1", (), Violation(Fault.SYNTAX), Violation(Fault.SYNTAX)),
    ("SELECT ?", (2**63,), Violation(Fault.OUT_OF_RANGE), Violation(Fault.OUT_OF_RANGE)),
    ("SELECT ?", ({},), Violation(Fault.INVALID_VALUE), Violation(Fault.INVALID_VALUE)),
    ("SELECT ?", ("\ud800",), Violation(Fault.INVALID_VALUE), Violation(Fault.INVALID_VALUE)),
]


@pytest.mark.parametrize(("text", "params", "on_sqlite", "on_postgresql"), MEANINGS)
def test_an_error_has_a_meaning(
    database_url: str, text: str, params: tuple[object, ...], on_sqlite: Violation, on_postgresql: Violation
) -> None:
    meaning_of, expected = {
        "file": (sqlite.meaning_of, on_sqlite),
        "post": (postgresql.meaning_of, on_postgresql),
    }[database_url[:4]]
    with open_database(database_url) as database:
        database.run(say_all(map(Statement, SET_UP)), write=True)
        with pytest.raises(DriverError) as caught:
            database.run(ask(statement(database_url, text, *params)), write=True)
    assert meaning_of(caught.value) == expected


ON_POSTGRESQL = [
    ('UPDATE "Shop" SET "shopDomain" = $1', ("a very long domain",), Fault.TOO_LONG),
    ('UPDATE "Shop" SET rank = $1', (2**40,), Fault.OUT_OF_RANGE),
    ("SELECT $1::int", ("seven",), Fault.INVALID_VALUE),
    ("SELECT $1::timestamp", ("yesterdayish",), Fault.INVALID_VALUE),
    ("SELECT $1::timestamp", ("2026-13-01",), Fault.OUT_OF_RANGE),
    ("SELECT $1::jsonb", ("{",), Fault.INVALID_VALUE),
    ("DO $$ BEGIN RAISE EXCEPTION 'the log only grows'; END $$", (), Fault.CHECK),
    ("SELECT pg_cancel_backend(pg_backend_pid()), pg_sleep(9)", (), Fault.CANCELLED),
    ("SET LOCAL nonsense.x TO 1; SET transaction_read_only TO on; CREATE TABLE x ()", (), Fault.READ_ONLY),
]


@pytest.mark.parametrize(("text", "params", "fault"), ON_POSTGRESQL)
@pytest.mark.filterwarnings("ignore")
def test_an_error_of_postgresql_has_a_meaning(
    postgres_url: str, text: str, params: tuple[object, ...], fault: Fault
) -> None:
    with open_database(postgres_url) as database:
        database.run(say_all(map(Statement, SET_UP)), write=True)
        with pytest.raises(DriverError) as caught:
            database.run(ask(Statement(text, params, prepare=False)), write=True)
    meaning = postgresql.meaning_of(caught.value)
    assert meaning is not None
    assert meaning.fault is fault


def test_a_rule_in_a_trigger_of_sqlite_is_a_constraint(sqlite_url: str) -> None:
    rule = "CREATE TRIGGER log BEFORE DELETE ON \"Fact\" BEGIN SELECT RAISE(ABORT, 'the log only grows'); END"
    with open_database(sqlite_url) as database:
        database.run(say_all(map(Statement, (*SET_UP, rule))), write=True)
        with pytest.raises(DriverError, match="the log only grows") as caught:
            database.run(rows('DELETE FROM "Fact"'), write=True)
    assert sqlite.meaning_of(caught.value) == Violation(Fault.CHECK)


# ---- two at once -----------------------------------------------------------------------------------------------------


def test_a_file_that_another_process_has_locked_is_busy(sqlite_url: str) -> None:
    with open_database(sqlite_url) as one, open_database(f"{sqlite_url}?busy_timeout=20") as other:
        one.run(rows("CREATE TABLE t (a)"), write=True)
        with one.session(write=True) as connection:
            connection.say(Begin())
            with pytest.raises(DriverError) as caught:
                other.run(ask(Begin()), write=True)
    assert sqlite.meaning_of(caught.value) == Violation(Fault.BUSY)


def test_a_stale_snapshot_is_a_conflict(sqlite_url: str) -> None:
    with open_database(sqlite_url) as database:
        database.run(rows("CREATE TABLE t (a)"), write=True)
        with database.session(write=False) as reader:
            reader.say(Begin(write=False))
            reader.say(Statement("SELECT * FROM t"))
            database.run(rows("INSERT INTO t VALUES (1)"), write=True)
            with pytest.raises(DriverError) as caught:
                reader.say(Statement("INSERT INTO t VALUES (2)"))
    assert sqlite.meaning_of(caught.value) == Violation(Fault.CONFLICT)


def test_transactions_that_cannot_be_put_in_a_row_conflict(postgres_url: str) -> None:
    with open_database(postgres_url) as database:
        database.run(
            say_all(map(Statement, ("CREATE TABLE t (a int)", "INSERT INTO t VALUES (1)"))), write=True
        )
        with database.session(write=True) as one, database.session(write=True) as other:
            for connection in (one, other):
                connection.say(Begin(isolation="REPEATABLE READ"))
                connection.say(Statement("SELECT * FROM t"))
            one.say(Statement("UPDATE t SET a = 2"))
            one.say(Commit())
            with pytest.raises(DriverError) as caught:
                other.say(Statement("UPDATE t SET a = 3"))
    assert postgresql.meaning_of(caught.value) == Violation(Fault.CONFLICT)


def test_who_will_not_wait_for_a_lock_is_told_that_it_is_busy(postgres_url: str) -> None:
    with open_database(postgres_url) as database:
        database.run(rows("CREATE TABLE t (a int)"), write=True)
        with database.session(write=True) as one:
            one.say(Begin())
            one.say(Statement("LOCK TABLE t"))
            with pytest.raises(DriverError) as caught:
                database.run(
                    say_all([Statement("SET lock_timeout = '10ms'"), Statement("SELECT * FROM t")]),
                    write=True,
                )
    assert postgresql.meaning_of(caught.value) == Violation(Fault.BUSY)


def test_a_statement_may_take_only_as_long_as_the_url_says(postgres_url: str) -> None:
    with (
        open_database(f"{postgres_url}&socket_timeout=0.02") as database,
        pytest.raises(DriverError) as caught,
    ):
        database.run(rows("SELECT pg_sleep(60)"), write=False)
    assert postgresql.meaning_of(caught.value) == Violation(Fault.CANCELLED)


# ---- databases that cannot be opened ---------------------------------------------------------------------------------


def _refusal(url: str) -> DriverError:
    with open_database(url) as database, pytest.raises(DriverError) as caught:
        database.connect()
    assert SECRET not in str(caught.value)
    return caught.value


def test_a_sqlite_file_in_a_folder_that_is_not_there_is_missing(tmp_path: Path) -> None:
    error = _refusal(f"file:{tmp_path}/nowhere/x.db")
    assert (
        str(error)
        == f"cannot open file:{tmp_path}/nowhere/x.db: the folder {tmp_path}/nowhere does not exist"
    )
    assert sqlite.meaning_of(error) == Violation(Fault.DATABASE_MISSING)


def test_a_file_that_is_something_else_is_left_alone(tmp_path: Path) -> None:
    letter = tmp_path / "letter.txt"
    letter.write_text("Dear Ada, " * 200)
    error = _refusal(f"file:{letter}")
    assert "is not a SQLite database" in str(error)
    assert sqlite.meaning_of(error) == Violation(Fault.UNREACHABLE)
    assert letter.read_text().startswith("Dear Ada")


def test_a_folder_is_not_a_database(tmp_path: Path) -> None:
    error = _refusal(f"file:{tmp_path}")
    assert str(tmp_path) in str(error)
    assert sqlite.meaning_of(error) is not None


def test_a_file_may_be_opened_for_reading_alone(sqlite_url: str) -> None:
    with open_database(sqlite_url) as database:
        database.run(rows("CREATE TABLE t (a)"), write=True)
    with open_database(f"{sqlite_url}?mode=ro") as database:
        assert database.run(rows("SELECT * FROM t"), write=False) == []
        with pytest.raises(DriverError) as caught:
            database.run(rows("INSERT INTO t VALUES (1)"), write=True)
    assert sqlite.meaning_of(caught.value) == Violation(Fault.READ_ONLY)


_AS_NOBODY = """
import os, sys
import nicol.drivers.sqlite
from nicol.drivers import create_database, open_database, parse_address
from nicol.errors import DriverError
folder = sys.argv[1]
os.setuid(65534)
for act in (
    lambda: open_database(f"file:{folder}/old.db").connect(),
    lambda: open_database(f"file:{folder}/new.db").connect(),
    lambda: create_database(parse_address(f"file:{folder}/sub/new.db")),
):
    try: act()
    except DriverError as error: print(error.state, error)
"""


@pytest.mark.skipif(sys.platform == "win32" or os.geteuid() != 0, reason="only root can become nobody")
def test_a_folder_that_cannot_be_written_is_named() -> None:
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)
        with open_database(f"file:{folder}/old.db") as database:
            database.connect()
        line = [sys.executable, "-c", _AS_NOBODY, folder]
        said = subprocess.run(line, capture_output=True, text=True, check=True).stdout.splitlines()
    readonly = f"the folder {folder} cannot be written"
    assert said == [
        f"SQLITE_READONLY_DIRECTORY cannot open file:{folder}/old.db: {readonly}",
        f"SQLITE_READONLY_DIRECTORY cannot open file:{folder}/new.db: {readonly}",
        f"SQLITE_PERM cannot make the folder {folder}/sub: Permission denied",
    ]


def by(url: str, login: str) -> str:
    """The URL with another login."""
    return f"postgresql://{login}@{url.partition('@')[2]}"


REFUSALS: list[tuple[Callable[[str], str], Fault, str]] = [
    (
        lambda url: url.replace("/test_", "/nowhere_"),
        Fault.DATABASE_MISSING,
        "does not exist",
    ),
    (
        lambda url: by(url, f"asks_for_password:{SECRET}"),
        Fault.AUTHENTICATION,
        "password authentication failed",
    ),
    (
        lambda url: by(url, f"nobody_at_all:{SECRET}"),
        Fault.AUTHENTICATION,
        "does not exist",
    ),
    (
        lambda url: f"postgresql://ada:{SECRET}@127.0.0.1:{{port}}/app?connect_timeout=2",
        Fault.UNREACHABLE,
        "refused",
    ),
    (
        lambda url: f"postgresql://ada:{SECRET}@/app?host=/nowhere",
        Fault.UNREACHABLE,
        "No such file or directory",
    ),
]


@pytest.mark.proves("Databases", "a server that cannot be reached is one clear message", only="postgresql")
@pytest.mark.parametrize(("change", "fault", "reason"), REFUSALS)
def test_a_server_that_refuses_is_quoted_without_the_password(
    postgres_url: str, change: Callable[[str], str], fault: Fault, reason: str
) -> None:
    with open_database(postgres_url) as database:
        database.run(ask(Statement(_ROLE, prepare=False)), write=True)
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        port = unused.getsockname()[1]
    error = _refusal(change(postgres_url).replace("{port}", str(port)))
    assert reason in error.message
    meaning = postgresql.meaning_of(error)
    assert meaning is not None
    assert meaning.fault is fault


_ROLE = """
DO $$ BEGIN CREATE ROLE asks_for_password LOGIN PASSWORD 'something else';
EXCEPTION WHEN duplicate_object THEN NULL; END $$
"""


# ---- databases as a whole --------------------------------------------------------------------------------------------


@pytest.mark.proves("Databases", "databases are made and dropped")
def test_a_database_is_made_and_dropped(database_url: str, tmp_path: Path) -> None:
    url = f"file:{tmp_path}/new/folder/x.db"
    if database_url.startswith("postgres"):
        url = database_url.replace("/test_", "/made_") + "&schema=my shop"
    address = parse_address(url)
    assert not database_exists(address)
    try:
        assert create_database(address)
        assert not create_database(address)
        assert database_exists(address)
        with open_database(address) as database:
            database.run(rows("CREATE TABLE t (a int)"), write=True)
            assert database.run(rows("SELECT * FROM t"), write=False) == []
    finally:
        drop_database(address)
        drop_database(address)
    assert not database_exists(address)


def test_the_namespace_of_the_url_is_the_one_that_is_worked_in(postgres_url: str) -> None:
    address = parse_address(f"{postgres_url}&schema=my shop")
    create_database(address)
    with open_database(address) as database:
        assert database.run(rows("SELECT current_schema()"), write=False) == [("my shop",)]


def test_postgresql_without_its_driver_is_one_clear_message() -> None:
    code = (
        "import sys; sys.modules['psycopg'] = None\n"
        "from nicol.drivers import open_database\n"
        "open_database('file:x.db')\n"
        "try: open_database('postgresql://localhost/app')\n"
        "except Exception as error: print(type(error).__name__, error)"
    )
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert said.startswith(MissingExtra.__name__)
    assert 'pip install "nicol[postgres]"' in said
