"""What SQLite's scripts are made of (https://www.sqlite.org/lang.html, https://www.sqlite.org/lang_createtrigger.html)."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence

from nicol.dialects import statements

_TOKEN = re.compile(
    r"""(?P<space>\s+|--[^\n]*|/\*.*?(?:\*/|\Z))
      | (?P<text>'(?:[^']|'')*(?:'|\Z)) | (?P<name>"(?:[^"]|"")*(?:"|\Z) | `(?:[^`]|``)*(?:`|\Z) | \[[^\]]*(?:\]|\Z))
      | (?P<word>[^\W\d][\w$]*)
      | (?P<open>\() | (?P<close>\)) | (?P<end>;)
      | .""",
    re.VERBOSE | re.DOTALL,
)


def _has_body(words: Sequence[str]) -> bool:
    """CREATE TRIGGER holds statements between BEGIN and END."""
    return words[0] == "CREATE" and "TRIGGER" in words[1:3]


GRAMMAR = statements.Grammar(_TOKEN, "BEGIN", _has_body)


def split(script: str) -> tuple[str, ...]:
    """The statements of a script in order, without their semicolons; comments stay with the statement they precede."""
    return statements.split(script, GRAMMAR)


def tokens(statement: str) -> tuple[statements.Token, ...]:
    """What a statement is made of, without blanks and comments."""
    return statements.tokens(statement, GRAMMAR)


def bound(statement: str, names: Collection[str]) -> tuple[str, tuple[str, ...]]:
    """A statement with its named parameters as numbered placeholders, and their names in order."""
    return statements.bound(statement, names, GRAMMAR, "?")
