"""What a database has to be told before many rows of strangers come in, and afterwards."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Loose:
    """Statements that let rows in whatever they point at (`before`), and those that put everything back (`after`).

    These change the database; `off` and `on` just the connection that says them.
    """

    before: tuple[str, ...]
    after: tuple[str, ...]
    off: tuple[str, ...] = ()
    on: tuple[str, ...] = ()
