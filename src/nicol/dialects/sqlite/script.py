"""What SQLite's scripts are made of (https://www.sqlite.org/lang.html, https://www.sqlite.org/lang_createtrigger.html)."""

from __future__ import annotations

import re
from collections.abc import Sequence

from nicol.dialects import statements

_TOKEN = re.compile(
    r"""(?P<space>\s+|--[^\n]*|/\*.*?(?:\*/|\Z))
      | '(?:[^']|'')*(?:'|\Z) | "(?:[^"]|"")*(?:"|\Z) | `(?:[^`]|``)*(?:`|\Z) | \[[^\]]*(?:\]|\Z)
      | (?P<word>[^\W\d][\w$]*)
      | (?P<open>\() | (?P<close>\)) | (?P<end>;)
      | .""",
    re.VERBOSE | re.DOTALL,
)


def _has_body(words: Sequence[str]) -> bool:
    """CREATE TRIGGER holds statements between BEGIN and END."""
    return words[0] == "CREATE" and "TRIGGER" in words[1:3]


_GRAMMAR = statements.Grammar(_TOKEN, "BEGIN", _has_body)


def split(script: str) -> tuple[str, ...]:
    """The statements of a script in order, without their semicolons; comments stay with the statement they precede."""
    return statements.split(script, _GRAMMAR)
