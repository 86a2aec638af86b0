"""What goes wrong ends in one clear message with the way out, exit code 1, no trace, and nothing half done."""

from __future__ import annotations

import ctypes
import os
import signal
import subprocess
import sys

import pytest

from nicol.drivers import open_database
from nicol.sql.program import Begin, rows
from tests.canary import planted

from .conftest import NICOL, SCHEMA, Shop

SECRET = planted("password of a command")

pytestmark = pytest.mark.slow

COMMANDS = (
    ("migrate", "dev", "--name", "x"),
    ("migrate", "deploy"),
    ("migrate", "status"),
    ("migrate", "reset", "--force"),
    ("db", "push"),
    ("db", "seed"),
    ("validate",),
    ("generate",),
)
ON_DATABASES = COMMANDS[:5]


def test_every_command_explains_itself(shop: Shop) -> None:
    assert "migrate" in shop.run("--help").out
    for command in (
        ("migrate",),
        ("db",),
        ("migrate", "dev"),
        ("migrate", "diff"),
        ("db", "seed"),
        ("config",),
        ("version",),
    ):
        assert "Usage: nicol" in shop.run(*command, "--help").out


def test_the_version_is_a_flag_too(shop: Shop) -> None:
    assert shop.run("--version").out == shop.run("-v").out == shop.run("version").out


@pytest.mark.proves("Command line", "a broken schema is drawn with its place")
@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_a_broken_schema_is_drawn(shop: Shop, command: tuple[str, ...]) -> None:
    shop.write("nicol.toml", 'seed = "true"\n')
    shop.schema(SCHEMA.replace("String  @unique", "Strng  @unique"))
    answer = shop.on("file:x.db").run(*command, code=1)
    assert "Strng" in answer.err
    assert "schema.prisma:8:" in answer.err
    assert "the schema has 1 error" in answer.err
    assert not (shop.root / "x.db").exists()


@pytest.mark.proves("Command line", "databases whose schemas are only checked: one clear message")
@pytest.mark.parametrize(("provider", "title"), [("mysql", "MySQL"), ("cockroachdb", "CockroachDB")])
@pytest.mark.parametrize("command", (*ON_DATABASES, ("generate",)), ids=" ".join)
def test_a_database_that_is_only_checked_is_told(
    shop: Shop, command: tuple[str, ...], provider: str, title: str
) -> None:
    shop.write("nicol.toml", "")
    shop.schema(
        'generator client {\n  provider = "nicol"\n  output = "../db"\n}\n\n'
        f'datasource db {{\n  provider = "{provider}"\n  url = env("DATABASE_URL")\n}}\n\n'
        "model User {\n  id BigInt @id @default(autoincrement())\n}\n"
    )
    answer = shop.on("file:x.db").run(*command, code=1)
    assert answer.err.splitlines() == [
        f"error: Nicol checks and formats schemas for {title}, but does not talk to such a database",
        f"  help: use sqlite or postgresql; `nicol validate` and `nicol format` work with {provider}",
    ]


@pytest.mark.proves("Command line", "a missing environment variable is named with the places looked into")
@pytest.mark.parametrize("command", ON_DATABASES, ids=" ".join)
def test_a_missing_variable_is_named(shop: Shop, command: tuple[str, ...]) -> None:
    shop.write(".env", "OTHER=1\n")
    answer = shop.run(*command, code=1)
    assert "DATABASE_URL is not set" in answer.err
    assert str(shop.root / ".env") in answer.err


@pytest.mark.proves("Command line", "an unreachable server is told without secrets")
@pytest.mark.parametrize("command", ON_DATABASES, ids=" ".join)
def test_an_unreachable_server_is_told_without_its_password(shop: Shop, command: tuple[str, ...]) -> None:
    url = f"postgresql://someone:{SECRET}@127.0.0.1:1/shop"
    answer = shop.on(url).run(*command, code=1)
    assert "P1001" in answer.err
    assert "someone:***@127.0.0.1:1/shop" in answer.err
    assert SECRET not in answer.err + answer.out


@pytest.mark.parametrize(
    ("url", "message"),
    [
        (f"mysql://u:{SECRET}@h/d", "MySQL is not served"),
        ("dev.db", "no scheme"),
        ("file:", "names no file"),
        (f"postgresql://u:{SECRET}@127.0.0.1:bad/d", "cannot be read"),
    ],
    ids=["a database that is not served", "no URL", "no file", "a port that is none"],
)
def test_a_url_that_means_nothing_is_told_without_its_password(shop: Shop, url: str, message: str) -> None:
    answer = shop.on(url).run("migrate", "deploy", code=1)
    assert message in answer.err
    assert SECRET not in answer.err


