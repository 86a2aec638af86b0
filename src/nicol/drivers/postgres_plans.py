"""Which texts a connection to PostgreSQL has prepared: what is said twice is, up to a limit, the oldest making room."""

from __future__ import annotations

from psycopg.abc import Transformer


class Plan:
    """A prepared statement: its name in the server, and how the columns of its rows are read once they are known.

    `format`: how its rows are to come, as text (0) or in binary (1); `read`: how those came that `loads` reads.
    """

    __slots__ = ("columns", "format", "loads", "name", "read", "ready")

    def __init__(self, name: bytes) -> None:
        self.name = name
        self.ready = False
        self.format = self.read = 0
        self.loads: Transformer | None = None
        self.columns: tuple[str, ...] | None = None


Key = tuple[str, tuple[int, ...] | None]
"""A text, and the types of its parameters as far as we say them."""


class Plans:
    """The prepared statements of one connection. `limit` 0: nothing is prepared."""

    def __init__(self, limit: int) -> None:
        self.limit = limit
        self._plans: dict[Key, Plan] = {}
        self._said: dict[Key, None] = {}
        self._made = 0

    def plan(self, key: Key, *, now: bool) -> Plan | None:
        """The plan for a text that was said before, or that is worth one `now`; None for one that is new."""
        plan = self._plans.get(key)
        if plan is not None:
            return plan
        if not now and key not in self._said:
            self._said[key] = None
            if len(self._said) > self.limit:
                del self._said[next(iter(self._said))]
            return None
        self._said.pop(key, None)
        self._made += 1
        plan = self._plans[key] = Plan(b"nicol_%d" % self._made)
        return plan

    def surplus(self) -> bytes | None:
        """The name of a statement that has to make room, which is forgotten here."""
        if len(self._plans) <= self.limit:
            return None
        oldest = next(iter(self._plans))
        return self._plans.pop(oldest).name

    def drop(self, plan: Plan) -> None:
        """Forget a statement that could not be prepared."""
        for key in [key for key, each in self._plans.items() if each is plan]:
            del self._plans[key]

    def clear(self) -> None:
        """Forget all."""
        self._plans.clear()
        self._said.clear()
