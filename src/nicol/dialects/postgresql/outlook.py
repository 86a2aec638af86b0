"""The locks that PostgreSQL's statements take (https://www.postgresql.org/docs/current/explicit-locking.html)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise

from nicol.dialects.outlook import Lock, Outlook, behind, risks, spelled
from nicol.dialects.postgresql.script import tokens
from nicol.dialects.statements import Token

_READS = "reads and writes wait"
_WRITES = "writes wait"


def outlooks(statements: Sequence[str]) -> tuple[Outlook, ...]:
    """What each statement of a script will do; a table that the script itself makes concerns nobody yet."""
    read = [tokens(statement) for statement in statements]
    fresh = {
        spelled(behind(parts, 2))
        for parts in read
        if [part.word for part in parts[:2]] == ["CREATE", "TABLE"]
    }
    return tuple(
        Outlook(
            tuple(lock for lock in dict.fromkeys(_locks(parts)) if lock.table not in fresh),
            risks(parts),
        )
        for parts in read
    )


def _locks(parts: Sequence[Token]) -> Iterator[Lock]:
    words = [part.word for part in parts]
    match words:
        case ["ALTER", "TABLE", *_]:
            yield from _altering(spelled(behind(parts, 2)), parts)
        case ["DROP", "TABLE", *_] | ["TRUNCATE", *_]:
            yield Lock(spelled(behind(parts, 2 if words[0] == "DROP" else 1)), "ACCESS EXCLUSIVE", _READS)
        case ["CREATE", *_] if "INDEX" in words[1:3] and "ON" in words:
            table = spelled(behind(parts, words.index("ON") + 1))
            concurrent = "CONCURRENTLY" in words[2:4]
            yield Lock(table, *(("SHARE UPDATE EXCLUSIVE",) if concurrent else ("SHARE", _WRITES)))
        case ["DROP", "INDEX", *rest]:
            concurrent = rest[:1] == ["CONCURRENTLY"]
            of = f"the table of {spelled(behind(parts, 2))}"
            yield Lock(of, *(("SHARE UPDATE EXCLUSIVE",) if concurrent else ("ACCESS EXCLUSIVE", _READS)))
        case ["CREATE", *_] if "TRIGGER" in words[1:5] and "ON" in words:
            yield Lock(spelled(parts[words.index("ON") + 1 :]), "SHARE ROW EXCLUSIVE", _WRITES)
        case ["CREATE", "TABLE", *_]:
            yield from _referenced(parts)
        case ["VACUUM" | "CLUSTER" | "REINDEX" | "REFRESH", *_]:
            yield _maintaining(parts, words)
        case ["INSERT", "INTO", *_] | ["DELETE", "FROM", *_]:
            yield Lock(spelled(behind(parts, 2)), "ROW EXCLUSIVE")
        case ["UPDATE", *_]:
            yield Lock(spelled(behind(parts, 1)), "ROW EXCLUSIVE")
        case _:
            pass


def _maintaining(parts: Sequence[Token], words: Sequence[str]) -> Lock:
    table = spelled(behind(parts, 3)) if words[0] == "REFRESH" else "the tables named"
    if "CONCURRENTLY" in words:
        return Lock(table, "EXCLUSIVE" if words[0] == "REFRESH" else "SHARE UPDATE EXCLUSIVE")
    if words[0] == "VACUUM" and "FULL" not in words:
        return Lock(table, "SHARE UPDATE EXCLUSIVE")
    return Lock(table, "SHARE", _WRITES) if words[0] == "REINDEX" else Lock(table, "ACCESS EXCLUSIVE", _READS)


def _altering(table: str, parts: Sequence[Token]) -> Iterator[Lock]:
    words = [part.word for part in parts]
    pairs = list(pairwise(words))
    if ("FOREIGN", "KEY") in pairs and "ADD" in words:
        yield Lock(table, "SHARE ROW EXCLUSIVE", _WRITES)
        yield from _referenced(parts)
    elif "VALIDATE" in words or ("SET", "STATISTICS") in pairs or words[-1] == "CONCURRENTLY":
        yield Lock(table, "SHARE UPDATE EXCLUSIVE")
    else:
        yield Lock(table, "ACCESS EXCLUSIVE", _READS)


def _referenced(parts: Sequence[Token]) -> Iterator[Lock]:
    for place, part in enumerate(parts[:-1]):
        if part.word == "REFERENCES":
            yield Lock(spelled(parts[place + 1 :]), "SHARE ROW EXCLUSIVE", _WRITES)
