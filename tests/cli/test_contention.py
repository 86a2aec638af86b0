"""Deployers that meet Prisma, each other, and an end in the middle of a statement: with real processes on PostgreSQL."""

from __future__ import annotations

import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
import pytest

from .conftest import Shop
from .test_migrate_stories import read

pytestmark = [pytest.mark.slow, pytest.mark.timeout(240)]

LOCK = 'provider = "portable"\nproviders = ["sqlite", "postgresql"]\n'
INIT = "CREATE TABLE big (id INTEGER);\nINSERT INTO big SELECT g FROM generate_series(1, 100) g;"
BUILD = "CREATE TABLE one (id INTEGER);\nCREATE INDEX CONCURRENTLY big_id ON big (id);\nCREATE TABLE two (id INTEGER);"


@pytest.fixture
def server(shop: Shop, postgres_url: str) -> Shop:
    """A database with a table, and a migration that is to build an index beside writers."""
    here = shop.on(postgres_url)
    here.write("migrations/migration_lock.toml", LOCK)
    here.migration("20260101000000_init", INIT)
    here.run("migrate", "deploy")
    here.migration("20260102000000_index", BUILD)
    return here


@contextmanager
def reader(url: str) -> Iterator[psycopg.Connection]:
    """Somebody whose open transaction a concurrent build has to wait for."""
    with psycopg.connect(url) as connection:
        connection.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
        connection.execute("SELECT count(*) FROM big")
        yield connection


def building(url: str) -> int:
    """Wait until a deployer is in the middle of its build; the process of its session."""
    look = (
        "SELECT pid FROM pg_stat_activity WHERE query LIKE 'CREATE INDEX CONCURRENTLY%' AND state = 'active'"
    )
    for _ in range(600):
        if found := read(url, f"{look} AND datname = current_database()"):
            return int(found[0][0])
        time.sleep(0.05)
    raise AssertionError("nobody builds")


def whole(shop: Shop) -> bool:
    """True when the index is valid and the migration recorded."""
    url = shop.url or ""
    valid = read(url, "SELECT indisvalid FROM pg_index WHERE indexrelid = to_regclass('big_id')")
    return valid == [(True,)] and "up to date" in shop.run("migrate", "status").out


@pytest.mark.proves(
    "Migrations",
    "a deployer that dies in the middle of a concurrent build is taken over from at once",
    only="postgresql",
)
def test_a_deployer_that_is_killed_while_it_builds_is_taken_over_from(server: Shop) -> None:
    with reader(server.url or ""):
        first = server.start("migrate", "deploy")
        building(server.url or "")
        assert "is at step 2 of 3" in server.run("migrate", "status", code=1).out
        assert (
            "P1002" in server.run("migrate", "resolve", "--rolled-back", "20260102000000_index", code=1).err
        )
        busy = server.run("migrate", "deploy", "--wait", "1s", code=1)
        assert "P1002" in busy.err
        assert "step 2 of 3" in busy.err
        first.send_signal(signal.SIGKILL)
        first.communicate()
        assert "was interrupted" in server.run("migrate", "status", code=1).out
        second = server.start("migrate", "deploy")
        time.sleep(2)
    out, err = second.communicate(timeout=60)
    assert second.returncode == 0, out + err
    assert whole(server)


@pytest.mark.proves(
    "Migrations",
    "a build that the server ends is resumed, and its invalid index made anew",
    only="postgresql",
)
def test_a_build_that_the_server_ends_is_resumed(server: Shop) -> None:
    url = server.url or ""
    with reader(url):
        first = server.start("migrate", "deploy")
        read(url, f"SELECT pg_terminate_backend({building(url)})")
        _, err = first.communicate(timeout=60)
        assert first.returncode == 1
        assert "P1001" in err
    assert read(url, "SELECT indisvalid FROM pg_index WHERE indexrelid = to_regclass('big_id')") in (
        [(False,)],
        [],
    )
    server.run("migrate", "deploy")
    assert whole(server)


@pytest.mark.proves("Migrations", "Prisma's deployers and Nicol's exclude each other", only="postgresql")
def test_prismas_lock_is_respected_and_held(server: Shop) -> None:
    url = server.url or ""
    with psycopg.connect(url, autocommit=True) as prisma:
        prisma.execute("SELECT pg_advisory_lock(72707369)")
        busy = server.run("migrate", "deploy", "--wait", "1s", code=1)
        assert "Prisma is applying migrations" in busy.err
        assert read(url, "SELECT to_regclass('one')") == [(None,)]
        prisma.execute("SELECT pg_advisory_unlock(72707369)")
        server.run("migrate", "deploy")
        server.migration("20260103000000_slow", "SELECT pg_sleep(3);")
        deployer = server.start("migrate", "deploy")
        for _ in range(200):
            if read(
                url, "SELECT 1 FROM pg_stat_activity WHERE query LIKE 'SELECT pg_sleep%' AND state = 'active'"
            ):
                break
            time.sleep(0.05)
        assert prisma.execute("SELECT pg_try_advisory_lock(72707369)").fetchone() == (False,)
        deployer.communicate(timeout=60)
        assert deployer.returncode == 0
        assert prisma.execute("SELECT pg_try_advisory_lock(72707369)").fetchone() == (True,)


@pytest.mark.proves("Migrations", "reset and push wait for a deployer that is at work", only="postgresql")
@pytest.mark.parametrize(
    "command", [("migrate", "reset", "--force"), ("db", "push"), ("db", "push", "--force-reset")]
)
def test_what_is_no_deployer_waits_for_one(server: Shop, command: tuple[str, ...]) -> None:
    with reader(server.url or ""):
        deployer = server.start("migrate", "deploy")
        building(server.url or "")
        busy = server.run(*command, "--wait", "1s", code=1)
        assert "P1002" in busy.err
        assert "step 2 of 3" in busy.err
        assert read(server.url or "", "SELECT count(*) FROM big") == [(100,)]
        agreed = ("--accept-data-loss", "--no-rename", "big") if "push" in command else ()
        waiting = server.start(*command, *agreed)
        time.sleep(6)
        assert waiting.poll() is None
    out, err = deployer.communicate(timeout=60)
    assert deployer.returncode == 0, out + err
    out, err = waiting.communicate(timeout=60)
    assert waiting.returncode == 0, out + err
    assert "Waiting: process" in out
    if "push" not in command:
        assert whole(server)
    else:
        assert "No difference" in server.run("migrate", "diff", "--from", "url", "--to", "schema").out


def test_a_deployer_whose_record_is_taken_away_says_so(server: Shop) -> None:
    """A reset that was first in the queue leaves nothing to those behind it."""
    with psycopg.connect(server.url or "") as other:
        other.execute('LOCK TABLE "_prisma_migrations" IN ACCESS SHARE MODE')
        other.execute('LOCK TABLE "_prisma_migrations" IN SHARE ROW EXCLUSIVE MODE')
        server.migration("20260102000000_index", "CREATE TABLE one (id INTEGER);")
        deployer = server.start("migrate", "deploy")
        for _ in range(200):
            waiting = "SELECT 1 FROM pg_locks WHERE NOT granted AND relation = '_prisma_migrations'::regclass"
            if other.execute(waiting).fetchone():
                break
            time.sleep(0.05)
        other.execute("DROP SCHEMA public CASCADE; CREATE SCHEMA public")
        other.commit()
    _, err = deployer.communicate(timeout=60)
    assert deployer.returncode == 1
    assert "the database was emptied meanwhile" in err
