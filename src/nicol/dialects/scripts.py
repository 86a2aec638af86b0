"""Reading the statements of a script as far as carrying it out asks for."""

from __future__ import annotations

import re

_SPACE = re.compile(r"\s+|--[^\n]*(?:\n|\Z)|/\*.*?\*/", re.DOTALL)


def bare(statement: str) -> str:
    """A statement without the blanks and comments around it that no database acts upon."""
    place = 0
    while match := _SPACE.match(statement, place):
        place = match.end()
    return statement[place:].rstrip().rstrip(";").rstrip()
