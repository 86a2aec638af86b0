"""The messages of one model as programs: taken, done with, put off, given up, given back, and counted.

Whoever has taken a message holds it for the time of its lease, which is what `nextAttemptAt` says meanwhile; who dies lets
go of it that way. The number of the attempt is the proof of having taken it: who comes back too late changes nothing.
Only the first message of a key is ever taken, so that none overtakes another.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Protocol

from nicol.query.plan import Plan
from nicol.sql.program import Program, transaction

_PAGE = 200
"""Messages that are looked at together for the first of their keys."""

_WAITING: dict[str, Any] = {"deadAt": None}
_DEAD: dict[str, Any] = {"deadAt": {"not": None}}
_FIRST = {"id": "asc"}


class Planner(Protocol):
    """What makes plans of calls: an engine, or that of a scoped client."""

    def plan(self, model: str, operation: str, args: dict[str, Any]) -> tuple[Plan, list[Any]]:
        """The plan of a call and its values."""
        ...


@dataclass(frozen=True, slots=True)
class Count:
    """How many messages there are: `waiting` for their turn, `retrying` of these after an attempt, and `dead`.

    `oldest`: since when the first of those that wait does.
    """

    waiting: int
    retrying: int
    dead: int
    oldest: datetime | None


@dataclass(frozen=True, slots=True)
class Messages:
    """The messages of a model. `include`: what is read with each, as in `find_many`."""

    planner: Planner
    model: str
    include: Mapping[str, Any] | None = None

    def take(self, most: int, now: datetime, lease: timedelta) -> Program[list[Any]]:
        """Take messages that are due and the first of their keys, in their order, past those that others are taking."""
        heads = yield from self._heads(most, now)
        return (yield from transaction(self._taken(heads, most, now, lease))) if heads else []

    def renew(self, message: Any, now: datetime, lease: timedelta) -> Program[bool]:
        """Hold a message for a whole lease from now on; False when somebody else has it."""
        return (yield from self._change(message, nextAttemptAt=now + lease)) == 1

    def done(
        self, message: Any, now: datetime, lease: timedelta, *, further: bool
    ) -> Program[tuple[bool, list[Any]]]:
        """Forget a message; False when somebody else had taken it meanwhile. `further`: take the next of its key at once."""
        return (yield from transaction(self._done(message, now, lease, further=further)))

    def put_off(self, message: Any, error: str, until: datetime) -> Program[int]:
        """Let a message that could not be handled wait."""
        return self._change(message, lastError=error, nextAttemptAt=until)

    def bury(self, message: Any, error: str, now: datetime) -> Program[int]:
        """Give a message up: it is a dead letter until somebody asks for it again."""
        return self._change(message, lastError=error, deadAt=now)

    def give_back(self, messages: Sequence[Any], now: datetime) -> Program[None]:
        """Let go of messages as if they had never been taken."""
        for message in messages:
            yield from self._change(message, attempts={"decrement": 1}, nextAttemptAt=now)

    def requeue(self, ids: Sequence[int] | None, now: datetime) -> Program[int]:
        """Let dead letters be tried again from the first attempt on, all or these; how many."""
        return self._call(
            "update_many",
            where=_DEAD if ids is None else {**_DEAD, "id": {"in": list(ids)}},
            data={"deadAt": None, "attempts": 0, "nextAttemptAt": now},
        )

    def dead(self, most: int) -> Program[list[Any]]:
        """The first dead letters."""
        return self._call("find_many", where=_DEAD, order=_FIRST, take=most)

    def count(self) -> Program[Count]:
        """How many there are."""
        oldest = yield from self._call("find_first", where=_WAITING, order=_FIRST)
        return Count(
            (yield from self._call("count", where=_WAITING)),
            (yield from self._call("count", where={**_WAITING, "attempts": {"gt": 0}})),
            (yield from self._call("count", where=_DEAD)),
            oldest.createdAt if oldest else None,
        )

    def _heads(self, most: int, now: datetime) -> Program[list[int]]:
        """The ids of messages that are due and wait for none of their key; so many at least, where there are."""
        heads: list[int] = []
        after = 0
        while len(heads) < most:
            page = yield from self._call(
                "find_many",
                where={**_WAITING, "nextAttemptAt": {"lte": now}, "id": {"gt": after}},
                select={"id": True, "key": True},
                order=_FIRST,
                take=_PAGE,
            )
            firsts = yield from self._firsts({each.key for each in page} - {None})
            heads += [each.id for each in page if each.key is None or each.id == firsts.get(each.key)]
            if len(page) < _PAGE:
                break
            after = page[-1].id
        return heads

    def _firsts(self, keys: set[str]) -> Program[dict[str, int]]:
        """The first message of each key that waits, taken or not."""
        if not keys:
            return {}
        found = yield from self._call(
            "group_by", by=["key"], where={**_WAITING, "key": {"in": sorted(keys)}}, min="id"
        )
        return {each["key"]: each["_min"]["id"] for each in found}

    def _taken(self, ids: list[int], most: int, now: datetime, lease: timedelta) -> Program[list[Any]]:
        """Take those of the messages that nobody else has taken since they were seen."""
        free = yield from self._call(
            "find_many",
            where={**_WAITING, "nextAttemptAt": {"lte": now}, "id": {"in": ids}},
            select={"id": True},
            order=_FIRST,
            take=most,
            lock={"mode": "update", "wait": "skip"},
        )
        mine = {"id": {"in": [each.id for each in free]}}
        if not free:
            return []
        data = {"attempts": {"increment": 1}, "nextAttemptAt": now + lease}
        yield from self._call("update_many", where=mine, data=data)
        return (yield from self._call("find_many", where=mine, order=_FIRST, include=self.include))

    def _done(
        self, message: Any, now: datetime, lease: timedelta, *, further: bool
    ) -> Program[tuple[bool, list[Any]]]:
        gone = yield from self._call("delete_many", where=_held(message))
        if not gone or not further or message.key is None:
            return bool(gone), []
        following = yield from self._call(
            "find_first", where={**_WAITING, "key": message.key}, select={"id": True}, order=_FIRST
        )
        return True, (yield from self._taken([following.id], 1, now, lease)) if following else []

    def _change(self, message: Any, **data: Any) -> Program[int]:
        return self._call("update_many", where=_held(message), data=data)

    def _call(self, operation: str, **arguments: Any) -> Program[Any]:
        plan, values = self.planner.plan(self.model, operation, arguments)
        return plan.part(values)


def _held(message: Any) -> dict[str, Any]:
    return {"id": message.id, "attempts": message.attempts, "deadAt": None}
