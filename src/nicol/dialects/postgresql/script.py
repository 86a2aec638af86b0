"""What PostgreSQL's scripts are made of (https://www.postgresql.org/docs/current/sql-syntax-lexical.html)."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence

from nicol.dialects import statements

_PLAIN = r"'(?:[^']|'')*(?:'|\Z)"
_ESCAPING = r"'(?:[^'\\]|\\.|'')*(?:'|\Z)"


def _token(text: str) -> re.Pattern[str]:
    return re.compile(
        rf"""(?P<space>\s+|--[^\n]*)
      | (?P<block>/\*)
      | (?P<text>[eE]{_ESCAPING} | {text}) | (?P<name>"(?:[^"]|"")*(?:"|\Z))
      | (?P<dollar>\$(?P<tag>(?:[^\W\d]\w*)?)\$.*?(?:\$(?P=tag)\$|\Z))
      | (?P<word>[^\W\d][\w$]*)
      | (?P<open>\() | (?P<close>\)) | (?P<end>;)
      | .""",
        re.VERBOSE | re.DOTALL,
    )


_TOKEN = _token(_PLAIN)
_OLD_TOKEN = _token(_ESCAPING)


def _has_body(words: Sequence[str]) -> bool:
    """A function in standard SQL holds statements between BEGIN ATOMIC and END."""
    return (
        words[0] == "CREATE" and not {"FUNCTION", "PROCEDURE"}.isdisjoint(words[1:4]) and words[-2] == "BEGIN"
    )


_OFF = re.compile(r"=?\s*'?(?:off|false|no|0)\b", re.IGNORECASE)


def _dialogue(words: Sequence[str], statement: str) -> re.Pattern[str] | None:
    """Backslashes escape in every string once `standard_conforming_strings` is off, as old dumps set it."""
    if not words or words[0] not in ("SET", "RESET") or "STANDARD_CONFORMING_STRINGS" not in words[1:3]:
        return None
    value = re.split(r"(?i)standard_conforming_strings", statement)[-1].strip()
    value = re.sub(r"(?i)\Ato\b\s*", "", value)
    return _OLD_TOKEN if _OFF.match(value) else _TOKEN


GRAMMAR = statements.Grammar(_TOKEN, "ATOMIC", _has_body, _dialogue)


def split(script: str) -> tuple[str, ...]:
    """The statements of a script in order, without their semicolons; comments stay with the statement they precede."""
    return statements.split(script, GRAMMAR)


def tokens(statement: str) -> tuple[statements.Token, ...]:
    """What a statement is made of, without blanks and comments."""
    return statements.tokens(statement, GRAMMAR)


def bound(statement: str, names: Collection[str]) -> tuple[str, tuple[str, ...]]:
    """A statement with its named parameters as numbered placeholders, and their names in order."""
    return statements.bound(statement, names, GRAMMAR, "$")
