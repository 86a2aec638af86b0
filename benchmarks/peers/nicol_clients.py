"""Nicol's own clients, blocking and awaiting."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from benchmarks.peers.shop import FEW, NOTE, NOTES, SOME, Turn

MANY = 20
"""How many calls one turn of the event loop stands for."""


class Blocking:
    """The blocking client."""

    def __init__(self, client: Any) -> None:
        self._db = client
        self._turn = Turn()

    def works(self) -> Mapping[str, Callable[[], Any]]:
        """All works."""
        return _works(self._db, self._turn) | {"transaction of ten": self._ten}

    def _ten(self) -> None:
        with self._db.tx() as tx:
            for _ in range(10):
                tx.user.update(where={"id": self._turn()}, data={"logins": {"increment": 1}})

    def close(self) -> None:
        """Give its connections back."""
        self._db.disconnect()


def _works(db: Any, turn: Callable[[], int]) -> dict[str, Callable[[], Any]]:
    return {
        "by key": lambda: db.user.find_unique(where={"id": turn()}),
        "by unique field": lambda: db.user.find_unique(where={"email": f"user{turn()}@example.org"}),
        "1,000 rows": lambda: db.user.find_many(order={"id": "asc"}, take=1000),
        "a page of 20": lambda: db.post.find_many(
            where={"views": {"gt": 500}}, order=[{"views": "desc"}, {"id": "asc"}], take=20
        ),
        "one parent and its rows": lambda: db.user.find_unique(where={"id": turn()}, include={"posts": True}),
        "include one level": lambda: db.user.find_many(where={"id": {"in": SOME}}, include={"posts": True}),
        "include two levels": lambda: db.user.find_many(
            where={"id": {"in": FEW}}, include={"posts": {"include": {"comments": True}}}
        ),
        "create": lambda: db.note.create(data=NOTE),
        "update": lambda: db.user.update(where={"id": turn()}, data={"logins": {"increment": 1}}),
        "upsert": lambda: db.counter.upsert(
            where={"id": 1}, create={"id": 1, "hits": 1}, update={"hits": {"increment": 1}}
        ),
        "create 1,000": lambda: db.note.create_many(data=NOTES),
        "nested create": lambda: db.post.create(
            data={
                "title": "title",
                "body": "body",
                "authorId": turn(),
                "comments": {"create": [{"text": "a", "score": 1}, {"text": "b", "score": 2}, {"text": "c", "score": 3}]},
            }
        ),
    }  # fmt: skip


class Awaiting:
    """The awaiting client; every work is done many times on a running loop, one after the other."""

    def __init__(self, client: Any, runner: asyncio.Runner) -> None:
        self._db = client
        self._runner = runner
        self._turn = Turn()

    def works(self) -> Mapping[str, Callable[[], Any]]:
        """All works, each as `MANY` of them."""
        calls: dict[str, Callable[[], Awaitable[Any]]] = _works(self._db, self._turn)
        return {
            name: self._repeated(call) for name, call in (calls | {"transaction of ten": self._ten}).items()
        }

    def _repeated(self, call: Callable[[], Awaitable[Any]]) -> Callable[[], Any]:
        async def repeat() -> Any:
            answer = None
            for _ in range(MANY):
                answer = await call()
            return answer

        return lambda: self._runner.run(repeat())

    async def _ten(self) -> None:
        async with self._db.tx() as tx:
            for _ in range(10):
                await tx.user.update(where={"id": self._turn()}, data={"logins": {"increment": 1}})

    def close(self) -> None:
        """Give its connections back."""
        self._runner.run(self._db.disconnect())
