"""Drift: what a database holds otherwise than its history says."""

from __future__ import annotations

from dataclasses import dataclass

from nicol.catalog import Catalog, Unmanaged
from nicol.dialects.dialect import Dialect
from nicol.migrate.diff import diff
from nicol.migrate.plan import plan


@dataclass(frozen=True, slots=True)
class Drift:
    """What would have to be done to the database to make it what its history says, in words.

    `tables` concern what the schema speaks of; `objects` triggers, functions, views that only migrations carry.
    """

    tables: tuple[str, ...] = ()
    objects: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.tables or self.objects)


def drift(expected: Catalog, actual: Catalog, dialect: Dialect) -> Drift:
    """Compare what the history says with what the database holds."""
    steps = plan(diff(actual, expected), actual, expected, dialect)
    spoken = tuple(" ".join(statement.split()) for step in steps for statement in step.statements)
    return Drift(spoken, tuple(_unmanaged(expected, actual)))


def _unmanaged(expected: Catalog, actual: Catalog) -> list[str]:
    wanted, there = _by_key(expected), _by_key(actual)
    lost = [f"the {_named(thing)} is missing" for key, thing in wanted.items() if key not in there]
    strange = [f"the {_named(thing)} is in no migration" for key, thing in there.items() if key not in wanted]
    other = [
        f"the {_named(thing)} reads otherwise"
        for key, thing in wanted.items()
        if key in there and _words(there[key]) != _words(thing)
    ]
    return [*lost, *strange, *other]


def missing_objects(expected: Catalog, actual: Catalog) -> tuple[Unmanaged, ...]:
    """The objects that have to be made anew."""
    there = _by_key(actual)
    return tuple(
        thing
        for key, thing in _by_key(expected).items()
        if key not in there or _words(there[key]) != _words(thing)
    )


def _by_key(catalog: Catalog) -> dict[tuple[str, str, str | None], Unmanaged]:
    return {(thing.kind, thing.name, thing.table): thing for thing in catalog.unmanaged}


def _named(thing: Unmanaged) -> str:
    return f"{thing.kind} {thing.name}" + (f" on {thing.table}" if thing.table else "")


def _words(thing: Unmanaged) -> str:
    return " ".join(thing.definition.split())
