"""What may be wrong with a database beside its structure: an old version, counters that lag behind, limits, damage."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Weight(StrEnum):
    """How bad it is: an `error` fails now or loses data, a `warning` will, a `note` is worth knowing."""

    ERROR = "error"
    WARNING = "warning"
    NOTE = "note"


@dataclass(frozen=True, slots=True)
class Complaint:
    """Something that is wrong, and the command or the act that mends it."""

    code: str
    weight: Weight
    text: str
    fix: str


@dataclass(frozen=True, slots=True)
class Health:
    """What a database told about itself: its version, in words, and what is wrong."""

    version: str
    complaints: tuple[Complaint, ...]
