"""Objects that no schema speaks of, on the way from one catalog to another: which go, which come, in which order."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from nicol.catalog import Catalog, Unmanaged
from nicol.dialects.dialect import Dialect
from nicol.migrate.plan import Step


@dataclass(frozen=True, slots=True)
class Exchange:
    """`gone` are taken away before tables change, `come` are made afterwards. `left`: what no statement can do."""

    gone: tuple[Step, ...]
    come: tuple[Step, ...]
    left: tuple[str, ...]
    held: Catalog
    """The first catalog without what is gone."""


def exchange(before: Catalog, renamed: Catalog, after: Catalog, dialect: Dialect) -> Exchange:
    """What lies between two catalogs; `renamed` is the first in the names of the second. An audit trail goes with tables."""
    wanted = {thing.key: thing.words for thing in after.unmanaged}
    pairs = [pair for pair in zip(before.unmanaged, renamed.unmanaged, strict=True) if not pair[0].is_audit]
    kept = {now.key for _, now in pairs if wanted.get(now.key) == now.words}
    gone = [thing for thing, now in pairs if now.key not in kept]
    come = [thing for thing in after.unmanaged if thing.key not in kept and not thing.is_audit]
    rank = {kind: place for place, kind in enumerate(dialect.object_kinds)}
    gone.sort(key=lambda thing: rank.get(thing.kind, 0))
    come.sort(key=lambda thing: -rank.get(thing.kind, 0))
    drops = [(thing, dialect.drop_object(thing)) for thing in gone]
    makes = [(thing, dialect.make_object(thing)) for thing in come]
    return Exchange(
        tuple(Step(f"Drop {thing.kind}", (text,)) for thing, text in drops if text is not None),
        (
            *(Step(f"Create {thing.kind}", texts) for thing, texts in makes if texts),
            *switches(renamed, after, dialect),
        ),
        tuple(
            f"{thing.kind} {thing.name} has to be seen to by hand"
            for thing, text in (*drops, *makes)
            if not text
        ),
        _without(before, (thing for thing, text in drops if text is not None)),
    )


def switches(before: Catalog, after: Catalog, dialect: Dialect) -> Iterator[Step]:
    """What is switched on and off of the tables that both have: row-level security, for one."""
    old = {table.key: table for table in before.tables}
    for table in after.tables:
        if table.key in old and (texts := dialect.switched(old[table.key], table)):
            yield Step("Switch table", texts)


def _without(catalog: Catalog, things: Iterable[Unmanaged]) -> Catalog:
    gone = frozenset(map(id, things))
    return replace(catalog, unmanaged=tuple(thing for thing in catalog.unmanaged if id(thing) not in gone))
