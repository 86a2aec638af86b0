"""What a change may cost: rows, values, or the migration itself. Each hazard can ask a live database whether it is real."""

from __future__ import annotations

from dataclasses import dataclass

from nicol.catalog import Catalog
from nicol.dialects.changes import Change
from nicol.dialects.dialect import Dialect


@dataclass(frozen=True, slots=True)
class Hazard:
    message: str


def hazards_of(change: Change, after: Catalog, dialect: Dialect) -> tuple[Hazard, ...]:
    return ()
