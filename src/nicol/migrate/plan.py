"""From changes to steps: what is said to the database, under which title, and what may go wrong."""

from __future__ import annotations

from dataclasses import dataclass

from nicol.catalog import Catalog
from nicol.dialects.changes import Change
from nicol.dialects.dialect import Dialect
from nicol.migrate.hazards import Hazard, hazards_of
from nicol.migrate.order import order, title

EMPTY = "-- This is an empty migration."


@dataclass(frozen=True, slots=True)
class Step:
    """One change made: its title (`CreateTable`…), its statements without semicolons, and its hazards."""

    title: str
    statements: tuple[str, ...]
    hazards: tuple[Hazard, ...] = ()


def plan(changes: tuple[Change, ...], before: Catalog, after: Catalog, dialect: Dialect) -> tuple[Step, ...]:
    """The steps that make the changes in this database, in order."""
    adapted = order(dialect.adapt(changes, before, after))
    return tuple(
        Step(title(change), dialect.spell(change, before, after), hazards_of(change, after, dialect))
        for change in adapted
    )


def script(steps: tuple[Step, ...]) -> str:
    """The text of a migration as Prisma lays it out: warnings first, then each step under its title."""
    if not steps:
        return EMPTY + "\n"
    sections = (f"-- {step.title}\n" + "".join(f"{statement};\n" for statement in step.statements) for step in steps)
    return _warnings(steps) + "\n".join(sections)


def _warnings(steps: tuple[Step, ...]) -> str:
    found = [hazard for step in steps for hazard in step.hazards]
    if not found:
        return ""
    lines = "\n".join(f"  - {hazard.message}" for hazard in found)
    return f"/*\n  Warnings:\n\n{lines}\n\n*/\n"
