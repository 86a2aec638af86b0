"""Moving house: every row that can be carried arrives as it was, the others are named, through kills, in both directions."""

from __future__ import annotations

import json
import signal
import time
from decimal import Decimal
from typing import Any

import apsw
import pytest

from nicol.drivers import open_database
from nicol.sql.program import Row, rows

from .conftest import Shop

pytestmark = pytest.mark.slow

SCHEMA = """\
datasource db {
  provider = "postgresql"
  url      = env("DATABASE_URL")
}

enum Role {
  READER
  WRITER @map("w")
}

model User {
  id      Int       @id @default(autoincrement())
  email   String    @unique @db.VarChar(40)
  role    Role      @default(READER)
  born    DateTime
  seen    DateTime? @db.Timestamptz(6)
  money   Decimal   @db.Decimal(20, 4)
  big     BigInt    @default(0)
  ratio   Float?
  active  Boolean   @default(true)
  notes   Json?
  tags    String[]
  roles   Role[]
  avatar  Bytes?
  boss    User?     @relation("boss", fields: [bossId], references: [id], onDelete: NoAction, onUpdate: NoAction)
  bossId  Int?
  staff   User[]    @relation("boss")
  posts   Post[]
  groups  Group[]
}

model Post {
  user   User   @relation(fields: [userId], references: [id])
  userId Int
  number Int
  text   String
  @@id([userId, number])
}

model Group {
  id    String @id @db.Uuid
  users User[]
}
"""

NAMES = (
    "id", "email", "role", "born", "seen", "money", "big", "ratio", "active", "notes", "tags", "roles", "avatar", "bossId",
)  # fmt: skip
COLUMNS = ", ".join(f'"{name}"' for name in NAMES)
GOOD = 300
FORMS = (
    "'2024-03-31T12:00:00.{0:03}+00:00'",
    "'2024-03-31 12:00:00'",
    "17118864{0:05}",
    "'2024-03-31 12:00:00 +00:00'",
)


def user(number: int) -> str:
    """A row that can be carried, as SQLite holds it."""
    born = FORMS[number % 4].format(number)
    boss = "NULL" if number == 1 else str(number - 1)
    return (
        f"({number}, 'u{number}@x.org', '{'w' if number % 3 else 'READER'}', {born}, "
        f"'2024-03-31T12:00:00.123456+00:00', '{number}.2500', {2**62 + number}, {number / 7}, {number % 2}, "
        f"""'{{"b": [1, {number}], "a": null}}', '["x{number}", "ü\\u20ac"]', '["READER", "w"]', x'00ff{number:04x}', {boss})"""
    )


BAD_USERS = [
    (1001, {"born": "'yesterday'"}),
    (1002, {"born": "NULL"}),
    (1003, {"money": "'much'"}),
    (1004, {"notes": "'{broken'"}),
    (1005, {"tags": "'[1'"}),
    (1006, {"role": "'KING'"}),
    (1007, {"email": "'nul' || char(0)"}),
    (1008, {"email": f"'{'x' * 41}'"}),
    (1009, {"bossId": "4711"}),
    (1010, {"bossId": "1009"}),
    (1011, {"email": "CAST(x'ff61' AS TEXT)"}),
    (1012, {"id": "4294967296"}),
]


@pytest.fixture
def house(shop: Shop, sqlite_url: str, postgres_url: str) -> tuple[Shop, str, str]:
    """A portable project, its SQLite database with good and bad rows, and an empty PostgreSQL database."""
    shop.schema(SCHEMA)
    shop.on(sqlite_url).run("migrate", "dev", "--name", "init")
    shop.on(postgres_url).run("migrate", "deploy")
    raw = apsw.Connection(sqlite_url.removeprefix("file:"))
    raw.execute("PRAGMA ignore_check_constraints = ON")
    fill(raw)
    raw.close()
    return shop, sqlite_url, postgres_url


def fill(raw: apsw.Connection) -> None:
    raw.execute("BEGIN")
    raw.execute("PRAGMA writable_schema = ON")
    bound, free = '"born" DATETIME NOT NULL', '"born" DATETIME'
    raw.execute(f"UPDATE sqlite_schema SET sql = replace(sql, '{bound}', '{free}') WHERE name = 'User'")
    raw.execute("PRAGMA writable_schema = RESET")
    raw.execute("COMMIT")
    for number in range(1, GOOD + 1):
        raw.execute(f'INSERT INTO "User" ({COLUMNS}) VALUES {user(number)}')
        raw.execute(f"INSERT INTO \"Post\" VALUES ({number}, 1, 'one'), ({number}, 2, 'two')")
    for number, changes in BAD_USERS:
        values = dict(zip(NAMES, _split(user(number)), strict=True)) | {"bossId": "NULL"} | changes
        raw.execute(f'INSERT INTO "User" ({COLUMNS}) VALUES ({", ".join(values[name] for name in NAMES)})')
    raw.execute(
        "INSERT INTO \"Post\" VALUES (4712, 1, 'of nobody'), (1001, 1, 'of one who stays'), (1, 3, 'nul' || char(0))"
    )
    raw.execute("INSERT INTO \"Group\" VALUES ('0189f7a2-0000-7000-8000-000000000001'), ('no uuid')")
    raw.execute(
        "INSERT INTO \"_GroupToUser\" VALUES ('0189f7a2-0000-7000-8000-000000000001', 1), ('no uuid', 2)"
    )


def _split(row: str) -> list[str]:
    """The values of a row, whose texts may hold commas."""
    parts: list[str] = []
    depth, quoted, current = 0, False, ""
    for character in row[1:-1]:
        quoted ^= character == "'"
        if character == "," and not quoted and depth == 0:
            parts.append(current.strip())
            current = ""
        else:
            current += character
    return [*parts, current.strip()]


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
    ) == [('{"a": null, "b": [1, 8]}', bytes.fromhex("00ff0008"), "w", 7)]
    held = [json.loads(line) for line in (shop.root / "quarantine.jsonl").read_text().splitlines()]
    keys = {(each["table"], *each["key"]) for each in held}
    users = {("User", (changes.get("id") and int(changes["id"])) or number) for number, changes in BAD_USERS}
    assert keys == users | {
        ("Post", 4712, 1), ("Post", 1001, 1), ("Post", 1, 3), ("Group", "no uuid"), ("_GroupToUser", "no uuid", 2),
    }  # fmt: skip
    reasons = {each["key"][0]: each["reason"] for each in held if each["table"] == "User"}
    assert reasons[1001].startswith("born: ") and reasons[1006].startswith("role: ")
    assert "cannot be read" in reasons[1011] and "bossId" in reasons[1009] and "bossId" in reasons[1010]
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
