"""Settings of scopes: the database knows in every transaction whom it is for, and in no transaction after it.

The scopes of these calls let everything through, so that nothing but the database's policies keeps tenants apart.
"""

from __future__ import annotations

import asyncio
import threading
import uuid
from collections.abc import Callable, Iterator
from contextlib import suppress
from contextvars import ContextVar
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import psycopg
import pytest

from campaigns.execution.pooler import PROGRAM, pooled
from nicol.client import Scope
from nicol.errors import ClientError, QueryInvalid, TransactionClosed
from tests.contract.conftest import Awaited
from tests.contract.generated import import_package, push, schema_of, write_package

SCHEMA = """\
datasource db {
  provider = "postgresql"
}

/// @nicol.audit
model Note {
  id       Int      @id
  tenantId String
  text     String
  upperId  Int?
  upper    Note?    @relation("below", fields: [upperId], references: [id])
  below    Note[]   @relation("below")
  remarks  Remark[]
}

model Remark {
  id       Int    @id
  tenantId String
  noteId   Int
  note     Note   @relation(fields: [noteId], references: [id], onDelete: Cascade)
}
"""
POLICIES = """\
CREATE POLICY tenant ON "{table}" USING ("tenantId" = nullif(current_setting('app.tenant', true), ''));
ALTER TABLE "{table}" ENABLE ROW LEVEL SECURITY;
"""
ROLE = "nicol_test_application"


def kept(tenant: Any, **more: Any) -> Scope:
    """A scope that lets everything through and says whom it is for."""
    return Scope(shared="*", raw=True, settings={"app.tenant": tenant, **more})


