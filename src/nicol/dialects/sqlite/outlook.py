"""The lock that SQLite's statements take: there is one, on the file (https://www.sqlite.org/lockingv3.html)."""

from __future__ import annotations

from collections.abc import Sequence

from nicol.dialects.outlook import Lock, Outlook, Risk, risks, spelled
from nicol.dialects.sqlite.script import tokens
from nicol.dialects.statements import Token

_WRITING = Lock("the file", "RESERVED", "writes wait")
_ALL = Lock("the file", "EXCLUSIVE", "reads and writes wait")
_SILENT = ("SELECT", "PRAGMA", "WITH", "EXPLAIN", "BEGIN", "COMMIT", "END")


def outlooks(statements: Sequence[str]) -> tuple[Outlook, ...]:
    """What each statement of a script will do. A table that is made anew loses nothing when the old one is dropped."""
    read = [tokens(statement) for statement in statements]
    anew = {spelled(parts[5:]) for parts in read if [part.word for part in parts[3:5]] == ["RENAME", "TO"]}
    return tuple(Outlook(_locks(parts), _risks(parts, anew)) for parts in read)


def _locks(parts: Sequence[Token]) -> tuple[Lock, ...]:
    word = parts[0].word
    if word == "VACUUM":
        return (_ALL,)
    return () if word in _SILENT else (_WRITING,)


def _risks(parts: Sequence[Token], anew: set[str]) -> tuple[Risk, ...]:
    words = [part.word for part in parts]
    if words[:2] == ["DROP", "TABLE"] and (table := spelled(parts[2:])) in anew:
        return (
            Risk(
                table,
                f"SELECT count(*) FROM {table}",
                f"{table} is made anew with its {{count}} {{row|rows}}",
            ),
        )
    return risks(parts)
