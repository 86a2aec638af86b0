"""One world: its calls said to the reference and to generated clients on its databases, and every difference found."""

from __future__ import annotations

import asyncio
import importlib
import sys
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count
from math import isclose
from pathlib import Path
from random import Random
from typing import Any

from campaigns.client import bulk, groups, reads, writes
from campaigns.client.calls import WRITES, Call, Caller
from campaigns.client.groups import Near
from campaigns.client.memory import Memory, Refused, Row, Unsettled
from campaigns.client.reads import Bag
from campaigns.client.worlds import World, random_world, spelled, viewed
from campaigns.client.writes import Some
from nicol.catalog import Catalog
from nicol.client.codegen import render_package
from nicol.diagnostics import Source
from nicol.dialects import named
from nicol.drivers import Database, open_database
from nicol.errors import ClientError
from nicol.migrate.lower import lower
from nicol.migrate.plan import steps_between
from nicol.schema.parse import parse
from nicol.schema.resolve import resolve
from nicol.schema.schema import Generator, Schema
from nicol.sql.program import Statement, say_all

REFERENCE: dict[str, Callable[[Memory, Any, Row], Any]] = {
    "find_unique": reads.find_unique,
    "find_unique_or_raise": lambda memory, model, args: reads.find_unique(memory, model, args, required=True),
    "find_first": reads.find_first,
    "find_first_or_raise": lambda memory, model, args: reads.find_first(memory, model, args, required=True),
    "find_many": reads.find_many,
    "count": groups.count,
    "aggregate": groups.aggregate,
    "group_by": groups.group_by,
    "create": writes.create,
    "create_many": writes.create_many,
    "update": writes.update,
    "update_many": writes.update_many,
    "upsert": writes.upsert,
    "delete": writes.delete,
    "delete_many": writes.delete_many,
    "create_many_and_return": bulk.create_many_and_return,
    "update_many_and_return": bulk.update_many_and_return,
    "delete_many_and_return": bulk.delete_many_and_return,
    "upsert_many": bulk.upsert_many,
    "update_each": bulk.update_each,
}
"""What each operation does in plain Python."""


@dataclass
class Outcome:
    """What a world's calls came to; `fault` is the first difference, after which nothing more was said."""

    seed: str
    world: World
    calls: list[Call] = field(default_factory=list)
    counts: Counter[str] = field(default_factory=Counter)
    fault: str = ""


class Answered:
    """A client of the world on one database: answers calls, blocking or awaiting, as plain values."""

    def __init__(self, name: str, client: Any, url: str, runner: asyncio.Runner | None) -> None:
        self.name = name
        self._client = client
        self._runner = runner
        self.url = url

    def call(self, call: Call) -> Any:
        """The client's answer, or a `Refused` with its code."""
        operation = getattr(getattr(self._client, call.model.lower()), call.operation)
        try:
            if self._runner is None:
                return operation(**call.args)
            return self._runner.run(_awaited(operation, call.args))
        except ClientError as error:
            return Refused(str(error.code))
        except Exception as error:  # noqa: BLE001 - anything else is a fault of Nicol's, and told as one
            return error

    def close(self) -> None:
        """Give the connections back."""
        if self._runner is None:
            self._client.disconnect()
        else:
            self._runner.run(self._client.disconnect())


async def _awaited(operation: Callable[..., Any], args: Row) -> Any:
    return await operation(**args)


# ---- running ---------------------------------------------------------------------------------------------------------


def trial(seed: str, urls: dict[str, str], calls: int, folder: Path, runner: asyncio.Runner) -> Outcome:
    """Say so many random calls to a random world, until something is different."""
    chance = Random(seed)
    world = random_world(chance)
    outcome = Outcome(seed, world)
    awaiting = chance.choice(["", *urls])
    with answering(world, urls, folder, awaiting, runner) as clients:
        caller, memory = Caller(chance, world), Memory(world)
        for _ in range(calls):
            call = caller.call(memory)
            memory, fault = said(call, memory, clients, outcome.counts)
            outcome.calls.append(call)
            if fault:
                outcome.fault = fault
                break
    return outcome


def said(call: Call, memory: Memory, clients: Sequence[Answered], counts: Counter[str]) -> tuple[Memory, str]:
    """Say one call to everybody: the rows that there are then, and what was different."""
    try:
        after, expected = _expected(call, memory)
    except Unsettled:
        counts["unsettled"] += 1
        return memory, ""
    counts[call.operation] += 1
    counts["on views"] += call.model in [view.name for view in memory.world.views]
    counts["refused"] += isinstance(expected, Refused)
    if isinstance(expected, Refused) and _several(call.args.get("data") or call.args):
        expected = Refused(*expected.codes, *_CONSTRAINTS)
    for client in clients:
        if difference := _difference(expected, client.call(call)):
            return after, f"{client.name}: {difference}"
        if call.operation in WRITES and (difference := _state(after, client)):
            return after, f"{client.name}, afterwards: {difference}"
    return after, ""


_CONSTRAINTS = ("P2002", "P2003", "P2014", "P2017", "P2018", "P2020", "P2025")


def _several(given: Any) -> bool:
    """True where a call writes several rows in a list: which of their faults is found first is the database's affair."""
    if isinstance(given, dict):
        return any(map(_several, given.values()))
    if not isinstance(given, list):
        return False
    return sum(isinstance(each, dict) for each in given) > 1 or any(map(_several, given))


