"""What a change may cost: values, rows, or the migration itself. Each hazard can ask a live database whether it is real.

The sentences are Prisma's where Prisma has one, so that a migration's header reads the same whoever wrote it.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from nicol.catalog import ObjectName
from nicol.dialects.counted import counted
from nicol.sql.program import Statement


class HazardCode(StrEnum):
    """The kinds of hazards. The names are stable."""

    TABLE_DROP = "table-drop"
    COLUMN_DROP = "column-drop"
    COLUMN_RECREATED = "column-recreated"
    RISKY_CAST = "risky-cast"
    NOT_CASTABLE = "not-castable"
    PRIMARY_KEY_CHANGE = "primary-key-change"
    PRIMARY_KEY_DUPLICATES = "primary-key-duplicates"
    UNIQUE_ADDED = "unique-added"
    CHECK_ADDED = "check-added"
    ORPHANS = "orphans"
    ENUM_VALUES_REMOVED = "enum-values-removed"
    REQUIRED_COLUMN_ADDED = "required-column-added"
    CLIENT_DEFAULT_ADDED = "client-default-added"
    MADE_REQUIRED = "made-required"
    REQUIRED_COLUMN_RECREATED = "required-column-recreated"


class HazardSeverity(StrEnum):
    """A warning may lose something; an unexecutable change fails."""

    WARNING = "warning"
    UNEXECUTABLE = "unexecutable"


@dataclass(frozen=True, slots=True)
class Hazard:
    """One hazard, as long as nobody has looked at the data.

    `probe` asks the database as it is *before* the migration and is answered with one number in one row: how many rows are
    affected; 0 means that there is no hazard. None: it cannot be told beforehand. `sample` is answered with the primary keys of
    a few of them, and with nothing else of a row: values may be secrets. `found` is the sentence for a number (`counted`).
    `help` is the way out. `quiet`: there is nothing to say of it until the data make it real.
    """

    code: HazardCode
    severity: HazardSeverity
    message: str
    table: ObjectName | None = None
    column: str | None = None
    probe: Statement | None = None
    found: str = ""
    sample: Statement | None = None
    help: str = ""
    quiet: bool = False

    def sentence(self, count: int | None) -> str:
        """The hazard's sentence once the database was asked; `count` None: it was not."""
        return self.message if count is None or not self.found else counted(self.found, count)
