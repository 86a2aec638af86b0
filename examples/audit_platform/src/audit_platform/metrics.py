"""What a snapshot says: how many observations there were, counted in three ways."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Metrics:
    """Open observations by severity and by compliance area, all of them by status. What had none is left out."""

    severity: dict[str, int]
    status: dict[str, int]
    area: dict[str, int]
