"""How much a rule weighs."""

from __future__ import annotations

from enum import StrEnum


class Level(StrEnum):
    """How much a rule weighs: what it finds is not told, or told as a note, a warning or an error."""

    OFF = "off"
    NOTE = "note"
    WARNING = "warning"
    ERROR = "error"
