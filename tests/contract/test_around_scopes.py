"""Scoped clients: a client that is kept to one tenant sees, counts, orders, touches and makes nothing of another's."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from nicol.client import Rule, Scope
from nicol.errors import ClientError, DriverError
from tests.contract.adversary import READS, WRITES
from tests.contract.conftest import Awaited, Target
from tests.contract.generated import import_package, push, schema_of, write_package
from tests.contract.worlds import MINE, fill, theirs

TENANT = Scope({"tenantId": MINE}, rules={"Tenant": Rule(where={"id": MINE})}, shared=["Country"])

# ---- the worlds ------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="session")
def tenants_package(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """The client of the tenants' schema."""
    folder = tmp_path_factory.mktemp("tenants")
    schema = schema_of((Path(__file__).parent / "tenants.prisma").read_text("utf-8"))
    write_package(schema, folder, "tenants_portable", portable=True)
    return import_package(folder, "tenants_portable")


@pytest.fixture(scope="session")
def worlds_of(
    tenants_package: Any,
    tmp_path_factory: pytest.TempPathFactory,
    postgres_server: Callable[[str], str],
    _postgres_administration: Callable[[str], None],
) -> Iterator[Callable[[str], list[Target]]]:
    """Two databases of each kind, filled once: nothing that a test does in them is kept."""
    made: dict[str, list[Target]] = {}

    def urls(kind: str) -> list[str]:
        if kind == "sqlite":
            folder = tmp_path_factory.mktemp("worlds")
            return [f"file:{folder / name}.db" for name in ("a", "b")]
        for name in ("world_a", "world_b"):
            _postgres_administration(f"CREATE DATABASE {name} TEMPLATE template0")
        return [postgres_server(name) for name in ("world_a", "world_b")]

    def worlds(kind: str) -> list[Target]:
        if kind not in made:
            schema = schema_of((Path(__file__).parent / "tenants.prisma").read_text("utf-8"))
            made[kind] = [Target(url, tenants_package, exact=True) for url in urls(kind)]
            for target, other, rich in zip(made[kind], ("foe", "stranger"), (False, True), strict=True):
                push(schema, target.url, portable=True)
                with tenants_package.Client(url=target.url) as db:
                    fill(db, other, rich)
        return made[kind]

    yield worlds
    if "postgresql" in made:
        for name in ("world_a", "world_b"):
            _postgres_administration(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")


@pytest.fixture(params=["blocking", "awaited"])
def open_world(request: pytest.FixtureRequest) -> Iterator[Callable[..., Any]]:
    """Opens clients of the kind in turn."""
    opened: list[Any] = []
    with asyncio.Runner() as runner:

        def open_one(target: Target, **settings: Any) -> Any:
            if request.param == "blocking":
                client = target.package.Client(url=target.url, **settings)
            else:
                client = Awaited(target.package.AsyncClient(url=target.url, **settings), runner)
            opened.append(client)
            return client

        yield open_one
        for client in opened:
            client.disconnect()


@pytest.fixture(params=["sqlite", "postgresql"])
def worlds(
    request: pytest.FixtureRequest, worlds_of: Callable[[str], list[Target]], open_world: Callable[..., Any]
) -> list[Any]:
    """A client of each of the two worlds."""
    return [open_world(target) for target in worlds_of(request.param)]


class Undone(Exception):
    """Nothing that was done is to be kept."""


def outcome(db: Any, call: Callable[[Any], Any], scope: Scope = TENANT) -> tuple[Any, Any]:
    """What a call within the scope answers, or how it fails; and what belongs to the other tenant before and after."""
    answer: Any = None
    untouched: Any = None
    try:
        with db.tx() as tx:
            before = theirs(tx)
            try:
                answer = plain(call(tx.scoped(scope)))
            except ClientError as error:
                answer = (type(error), error.code, error.model, error.fields, error.message)
                if isinstance(error.__cause__, DriverError):
                    raise Undone from None
            untouched = before == theirs(tx)
            raise Undone
    except Undone:
        pass
    return answer, untouched


def plain(value: Any) -> Any:
    """An answer as values that can be compared."""
    if isinstance(value, list):
        return [plain(each) for each in value]
    return value.model_dump() if hasattr(value, "model_dump") else value


# ---- the table -------------------------------------------------------------------------------------------------------


@pytest.mark.proves("Client", "scoped clients see, count, order and group nothing of another tenant's rows")
@pytest.mark.parametrize("name", READS)
def test_what_is_read_tells_nothing_of_others(worlds: list[Any], name: str) -> None:
    (first, kept), (second, _) = (outcome(db, READS[name]) for db in worlds)
    assert first == second
    assert kept in (True, None)
    assert "foe" not in repr(first)


@pytest.mark.proves(
    "Client", "scoped clients touch and make nothing of another tenant's, nested writes included"
)
@pytest.mark.parametrize("name", WRITES)
def test_what_is_written_touches_nothing_of_others(worlds: list[Any], name: str) -> None:
    (first, kept), (second, also_kept) = (outcome(db, WRITES[name]) for db in worlds)
    assert first == second
    assert kept in (True, None)
    assert also_kept in (True, None)


def test_a_client_without_scope_can_tell_the_worlds_apart(worlds: list[Any]) -> None:
    everything = Scope(shared="*", raw=True)
    alike = {
        name
        for name, call in READS.items()
        if len({repr(outcome(db, call, everything)[0]) for db in worlds}) == 1
    }
    assert len(alike) < len(READS) / 3, alike


def test_scopes_add_up_and_share_the_connections(worlds: list[Any]) -> None:
    mine = worlds[0].scoped(TENANT)
    first = mine.scoped(Scope(rules={"Post": Rule(where={"id": 11})}, shared="*"))
    assert [mine.post.count(), first.post.count(), first.comment.count()] == [3, 1, 3]
    assert worlds[0].is_connected()
    assert first.is_connected()
    worlds[0].disconnect()
    assert not first.is_connected()
    assert first.post.count() == 1
    assert worlds[0].is_connected()


def test_a_batch_is_kept_to_its_scope(worlds: list[Any]) -> None:
    mine = worlds[0].scoped(TENANT)
    with mine.batch() as batch:
        posts = batch.post.count()
        foreign = batch.post.find_unique(where={"id": 22})
    assert [posts.result, foreign.result] == [3, None]


def test_raw_sql_can_be_allowed(worlds: list[Any]) -> None:
    allowed = worlds[0].scoped(Scope(shared="*", raw=True))
    assert allowed.query_raw('SELECT count(*) AS n FROM "Vault"') == [{"n": 1}]