@pytest.mark.proves("Command line", "a locked SQLite file ends in a clear message", only="sqlite")
def test_a_locked_file_is_told(shop: Shop, sqlite_url: str) -> None:
    here = shop.on(sqlite_url)
    here.run("migrate", "dev", "--name", "init")
    here.url = f"{sqlite_url}?busy_timeout=100"
    with open_database(sqlite_url) as database, database.session(write=True) as connection:
        connection.say(Begin())
        for command in (("db", "push"), ("db", "push", "--force-reset"), ("migrate", "deploy")):
            (here.root / "migrations" / "20990101000000_more").mkdir(exist_ok=True)
            here.write("migrations/20990101000000_more/migration.sql", "CREATE TABLE more (id INTEGER);")
            answer = here.run(*command, "--wait", "1s", code=1)
            assert "P1002" in answer.err
            assert "somebody else is writing" in answer.err
            assert "--wait" in answer.err


def obey_permissions() -> None:
    """Root may write everywhere, unless it gives that right away (capabilities(7): DAC_OVERRIDE, DAC_READ_SEARCH)."""
    if os.geteuid() == 0:
        for capability in (1, 2):
            ctypes.CDLL(None).prctl(24, capability, 0, 0, 0)


@pytest.mark.proves("Command line", "a read-only folder ends in a clear message")
@pytest.mark.skipif(sys.platform != "linux", reason="only there root can be made to obey")
def test_a_read_only_folder_is_told(shop: Shop) -> None:
    shop.root.chmod(0o555)
    try:
        for command in (("migrate", "dev"), ("migrate", "deploy"), ("db", "push")):
            done = subprocess.run(
                [NICOL, *command],
                cwd=shop.root,
                env=shop.on("file:dev.db").variables(),
                capture_output=True,
                text=True,
                preexec_fn=obey_permissions,
            )
            assert done.returncode == 1, done.stdout + done.stderr
            assert "dev.db" in done.stderr
            assert "writable" in done.stderr
            assert "Traceback" not in done.stderr
    finally:
        shop.root.chmod(0o755)
    assert sorted(path.name for path in shop.root.iterdir()) == ["nicol.toml", "schema.prisma"]


def test_a_history_that_cannot_be_written_changes_nothing(shop: Shop, sqlite_url: str) -> None:
    shop.write("migrations", "a file where the folder should be")
    answer = shop.on(sqlite_url).run("migrate", "dev", "--name", "x", code=1)
    assert "cannot be written" in answer.err
    with open_database(sqlite_url) as database:
        names = database.run(rows("SELECT name FROM sqlite_master WHERE name = 'User'"), write=False)
    assert names == []


@pytest.mark.proves("Command line", "broken migration SQL is shown with its statement")
def test_a_pending_migration_with_broken_sql_stops_planning(shop: Shop, sqlite_url: str) -> None:
    here = shop.on(sqlite_url)
    here.run("migrate", "dev", "--name", "init")
    (init,) = shop.migrations()
    shop.migration(f"{init}_broken", "CREATE TABLE fine (id INTEGER);\nCREATE TABEL wrong (id INTEGER);")
    answer = here.run("migrate", "dev", "--name", "next", code=1)
    assert "P3006" in answer.err
    assert "CREATE TABEL wrong" in answer.err
    assert 'near "TABEL"' in answer.err
    assert len(shop.migrations()) == 2


@pytest.mark.proves("Command line", "a database the schema is not written for is refused")
def test_a_url_of_another_kind_than_the_schema_is_refused(shop: Shop) -> None:
    shop.write("nicol.toml", "")
    assert "the schema is written for postgresql" in shop.on("file:x.db").run("db", "push", code=1).err


@pytest.mark.proves("Command line", "without a terminal every open question names its flag")
def test_without_a_terminal_questions_name_their_flags(shop: Shop, sqlite_url: str) -> None:
    here = shop.on(sqlite_url)
    here.run("db", "push")
    assert "--force" in here.run("migrate", "reset", code=1).err
    closed = subprocess.run(
        ["sh", "-c", f"exec {NICOL} migrate reset <&-"],
        cwd=here.root,
        env=here.variables(),
        capture_output=True,
        text=True,
    )
    assert closed.returncode == 1
    assert "--force" in closed.stderr
    assert "Traceback" not in closed.stderr