def _expected(call: Call, memory: Memory) -> tuple[Memory, Any]:
    model = memory.world.model(call.model)
    if call.operation not in WRITES:
        try:
            return memory, REFERENCE[call.operation](memory, model, call.args)
        except Refused as refused:
            return memory, refused
    after = memory.copy()
    try:
        return after, REFERENCE[call.operation](after, model, call.args)
    except Refused as refused:
        return memory, refused


def _state(memory: Memory, client: Answered) -> str:
    """How the database's rows differ from those that there should be."""
    for model in memory.world.models:
        args: Row = {"order": [{name: "asc"} for name in model.key]}
        joins = [join for join in memory.world.joins if join.a == model.name]
        if joins:
            args["include"] = {join.a_field: True for join in joins}
        call = Call(model.name, "find_many", args)
        if difference := _difference(reads.find_many(memory, model, args), client.call(call)):
            return f"{model.name}: {difference}"
    return ""


def _difference(expected: Any, actual: Any) -> str:
    if isinstance(expected, Refused) and isinstance(actual, Refused):
        if actual.codes <= expected.codes:
            return ""
    elif not isinstance(expected, Refused) and not isinstance(actual, Exception) and _equal(expected, actual):
        return ""
    return f"expected {_told(expected)}\n    got {_told(actual)}"


def _equal(expected: Any, actual: Any) -> bool:
    if isinstance(expected, Some):
        return isinstance(actual, int) and 0 < actual <= expected
    if isinstance(expected, Bag):
        rest = list(actual)
        for each in expected:
            found = next((n for n, other in enumerate(rest) if _equal(each, other)), None)
            if found is None:
                return False
            del rest[found]
        return not rest
    if isinstance(expected, list) and isinstance(actual, list):
        return len(expected) == len(actual) and all(map(_equal, expected, actual))
    if isinstance(expected, dict) and isinstance(actual, dict):
        return expected.keys() == actual.keys() and all(
            _equal(expected[name], actual[name]) for name in expected
        )
    if isinstance(expected, dict) and hasattr(actual, "__struct_fields__"):
        names = {name: "counts" if name == "_count" else name for name in expected}
        return all(_equal(value, getattr(actual, names[name])) for name, value in expected.items())
    if isinstance(expected, Near):
        return isclose(expected, actual, rel_tol=1e-9, abs_tol=1e-9)
    return type(expected) in (type(actual), *type(actual).__mro__) and expected == actual


def _told(value: Any) -> str:
    if isinstance(value, Refused):
        return f"the error {value}"
    if isinstance(value, Exception):
        return f"{type(value).__name__}: {value}"
    return repr(value)


# ---- clients ---------------------------------------------------------------------------------------------------------

_numbers = count(1)


@contextmanager
def answering(
    world: World, urls: dict[str, str], folder: Path, awaiting: str, runner: asyncio.Runner
) -> Iterator[list[Answered]]:
    """Clients of a world on emptied databases; that of the database `awaiting` is an awaiting one."""
    urls = urls if world.portable else {name: url for name, url in urls.items() if name == "sqlite"}
    clients: list[Answered] = []
    package = import_package(world, folder)
    try:
        for name, url in urls.items():
            reset(world, name, url)
            kind = package.AsyncClient if name == awaiting else package.Client
            clients.append(Answered(name, kind(url=url), url, runner if name == awaiting else None))
        yield clients
    finally:
        for client in clients:
            client.close()
        for module in [each for each in sys.modules if each.partition(".")[0] == package.__name__]:
            del sys.modules[module]


def import_package(world: World, folder: Path) -> Any:
    """The generated package of a world."""
    name = f"world_{next(_numbers)}"
    package = folder / name
    package.mkdir()
    schema = schema_of(world, "sqlite")
    generator = Generator("client", "nicol", (("output", name),))
    for path, content in render_package(schema, generator, portable=world.portable).items():
        if not path.endswith(".pyi"):
            (package / path).write_bytes(content if isinstance(content, bytes) else content.encode())
    sys.path.insert(0, str(folder))
    importlib.invalidate_caches()
    try:
        return importlib.import_module(name)
    finally:
        sys.path.remove(str(folder))


def schema_of(world: World, provider: str) -> Schema:
    """The world as a schema, resolved."""
    head = _HEAD.replace("PROVIDER", "postgresql" if world.portable else provider)
    document = parse(Source("schema.prisma", head + spelled(world)))
    assert document.ok, (document.findings, spelled(world))
    resolved = resolve((document.value,), None)
    assert resolved.ok, (resolved.findings, spelled(world))
    return resolved.value


_HEAD = """
datasource db {
  provider = "PROVIDER"
  url      = "file:x.db"
}

generator client {
  provider        = "nicol"
  output          = "client"
  previewFeatures = ["views"]
}
"""

_EMPTY_POSTGRES = ("DROP SCHEMA public CASCADE", "CREATE SCHEMA public")


def reset(world: World, name: str, url: str) -> None:
    """Empty a database and make it fit the world."""
    if name == "sqlite":
        for end in ("", "-wal", "-shm"):
            Path(url.removeprefix("file:") + end).unlink(missing_ok=True)
    with open_database(url) as database:
        if name != "sqlite":
            database.run(say_all(Statement(text, prepare=False) for text in _EMPTY_POSTGRES), write=True)
        _create(world, name, database)


def _create(world: World, name: str, database: Database) -> None:
    dialect = named(name, portable=world.portable)
    steps = steps_between(Catalog(), lower(schema_of(world, name), dialect), dialect)
    texts = [text for step in steps for text in step.statements]
    texts += [f'CREATE VIEW "{each.name}" AS SELECT * FROM "{viewed(each.name)}"' for each in world.views]
    database.run(say_all(Statement(text, prepare=False) for text in texts), write=True)
