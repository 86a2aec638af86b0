"""What stands at the head of every page: the shops, and what waits for the memory store, read in one statement."""

from __future__ import annotations

from dataclasses import dataclass

from control_center.db import AsyncClient


@dataclass(frozen=True, slots=True)
class Backlog:
    """How many decisions wait for the memory store; how often the first was tried, and what the last try failed with."""

    waiting: int
    attempts: int
    last_error: str | None


@dataclass(frozen=True, slots=True)
class Head:
    """The shops that have facts, by name, and what waits."""

    shops: tuple[str, ...]
    backlog: Backlog


async def head(db: AsyncClient) -> Head:
    """The head of a page; it costs the same however many facts there are."""
    rows = await db.masthead.find_many(order={"shop": "asc"})
    first = rows[0]
    return Head(
        tuple(row.shop for row in rows if row.shop is not None),
        Backlog(first.waiting, first.attempts or 0, first.lastError),
    )
