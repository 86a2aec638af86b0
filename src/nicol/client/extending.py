"""The engine of a client whose class has methods that see its calls: every part is shown to them before it is read."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

from nicol.client.parts import walked
from nicol.client.wishes import Before, Part, Wish
from nicol.errors import QueryInvalid

if TYPE_CHECKING:
    from nicol.query.engine import Engine
    from nicol.query.plan import Plan
    from nicol.query.query import Query
    from nicol.query.scope.engine import ScopedEngine


class ExtendedEngine:
    """Shows every part of a call to the methods of a client before it is read."""

    def __init__(self, engine: Engine | ScopedEngine, hooks: tuple[tuple[Wish, Before], ...]) -> None:
        self._engine = engine
        self._hooks = hooks

    def plan(self, model: str, operation: str, args: dict[str, Any]) -> tuple[Plan, list[Any]]:
        """As `Engine.plan`."""
        return self._engine.plan(model, operation, self._shown(model, operation, args))

    def read(self, model: str, operation: str, args: dict[str, Any]) -> tuple[Query, list[Any]]:
        """As `Engine.read`."""
        return self._engine.read(model, operation, self._shown(model, operation, args))

    def known(self, query: Query) -> Plan | None:
        """As `Engine.known`."""
        return self._engine.known(query)

    def compiled(self, model: str, query: Query, slots: int) -> Plan:
        """As `Engine.compiled`."""
        return self._engine.compiled(model, query, slots)

    def describe(self, model: str, operation: str, args: dict[str, Any]) -> str:
        """As `Engine.describe`."""
        return self._engine.describe(model, operation, args)

    def _shown(self, model: str, operation: str, args: dict[str, Any]) -> dict[str, Any]:
        try:
            return walked(self._engine.models, self._ask, Part(model, operation, args))
        except RecursionError:
            raise QueryInvalid(f"the arguments of `{operation}` are nested too deeply", model=model) from None

    def _ask(self, part: Part) -> Part:
        """The part as the methods leave it, each shown what the one before made of it."""
        for wish, hook in self._hooks:
            if wish.fits(part.model, part.operation):
                changed = hook(part)
                if changed is not None:
                    part = msgspec.structs.replace(part, arguments=changed)
        return part
