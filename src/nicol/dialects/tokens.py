"""The tokens of SQL: words, quoted names, constants, operators and marks, without blanks and comments.

Read as both databases write them; what is peculiar to one (`[name]`, `E'…'`, `$$…$$`) is read, too.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum, auto

from nicol.sql.quoting import quote


class Kind(Enum):
    """What a token is."""

    WORD = auto()
    NAME = auto()
    TEXT = auto()
    NUMBER = auto()
    OPERATOR = auto()
    MARK = auto()


@dataclass(frozen=True, slots=True)
class Token:
    """One token with its place in the text. A NAME stands in quotes, a TEXT is a constant in single ones."""

    kind: Kind
    text: str
    start: int
    end: int

    @property
    def word(self) -> str | None:
        """A word in capitals; None for everything that is quoted or no word."""
        return self.text.upper() if self.kind is Kind.WORD else None

    @property
    def name(self) -> str:
        """The name that a word or a quoted name stands for, as it is written."""
        if self.kind is not Kind.NAME:
            return self.text
        quotes = self.text[-1]
        return self.text[1:-1].replace(quotes * 2, quotes)


_TOKEN = re.compile(
    r"""\s+ | --[^\n]* | /\*.*?(?:\*/|\Z)
      | (?P<TEXT>[eExXbBnN]?'(?:[^']|'')*(?:'|\Z) | \$(?P<tag>\w*)\$.*?(?:\$(?P=tag)\$|\Z))
      | (?P<NAME>"(?:[^"]|"")*(?:"|\Z) | `(?:[^`]|``)*(?:`|\Z) | (?<![\w\])"])\[[^\]\[,:()'"]*\])
      | (?P<NUMBER>(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][-+]?\d+)? | \$\d+)
      | (?P<WORD>[^\W\d][\w$]*)
      | (?P<OPERATOR>[-+*/<>=~!@\#%^&|?]+)
      | (?P<MARK>:: | .)""",
    re.VERBOSE | re.DOTALL,
)
_LONG = re.compile(r"[~!@#%^&|?]")


def tokens_of(sql: str) -> list[Token]:
    """The tokens of a text; quotes that are never closed reach to its end."""
    found: list[Token] = []
    place = 0
    while place < len(sql) and (match := _TOKEN.match(sql, place)) is not None:
        place = match.end()
        if match.lastgroup is None:
            continue
        kind = next(name for name in ("TEXT", "NAME", "NUMBER", "WORD", "OPERATOR", "MARK") if match[name])
        if kind == "OPERATOR":
            place = match.start() + _operator(match.group())
        found.append(Token(Kind[kind], sql[match.start() : place], match.start(), place))
    return found


def names_in(sql: str) -> frozenset[str]:
    """Every word and name of a text: those of columns are among them."""
    return frozenset(token.name for token in tokens_of(sql) if token.kind in (Kind.WORD, Kind.NAME))


def renamed_in(sql: str, names: Mapping[str, str]) -> str:
    """The SQL with some names in the place of others. A name without quotes is meant in any case of letters."""
    return replaced_in(sql, {name: quote(new) for name, new in names.items()})


def replaced_in(sql: str, names: Mapping[str, str]) -> str:
    """The SQL with other SQL in the place of some names."""
    folded = {name.lower(): new for name, new in names.items()}
    pieces: list[str] = []
    place = 0
    for token in tokens_of(sql) if names else ():
        new = names.get(token.name) if token.kind is Kind.NAME else None
        new = folded.get(token.text.lower()) if token.kind is Kind.WORD else new
        if new is not None:
            pieces += (sql[place : token.start], new)
            place = token.end
    return "".join((*pieces, sql[place:]))


def _operator(text: str) -> int:
    """The length of the operator at the start. A sign, or a comment's start, ends it:

    https://www.postgresql.org/docs/current/sql-syntax-lexical.html#SQL-SYNTAX-OPERATORS
    """
    cut = min((place for mark in ("--", "/*") if (place := text.find(mark)) > 0), default=len(text))
    text = text[:cut]
    while len(text) > 1 and text[-1] in "+-" and not _LONG.search(text):
        text = text[:-1]
    return len(text)