def test_a_person_at_the_terminal_is_asked_and_may_say_no(shop: Shop, sqlite_url: str) -> None:
    here = shop.on(sqlite_url)
    here.run("db", "push")
    for answer, code in (("n\n", 130), ("maybe\ny\n", 0)):
        leader, follower = os.openpty()
        os.write(leader, answer.encode())
        process = subprocess.Popen(
            [NICOL, "migrate", "reset"],
            cwd=here.root,
            env=here.variables(),
            stdin=follower,
            stdout=subprocess.PIPE,
            stderr=follower,
        )
        process.communicate(timeout=60)
        os.close(follower)
        os.close(leader)
        assert process.returncode == code


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("nonsense",), "No such command"),
        (("migrate", "dev", "--nmae", "x"), "No such option"),
        (("migrate", "resolve"), "--applied NAME and --rolled-back NAME"),
        (("migrate", "resolve", "--applied", "a", "--rolled-back", "b"), "give one of"),
        (("migrate", "diff", "--from", "moon"), "cannot be compared"),
        (("migrate", "diff", "--from-empty", "--from-schema", "x"), "only one side"),
        (("db", "execute",), "--file PATH and --stdin"),
        (("db", "execute", "--file", "nothing.sql"), "cannot be read: No such file"),
        (("validate", "--schema", "nothing.prisma"), "no schema at"),
        (("validate", "--config", "nothing.toml"), "no configuration file"),
        (("generate", "--generator", "moon"), "no generator block called moon"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, tuple) else "",
)  # fmt: skip
def test_wrong_arguments_end_with_1(shop: Shop, arguments: tuple[str, ...], message: str) -> None:
    assert message in shop.on("file:x.db").run(*arguments, code=1).err


def test_an_interrupted_command_ends_with_130(shop: Shop, postgres_url: str) -> None:
    # A server that has just read the statement, and not begun with it, overhears a cancellation: then it sleeps to the end.
    shop.migration("20260101000000_slow", "SELECT pg_sleep(12);")
    process = shop.on(postgres_url).start("migrate", "deploy")
    with open_database(postgres_url) as database:
        asleep = "SELECT count(*) FROM pg_stat_activity WHERE query LIKE '%pg_sleep(12)%' AND pid <> pg_backend_pid()"
        while database.run(rows(asleep), write=False) == [(0,)]:
            assert process.poll() is None, process.communicate()
        process.send_signal(signal.SIGINT)
        _, err = process.communicate(timeout=40)
        assert process.returncode == 130
        assert "Traceback" not in err
        assert database.run(rows("SELECT count(*) FROM _prisma_migrations"), write=False) == [(0,)]


def test_an_unexpected_error_is_one_line_and_debug_shows_its_trace() -> None:
    from nicol.cli.main import run

    script = "from nicol.cli.main import run; import sys; sys.exit(run(lambda: 1 / 0))"
    quiet = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True)
    assert (
        quiet.returncode,
        "unexpected ZeroDivisionError" in quiet.stderr,
        "Traceback" in quiet.stderr,
    ) == (1, True, False)
    loud = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, env={**os.environ, "NICOL_DEBUG": "1"}
    )
    assert "Traceback" in loud.stderr
    assert run(lambda: None) == 0


def test_a_schema_folder_is_read_whole_but_for_its_migrations(shop: Shop, sqlite_url: str) -> None:
    (shop.root / "schema.prisma").unlink()
    shop.write("nicol.toml", 'schema = "models"\nproviders = ["sqlite", "postgresql"]\n')
    head, _, rest = SCHEMA.partition("\nmodel User")
    shop.write("models/head.prisma", head)
    shop.write("models/sub/models.prisma", "model User" + rest)
    here = shop.on(sqlite_url)
    here.run("migrate", "dev", "--name", "init")
    assert (shop.root / "models" / "migrations").is_dir()
    assert "in sync" in here.run("migrate", "dev").out


def test_config_masks_the_url(shop: Shop) -> None:
    answer = shop.on(f"postgresql://u:{SECRET}@h/d").run("config")
    assert "postgresql://u:***@h/d" in answer.out
    assert "DATABASE_URL from environment" in answer.out
