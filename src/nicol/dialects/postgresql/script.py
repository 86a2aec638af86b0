"""What PostgreSQL's scripts are made of (https://www.postgresql.org/docs/current/sql-syntax-lexical.html)."""

from __future__ import annotations

import re
from collections.abc import Sequence

from nicol.dialects import statements

_TOKEN = re.compile(
    r"""(?P<space>\s+|--[^\n]*)
      | (?P<block>/\*)
      | [eE]'(?:[^'\\]|\\.|'')*(?:'|\Z) | '(?:[^']|'')*(?:'|\Z) | "(?:[^"]|"")*(?:"|\Z)
      | (?P<dollar>\$(?P<tag>(?:[^\W\d]\w*)?)\$.*?(?:\$(?P=tag)\$|\Z))
      | (?P<word>[^\W\d][\w$]*)
      | (?P<open>\() | (?P<close>\)) | (?P<end>;)
      | .""",
    re.VERBOSE | re.DOTALL,
)


def _has_body(words: Sequence[str]) -> bool:
    """A function in standard SQL holds statements between BEGIN ATOMIC and END."""
    return (
        words[0] == "CREATE" and not {"FUNCTION", "PROCEDURE"}.isdisjoint(words[1:4]) and words[-2] == "BEGIN"
    )


_GRAMMAR = statements.Grammar(_TOKEN, "ATOMIC", _has_body)


def split(script: str) -> tuple[str, ...]:
    """The statements of a script in order, without their semicolons; comments stay with the statement they precede."""
    return statements.split(script, _GRAMMAR)
