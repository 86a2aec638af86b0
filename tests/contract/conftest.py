"""The databases and the clients of the contract: every test runs on each of them, blocking and awaited."""

from __future__ import annotations

import asyncio
import inspect
from collections.abc import Callable, Iterator
from contextvars import copy_context
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

import pytest

from nicol.client.shared import SharedClient
from nicol.schema.schema import Schema
from tests.contract.generated import import_package, push, schema_of, write_package
from tests.contract.worlds import fill

TABLES = ("comment", "post", "profile", "user", "tag", "sample", "seat", "counter", "mark")


@dataclass(frozen=True)
class Target:
    """One database that the contract runs on; `exact`: it holds every Decimal without rounding."""

    url: str
    package: Any
    exact: bool


class Awaited:
    """An asynchronous client that is awaited behind every call, so that one test speaks to both kinds."""

    def __init__(self, subject: Any, runner: asyncio.Runner) -> None:
        self._subject = subject
        self._runner = runner

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._subject, name)
        if not callable(found):
            return Awaited(found, self._runner)

        def call(*args: Any, **kwargs: Any) -> Any:
            return self._settled(found(*args, **kwargs))

        return call

    def __enter__(self) -> Self:
        self._runner.run(self._subject.__aenter__())
        return self

    def __exit__(self, *exit_arguments: object) -> Any:
        return self._runner.run(self._subject.__aexit__(*exit_arguments))

    def _settled(self, answer: Any) -> Any:
        if inspect.isawaitable(answer):
            answer = self._runner.run(_await(answer), context=copy_context())
            return Awaited(answer, self._runner) if hasattr(answer, "__aenter__") else answer
        if isinstance(answer, SharedClient):
            return Awaited(answer, self._runner)
        if inspect.isasyncgen(answer):
            return _Iterated(answer, self._runner)
        if hasattr(answer, "__aenter__"):
            return _Entered(answer, self._runner)
        return answer


class _Iterated:
    """An asynchronous iterator as a blocking one."""

    def __init__(self, subject: Any, runner: asyncio.Runner) -> None:
        self._subject = subject
        self._runner = runner

    def __iter__(self) -> Self:
        return self

    def __next__(self) -> Any:
        try:
            return self._runner.run(_await(anext(self._subject)))
        except StopAsyncIteration:
            raise StopIteration from None


class _Entered:
    """An asynchronous context manager as a blocking one."""

    def __init__(self, subject: Any, runner: asyncio.Runner) -> None:
        self._subject = subject
        self._runner = runner

    def __enter__(self) -> Awaited:
        return Awaited(self._runner.run(self._subject.__aenter__()), self._runner)

    def __exit__(self, *exit_arguments: object) -> Any:
        return self._runner.run(self._subject.__aexit__(*exit_arguments))


async def _await(answer: Any) -> Any:
    return await answer


@pytest.fixture(scope="session")
def contract_schema() -> Schema:
    """The schema of the contract."""
    return schema_of((Path(__file__).parent / "schema.prisma").read_text("utf-8"))


@pytest.fixture(scope="session")
def sqlite_schema() -> Schema:
    """The schema of the contract, written for SQLite alone."""
    text = (Path(__file__).parent / "schema.prisma").read_text("utf-8")
    return schema_of(text.replace('provider = "postgresql"', 'provider = "sqlite"'))


@pytest.fixture(scope="session")
def portable_package(contract_schema: Schema, tmp_path_factory: pytest.TempPathFactory) -> Any:
    """The client of a portable project."""
    folder = tmp_path_factory.mktemp("portable")
    write_package(contract_schema, folder, "contract_portable", portable=True)
    return import_package(folder, "contract_portable")


@pytest.fixture(scope="session")
def sqlite_target(
    contract_schema: Schema, portable_package: Any, tmp_path_factory: pytest.TempPathFactory
) -> Target:
    """SQLite standing in for PostgreSQL."""
    url = f"file:{tmp_path_factory.mktemp('sqlite') / 'contract.db'}"
    push(contract_schema, url, portable=True)
    return Target(url, portable_package, exact=True)


@pytest.fixture(scope="session")
def sqlite_only_target(sqlite_schema: Schema, tmp_path_factory: pytest.TempPathFactory) -> Target:
    """SQLite as Prisma itself uses it."""
    folder = tmp_path_factory.mktemp("sqlite_only")
    write_package(sqlite_schema, folder, "contract_sqlite", portable=False)
    url = f"file:{folder / 'contract.db'}"
    push(sqlite_schema, url, portable=False)
    return Target(url, import_package(folder, "contract_sqlite"), exact=False)


@pytest.fixture(scope="session")
def postgresql_target(
    contract_schema: Schema,
    portable_package: Any,
    postgres_server: Callable[[str], str],
    _postgres_administration: Callable[[str], None],
) -> Iterator[Target]:
    """PostgreSQL."""
    _postgres_administration("CREATE DATABASE contract TEMPLATE template0")
    url = postgres_server("contract")
    push(contract_schema, url, portable=True)
    yield Target(url, portable_package, exact=True)
    _postgres_administration("DROP DATABASE IF EXISTS contract WITH (FORCE)")


@pytest.fixture(params=["sqlite", "sqlite-only", "postgresql"])
def target(request: pytest.FixtureRequest) -> Target:
    """Each database in turn."""
    fixture = {
        "sqlite": "sqlite_target",
        "sqlite-only": "sqlite_only_target",
        "postgresql": "postgresql_target",
    }
    found: Target = request.getfixturevalue(fixture[request.param])
    return found


@pytest.fixture(params=["blocking", "awaited"])
def open_client(request: pytest.FixtureRequest, target: Target) -> Iterator[Callable[..., Any]]:
    """Opens clients of the kind in turn on the database in turn; the arguments are those of a client."""
    opened: list[Any] = []
    with asyncio.Runner() as runner:

        def open_one(**settings: Any) -> Any:
            settings = {"url": target.url, **settings}
            if request.param == "blocking":
                client = target.package.Client(**settings)
            else:
                client = Awaited(target.package.AsyncClient(**settings), runner)
            opened.append(client)
            return client

        yield open_one
        for client in opened:
            client.disconnect()


@pytest.fixture
def db(open_client: Callable[..., Any]) -> Any:
    """A client of a database without rows."""
    client = open_client()
    for table in TABLES:
        getattr(client, table).delete_many()
    return client


@pytest.fixture
def exact(target: Target) -> None:
    """Leaves out the databases that round decimals."""
    if not target.exact:
        pytest.skip("Prisma's own DDL for SQLite stores decimals as floating point numbers")


@pytest.fixture
def endless(target: Target) -> str:
    """A statement that does not end by itself."""
    if target.url.startswith("postgres"):
        return "SELECT pg_sleep(60)"
    return "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT max(i) FROM n"


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
