"""Commands without a terminal and with standard input closed, and how long the one takes that runs at every start."""

from __future__ import annotations

import json
import resource
import subprocess
import time

import pytest

from .conftest import NICOL, SCHEMA, Shop
from .test_migrate_stories import read, write

pytestmark = pytest.mark.slow


def closed(shop: Shop, *words: str, code: int = 0) -> str:
    """Run a command whose standard input is closed, not just empty."""
    done = subprocess.run(
        ["sh", "-c", 'exec "$0" "$@" <&-', NICOL, *words],
        cwd=shop.root,
        env=shop.variables(),
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == code, f"{words}: {done.returncode}\n{done.stdout}\n{done.stderr}"
    assert "Traceback" not in done.stderr
    assert "unexpected" not in done.stderr
    return done.stdout + done.stderr


@pytest.mark.proves(
    "Migrations", "every command works with standard input closed; a question names its flag instead"
)
def test_every_command_works_with_standard_input_closed(living_shop: Shop) -> None:
    living_shop.write("seed.py", "import sys\nassert sys.stdin is None or not sys.stdin.read()\n")
    living_shop.write("nicol.toml", 'providers = ["sqlite", "postgresql"]\nseed = "python seed.py"\n')
    script = str(living_shop.write("more.sql", "SELECT 1;"))
    closed(living_shop, "validate")
    closed(living_shop, "format", "--check")
    closed(living_shop, "migrate", "dev", "--name", "init")
    closed(living_shop, "migrate", "deploy")
    closed(living_shop, "migrate", "deploy", "--plan")
    closed(living_shop, "migrate", "status", "--drift")
    closed(living_shop, "migrate", "diff", "--exit-code")
    assert "--force" in closed(living_shop, "migrate", "reset", code=1)
    closed(living_shop, "migrate", "reset", "--force")
    closed(living_shop, "db", "seed")
    closed(living_shop, "db", "execute", "--file", script)
    closed(living_shop, "db", "execute", "--stdin")
    write(living_shop.url or "", 'INSERT INTO "User" ("email", "name") VALUES (\'a\', \'b\')')
    living_shop.schema(SCHEMA.replace("  name  String?\n", ""))
    assert "--accept-data-loss" in closed(living_shop, "migrate", "dev", "--name", "gone", code=1)
    assert "--accept-data-loss" in closed(living_shop, "db", "push", code=1)
    closed(living_shop, "db", "push", "--accept-data-loss")


@pytest.mark.proves("Migrations", "a deploy with nothing to do answers in half a second")
def test_a_deploy_with_nothing_to_do_is_quick(living_shop: Shop) -> None:
    living_shop.run("migrate", "dev", "--name", "init")
    living_shop.run("migrate", "deploy")
    taken: list[float] = []
    while not taken or (min(taken) >= 0.5 and len(taken) < 12):  # a busy machine tells the truth now and then
        before, started = resource.getrusage(resource.RUSAGE_CHILDREN), time.monotonic()
        living_shop.run("migrate", "deploy")
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        busy = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
        taken.append(min(busy, time.monotonic() - started))
    assert min(taken) < 0.5, taken


@pytest.mark.proves(
    "Migrations", "deploy --plan shows statements, steps, locks and what they cost, and changes nothing"
)
def test_a_plan_counts_in_the_live_database_and_changes_nothing(living_shop: Shop) -> None:
    living_shop.run("migrate", "dev", "--name", "init")
    write(
        living_shop.url or "",
        "INSERT INTO \"User\" (\"email\", \"name\") VALUES ('a', 'x'), ('b', 'x'), ('c', NULL)",
    )
    living_shop.migration(
        "29990101000000_next",
        'ALTER TABLE "User" ADD COLUMN "fax" TEXT;\nVACUUM;\nCREATE UNIQUE INDEX u ON "User" ("name");\nDROP TABLE "Post";',
    )
    before = read(living_shop.url or "", "SELECT count(*) FROM _prisma_migrations")
    plan = json.loads(living_shop.run("migrate", "deploy", "--plan", "--json").out)
    (migration,) = plan["migrations"]
    assert [(step["alone"], len(step["statements"])) for step in migration["steps"]] == [
        (False, 1),
        (True, 1),
        (False, 2),
    ]
    assert plan["fails"] == ['1 value of ("name") occurs in several rows of "User"']
    shown = living_shop.run("migrate", "deploy", "--plan", "--exit-code", code=3).out
    assert "step 2, on its own" in shown
    assert 'FAILS: 1 value of ("name") occurs in several rows of "User"' in shown
    assert "reads and writes wait" in shown or "writes wait" in shown
    assert read(living_shop.url or "", "SELECT count(*) FROM _prisma_migrations") == before
    assert "--plan" in living_shop.run("migrate", "deploy", "--exit-code", code=1).err


def test_a_plan_makes_no_database(shop: Shop) -> None:
    shop.migration("1_m", "CREATE TABLE a (id INTEGER);")
    shop.write(
        "migrations/migration_lock.toml", 'provider = "portable"\nproviders = ["sqlite", "postgresql"]\n'
    )
    here = shop.on("file:./none.db")
    assert "would be made" in here.run("migrate", "deploy", "--plan", "--exit-code", code=2).out
    assert not (shop.root / "none.db").exists()


@pytest.mark.proves("Migrations", "migrate status --drift tells what differs from the applied migrations")
def test_status_tells_of_drift(living_shop: Shop) -> None:
    living_shop.run("migrate", "dev", "--name", "init")
    assert json.loads(living_shop.run("migrate", "status", "--json").out)["drift"] is None
    assert json.loads(living_shop.run("migrate", "status", "--drift", "--json").out)["drift"] == {
        "tables": [],
        "objects": [],
    }
    write(living_shop.url or "", 'ALTER TABLE "User" ADD COLUMN "stray" TEXT')
    living_shop.run("migrate", "status")
    assert "stray" in living_shop.run("migrate", "status", "--drift", code=1).out


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("--lock-timeout", "soon"), "'soon' is no span of time"),
        (("--statement-timeout", "3x"), "'3x' is no span of time"),
        (("--wait", "-1"), "'-1' is no span of time"),
    ],
)
def test_a_wrong_span_is_told(shop: Shop, words: tuple[str, ...], message: str) -> None:
    assert message in shop.on("file:x.db").run("migrate", "deploy", *words, code=1).err


@pytest.mark.proves(
    "Migrations", "a lock that is not given is waited for no longer than said", only="postgresql"
)
def test_a_lock_is_not_waited_for_for_ever(shop: Shop, postgres_url: str) -> None:
    import psycopg

    here = shop.on(postgres_url)
    here.run("migrate", "dev", "--name", "init")
    here.migration("29990101000000_next", 'ALTER TABLE "User" ADD COLUMN "fax" TEXT;')
    with psycopg.connect(postgres_url) as blocker:
        blocker.execute('SELECT * FROM "User"')
        started = time.monotonic()
        answer = here.run("migrate", "deploy", "--lock-timeout", "200ms", "--wait", "2s", code=1)
        assert time.monotonic() - started < 30
        assert "P1008" in answer.err
    here.migration("29990101000000_next", "SELECT pg_sleep(20);")
    answer = here.run("migrate", "deploy", "--statement-timeout", "300ms", code=1)
    assert "statement timeout" in answer.err
