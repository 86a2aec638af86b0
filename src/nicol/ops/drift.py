"""Drift: what a database holds otherwise than its history says; and the same between any two catalogs."""

from __future__ import annotations

from dataclasses import dataclass

from nicol.catalog import Catalog, Unmanaged
from nicol.migrate.diff import diff
from nicol.migrate.summary import summary


@dataclass(frozen=True, slots=True)
class Drift:
    """What leads from one catalog to another, in sentences.

    `tables` concern what the schema speaks of; `objects` triggers, functions, views that only migrations carry.
    """

    tables: tuple[str, ...] = ()
    objects: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.tables or self.objects)


def drift(before: Catalog, after: Catalog) -> Drift:
    """Compare two catalogs, the objects that no schema speaks of included."""
    return Drift(summary(diff(before, after)), _objects(before, after))


def _objects(before: Catalog, after: Catalog) -> tuple[str, ...]:
    old, new = _by_key(before), _by_key(after)
    return (
        *(f"+ {_named(thing)}" for key, thing in new.items() if key not in old),
        *(f"- {_named(thing)}" for key, thing in old.items() if key not in new),
        *(
            f"* {_named(thing)}"
            for key, thing in new.items()
            if key in old and _words(old[key]) != _words(thing)
        ),
    )


def new_objects(before: Catalog, after: Catalog) -> tuple[Unmanaged, ...]:
    """The objects that have to be made to come from one catalog to the other."""
    old = _by_key(before)
    found = _by_key(after).items()
    return tuple(thing for key, thing in found if key not in old or _words(old[key]) != _words(thing))


def _by_key(catalog: Catalog) -> dict[tuple[str, str, str | None], Unmanaged]:
    return {(thing.kind, thing.name, thing.table): thing for thing in catalog.unmanaged}


def _named(thing: Unmanaged) -> str:
    return f"{thing.kind} {thing.name}" + (f" of table {thing.table}" if thing.table else "")


def _words(thing: Unmanaged) -> str:
    return " ".join(thing.definition.split())
