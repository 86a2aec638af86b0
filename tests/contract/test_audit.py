"""The audit trail as clients see it: every way to change a row makes an entry, under the name of who acts."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from nicol.errors import ClientError
from tests.contract.conftest import Awaited
from tests.contract.generated import import_package, push, schema_of, write_package

SCHEMA = """\
datasource db {
  provider = "postgresql"
}

/// @nicol.audit(except: [pin])
model Account {
  id       Int        @id @default(autoincrement())
  owner    String
  pin      String     @default("0000")
  balance  Decimal    @default(0) @db.Decimal(20, 2)
  open     Boolean    @default(true)
  data     Json?
  bytes    Bytes?
  tags     String[]
  since    DateTime   @default("2026-01-02T03:04:05.000Z")
  payments Payment[]
}

/// @nicol.audit(chain: true)
model Payment {
  account   Account @relation(fields: [accountId], references: [id], onDelete: Cascade)
  accountId Int
  number    String
  amount    Int

  @@id([accountId, number])
}

/// @nicol.audit(only: [status])
model Ticket {
  id     Int    @id
  status String
  seen   Int    @default(0)
}

model Note {
  id Int @id
}

model Entry {
  id        BigInt   @id @default(autoincrement())
  at        DateTime
  actor     String?
  operation String
  table     String   @map("table_name")
  key       String?  @map("row_key")
  before    Json?
  after     Json?
  number    BigInt?

  @@map("_nicol_audit")
}
"""


@pytest.fixture(scope="module")
def package(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """A client of audited models."""
    folder = tmp_path_factory.mktemp("audited")
    write_package(schema_of(SCHEMA), folder, "audited", portable=True)
    return import_package(folder, "audited")


@pytest.fixture(params=["blocking", "awaited"])
def db(request: pytest.FixtureRequest, package: Any, database_url: str) -> Iterator[Any]:
    """A client of either kind on a fresh database with a trail."""
    push(schema_of(SCHEMA), database_url, portable=True)
    if request.param == "blocking":
        with package.Client(url=database_url) as client:
            yield client
        return
    with asyncio.Runner() as runner, Awaited(package.AsyncClient(url=database_url), runner) as client:
        yield Awaited(package.AsyncClient(url=database_url), runner) if client is None else client


@pytest.fixture
def client(package: Any, database_url: str) -> Iterator[Any]:
    """A blocking client on a fresh database with a trail."""
    push(schema_of(SCHEMA), database_url, portable=True)
    with package.Client(url=database_url) as opened:
        yield opened


def told(db: Any) -> list[tuple[str, str, str | None, str | None]]:
    """The entries: operation, table, key, actor."""
    entries = db.entry.find_many(order={"id": "asc"})
    return [(each.operation, each.table, each.key, each.actor) for each in entries]


WRITES: dict[str, tuple[Callable[[Any], Any], list[tuple[str, str, str]]]] = {
    "create": (lambda db: db.ticket.create(data={"id": 9, "status": "new"}), [("insert", "Ticket", "9")]),
    "create many": (
        lambda db: db.ticket.create_many(data=[{"id": 8, "status": "a"}, {"id": 9, "status": "b"}]),
        [("insert", "Ticket", "8"), ("insert", "Ticket", "9")],
    ),
    "nested create": (
        lambda db: db.account.create(data={"owner": "b", "payments": {"create": {"number": "x", "amount": 1}}}),
        [("insert", "Account", "2"), ("insert", "Payment", '[2,"x"]')],
    ),
    "update": (lambda db: db.account.update(where={"id": 1}, data={"owner": "z"}), [("update", "Account", "1")]),
    "update many": (lambda db: db.ticket.update_many(data={"status": "x"}), [("update", "Ticket", "1")]),
    "an update that changes nothing": (lambda db: db.account.update(where={"id": 1}, data={"owner": "a"}), []),
    "an update of what is not recorded": (lambda db: db.ticket.update(where={"id": 1}, data={"seen": 5}), []),
    "upsert of a row that is there": (
        lambda db: db.ticket.upsert(
            where={"id": 1}, data={"create": {"id": 1, "status": "c"}, "update": {"status": "u"}}
        ),
        [("update", "Ticket", "1")],
    ),
    "delete with what hangs on it": (
        lambda db: db.account.delete(where={"id": 1}),
        [("delete", "Account", "1"), ("delete", "Payment", '[1,"p"]')],
    ),
    "another id": (
        lambda db: db.account.update(where={"id": 1}, data={"id": 5}),
        [("update", "Account", "1"), ("update", "Payment", '[1,"p"]')],
    ),
    "raw SQL": (lambda db: db.execute_raw('UPDATE "Ticket" SET "status" = \'r\''), [("update", "Ticket", "1")]),
    "a model without audit": (lambda db: db.note.create(data={"id": 1}), []),
}  # fmt: skip


@pytest.mark.proves(
    "Operations", "audit trail: every change by clients, nested, bulk and raw SQL is recorded"
)
@pytest.mark.parametrize("name", WRITES)
def test_a_change_makes_an_entry_however_it_is_said(db: Any, name: str):
    db.account.create(data={"owner": "a", "payments": {"create": {"number": "p", "amount": 1}}})
    db.ticket.create(data={"id": 1, "status": "new"})
    write, expected = WRITES[name]
    before = len(told(db))
    write(db.acting_as("ada"))
    assert sorted(told(db)[before:]) == sorted((*each, "ada") for each in expected)


@pytest.mark.proves(
    "Operations", "audit trail: a row before and after, alike on both databases; fields left out"
)
def test_an_entry_holds_the_row_before_and_after_without_what_is_left_out(client: Any):
    big = Decimal("123456789012345678.90")
    client.account.create(
        data={"owner": "Ada", "pin": "1234", "balance": big, "data": {"a": [1, None]}, "bytes": b"\x00\xff", "tags": ["x", "y"]}
    )  # fmt: skip
    client.account.update(where={"id": 1}, data={"pin": "4321"})
    client.account.update(where={"id": 1}, data={"open": False, "data": None})
    made, hidden, closed = client.entry.find_many(order={"id": "asc"})
    assert made.before is None
    since = made.after.pop("since")
    assert datetime.fromisoformat(since).replace(tzinfo=UTC) == datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
    assert made.after == {
        "id": 1,
        "owner": "Ada",
        "balance": float(big),
        "open": True,
        "data": {"a": [1, None]},
        "bytes": "\\x00ff",
        "tags": ["x", "y"],
    }
    assert hidden.before == hidden.after  # that something changed is told, and not what
    assert (closed.before["open"], closed.after["open"]) == (True, False)
    assert (closed.before["data"], closed.after["data"]) == ({"a": [1, None]}, None)
    (text,) = client.query_raw('SELECT CAST("after" AS TEXT) AS text FROM "_nicol_audit" WHERE "id" = 1')
    assert json.loads(text["text"], parse_float=Decimal)["balance"] == big
    assert abs(made.at - datetime.now(UTC)) < timedelta(minutes=5)


@pytest.mark.proves("Operations", "audit trail: who acts, in calls, transactions, savepoints and batches")
def test_entries_bear_the_name_of_who_acted_and_of_nobody_else(db: Any):
    ada = db.acting_as("ada")
    ada.ticket.create(data={"id": 1, "status": "a"})
    db.ticket.create(data={"id": 2, "status": "a"})
    with ada.tx() as tx:
        tx.ticket.create(data={"id": 3, "status": "a"})
        tx.acting_as("bob").ticket.create(data={"id": 4, "status": "a"})
        tx.acting_as(None).ticket.create(data={"id": 5, "status": "a"})
        with pytest.raises(ZeroDivisionError), tx.acting_as("eve").tx() as inner:
            inner.ticket.create(data={"id": 6, "status": "a"})
            raise ZeroDivisionError
        tx.acting_as(None).ticket.create(data={"id": 7, "status": "a"})
        with tx.acting_as("joe").tx() as inner:
            inner.ticket.create(data={"id": 8, "status": "a"})
        tx.ticket.create(data={"id": 9, "status": "a"})
    db.ticket.create(data={"id": 10, "status": "a"})
    with ada.batch() as batch:
        batch.ticket.create(data={"id": 11, "status": "a"})
        batch.ticket.create(data={"id": 12, "status": "a"})
    db.ticket.create(data={"id": 13, "status": "a"})
    ada.execute_raw('INSERT INTO "Ticket" ("id", "status") VALUES (14, \'a\')')
    actors = {key: actor for _, _, key, actor in told(db)}
    assert actors == {
        "1": "ada", "2": None, "3": "ada", "4": "bob", "5": None, "7": None, "8": "joe", "9": "ada", "10": None,
        "11": "ada", "12": "ada", "13": None, "14": "ada",
    }  # fmt: skip


def test_a_call_that_is_refused_leaves_no_entry_and_no_name(db: Any):
    ada = db.acting_as("ada")
    db.ticket.create(data={"id": 1, "status": "a"})
    with pytest.raises(ClientError):
        ada.ticket.create(data={"id": 1, "status": "a"})
    db.ticket.create(data={"id": 2, "status": "a"})
    assert told(db) == [("insert", "Ticket", "1", None), ("insert", "Ticket", "2", None)]


def test_a_client_without_audited_models_may_act_for_somebody(tmp_path: Path, database_url: str):
    schema = schema_of('datasource db {\n  provider = "postgresql"\n}\n\nmodel Plain {\n  id Int @id\n}\n')
    write_package(schema, tmp_path, "unaudited", portable=True)
    push(schema, database_url, portable=True)
    with import_package(tmp_path, "unaudited").Client(url=database_url) as db:
        with db.acting_as("ada").batch() as batch:
            batch.plain.create(data={"id": 1})
            batch.plain.create(data={"id": 2})
        with db.acting_as("ada").tx() as tx:
            tx.plain.delete(where={"id": 1})
        assert [row.id for row in db.plain.find_many()] == [2]


def test_a_batch_that_fails_leaves_nothing_and_one_of_a_level_keeps_it(db: Any):
    ada = db.acting_as("ada")
    with pytest.raises(ClientError), ada.batch() as batch:
        batch.ticket.create(data={"id": 1, "status": "a"})
        batch.ticket.create(data={"id": 1, "status": "a"})
    assert told(db) == []
    with ada.batch(isolation_level="Serializable") as batch:
        batch.ticket.create(data={"id": 1, "status": "a"})
    assert told(db) == [("insert", "Ticket", "1", "ada")]


HOSTILE = ['\'; DROP TABLE "Ticket"; --', 'a"b', "\\", "x" * 300, "naïve ☕", "$1", "?"]


@pytest.mark.parametrize("name", HOSTILE)
def test_names_are_values_whatever_they_say(client: Any, name: str):
    client.acting_as(name).ticket.create(data={"id": 1, "status": name})
    assert told(client) == [("insert", "Ticket", "1", name)]


TAMPERING = {
    "update": 'UPDATE "_nicol_audit" SET "actor" = \'eve\'',
    "delete": 'DELETE FROM "_nicol_audit"',
    "replace": {
        "sqlite": 'INSERT OR REPLACE INTO "_nicol_audit" ("id", "at", "operation", "table_name")'
        " VALUES (1, '2026-01-01T00:00:00.000+00:00', 'insert', 'Ticket')",
        "postgresql": 'TRUNCATE "_nicol_audit"',
    },
}


@pytest.mark.proves("Operations", "audit trail: append-only")
@pytest.mark.parametrize("name", TAMPERING)
def test_the_trail_gives_no_entry_back(client: Any, database_url: str, name: str):
    client.ticket.create(data={"id": 1, "status": "a"})
    said = TAMPERING[name]
    text = (
        said if isinstance(said, str) else said["sqlite" if database_url.startswith("file") else "postgresql"]
    )
    with pytest.raises(ClientError, match="append-only"):
        client.execute_raw(text)
    assert told(client) == [("insert", "Ticket", "1", None)]


def test_writers_at_once_make_one_chain(package: Any, database_url: str):
    push(schema_of(SCHEMA), database_url, portable=True)

    async def write() -> None:
        async with package.AsyncClient(url=database_url) as db:
            account = await db.account.create(data={"owner": "a"})

            async def pay(writer: int, level: str | None) -> None:
                for number in range(10):
                    await db.acting_as(f"w{writer}").retrying(
                        lambda tx, number=number: tx.payment.create(
                            data={"accountId": account.id, "number": f"{writer}-{number}", "amount": 1}
                        ),
                        attempts=50,
                        isolation_level=level,
                        max_wait=30,
                        timeout=30,
                    )

            await asyncio.gather(
                *(pay(writer, "Serializable" if writer % 2 else None) for writer in range(6))
            )

    asyncio.run(write())
    with package.Client(url=database_url) as db:
        numbers = [
            each.number for each in db.entry.find_many(where={"table": "Payment"}, order={"number": "asc"})
        ]
    assert numbers == list(range(1, 61))
