"""Keys of encrypted fields from the command line, on both databases: made, turned over beside writers and through kills."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
from typing import Any

import pytest

from nicol.drivers import open_database
from nicol.sealing.keys import SIZE, Key, KeyRing
from nicol.sql.program import Statement, ask, rows, transaction
from tests.canary import planted, planted_key

from .conftest import Shop

pytestmark = pytest.mark.slow

PROVES = pytest.mark.proves(
    "Operations", "keys of encrypted fields are turned over under load and through kills (`nicol secrets`)"
)

SCHEMA = """\
datasource db {
  provider = "postgresql"
  url      = env("DATABASE_URL")
}

generator client {
  provider = "nicol"
  output   = "held"
}

model Account {
  id         Int     @id
  /// @nicol.encrypted
  token      String
  /// @nicol.encrypted
  profile    Json?
  /// @nicol.encrypted(mode: deterministic)
  tax        Bytes?
  /// @nicol.encrypted(blindIndex: mailDigest)
  mail       String?
  mailDigest String? @unique
}

model Part {
  a      Int
  b      String
  /// @nicol.encrypted
  secret String

  @@id([a, b])
}
"""

OLD, NEW, INDEX = (Key(name, planted_key(name)).spelled() for name in ("old", "new", "index"))
TOKEN = planted("token")
FILL = """\
from held import Client
with Client() as db:
    db.account.create_many(data=[
        {"id": n, "token": f"TOKEN {n}", "profile": {"n": n}, "tax": b"%d" % n, "mail": f"m{n}" if n % 2 else None}
        for n in range(COUNT)
    ])
    db.part.create_many(data=[{"a": n // 50, "b": str(n), "secret": f"part {n}"} for n in range(4 * COUNT)])
"""
CHECK = """\
from held import Client
with Client() as db:
    for n, each in enumerate(db.account.find_many(order={"id": "asc"})):
        assert each.token in (f"TOKEN {n}", f"written {n}"), (n, each.token)
        assert (each.profile, each.tax) == ({"n": n}, b"%d" % n)
        assert each.mail == (f"m{n}" if n % 2 else None)
    assert db.account.find_first(where={"mail": "m3"}).id == 3
    assert db.account.find_first(where={"tax": b"4"}).id == 4
    assert sorted(each.secret for each in db.part.find_many()) == sorted(f"part {n}" for n in range(4 * COUNT))
"""
WRITE = """\
import itertools
from held import Client
with Client() as db:
    print("writing", flush=True)
    for n in itertools.cycle(range(COUNT)):
        db.account.update(where={"id": n}, data={"token": f"written {n}"})
"""


@pytest.fixture(params=["sqlite", "postgresql"])
def held(request: pytest.FixtureRequest, shop: Shop) -> Shop:
    """A project with a generated client, on each database in turn, with two keys of which the older one seals."""
    shop.schema(SCHEMA)
    shop.write("nicol.toml", 'providers = ["sqlite", "postgresql"]\n')
    name = {"sqlite": "sqlite_url", "postgresql": "postgres_url"}[request.param]
    here = shop.on(request.getfixturevalue(name))
    here.environment.update(NICOL_KEYS=OLD, NICOL_INDEX_KEYS=INDEX)
    here.run("db", "push")
    here.run("generate")
    return here


def started(held: Shop, script: str, count: int) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", script.replace("COUNT", str(count)).replace("TOKEN", TOKEN)],
        cwd=held.root,
        env={**held.variables(), "PYTHONPATH": str(held.root)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def done(held: Shop, script: str, count: int) -> None:
    process = started(held, script, count)
    _, err = process.communicate(timeout=120)
    assert process.returncode == 0, err


def say(held: Shop, sql: str) -> None:
    assert held.url is not None
    with open_database(held.url) as database:
        database.run(transaction(ask(Statement(sql))), write=True)


def await_rotated(held: Shop, count: int) -> None:
    """Wait until so many parts are under the new key: nobody but the rotation writes them."""
    assert held.url is not None
    text = "SELECT count(*) FROM \"Part\" WHERE secret LIKE 'nicol:1:new:%'"
    with open_database(held.url) as database:
        while database.run(rows(text), write=False)[0][0] < count:
            time.sleep(0.002)


def answer(held: Shop, *arguments: str, code: int = 0) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(held.run("secrets", *arguments, "--json", code=code).out)
    return found


@PROVES
def test_a_key_is_turned_over_beside_a_writer_and_through_kills(held: Shop) -> None:
    count = 6000
    done(held, FILL, count)
    held.environment["NICOL_KEYS"] = f"{NEW},{OLD}"
    before = answer(held, "status")["fields"]
    assert {each["name"]: each["by_key"] for each in before}["Account.token"] == {"old": count}
    writer = started(held, WRITE, count)
    assert writer.stdout is not None and writer.stdout.readline() == "writing\n"
    for done_before in (1, 1001, 2001):
        rotation = held.start("secrets", "rotate")
        await_rotated(held, done_before)
        rotation.send_signal(signal.SIGKILL)
        rotation.communicate()
    last = answer(held, "rotate")
    assert writer.poll() is None, writer.communicate()
    writer.kill()
    writer.communicate()
    assert sum(each["rotated"] + each["overtaken"] for each in last["fields"]) > 0
    held.environment["NICOL_KEYS"] = NEW
    survey = answer(held, "scan")
    assert {name for each in survey["fields"] for name in each["by_key"]} == {"new"}
    done(held, CHECK, count)
    assert answer(held, "rotate")["fields"][0]["rotated"] == 0


@PROVES
def test_plain_text_is_named_and_encrypted_where_it_lies(held: Shop) -> None:
    done(held, FILL, 10)
    say(held, "UPDATE \"Account\" SET token = 'token 7' WHERE id = 7")
    say(held, 'UPDATE "Account" SET token = (SELECT token FROM "Account" WHERE id = 1) WHERE id = 2')
    say(held, 'UPDATE "Account" SET "mailDigest" = NULL WHERE id = 3')
    scanned = held.run("secrets", "scan", code=1)
    assert "1 values are plain text (rows 7…)" in scanned.err and "token 7" not in scanned.err + scanned.out
    assert "1 values cannot be opened (rows 2…): it was encrypted for another row or field" in scanned.err
    turned = answer(held, "rotate", "--plain", "--field", "Account.token")["fields"]
    assert [(each["name"], each["encrypted"]) for each in turned] == [("Account.token", 1)]
    assert "is no encrypted field" in held.run("secrets", "rotate", "--field", "Account.id", code=1).err
    answer(held, "rotate")
    say(held, 'DELETE FROM "Account" WHERE id = 2')
    assert answer(held, "scan")["fields"][0]["plain"] == 0
    assert held.url is not None
    with open_database(held.url) as database:
        digest = database.run(rows('SELECT "mailDigest" FROM "Account" WHERE id = 3'), write=False)
    assert digest[0][0] is not None


@PROVES
def test_commands_ask_the_provider_that_the_configuration_names(held: Shop) -> None:
    done(held, FILL, 10)
    held.write(
        "vault.py",
        "import base64, os\nfrom nicol.client import WrappedKeys\n"
        "def bare(text): return base64.b64decode(text.partition(':')[2])[::-1]\n"
        "wrapped = {'new': bare(os.environ['A']), 'old': bare(os.environ['B'])}\n"
        "keys = WrappedKeys(lambda name, wrapped: wrapped[::-1], wrapped)\n"
        "other = 7\n",
    )
    del held.environment["NICOL_KEYS"]
    held.environment.update(A=NEW, B=OLD)
    held.write("nicol.toml", 'providers = ["sqlite", "postgresql"]\nkeys = "vault:keys"\n')
    assert {name for each in answer(held, "status")["fields"] for name in each["by_key"]} == {"old"}
    assert answer(held, "rotate", "--field", "Part.secret")["newest"] == "new"
    held.write("nicol.toml", 'providers = ["sqlite", "postgresql"]\nkeys = "vault:other"\n')
    assert "'vault:other' is no" in held.run("secrets", "status", code=1).err


def test_a_key_that_is_not_there_is_asked_for_once_on_a_page(held: Shop) -> None:
    done(held, FILL, 10)
    held.write(
        "vault.py",
        "import os\nfrom nicol.sealing.keys import SpelledKeys\n"
        "class Vault(SpelledKeys):\n"
        "    def keys(self):\n"
        "        with open('asked', 'a') as file:\n"
        "            file.write('.')\n"
        "        return super().keys()\n"
        "keys = Vault({'NICOL_KEYS': os.environ['ONLY'], 'NICOL_INDEX_KEYS': os.environ['INDEX']}.get)\n",
    )
    del held.environment["NICOL_KEYS"]
    held.environment.update(ONLY=NEW, INDEX=INDEX)
    held.write("nicol.toml", 'providers = ["sqlite", "postgresql"]\nkeys = "vault:keys"\n')
    (scanned,) = answer(held, "scan", code=1)["fields"][-1:]
    assert scanned["unreadable"] == 40
    assert len((held.root / "asked").read_text()) <= 2 * 5, "five fields of one page each"


def test_a_key_that_appears_is_found_by_the_next_operation() -> None:
    there: list[Key] = [Key("new", b"n" * SIZE)]
    asked: list[int] = []

    class Vault:
        def keys(self) -> list[Key]:
            asked.append(1)
            return there

        index_keys = keys

    ring = KeyRing(Vault())
    with ring.asked_once():
        assert [ring.named("old") for _ in range(9)] == [None] * 9
        assert len(asked) == 2
    there.append(Key("old", b"o" * SIZE))
    with ring.asked_once():
        assert ring.named("old") == there[1]


def test_a_key_is_printed_and_kept_nowhere_else(shop: Shop) -> None:
    one, two = (shop.run("secrets", "key", "--name", "2026").out.strip() for _ in range(2))
    assert one != two and one.startswith("2026:") and len(one) == 5 + 44
    found = json.loads(shop.run("secrets", "key", "--json").out)
    assert found["key"].startswith(found["name"] + ":")


@pytest.mark.parametrize(
    ("keys", "message"),
    [
        ("", "there is no key for them"),
        ("nocolon", "key 1 of NICOL_KEYS is not spelled `name:base64`"),
        ("a:%%%", "key 1 of NICOL_KEYS is no base64"),
        ("a:AAAA", "has 3 bytes and needs 32"),
        (f"{OLD} {OLD}", "two keys of the same name"),
        (f"a b:{OLD.partition(':')[2]}", "not spelled"),
    ],
)
def test_a_wrong_key_is_named_and_never_shown(shop: Shop, sqlite_url: str, keys: str, message: str) -> None:
    shop.schema(SCHEMA)
    here = shop.on(sqlite_url)
    shop.write("nicol.toml", 'providers = ["sqlite", "postgresql"]\n')
    here.run("db", "push")
    here.environment["NICOL_KEYS"] = keys
    told = here.run("secrets", "rotate", code=1)
    assert message in told.err
    assert OLD.partition(":")[2] not in told.err + told.out


def test_a_schema_without_secrets_needs_no_key(shop: Shop, sqlite_url: str) -> None:
    here = shop.on(sqlite_url)
    here.run("db", "push")
    assert "No field has @nicol.encrypted." in here.run("secrets", "status").out
    assert answer(here, "rotate")["fields"] == []
