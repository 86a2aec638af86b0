"""`find_unique` calls that begin in one tick of the event loop, gathered into one statement.

The first call of a shape waits until the loop has gone round once, and says one statement for all that came in the meantime.
Each is answered as if it had been alone: with its own row, None or error.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Hashable
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from nicol.errors import ClientError
from nicol.query.nodes.gathered import FindEach
from nicol.query.nodes.queries import FindUnique

if TYPE_CHECKING:
    from nicol.query.plan import Plan

Run: TypeAlias = Callable[["Plan", list[Any]], Awaitable[Any]]
"""Answers one call: its plan, and its values."""

Gathered: TypeAlias = Callable[[FindEach, int], "Plan"]
"""The plan of a gathered query that has so many slots."""

OPERATIONS: Final = frozenset({"find_unique", "find_unique_or_raise"})
"""The calls that are gathered."""

_LIMIT = 1000
"""How many calls one statement answers at most."""

_ALONE: Final = object()
"""What a call is told that has to be said alone after all."""


class Gathering:
    """The calls of one client that wait for each other."""

    def __init__(self) -> None:
        self._groups: dict[Hashable, _Group] = {}

    async def answer(
        self, plan: Plan, values: list[Any], run: Run, gathered: Gathered, sight: Hashable
    ) -> Any:
        """The answer of a call, together with those of its shape that begin in the same tick.

        `sight`: what the database is told that may decide which rows it shows.
        """
        shape = _shape_of(plan, values)
        if shape is None:
            return await run(plan, values)
        key = shape, sight
        group = self._groups.get(key)
        if group is None:
            return await self._lead(key, plan, values, run, gathered)
        waiting = group.join(values)
        if len(group.values) >= _LIMIT:
            del self._groups[key]
        found = await waiting
        return await run(plan, values) if found is _ALONE else found

    async def _lead(self, key: Hashable, plan: Plan, values: list[Any], run: Run, gathered: Gathered) -> Any:
        group = self._groups[key] = _Group(values)
        try:
            await asyncio.sleep(0)
        except BaseException:
            group.dissolve()
            raise
        finally:
            if self._groups.get(key) is group:
                del self._groups[key]
        if len(group.values) == 1:
            return await run(plan, values)
        return await self._say(group, plan, run, gathered)

    async def _say(self, group: _Group, plan: Plan, run: Run, gathered: Gathered) -> Any:
        """One statement for the group. Where it fails each says its own, so that nobody is told of another's fault."""
        try:
            query = plan.query
            assert isinstance(query, FindUnique)
            each = FindEach(query.model, query.key.fields, query.key.slots, query.key.rest, query.selection)
            found = await run(gathered(each, len(group.values[0])), group.together(query.key.slots))
        except ClientError:
            group.dissolve()
            return await run(plan, group.values[0])
        except BaseException:
            group.dissolve()
            raise
        absent = _ALONE if query.required else None  # who needs a row is told by a statement of its own
        group.share(found, absent)
        first = found.get(1, absent)
        return await run(plan, group.values[0]) if first is _ALONE else first


class _Group:
    """Calls of one shape: the first says the statement, the others wait for their rows."""

    def __init__(self, first: list[Any]) -> None:
        self.values = [first]
        self._waiting: list[asyncio.Future[Any]] = []

    def join(self, values: list[Any]) -> asyncio.Future[Any]:
        """One more call; what it waits for."""
        future: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        self.values.append(values)
        self._waiting.append(future)
        return future

    def together(self, slots: tuple[int, ...]) -> list[Any]:
        """The values of all: in the slots of the key those of each, in the others what is the same for all."""
        values = self.values[0].copy()
        for slot in slots:
            values[slot] = [each[slot] for each in self.values]
        return values

    def share(self, found: dict[int, Any], absent: Any) -> None:
        """Give each call its row; the first call is the one who shares."""
        for number, future in enumerate(self._waiting, 2):
            if not future.done():
                future.set_result(found.get(number, absent))

    def dissolve(self) -> None:
        """Let each call say its own statement."""
        for future in self._waiting:
            if not future.done():
                future.set_result(_ALONE)


def _shape_of(plan: Plan, values: list[Any]) -> Hashable | None:
    """What calls have in common that one statement can answer; None for calls that it cannot."""
    query = plan.query
    if not isinstance(query, FindUnique) or query.lock is not None:
        return None
    slots = query.key.slots
    if len(values) == len(slots):
        return plan
    rest = [value for slot, value in enumerate(values) if slot not in slots]
    try:
        return plan, tuple(rest), tuple(map(type, rest)), hash(tuple(rest))
    except TypeError:
        return None


def is_busy() -> bool:
    """True when other tasks may begin in this tick: asyncio's own loop has a list of them, other loops do not tell."""
    return bool(getattr(asyncio.get_running_loop(), "_ready", True))
