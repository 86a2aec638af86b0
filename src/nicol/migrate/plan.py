"""From changes to steps: what is said to the database, under which title, and what may go wrong."""

from __future__ import annotations

from dataclasses import dataclass

from nicol.catalog import Catalog, ObjectName
from nicol.dialects import changes as c
from nicol.dialects.dialect import Dialect
from nicol.migrate.diff import diff
from nicol.migrate.hazards import Hazard, HazardSeverity
from nicol.migrate.order import order, title
from nicol.migrate.renames import Former, renamed
from nicol.migrate.weigh import Circumstances, hazards_of

EMPTY = "-- This is an empty migration."


@dataclass(frozen=True, slots=True)
class Step:
    """One change made: its title (`CreateTable`…), its statements without semicolons, and its hazards."""

    title: str
    statements: tuple[str, ...]
    hazards: tuple[Hazard, ...] = ()


def steps_between(
    before: Catalog,
    after: Catalog,
    dialect: Dialect,
    renames: tuple[c.Rename, ...] = (),
    filled: frozenset[tuple[ObjectName, str]] = frozenset(),
    *,
    exact: bool = False,
) -> tuple[Step, ...]:
    """The steps from one catalog to another: what keeps its content is renamed first, the rest is what differs then.

    `filled` are the columns for which the client makes values. `exact`: nothing is left alone that no schema speaks of.
    """
    held = renamed(before, renames)
    return plan(diff(held, after, exact=exact), Circumstances(held, after, dialect, Former(renames), filled))


def plan(changes: tuple[c.Change, ...], held: Circumstances) -> tuple[Step, ...]:
    """The steps that make renames and then the changes in this database, in order."""
    adapted = order(held.dialect.adapt((*held.former.renames, *changes), held.before, held.after))
    anew = (change for change in adapted if isinstance(change, c.CreateIndex) and change not in changes)
    found = [(change, hazards_of(change, held)) for change in (*changes, *anew)]
    return tuple(
        Step(
            title(change),
            held.dialect.spell(change, held.before, held.after),
            tuple(hazard for original, hazards in found if _covers(change, original) for hazard in hazards),
        )
        for change in adapted
    )


def _covers(adapted: c.Change, original: c.Change) -> bool:
    """True when an adapted change makes an original one."""
    match adapted, original:
        case c.RedefineTables(tables=tables), (
            c.AlterTable(table=table) | c.CreateIndex(table=table) | c.AddForeignKey(table=table)
        ):
            return any(each.after.key == table for each in tables)
        case c.AlterTable(table=one), c.AlterTable(table=other):
            return one == other
        case _:
            return adapted == original


def script(steps: tuple[Step, ...]) -> str:
    """The text of a migration as Prisma lays it out: warnings first, then each step under its title."""
    if not steps:
        return EMPTY + "\n"
    sections = (
        f"-- {step.title}\n" + "".join(f"{statement};\n" for statement in step.statements) for step in steps
    )
    return _warnings(steps) + "\n".join(sections)


def _warnings(steps: tuple[Step, ...]) -> str:
    """The header: what may lose something first, what may fail after it."""
    hazards = [hazard for step in steps for hazard in step.hazards if not hazard.quiet]
    if not hazards:
        return ""
    hazards.sort(key=lambda hazard: hazard.severity is HazardSeverity.UNEXECUTABLE)
    lines = "\n".join(f"  - {hazard.message}" for hazard in hazards)
    return f"/*\n  Warnings:\n\n{lines}\n\n*/\n"
