"""The engine of a scoped client: reads calls as the engine below does, and keeps their queries to the scope."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from nicol.query.engine import Engine
from nicol.query.plan import Plan, Plans
from nicol.query.query import Query
from nicol.query.scope.guards import Guards, read_guards
from nicol.query.scope.rewrite import guarded
from nicol.query.scope.rules import Scope
from nicol.query.scope.visible import Scoped

_SCOPES = 64


class ScopedEngine:
    """Answers calls within some scopes. Scopes that differ in values alone share their plans.

    The values of the scopes have the first slots of every query, so that their guards are the same in all.
    """

    def __init__(self, engine: Engine, scopes: Sequence[Scope]) -> None:
        self._engine = engine
        self.models = engine.models
        guards, self._values = read_guards(engine.models, scopes)
        self._varies = any(map(callable, self._values))
        self._scoped = Scoped(engine.models, guards)
        self._plans = _plans_of(engine, guards)

    def plan(self, model: str, operation: str, args: dict[str, Any]) -> tuple[Plan, list[Any]]:
        """As `Engine.plan`."""
        query, values = self.read(model, operation, args)
        return self._plans.get(query) or self.compiled(model, query, len(values)), values

    def read(self, model: str, operation: str, args: dict[str, Any]) -> tuple[Query, list[Any]]:
        """As `Engine.read`: the query is still as the caller meant it."""
        first = [_now(value) for value in self._values] if self._varies else self._values.copy()
        return self._engine.read(model, operation, args, first)

    def describe(self, model: str, operation: str, args: dict[str, Any]) -> str:
        """As `Engine.describe`."""
        return self._engine.describe(model, operation, args)

    def known(self, query: Query) -> Plan | None:
        """As `Engine.known`."""
        return self._plans.get(query)

    def compiled(self, model: str, query: Query, slots: int) -> Plan:
        """As `Engine.compiled`: here the query is kept to its scope."""
        plan = self._engine.compile(model, guarded(self._scoped, query), slots)
        self._plans.keep(query, plan)
        return plan


def _now(value: Any) -> Any:
    return value() if callable(value) else value


def _plans_of(engine: Engine, guards: Guards) -> Plans:
    """The plans for some guards; when there are too many guards, all are given up and made again as they are needed."""
    known = engine.scoped_plans
    found = known.get(guards)
    if found is None:
        if len(known) >= _SCOPES:
            known.clear()
        found = known[guards] = Plans()
    return found
