"""Reading the statements of a script as far as carrying it out asks for."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from nicol.errors import MigrationError

_SPACE = re.compile(r"\s+|--[^\n]*(?:\n|\Z)|/\*.*?\*/", re.DOTALL)

END = r"(?:\s|--[^\n]*|/\*.*?\*/)*\Z"
"""The end of a statement in a pattern (with `(?s)`): nothing but blanks and comments."""


@dataclass(frozen=True, slots=True)
class Stage:
    """What is carried out at once: statements in one transaction, or one statement `alone`, outside of any."""

    statements: tuple[str, ...]
    alone: bool = False


@dataclass(frozen=True, slots=True)
class Limits:
    """Seconds that a statement of a script may wait for a lock, and may take in all; None: as is usual for the database.

    `idle`: the seconds after which a server takes a silent process for dead, in the middle of a transaction.
    """

    lock: float | None = None
    statement: float | None = None
    idle: float | None = 20.0


LIMITS = Limits()


def cut(statements: Iterable[str], alone: frozenset[int], breaks: frozenset[int]) -> tuple[Stage, ...]:
    """Stages of statements by their places: those that stand alone, and those before which a transaction has to end."""
    stages: list[Stage] = []
    together: list[str] = []
    for place, statement in enumerate(statements):
        if together and (place in alone or place in breaks):
            stages.append(Stage(tuple(together)))
            together = []
        if place in alone:
            stages.append(Stage((statement,), alone=True))
        else:
            together.append(statement)
    return (*stages, *((Stage(tuple(together)),) if together else ()))


_UNDO = re.compile(
    rf"(?is)(?:ROLLBACK|ABORT)\b(?:\s+(?:WORK|TRANSACTION|AND\s+(?:NO\s+)?CHAIN))*{END}",
)


def refuse_undo(statements: Iterable[str]) -> None:
    """Refuse a script that undoes its own work: it runs in one transaction, which only a failure undoes."""
    for statement in map(bare, statements):
        if _UNDO.match(statement):
            raise MigrationError(
                "the script undoes its transaction; nothing of it was run",
                help="a script runs in one transaction that is undone when it fails: take out what is not to happen",
                statement=statement,
            )


def bare(statement: str) -> str:
    """A statement without the blanks and comments around it that no database acts upon."""
    place = 0
    while match := _SPACE.match(statement, place):
        place = match.end()
    return statement[place:].rstrip().rstrip(";").rstrip()
