"""Reading the statements of a script as far as carrying it out asks for."""

from __future__ import annotations

import re
from collections.abc import Iterable

from nicol.errors import MigrationError

_SPACE = re.compile(r"\s+|--[^\n]*(?:\n|\Z)|/\*.*?\*/", re.DOTALL)

END = r"(?:\s|--[^\n]*|/\*.*?\*/)*\Z"
"""The end of a statement in a pattern (with `(?s)`): nothing but blanks and comments."""

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
