"""Moving house: every row that can be carried arrives as it was, the others are named, through kills, in both directions."""

from __future__ import annotations

import json
import signal
import time
from decimal import Decimal
from typing import Any

import apsw
import pytest

from campaigns.moving import SCHEMA, fill, planted
from nicol.drivers import open_database
from nicol.sql.program import Row, rows

from .conftest import Shop

pytestmark = pytest.mark.slow

GOOD = 300


@pytest.fixture
def house(shop: Shop, sqlite_url: str, postgres_url: str) -> tuple[Shop, str, str]:
    """A portable project, its SQLite database with good and bad rows, and an empty PostgreSQL database."""
    shop.schema(SCHEMA)
    shop.on(sqlite_url).run("migrate", "dev", "--name", "init")
    shop.on(postgres_url).run("migrate", "deploy")
    raw = apsw.Connection(sqlite_url.removeprefix("file:"))
    fill(raw, GOOD)
    raw.close()
    return shop, sqlite_url, postgres_url


def read(url: str, text: str) -> list[Row]:
    with open_database(url) as database:
        return database.run(rows(text), write=False)


def copy(shop: Shop, source: str, target: str, *flags: str, code: int = 0) -> dict[str, Any]:
    out = shop.run("db", "copy", "--from", source, "--to", target, *flags, "--json", code=code).out
    found: dict[str, Any] = json.loads(out)
    return found


def check(shop: Shop, target: str) -> None:
    """What has to be in the target, and in quarantine."""
    assert read(target, 'SELECT count(*), max("id") FROM "User"') == [(GOOD, GOOD)]
    assert read(target, 'SELECT count(*) FROM "Post"') == [(2 * GOOD,)]
    assert read(target, 'SELECT "money", "big", "active", "tags" FROM "User" WHERE "id" = 7') == [
        (Decimal("7.2500"), 2**62 + 7, True, ["x7", "ü€"])
    ]
    assert read(
        target, 'SELECT "notes"::text, "avatar", "role"::text, "bossId" FROM "User" WHERE "id" = 8'
    ) == [('{"a": null, "b": [1, 8]}', bytes.fromhex("00ff000008"), "w", 7)]
    held = [json.loads(line) for line in (shop.root / "quarantine.jsonl").read_text().splitlines()]
    keys = {(each["table"], *each["key"]) for each in held}
    assert keys == planted(GOOD)
    reasons = {each["key"][0]: each["reason"] for each in held if each["table"] == "User"}
    assert reasons[GOOD + 1].startswith("born: ") and reasons[GOOD + 6].startswith("role: ")
    assert (
        "cannot be read" in reasons[GOOD + 11]
        and "bossId" in reasons[GOOD + 9]
        and "bossId" in reasons[GOOD + 10]
    )
    assert read(target, "SELECT nextval(pg_get_serial_sequence('\"User\"', 'id'))") == [(GOOD + 1,)]
    assert read(target, "SELECT count(*) FROM pg_constraint WHERE contype = 'f' AND convalidated") == [(4,)]


@pytest.mark.proves(
    "Operations", "SQLite moves to PostgreSQL: every good row arrives, the others are named with the reason"
)
def test_a_house_moves(house: tuple[Shop, str, str]) -> None:
    shop, source, target = house
    done = copy(shop, source, target, code=2)
    assert done["equal"] and not done["resumed"]
    check(shop, target)
    assert oct((shop.root / "quarantine.jsonl").stat().st_mode)[-3:] == "600"
    assert "is not empty" in shop.run("db", "copy", "--from", source, "--to", target, code=1).err
    assert "up to date" in shop.on(target).run("migrate", "status", "--drift").out


@pytest.mark.proves("Operations", "a move that is killed goes on where it was")
def test_a_killed_move_goes_on(house: tuple[Shop, str, str]) -> None:
    shop, source, target = house
    for wait in (0.6, 0.8):
        process = shop.start("db", "copy", "--from", source, "--to", target, "--no-verify")
        deadline = time.monotonic() + 20
        while (
            not read(target, "SELECT 1 FROM pg_tables WHERE tablename = '_nicol_move'")
            and time.monotonic() < deadline
        ):
            time.sleep(0.01)
        time.sleep(wait - 0.6)
        process.send_signal(signal.SIGKILL)
        process.communicate()
    copy(shop, source, target, code=2)
    check(shop, target)


@pytest.mark.proves("Operations", "PostgreSQL moves to SQLite, and comes back the same")
def test_there_and_back(house: tuple[Shop, str, str], tmp_path: Any, postgres_url: str) -> None:
    shop, source, target = house
    copy(shop, source, target, code=2)
    (shop.root / "quarantine.jsonl").unlink()
    back = f"file:{tmp_path / 'back.db'}"
    shop.on(back).run("migrate", "deploy")
    done = copy(shop, target, back)
    assert done["equal"] and done["quarantine"] is None
    assert read(back, 'SELECT count(*), sum("bossId") FROM "User"') == [(GOOD, sum(range(1, GOOD)))]
    shop.on(target).run("migrate", "reset", "--force")
    assert copy(shop, back, target)["equal"]
    assert read(target, 'SELECT count(*), sum("bossId") FROM "User"') == [(GOOD, sum(range(1, GOOD)))]


def test_what_is_in_the_way_is_told(house: tuple[Shop, str, str], tmp_path: Any) -> None:
    shop, source, target = house
    nowhere, bare = f"file:{tmp_path / 'nowhere.db'}", f"file:{tmp_path / 'bare.db'}"
    open_database(bare).connect()
    for start, end, sentence in (
        (source, source, "are the same database"),
        (nowhere, target, "there is no database"),
        (source, nowhere, "there is no database"),
        (source, bare, "has no table"),
    ):
        assert sentence in shop.run("db", "copy", "--from", start, "--to", end, code=1).err
