"""Plans are of a call's shape and of nothing else, and a program says and answers the same whoever drives it."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from random import Random
from typing import Any

import pytest

from campaigns.client.calls import Call, Caller
from campaigns.client.memory import Memory
from campaigns.client.trial import REFERENCE, reset, said, schema_of
from campaigns.client.worlds import World, random_world
from nicol.dialects import named
from nicol.drivers import open_database
from nicol.drivers.connection import Connection, converse, run
from nicol.errors import ClientError
from nicol.query.engine import Engine
from nicol.sql.program import Command, Result
from tests.query.blog import SCHEMA, Things, engine

WORLDS, CALLS = 6, 120


def engine_of(world: World, database: str) -> Engine:
    """An engine whose clock stands still and whose chance is always the same."""
    dialect, now = named(database, portable=world.portable), datetime(2026, 1, 1, tzinfo=UTC)
    return Engine(schema_of(world, database), dialect, Things(), now=lambda: now, random=bytes)


def calls_of(seed: str) -> Iterator[tuple[World, list[tuple[Call, Memory]]]]:
    """Worlds, each with calls and the rows that there are before each."""
    for number in range(WORLDS):
        chance = Random(f"{seed}:{number}")
        world = random_world(chance)
        caller, memory = Caller(chance, world), Memory(world)
        calls: list[tuple[Call, Memory]] = []
        for _ in range(CALLS):
            call = caller.call(memory)
            calls.append((call, memory))
            memory, _ = said(call, memory, [], _Nothing())
        yield world, calls


class _Nothing(dict[str, int]):
    """Counts that nobody looks at."""

    def __missing__(self, key: str) -> int:
        return 0


_NAMES = ("order", "distinct", "by", "key", "mode", "take", "select", "omit", "sum", "avg", "min", "max")
_MORE_NAMES = ("count", "count_distinct", "skip_duplicates", "having", "nulls")


def varied(given: Any) -> Any:
    """The same call with other values: equal ones stay equal, and what is a name or a word stays as it is."""
    match given:
        case dict():
            kept = (*_NAMES, *_MORE_NAMES)
            update = given.get("update") if "key" in given else None
            return {
                name: each if name in kept or (each is update and isinstance(each, list)) else varied(each)
                for name, each in given.items()
            }
        case list():
            return [varied(each) for each in given]
        case str():
            return given + "x"
        case int() if not isinstance(given, bool):
            return given + 1
        case _:
            return given


@pytest.mark.proves("Client", "a call with other values compiles nothing", on=("sqlite", "postgresql"))
@pytest.mark.parametrize("database", ["sqlite", "postgresql"])
def test_other_values_compile_nothing(database: str) -> None:
    seen: set[str] = set()
    for world, calls in calls_of("varied"):
        if database == "postgresql" and not world.portable:
            continue
        engine = engine_of(world, database)
        for call, _ in calls:
            plan, values = engine.plan(call.model, call.operation, call.args)
            engine.compiled = _refuse  # type: ignore[method-assign]
            again, others = engine.plan(call.model, call.operation, varied(call.args))
            del engine.compiled  # type: ignore[method-assign]
            assert again is plan, call
            assert len(values) == len(others)
            seen.add(call.operation)
    assert seen == set(REFERENCE)


def _refuse(model: str, query: Any, slots: int) -> Any:
    raise AssertionError(f"compiled again: {query}")


def test_equal_plans_say_equal_texts_whoever_asks_first() -> None:
    for world, calls in calls_of("first"):
        one, other = engine_of(world, "sqlite"), engine_of(world, "sqlite")
        texts = [one.plan(call.model, call.operation, call.args)[0].compiled.texts for call, _ in calls]
        for (call, _), said_before in reversed([*zip(calls, texts, strict=True)]):
            assert other.plan(call.model, call.operation, call.args)[0].compiled.texts == said_before, call


def test_a_call_that_was_made_before_is_the_query_that_reading_it_finds() -> None:
    """Calls of plain values find their plans without being read: the first time teaches, the others must agree."""
    for world, calls in calls_of("known"):
        engine = engine_of(world, "sqlite")
        for _ in range(2):
            for call, _ in calls:
                for args in (call.args, varied(call.args)):
                    query, values = engine.read(call.model, call.operation, args)
                    plan, found = engine.plan(call.model, call.operation, args)
                    assert (plan.query, found) == (query, values), call


CHANGES: list[Any] = [
    {"views": 1},
    {"views": {"set": 1}},
    {"views": {"increment": 1}},
    {"views": {"decrement": 1}},
    {"views": 1, "rank": 2},
    {"rank": 1, "views": 2},
    {"views": {"increment": 1}, "rank": 2},
    {"title": "one"},
    {},
]
MISTAKES: list[Any] = [
    {"views": {None: 1}},
    {"views": {"": 1}},
    {"views": {"increment": 1, "set": 2}},
    {"title": {"increment": 1}},
    {"nothing": 1},
    {"author": 1},
    {"author": {"connect": 1}},
    None,
    7,
]


@pytest.mark.parametrize("operation", ["update", "update_many"])
def test_changes_that_look_alike_have_plans_of_their_own(operation: str) -> None:
    blog = engine(SCHEMA, "sqlite")
    for _ in range(2):
        for data in CHANGES:
            args = {"where": {"id": 1}, "data": data}
            query, values = blog.read("Post", operation, args)
            plan, found = blog.plan("Post", operation, args)
            assert (plan.query, found) == (query, values), data
        for data in MISTAKES:
            with pytest.raises(ClientError):
                blog.plan("Post", operation, {"where": {"id": 1}, "data": data})


# ---- who drives ------------------------------------------------------------------------------------------------------


@dataclass
class Heard:
    """A connection that writes down what is said to it and what it answers."""

    of: Connection
    said: list[tuple[Command, Result | BaseException]] = field(default_factory=list)

    def say(self, command: Command) -> Result:
        """Say a command to the real connection."""
        try:
            answer = self.of.say(command)
        except BaseException as error:
            self.said.append((command, error))
            raise
        self.said.append((command, _copied(answer)))
        return answer


def _copied(answer: Result) -> Result:
    return Result([*answer.rows], answer.affected, answer.columns, answer.parts)


async def _replayed(program: Any, script: list[tuple[Command, Result | BaseException]]) -> Any:
    left = iter(script)

    async def say(command: Command) -> Result:
        await asyncio.sleep(0)
        expected, answer = next(left)
        assert command == expected
        if isinstance(answer, BaseException):
            raise answer
        return answer

    answer = await converse(program, say)
    assert next(left, None) is None
    return answer


@pytest.mark.proves(
    "Client", "a program says and answers the same, blocking and awaited", on=("sqlite", "postgresql")
)
def test_a_program_says_and_answers_the_same_blocking_and_awaited(database_url: str) -> None:
    database, refused = ("sqlite" if database_url.startswith("file:") else "postgresql"), 0
    for world, calls in calls_of("driven"):
        if not world.portable:
            continue
        reset(world, database, database_url)
        engine = engine_of(world, database)
        with open_database(database_url) as opened, asyncio.Runner() as runner:
            for call, _ in calls[: CALLS // 2]:
                plan, values = engine.plan(call.model, call.operation, call.args)
                with opened.session(True) as connection:
                    heard = Heard(connection)
                    try:
                        answer: Any = run(plan.program([*values]), heard)  # type: ignore[arg-type]
                    except ClientError as error:
                        answer, refused = (type(error), error.code), refused + 1
                try:
                    awaited: Any = runner.run(_replayed(plan.program([*values]), heard.said))
                except ClientError as error:
                    awaited = (type(error), error.code)
                assert awaited == answer, call
    assert refused