@pytest.fixture(scope="module")
def package(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """A client of two models that belong to tenants."""
    folder = tmp_path_factory.mktemp("settings")
    write_package(schema_of(SCHEMA), folder, "settings_portable", portable=True)
    return import_package(folder, "settings_portable")


@pytest.fixture(scope="module", params=["audited", "unaudited"])
def either(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Any:
    """A client for which it matters who acts, and one for which it does not, so that most calls have nothing to tell."""
    folder, name = tmp_path_factory.mktemp(request.param), f"settings_{request.param}"
    text = SCHEMA if request.param == "audited" else SCHEMA.replace("/// @nicol.audit\n", "")
    write_package(schema_of(text), folder, name, portable=True)
    return import_package(folder, name)


def as_role(url: str, role: str) -> str:
    """The same database for another role."""
    parts = urlsplit(url)
    return urlunsplit(parts._replace(netloc=role + parts.netloc[parts.netloc.index("@") :]))


@pytest.fixture
def url(database_url: str, package: Any) -> str:
    """A database with three rows of tenant a and two of tenant b, as the application's role sees it."""
    push(schema_of(SCHEMA), database_url, portable=True)
    with package.Client(url=database_url) as db:
        for first, tenant in ((1, "a"), (11, "b")):
            db.note.create_many(
                data=[{"id": first + n, "tenantId": tenant, "text": tenant} for n in range(2)]
            )
            db.remark.create(data={"id": first, "tenantId": tenant, "noteId": first})
        db.note.create(data={"id": 3, "tenantId": "a", "text": "a", "upperId": 1})
    return secured(database_url)


def secured(url: str) -> str:
    """The URL of a role that policies hold for, where the database has policies."""
    if url.startswith("file:"):
        return url
    with psycopg.connect(url, autocommit=True) as admin:
        found = admin.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [ROLE]).fetchone()
        if found is None:
            admin.execute(f"CREATE ROLE {ROLE} LOGIN")
        admin.execute(f"GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {ROLE}")
        for table in ("Note", "Remark"):
            admin.execute(POLICIES.format(table=table).encode())
    return as_role(url, ROLE)


@pytest.fixture(params=["blocking", "awaited"])
def db(request: pytest.FixtureRequest, package: Any, url: str) -> Iterator[Any]:
    """A client of either kind with one connection, so that whatever stays with it is seen by the next call."""
    one = f"{url}{'&' if '?' in url else '?'}connection_limit=1"
    if request.param == "blocking":
        with package.Client(url=one) as client:
            yield client
        return
    with asyncio.Runner() as runner:
        client = Awaited(package.AsyncClient(url=one), runner)
        with client:
            yield client


@pytest.fixture
def guarded(url: str) -> bool:
    """True where the database has policies."""
    return not url.startswith("file:")


def _in_tx(work: Callable[[Any], Any]) -> Callable[[Any], Any]:
    def call(db: Any) -> Any:
        with db.tx() as tx:
            return work(tx)

    return call


def _batch(db: Any) -> Any:
    with db.batch() as batch:
        notes, remarks = batch.note.find_many(order={"id": "asc"}), batch.remark.count()
        made = batch.note.create(data={"id": 90, "tenantId": "a", "text": "n"})
    return [*ids(notes.result), remarks.result, made.result.id]


def _savepoint(db: Any) -> Any:
    with db.tx() as tx, tx.tx() as inner:
        return inner.note.count()


def _begun(db: Any) -> Any:
    with db.begin() as tx:
        return tx.note.count()


def rows(count: int) -> list[dict[str, Any]]:
    """New rows of tenant a."""
    return [{"id": 100 + n, "tenantId": "a", "text": "m"} for n in range(count)]


def ids(notes: Any) -> list[int]:
    """The ids of rows."""
    return [each.id for each in notes]


READS: dict[str, tuple[Callable[[Any], Any], Any, Any]] = {
    "find_many": (lambda db: ids(db.note.find_many(order={"id": "asc"})), [1, 2, 3], [1, 2, 3, 11, 12]),
    "includes": (
        lambda db: [
            (each.id, ids(each.remarks), ids(each.below))
            for each in db.note.find_many(
                order={"id": "asc"}, take=2, skip=2, include={"remarks": {"take": 1, "order": {"id": "asc"}}, "below": True}
            )
        ],
        [(3, [], [])],
        [(3, [], []), (11, [11], [])],
    ),
    "find_unique": (lambda db: [db.note.find_unique(where={"id": n}) is None for n in (1, 11)], [False, True], [False, False]),
    "find_first": (lambda db: [db.note.find_first(where={"id": n}) is None for n in (2, 12)], [False, True], [False, False]),
    "count": (lambda db: db.note.count(), 3, 5),
    "aggregate": (lambda db: db.note.aggregate(max={"id": True})["_max"]["id"], 3, 12),
    "group_by": (lambda db: len(db.note.group_by(by=["tenantId"], count=True)), 1, 2),
    "stream": (lambda db: ids(db.note.stream(order={"id": "asc"}, batch=2)), [1, 2, 3], [1, 2, 3, 11, 12]),
    "stream with includes": (
        lambda db: [len(each.remarks) for each in db.note.stream(order={"id": "asc"}, batch=1, include={"remarks": True})],
        [1, 0, 0],
        [1, 0, 0, 1, 0],
    ),
    "query_raw": (lambda db: len(db.query_raw('SELECT * FROM "Note"')), 3, 5),
    "query_first": (lambda db: db.query_first('SELECT count(*) AS n FROM "Note"'), {"n": 3}, {"n": 5}),
    "batch": (_batch, [1, 2, 3, 1, 90], [1, 2, 3, 11, 12, 2, 90]),
    "tx": (_in_tx(lambda tx: (tx.note.count(), tx.remark.count())), (3, 1), (5, 2)),
    "raw in tx": (_in_tx(lambda tx: tx.query_raw('SELECT count(*) AS n FROM "Note"')), [{"n": 3}], [{"n": 5}]),
    "stream in tx": (_in_tx(lambda tx: ids(tx.note.stream(order={"id": "asc"}, batch=1))), [1, 2, 3], [1, 2, 3, 11, 12]),
    "savepoint": (_savepoint, 3, 5),
    "begin": (_begun, 3, 5),
    "retrying": (lambda db: db.retrying(lambda tx: tx.note.count()), 3, 5),
    "lock": (_in_tx(lambda tx: len(tx.note.find_many(lock="update"))), 3, 5),
}  # fmt: skip
"""For each way to read: the call, what tenant a is answered, and what everybody is."""

TWO = [{"id": 5, "tenantId": "a"}, {"id": 6, "tenantId": "a"}]
WRITES: dict[str, tuple[Callable[[Any], Any], Any, Any]] = {
    "update_many": (lambda db: db.note.update_many(data={"text": "z"}), 3, 5),
    "delete_many": (lambda db: db.remark.delete_many(), 1, 2),
    "execute_raw": (lambda db: db.execute_raw("""UPDATE "Note" SET "text" = 'z'"""), 3, 5),
    "update": (lambda db: db.note.update(where={"id": 1}, data={"text": "z"}).text, "z", "z"),
    "upsert": (
        lambda db: db.note.upsert(
            where={"id": 2}, data={"create": {"id": 2, "tenantId": "a", "text": "c"}, "update": {"text": "u"}}
        ).text,
        "u",
        "u",
    ),
    "nested": (
        lambda db: len(db.note.create(
            data={"id": 50, "tenantId": "a", "text": "n", "remarks": {"create": TWO}},
            include={"remarks": True},
        ).remarks),
        2,
        2,
    ),
    "create_many": (lambda db: db.note.create_many(data=rows(5)), 5, 5),
    "many thousands": (lambda db: db.note.create_many(data=rows(5000)), 5000, 5000),
    "update_many in tx": (_in_tx(lambda tx: tx.note.update_many(data={"text": "y"})), 3, 5),
}  # fmt: skip
FOREIGN: dict[str, Callable[[Any], Any]] = {
    "create": lambda db: db.note.create(data={"id": 60, "tenantId": "b", "text": "n"}),
    "create_many": lambda db: db.note.create_many(data=[{"id": 60, "tenantId": "b", "text": "n"}]),
    "raw": lambda db: db.execute_raw("""INSERT INTO "Remark" ("id", "tenantId", "noteId") VALUES (60, 'b', 1)"""),
    "moving a row": lambda db: db.note.update(where={"id": 1}, data={"tenantId": "b"}),
    "in tx": _in_tx(lambda tx: tx.note.create(data={"id": 60, "tenantId": "b", "text": "n"})),
}  # fmt: skip
"""What tenant a must not write."""


def setting_of(db: Any, guarded: bool) -> Any:
    """What the connection knows of a tenant; nothing where there are no settings."""
    if not guarded:
        return None
    scope = Scope(shared="*", raw=True)
    return db.scoped(scope).query_first("SELECT nullif(current_setting('app.tenant', true), '') AS t")["t"]


@pytest.mark.proves("Client", "settings of a scope reach every kind of call, and end with its transaction")
@pytest.mark.parametrize("name", [*READS, *WRITES])
def test_every_call_says_the_settings_and_leaves_none(db: Any, guarded: bool, name: str) -> None:
    call, mine, everybodys = (READS | WRITES)[name]
    scoped = db.scoped(kept("a"))
    assert call(scoped) == (mine if guarded else everybodys)
    assert setting_of(db, guarded) is None
    if guarded:
        assert db.note.count() == 0, "nobody sees anything who does not say for whom"


@pytest.mark.parametrize("name", [name for name in READS if name != "batch"])
def test_prepared_statements_see_what_their_own_transaction_was_told(
    db: Any, guarded: bool, name: str
) -> None:
    call, mine, everybodys = READS[name]
    a, nobody = db.scoped(kept("a")), db.scoped(kept("nobody"))
    told = [(call(a), call(nobody)) for _ in range(4)]
    if guarded:
        assert all(first == mine and second != mine for first, second in told)
    else:
        assert told == [(everybodys, everybodys)] * 4


@pytest.mark.parametrize("name", FOREIGN)
def test_rows_of_others_cannot_be_written(db: Any, guarded: bool, name: str) -> None:
    if not guarded:  # nothing of the database keeps tenants apart
        FOREIGN[name](db.scoped(kept("a")))
        return
    with pytest.raises(ClientError, match="row-level security"):
        FOREIGN[name](db.scoped(kept("a")))
    assert setting_of(db, guarded) is None
    assert db.scoped(kept("b")).note.count() == 2


def test_a_call_that_fails_leaves_no_setting(db: Any, guarded: bool) -> None:
    a = db.scoped(kept("a"))
    with pytest.raises(ClientError, match="P2002"):
        a.note.create(data={"id": 1, "tenantId": "a", "text": "n"})
    with pytest.raises(ClientError, match="P2010"):
        a.query_raw("SELECT nothing FROM nowhere")
    with pytest.raises(ClientError, match="P2002"), a.batch() as batch:
        batch.note.count()
        batch.note.create(data={"id": 1, "tenantId": "a", "text": "n"})
    with pytest.raises(ZeroDivisionError), a.tx() as tx:
        tx.note.count()
        raise ZeroDivisionError
    assert setting_of(db, guarded) is None
    assert a.note.count() == (3 if guarded else 5)


@pytest.mark.proves("Client", "clients of several scopes in one transaction see what is theirs")
def test_clients_of_one_transaction_see_what_is_theirs(db: Any, guarded: bool) -> None:
    seen: list[int] = []
    with db.scoped(kept("a")).acting_as("ada").tx() as tx:
        seen.append(tx.note.count())
        with pytest.raises(ZeroDivisionError), tx.scoped(kept("a", **{"app.more": 1})).tx() as inner:
            seen.append(inner.note.count())
            raise ZeroDivisionError
        seen.append(tx.note.count())
    with db.tx() as tx:
        seen += [tx.scoped(kept(tenant)).note.count() for tenant in "aba"]
        stream = iter(tx.scoped(kept("a")).note.stream(order={"id": "asc"}, batch=1))
        first = next(stream).id
        seen.append(tx.scoped(kept("b")).note.count())
        rest = ids(stream)
        with pytest.raises(ZeroDivisionError), tx.scoped(kept("b")).tx() as inner:
            seen.append(inner.note.count())
            raise ZeroDivisionError
        seen.append(tx.scoped(kept("a")).note.count())
        with tx.scoped(kept("b")).tx() as inner:
            seen.append(inner.note.count())
        seen.append(tx.scoped(kept("a")).note.count())
        seen.append(tx.note.count())
    if not guarded:
        assert set(seen) == {5}
        return
    assert (first, rest) == (1, [2, 3])
    assert seen == [3, 3, 3, 3, 2, 3, 2, 2, 3, 2, 3, 0]


def test_threads_and_tasks_that_share_a_transaction_keep_to_their_tenants(
    package: Any, url: str, guarded: bool
) -> None:
    of_a, of_b = (3, 2) if guarded else (5, 5)
    with package.Client(url=url) as client, client.tx(timeout=60) as tx:
        found: dict[str, set[int]] = {"a": set(), "b": set()}

        def look(tenant: str) -> None:
            mine = tx.scoped(kept(tenant))
            for _ in range(40):
                found[tenant].add(mine.note.count())

        threads = [threading.Thread(target=look, args=(tenant,)) for tenant in "abab"]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert found == {"a": {of_a}, "b": {of_b}}

    async def main() -> list[int]:
        async with package.AsyncClient(url=url) as db, db.tx() as tx:
            return await asyncio.gather(*(tx.scoped(kept("ab"[n % 2])).note.count() for n in range(20)))

    assert asyncio.run(main()) == [of_a, of_b] * 10


def test_a_call_for_nobody_waits_for_its_turn_and_is_answered_for_nobody(
    either: Any, url: str, guarded: bool
) -> None:
    """It begins before the other client has told the transaction anything, and is answered after that."""
    mine, nobodys = (3, 0) if guarded else (5, 5)

    async def main() -> list[Any]:
        async with either.AsyncClient(url=url) as db, db.tx() as tx:
            of_a, of_ada = tx.scoped(kept("a")), tx.acting_as("ada")
            stream = aiter(tx.note.stream(batch=1))
            return await asyncio.gather(
                of_a.note.count(),
                tx.note.count(),
                tx.query_first('SELECT count(*) AS n FROM "Note"'),
                tx.remark.update_many(data={}),
                of_ada.note.count(),
                anext(stream, None),
                of_a.note.count(),
            )

    found = asyncio.run(main())
    assert found[:5] == [mine, nobodys, {"n": nobodys}, 0 if guarded else 2, nobodys]
    assert (found[5] is None) == guarded
    assert found[6] == mine

    with either.Client(url=url) as client, client.tx(timeout=60) as tx:
        of_a, counted = tx.scoped(kept("a")), []

        def count(tenants: Any) -> None:
            counted.extend((tenants is of_a, tenants.note.count()) for _ in range(30))

        threads = [threading.Thread(target=count, args=(each,)) for each in (tx, of_a, tx, of_a)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert set(counted) == {(True, mine), (False, nobodys)}


@pytest.mark.parametrize("keep", [True, False])
def test_what_a_savepoint_was_told_is_known_around_it(db: Any, guarded: bool, keep: bool) -> None:
    mine, nobodys = (3, 0) if guarded else (5, 5)
    with db.tx() as tx:
        inner = tx.begin()
        assert inner.scoped(kept("a")).note.count() == mine
        assert tx.note.count() == nobodys, "the client of the outer transaction is for nobody"
        assert tx.scoped(kept("a")).note.count() == mine
        assert inner.note.count() == nobodys
        inner.commit() if keep else inner.rollback()
        assert tx.note.count() == nobodys
        inner = tx.scoped(kept("a")).begin()
        assert inner.note.count() == mine
        assert tx.note.count() == nobodys, "known to be for nobody, until that is undone"
        inner.commit() if keep else inner.rollback()
        assert tx.note.count() == nobodys
        assert tx.scoped(kept("a")).note.count() == mine


def test_a_telling_that_was_broken_off_is_in_doubt(either: Any, url: str, guarded: bool) -> None:
    async def main() -> None:
        async with either.AsyncClient(url=url) as db:
            for rounds in range(12):
                with suppress(TransactionClosed):  # the server was stopped in time
                    async with db.tx() as tx:
                        call = asyncio.ensure_future(tx.scoped(kept("a")).note.count())
                        for _ in range(2 + rounds % 4):
                            await asyncio.sleep(0)
                        call.cancel()
                        await asyncio.wait([call])
                        assert await tx.note.count() == (0 if guarded else 5)

    asyncio.run(main())


def test_calls_of_one_tick_are_gathered_only_with_those_of_the_same_settings(
    package: Any, url: str, guarded: bool
) -> None:

    async def main() -> tuple[list[Any], list[str]]:
        said: list[str] = []
        async with package.AsyncClient(url=url, log_queries=lambda event: said.append(event.sql)) as db:
            clients = [db.scoped(kept(tenant)) for tenant in "ab"]
            calls = [
                client.note.find_unique(where={"id": number})
                for number in (1, 11, 2, 12)
                for client in clients
            ]
            return [row and row.id for row in await asyncio.gather(*calls)], said

    found, said = asyncio.run(main())
    assert found == ([1, None, None, 11, 2, None, None, 12] if guarded else [1, 1, 11, 11, 2, 2, 12, 12])
    assert len([text for text in said if "set_config" not in text]) == 2


WHO: ContextVar[str] = ContextVar("WHO")


def test_a_value_that_is_called_is_called_for_each_call(db: Any, guarded: bool) -> None:
    scoped = db.scoped(kept(WHO.get))
    seen: list[int] = []
    for tenant in "aba":
        token = WHO.set(tenant)
        seen.append(scoped.note.count())
        seen.append(scoped.retrying(lambda tx: tx.note.count()))
        WHO.reset(token)
    assert seen == ([3, 3, 2, 2, 3, 3] if guarded else [5] * 6)


HOSTILE = ['\'; DROP TABLE "Note"; --', 'a"b', "\\", "x" * 300, "naïve ☕", "$1", "", 7, uuid.UUID(int=1)]


@pytest.mark.parametrize("value", HOSTILE)
def test_settings_are_values_whatever_they_say(db: Any, guarded: bool, value: Any) -> None:
    if not guarded:
        assert db.scoped(kept(value)).note.count() == 5
        return
    text = "SELECT current_setting('app.tenant', true) AS t, current_setting('app.more', true) AS m"
    scoped = db.scoped(kept(value, **{"App.More": "m"}))
    assert scoped.query_first(text) == {"t": str(value), "m": "m"}


UNSUITED: dict[str, tuple[dict[Any, Any], str]] = {
    "without a dot": ({"tenant": 1}, "names without a dot are the database's own"),
    "the database's own": ({"role": "postgres"}, "names without a dot"),
    "a dash": ({"app-tenant.id": 1}, "letters, digits and underscores"),
    "a blank": ({"app.tenant ": 1}, "letters, digits and underscores"),
    "an empty part": ({"app..tenant": 1}, "letters, digits and underscores"),
    "no text": ({7: 1}, "`7` cannot be a setting"),
    "Nicol's": ({"nicol.actor": "eve"}, r"db.acting_as\(…\)"),
    "no value": ({"app.tenant": None}, "of a scope is a NoneType"),
    "a bool": ({"app.tenant": True}, "of a scope is a bool"),
    "a zero byte": ({"app.tenant": "a\0b"}, "zero byte"),
}


@pytest.mark.proves("Client", "settings of a scope: wrong names and values are told with the way out")
@pytest.mark.parametrize("name", UNSUITED)
def test_unsuited_settings_are_told(db: Any, name: str) -> None:
    settings, told = UNSUITED[name]
    with pytest.raises(QueryInvalid, match=told):
        db.scoped(Scope(shared="*", settings=settings))


def test_a_scope_in_a_scope_cannot_say_something_else(db: Any) -> None:
    a = db.scoped(kept("a"))
    a.scoped(kept("a", **{"app.more": "m"})).note.count()
    with pytest.raises(QueryInvalid, match=r"two scopes say the setting `app\.tenant`"):
        a.scoped(Scope(shared="*", settings={"App.Tenant": "b"}))


def test_a_value_that_is_called_and_is_none_is_told(db: Any) -> None:
    scoped = db.scoped(kept(lambda: None))
    for call in (
        scoped.note.count,
        lambda: scoped.query_raw("SELECT 1"),
        lambda: scoped.tx().__enter__(),
    ):
        with pytest.raises(QueryInvalid, match="NoneType"):
            call()  # fmt: skip


def test_a_setting_that_the_database_refuses_is_told(db: Any, guarded: bool) -> None:
    scoped = db.scoped(Scope(shared="*", settings={"plpgsql.tenant": "a"}))
    if not guarded:
        assert scoped.note.count() == 5
        return
    db.scoped(kept("a")).note.update_many(
        data={"text": "n"}
    )  # triggers have the language loaded, which reserves its word
    for call in (
        scoped.note.count,
        lambda: scoped.note.create_many(data=[{"id": 70, "tenantId": "a", "text": "n"}]),
        lambda: list(scoped.note.stream()),
        lambda: scoped.tx().__enter__(),
        lambda: _in_tx(lambda tx: tx.scoped(Scope(shared="*", settings={"plpgsql.x": 1})).note.count())(db),
    ):
        with pytest.raises(QueryInvalid, match="the database refuses a setting of a scope"):
            call()
    assert db.scoped(kept("a")).note.count() == 3


def test_a_constraint_that_waits_for_the_end_is_told_of_one_statement_too(db: Any, url: str) -> None:
    if url.startswith("file:"):
        pytest.skip("there is no trip to save")
    owner = as_role(url, "postgres")
    with psycopg.connect(owner, autocommit=True) as admin:
        admin.execute(
            'ALTER TABLE "Remark" ALTER CONSTRAINT "Remark_noteId_fkey" DEFERRABLE INITIALLY DEFERRED'
        )
    a = db.scoped(kept("a"))
    for _ in range(3):
        with pytest.raises(ClientError, match=r"P2003|P2010"):
            a.execute_raw("""INSERT INTO "Remark" ("id", "tenantId", "noteId") VALUES (80, 'a', 4711)""")
    assert a.remark.count() == 1


def test_who_acts_and_for_whom_are_said_together(db: Any, url: str, package: Any, guarded: bool) -> None:
    ada = db.scoped(kept("a")).acting_as("ada")
    ada.note.create(data={"id": 70, "tenantId": "a", "text": "n"})
    ada.note.update_many(data={"text": "m"})
    with ada.tx() as tx:
        tx.note.delete(where={"id": 70})
        tx.acting_as("bob").note.update(where={"id": 1}, data={"text": "o"})
    owner = as_role(url, "postgres") if guarded else url
    with package.Client(url=owner) as all_of_it:
        entries = all_of_it.query_raw(
            'SELECT "actor" FROM "_nicol_audit" WHERE "actor" IS NOT NULL ORDER BY "id"'
        )
    assert [each["actor"] for each in entries] == ["ada"] * (6 if guarded else 8) + ["bob"]


@pytest.mark.proves(
    "Client", "settings of a scope hold behind PgBouncer in transaction mode", only="postgresql"
)
@pytest.mark.skipif(PROGRAM is None, reason="PgBouncer is not installed")
def test_settings_hold_behind_a_pooler(package: Any, postgres_url: str) -> None:
    push(schema_of(SCHEMA), postgres_url, portable=True)
    secured(postgres_url)
    with pooled(postgres_url) as through:
        parts = urlsplit(through)
        name = urlsplit(postgres_url).path
        url = urlunsplit(parts._replace(path=name))

        async def main() -> None:
            async with package.AsyncClient(url=url) as db:
                # the pooler's own role is a superuser, whom policies do not hold for: what is told is looked at itself
                look = "SELECT current_setting('app.tenant', true) AS t"
                clients = [db.scoped(kept(str(n))) for n in range(24)]
                for _ in range(3):
                    told = await asyncio.gather(*(each.query_first(look) for each in clients))
                    assert [each["t"] for each in told] == [str(n) for n in range(24)]
                    plain = await asyncio.gather(*(db.query_first(look) for _ in range(24)))
                    assert {each["t"] for each in plain} <= {None, ""}
                    await asyncio.gather(*(each.note.count() for each in clients))

        asyncio.run(main())
