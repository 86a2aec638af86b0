"""A house of a million rows that moves from SQLite to PostgreSQL and is killed twice on the way: every good row has to arrive,
equal by checksum, and every planted one has to be named.
"""

from __future__ import annotations

import argparse
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import apsw

from campaigns.execution.servers import embedded
from nicol.drivers import open_database
from nicol.sql.program import rows

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

_BORN = (
    "'2024-03-31T12:00:00.{:03}+00:00'",
    "'2024-03-31 12:00:00'",
    "1711886400{:03}",
    "'2024-03-31 12:00:00 +00:00'",
)
"""The four forms in which files hold times."""

_WRONG: tuple[dict[str, str], ...] = (
    {"born": "'yesterday'"},
    {"born": "NULL"},
    {"money": "'much'"},
    {"notes": "'{broken'"},
    {"tags": "'[1'"},
    {"role": "'KING'"},
    {"email": "'nul' || char(0)"},
    {"email": f"'{'x' * 41}'"},
    {"bossId": "4711000"},
    {"bossId": "{before}"},
    {"email": "CAST(x'ff61' AS TEXT)"},
    {"id": "4294967296"},
    {"role": "'w '"},
    {"seen": "'2024-13-31T12:00:00.000+00:00'"},
    {"big": "'many'"},
)
"""What is wrong with the users behind the good ones; the tenth has the one before it as its boss, who stays behind."""


def user(number: int) -> dict[str, str]:
    """A row that can be carried, as literals of SQLite."""
    return {
        "id": str(number),
        "email": f"'u{number}@x.org'",
        "role": "'w'" if number % 3 else "'READER'",
        "born": _BORN[number % 4].format(number % 1000),
        "seen": "'2024-03-31T12:00:00.123456+00:00'",
        "money": f"'{number}.2500'",
        "big": str(2**62 + number),
        "ratio": repr(number / 7),
        "active": str(number % 2),
        "notes": f"""'{{"b": [1, {number}], "a": null}}'""",
        "tags": f"""'["x{number}", "ü\\u20ac"]'""",
        "roles": """'["READER", "w"]'""",
        "avatar": f"x'00ff{number:06x}'",
        "bossId": "NULL" if number == 1 else str(number - 1),
    }


def fill(raw: apsw.Connection, good: int) -> None:
    """So many users with two posts each, and the rows that cannot be carried."""
    raw.execute("PRAGMA ignore_check_constraints = ON")
    raw.execute("BEGIN")
    raw.execute("PRAGMA writable_schema = ON")
    bound, free = '"born" DATETIME NOT NULL', '"born" DATETIME'
    raw.execute(f"UPDATE sqlite_schema SET sql = replace(sql, '{bound}', '{free}') WHERE name = 'User'")
    raw.execute("PRAGMA writable_schema = RESET")
    raw.execute("COMMIT")
    raw.execute("BEGIN")
    for number in range(1, good + 1):
        _insert(raw, user(number))
        raw.execute(f"INSERT INTO \"Post\" VALUES ({number}, 1, 'one'), ({number}, 2, 'two')")
    for number, wrong in enumerate(_WRONG, good + 1):
        changes = {name: text.replace("{before}", str(number - 1)) for name, text in wrong.items()}
        _insert(raw, user(number) | {"bossId": "NULL"} | changes)
    posts = f"(4712000, 1, 'of nobody'), ({good + 1}, 1, 'of one who stays'), (1, 3, 'nul' || char(0))"
    raw.execute(f'INSERT INTO "Post" VALUES {posts}')
    known = "'0189f7a2-0000-7000-8000-000000000001'"
    raw.execute(f"INSERT INTO \"Group\" VALUES ({known}), ('no uuid')")
    raw.execute(f"INSERT INTO \"_GroupToUser\" VALUES ({known}, 1), ('no uuid', 2)")
    raw.execute("COMMIT")


def _insert(raw: apsw.Connection, row: dict[str, str]) -> None:
    names = ", ".join(f'"{name}"' for name in row)
    raw.execute(f'INSERT INTO "User" ({names}) VALUES ({", ".join(row.values())})', can_cache=False)


def planted(good: int) -> set[tuple[Any, ...]]:
    """The tables and keys of the rows that have to stay behind."""
    users = {("User", int(wrong.get("id", number))) for number, wrong in enumerate(_WRONG, good + 1)}
    return users | {
        ("Post", 4712000, 1), ("Post", good + 1, 1), ("Post", 1, 3), ("Group", "no uuid"), ("_GroupToUser", "no uuid", 2),
    }  # fmt: skip


def main(arguments: Sequence[str]) -> int:
    """Run what the command line says; 1 when a row was lost, changed or not named."""
    parser = argparse.ArgumentParser(prog="python -m campaigns moving", description=__doc__)
    parser.add_argument("--rows", type=int, default=1_000_000, help="rows that can be carried (1,000,000)")
    parser.add_argument("--kills", type=int, default=2, help="how often it is killed (2)")
    given = parser.parse_args(arguments)
    good = given.rows // 3
    with tempfile.TemporaryDirectory() as folder, embedded(16) as server:
        root = Path(folder)
        source, target = f"file:{root}/house.db", server.replace("/postgres?", "/house?")
        (root / "schema.prisma").write_text(SCHEMA)
        (root / "nicol.toml").write_text('providers = ["sqlite", "postgresql"]\n')
        _nicol(root, "migrate", "dev", "--name", "init", "--url", source)
        _nicol(root, "migrate", "deploy", "--url", target)
        raw = apsw.Connection(f"{root}/house.db")
        fill(raw, good)
        raw.close()
        print(f"the house is built: {3 * good:,} good rows, {len(planted(good))} planted ones", flush=True)
        move = ("db", "copy", "--from", source, "--to", target)
        for number in range(given.kills):
            _killed(root, target, move, (number + 1) * given.rows // (given.kills + 2))
        answer = json.loads(_nicol(root, *move, "--json", code=2))
        held = [json.loads(line) for line in (root / "quarantine.jsonl").read_text().splitlines()]
    named = {(each["table"], *each["key"]) for each in held}
    came = sum(each["came"] for each in answer["tables"])
    missing, strangers = planted(good) - named, named - planted(good)
    print(
        f"{came:,} rows came, {len(named)} stayed behind, equal: {answer['equal']}, the last run took {answer['seconds']:.1f} s"
    )
    print(f"planted and not named: {missing or 'none'}; named and not planted: {strangers or 'none'}")
    return int(bool(missing or strangers) or not answer["equal"] or came != 3 * good + 2)


def _nicol(root: Path, *arguments: str, code: int = 0) -> str:
    program = str(Path(sys.executable).parent / "nicol")
    done = subprocess.run(
        [program, *arguments], cwd=root, capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL
    )
    assert done.returncode == code, f"{arguments}: {done.returncode}\n{done.stdout}\n{done.stderr}"
    return done.stdout


def _killed(root: Path, target: str, move: Sequence[str], after: int) -> None:
    """Begin, and kill when so many rows are there."""
    program = str(Path(sys.executable).parent / "nicol")
    process = subprocess.Popen(
        [program, *move], cwd=root, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=os.environ
    )
    with open_database(target) as database:
        count = 0
        while count < after and process.poll() is None:
            time.sleep(0.05)
            ((count,),) = database.run(
                rows('SELECT (SELECT count(*) FROM "User") + (SELECT count(*) FROM "Post")'), write=False
            )
    process.send_signal(signal.SIGKILL)
    process.wait()
    print(f"killed at {count:,} rows", flush=True)
