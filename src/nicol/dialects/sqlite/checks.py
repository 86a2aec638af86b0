"""The CHECK constraints in the text of a CREATE TABLE, which is the only place where SQLite keeps them."""

from __future__ import annotations

import re
from collections.abc import Iterator

from nicol.catalog import Check

_TOKEN = re.compile(
    r"""\s+ | --[^\n]* | /\*.*?(?:\*/|\Z)
      | (?P<text>'(?:[^']|'')*')
      | (?P<name>"(?:[^"]|"")*" | `(?:[^`]|``)*` | \[[^\]]*\])
      | (?P<word>[^\W\d][\w$]*)
      | (?P<other>.)""",
    re.VERBOSE | re.DOTALL,
)


def checks_of(sql: str) -> Iterator[Check]:
    """Each CHECK of a table, with its name where it has one and the text between its parentheses."""
    tokens = [match for match in _TOKEN.finditer(sql) if match.lastgroup]
    place = 0
    while place < len(tokens):
        if _is_word(tokens[place], "CHECK") and place + 1 < len(tokens) and tokens[place + 1].group() == "(":
            last = _closing(tokens, place + 1)
            yield Check(_name(tokens, place), sql[tokens[place + 1].end() : tokens[last].start()].strip())
            place = last
        place += 1


def _is_word(token: re.Match[str], word: str) -> bool:
    return token.lastgroup == "word" and token.group().upper() == word


def _closing(tokens: list[re.Match[str]], place: int) -> int:
    """Where the parenthesis closes that opens at a place."""
    depth = 0
    for at in range(place, len(tokens)):
        if tokens[at].lastgroup == "other":
            depth += {"(": 1, ")": -1}.get(tokens[at].group(), 0)
        if depth == 0:
            return at
    return len(tokens) - 1


def _name(tokens: list[re.Match[str]], place: int) -> str | None:
    if place < 2 or not _is_word(tokens[place - 2], "CONSTRAINT"):
        return None
    token = tokens[place - 1]
    if token.lastgroup == "word":
        return token.group()
    quotes = token.group()[-1]
    return token.group()[1:-1].replace(quotes * 2, quotes)


def narrows(before: Check | None, after: Check) -> bool:
    """True unless a condition that a schema asked for lets through all that the one before did: more values, more length."""
    if before is None:
        return True
    old, new = (_TEXT.sub("?", check.sql) for check in (before, after))
    if " IN (" in after.sql:
        return not set(_TEXT.findall(before.sql)) <= set(_TEXT.findall(after.sql))
    if _LENGTH.sub("", old) != _LENGTH.sub("", new):
        return True
    return any(
        int(one) > int(other) for one, other in zip(_LENGTH.findall(old), _LENGTH.findall(new), strict=True)
    )


_TEXT = re.compile(r"'(?:[^']|'')*'")
_LENGTH = re.compile(r"(?<= <= )\d+")
