"""Drift: what a database holds otherwise than its history says; and the same between any two catalogs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from nicol.catalog import Catalog, Unmanaged
from nicol.dialects.changes import Change, CreateObject, DropObject, Rename
from nicol.migrate.details import details
from nicol.migrate.diff import diff
from nicol.migrate.renames import renamed
from nicol.migrate.summary import summary


@dataclass(frozen=True, slots=True)
class Drift:
    """What leads from one catalog to another, in sentences.

    `tables` concern what the schema speaks of; `objects` triggers, functions, views, checks… that only migrations carry, and
    details that no schema has a word for.
    """

    tables: tuple[str, ...] = ()
    objects: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.tables or self.objects)


def drift(before: Catalog, after: Catalog, renames: tuple[Rename, ...] = ()) -> Drift:
    """Compare two catalogs, the objects and details that no schema speaks of included; `renames` come before the rest."""
    before = renamed(before, renames)
    tables = summary((*renames, *_of_tables(diff(before, after))))
    everything = summary(_of_tables(diff(before, after, exact=True)))
    more = tuple(sentence for sentence in everything if sentence not in tables)
    return Drift(
        tables, (*more, *_lost_names(before, after), *_objects(before, after), *details(before, after))
    )


def _of_tables(changes: Iterable[Change]) -> tuple[Change, ...]:
    """Triggers and functions of an audit trail are told with all other objects."""
    return tuple(change for change in changes if not isinstance(change, CreateObject | DropObject))


def _lost_names(before: Catalog, after: Catalog) -> Iterator[str]:
    """What no migration of ours takes away."""
    kept = {extension.name for extension in after.extensions}
    yield from (f"- extension {each.name}" for each in before.extensions if each.name not in kept)
    yield from (f"- namespace {name}" for name in before.namespaces if name not in after.namespaces)


def _objects(before: Catalog, after: Catalog) -> tuple[str, ...]:
    old, new = _by_key(before), _by_key(after)
    return (
        *(f"+ {thing.named}" for key, thing in new.items() if key not in old),
        *(f"- {thing.named}" for key, thing in old.items() if key not in new),
        *(f"* {thing.named}" for key, thing in new.items() if key in old and old[key].words != thing.words),
    )


def new_objects(before: Catalog, after: Catalog) -> tuple[Unmanaged, ...]:
    """The objects that have to be made to come from one catalog to the other, beside those that `diff` makes."""
    old = _by_key(before)
    found = _by_key(after).items()
    return tuple(
        thing
        for key, thing in found
        if not thing.is_audit and (key not in old or old[key].words != thing.words)
    )


def _by_key(catalog: Catalog) -> dict[tuple[str, str, str | None, str | None], Unmanaged]:
    return {thing.key: thing for thing in catalog.unmanaged}
