"""The outbox from the command line: what waits, what is dead, what is asked for again, and relays as processes."""

from __future__ import annotations

import json
import signal
import time

import pytest

from nicol.drivers import open_database
from nicol.outbox.shape import model_text
from nicol.sql.program import Row, Statement, ask, rows

from .conftest import Shop

pytestmark = pytest.mark.slow

SCHEMA = f"""\
datasource db {{
  provider = "postgresql"
  url      = env("DATABASE_URL")
}}

generator client {{
  provider = "nicol"
  output   = "./shop"
}}

{model_text("Mail")}

enum Kind {{
  NEWS
  NOTE
}}

model Other {{
  id   Int  @id
  kind Kind
}}
"""

RELAYS = """\
from pathlib import Path
from nicol.outbox import AsyncRelay, Relay, Retries
from shop import AsyncClient, Client

def handle(message):
    if message.topic == "bad":
        raise ValueError("no such address")
    with Path("handled.txt").open("a") as file:
        file.write(f"{message.payload}\\n")

async def handle_later(message):
    handle(message)

SETTINGS = {"model": "Mail", "retries": Retries(attempts=1), "poll": 0.05}
blocking = Relay(Client(), handle, **SETTINGS)
awaited = AsyncRelay(AsyncClient(), handle_later, **SETTINGS)
number = 7
"""


def read(url: str, text: str) -> list[Row]:
    with open_database(url) as database:
        return database.run(rows(text), write=False)


def write(url: str, *messages: tuple[str, str, int]) -> None:
    """Messages as another program writes them: topic, key and payload."""
    with open_database(url) as database:
        for topic, key, payload in messages:
            text = (
                'INSERT INTO "Mail" ("idempotencyKey", "topic", "key", "payload") VALUES '
                f"('{key}{payload}', '{topic}', '{key}', '{payload}')"
            )
            database.run(ask(Statement(text)), write=True)


@pytest.fixture
def mail(living_shop: Shop) -> Shop:
    """A project with an outbox and its relays."""
    shop = living_shop
    shop.schema(SCHEMA)
    shop.write("relays.py", RELAYS)
    shop.run("db", "push")
    shop.run("generate")
    return shop


@pytest.mark.proves("Operations", "`nicol outbox status`, `requeue` and `relay`")
@pytest.mark.parametrize("relay", ["relays:blocking", "relays:awaited"])
def test_dead_letters_are_shown_and_asked_for_again(mail: Shop, relay: str) -> None:
    assert mail.url
    write(mail.url, ("bad", "a", 1), ("good", "a", 2), ("bad", "b", 3))
    assert "Mail: 3 waiting (0 after an attempt), the first since" in mail.run("outbox", "status").out
    done = json.loads(mail.run("outbox", "relay", relay, "--once", "--workers", "2", "--json").out)
    assert {name: done[name] for name in ("delivered", "failed", "dead")} == {
        "delivered": 1,
        "failed": 0,
        "dead": 2,
    }
    told = mail.run("outbox", "status").out
    assert "ValueError: no such address" in told
    assert "2 dead" in told
    (outbox,) = json.loads(mail.run("outbox", "status", "--json").out)["outboxes"]
    assert outbox["model"] == "Mail"
    assert outbox["count"] == {"waiting": 0, "retrying": 0, "dead": 2, "oldest": None}
    first, second = outbox["letters"]
    assert (first["key"], first["attempts"], second["key"]) == ("a", 1, "b")
    assert "Mail: 1 requeued" in mail.run("outbox", "requeue", str(first["id"])).out
    assert "1 of 2 requeued" in mail.run("outbox", "requeue", str(second["id"]), "999", code=1).out
    assert read(mail.url, 'SELECT "attempts", "deadAt" FROM "Mail"') == [(0, None), (0, None)]
    mail.run("outbox", "relay", relay, "--once")
    assert json.loads(mail.run("outbox", "requeue", "--all", "--json").out)["requeued"] == 2


@pytest.mark.parametrize("relay", ["relays:blocking", "relays:awaited"])
def test_a_relay_ends_when_it_is_told_to(mail: Shop, relay: str) -> None:
    assert mail.url
    write(mail.url, ("good", "a", 1))
    process = mail.start("outbox", "relay", relay)
    handled = mail.root / "handled.txt"
    while process.poll() is None and not (handled.exists() and not read(mail.url, 'SELECT 1 FROM "Mail"')):
        time.sleep(0.05)
    process.send_signal(signal.SIGTERM)
    out, err = process.communicate(timeout=60)
    assert process.returncode == 0, err
    assert out.endswith("1 delivered, 0 attempts failed, 0 dead.\n")
    assert handled.read_text() == "1\n"


MISTAKES: dict[str, tuple[tuple[str, ...], str]] = {
    "which letters": (("requeue",), "it has to be said which dead letters"),
    "both": (("requeue", "1", "--all"), "it has to be said which dead letters"),
    "no such model": (("status", "--model", "Nobody"), "has no model `Nobody`"),
    "a model of something else": (("status", "--model", "Other"), "cannot be an outbox"),
    "no relay": (("relay", "relays"), "names no `Relay`"),
    "nothing": (("relay", "relays:nothing"), "cannot be imported"),
    "something else": (
        ("relay", "relays:number"),
        "is no `nicol.outbox.Relay or nicol.outbox.AsyncRelay` but int",
    ),
}


def test_mistakes_are_told_with_the_way_out(mail: Shop) -> None:
    for name, (arguments, told) in MISTAKES.items():
        assert told in mail.run("outbox", *arguments, code=1).err, name


def test_a_schema_without_an_outbox_is_told_how_one_looks(living_shop: Shop) -> None:
    living_shop.run("db", "push")
    assert "No model of the schema is an outbox" in living_shop.run("outbox", "status").out
    assert "model OutboxMessage {" in living_shop.run("outbox", "requeue", "--all", code=1).err


def test_of_several_outboxes_one_has_to_be_named(mail: Shop) -> None:
    mail.schema(SCHEMA + "\n" + model_text("Calls"))
    mail.run("db", "push")
    assert "--model: Mail, Calls" in mail.run("outbox", "requeue", "--all", code=1).err
    assert "Calls: 0 requeued" in mail.run("outbox", "requeue", "--all", "--model", "Calls").out
    names = [each["model"] for each in json.loads(mail.run("outbox", "status", "--json").out)["outboxes"]]
    assert names == ["Mail", "Calls"]
