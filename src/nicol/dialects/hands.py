"""Names of keys and indexes that change hands: no two things bear one name, not even between two statements.

Indexes and primary keys live beside each other in a namespace, whatever table they belong to, foreign keys in their table.
So a rename to a name that another one still bears waits until that one has left it; and one that waits, and whose own name is
wanted as well, steps aside under a passing name.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from nicol.catalog import Catalog, Index
from nicol.dialects import changes as c

_PASSING = "nicol_renaming_"


def is_passing(name: str) -> bool:
    """True for the name under which an index steps aside."""
    return name.startswith(_PASSING)


_Name = tuple[str | None, str]


@dataclass(frozen=True, slots=True)
class _Names:
    """The names that are taken before, and those that renames come to."""

    held: frozenset[_Name]
    wanted: frozenset[_Name]

    def waits(self, space: str | None, old: str, new: str) -> bool:
        """True when another thing still bears the new name."""
        return old != new and (space, new) in self.held

    def renamed(self, change: c.RenameIndex) -> Iterator[c.RenameIndex]:
        """A rename that waits: in two parts where its own name is wanted."""
        space, old = change.table.namespace, change.before
        if (space, old.name) not in self.wanted:
            yield change
            return
        passing = replace(change.after, name=f"{_PASSING}{old.name}")
        yield replace(change, after=passing)
        yield replace(change, before=passing)


def in_turn(changes: tuple[c.Change, ...], before: Catalog) -> tuple[c.Change, ...]:
    """The changes with renames that wait for their turn; `before` is the catalog as renames of tables leave it."""
    changes = _foreign_keys(changes)
    names = _Names(frozenset(_held(before)), frozenset(new for _, new in _renames(changes)))
    if not any(names.waits(space, old, new) for (space, old), (_, new) in _renames(changes)):
        return changes
    return tuple(each for change in changes for each in _turned(change, names))


def _foreign_keys(changes: tuple[c.Change, ...]) -> tuple[c.Change, ...]:
    """Renames of foreign keys in an order in which each name is free: aside, then those that wait for nobody, then the rest."""
    renames = [change for change in changes if isinstance(change, c.RenameForeignKey)]
    leaving = {(each.table, each.before.name) for each in renames}
    coming = {(each.table, each.after.name) for each in renames}
    waiting = [each for each in renames if (each.table, each.after.name) in leaving]
    if not waiting:
        return changes
    aside = [each for each in waiting if (each.table, each.before.name) in coming]
    passing = {each: replace(each.after, name=f"{_PASSING}{each.before.name}") for each in aside}
    return (
        *(change for change in changes if change not in renames),
        *(replace(each, after=passing[each]) for each in aside),
        *(each for each in renames if each not in waiting),
        *(replace(each, before=passing.get(each, each.before)) for each in waiting),
    )


def _held(catalog: Catalog) -> Iterator[_Name]:
    for table in catalog.tables:
        yield from ((table.namespace, index.name) for index in table.indexes)
        if table.primary_key is not None and table.primary_key.name is not None:
            yield table.namespace, table.primary_key.name


def _renames(changes: tuple[c.Change, ...]) -> Iterator[tuple[_Name, _Name]]:
    for change in changes:
        match change:
            case c.RenameIndex(table=table, before=old, after=new):
                yield (table.namespace, old.name), (table.namespace, new.name)
            case c.AlterTable(table=table, changes=inner):
                for each in inner:
                    if isinstance(each, c.RenamePrimaryKey):
                        old_name, new_name = each.before.name or "", each.after.name or ""
                        yield (table.namespace, old_name), (table.namespace, new_name)
            case _:
                pass


def _turned(change: c.Change, names: _Names) -> Iterator[c.Change]:
    match change:
        case c.RenameIndex(table=table, before=old, after=new) if names.waits(
            table.namespace, old.name, new.name
        ):
            yield from names.renamed(change)
        case c.AlterTable(table=table, changes=inner):
            waiting = [
                each for each in inner if isinstance(each, c.RenamePrimaryKey) and _waits(each, table, names)
            ]
            kept = tuple(each for each in inner if each not in waiting)
            if kept:
                yield replace(change, changes=kept)
            for each in waiting:  # the index of a key bears its name, and takes it along
                old, new = Index(each.before.name or "", ()), Index(each.after.name or "", ())
                yield from names.renamed(c.RenameIndex(table, old, new))
        case _:
            yield change


def _waits(change: c.RenamePrimaryKey, table: c.ObjectName, names: _Names) -> bool:
    return names.waits(table.namespace, change.before.name or "", change.after.name or "")
