"""Cutting a script into statements: the loop that all databases share. Their own part is what a token is."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Grammar:
    """What a database's scripts are made of.

    `token` has the groups `space` (blanks and whole comments), `block` (the start of a comment that nests, if any), `word`,
    `open` and `close` (parentheses) and `end` (a semicolon); whatever else it matches is part of a statement. `has_body`
    tells from a statement's words whether it may hold statements; they begin behind the word `opener`.
    """

    token: re.Pattern[str]
    opener: str
    has_body: Callable[[Sequence[str]], bool]


def split(script: str, grammar: Grammar) -> tuple[str, ...]:
    """The statements in order, without their semicolons; comments stay with the statement they precede."""
    return tuple(_split(script, grammar))


def _split(script: str, grammar: Grammar) -> Iterator[str]:
    start = place = parentheses = depth = 0
    said: list[str] = []
    empty = True
    while place < len(script):
        match = grammar.token.match(script, place)
        kind = match.lastgroup if match else "rest"
        place = _behind_comment(script, place) if kind == "block" else match.end() if match else place + 1
        if kind == "end" and parentheses <= 0 and depth == 0:
            if not empty:
                yield script[start : place - 1].strip()
            start, parentheses, said, empty = place, 0, [], True
            continue
        if kind == "word" and match is not None:
            said.append(match.group().upper())
            depth += _deeper(said, depth, grammar)
        parentheses += {"open": 1, "close": -1}.get(kind or "", 0)
        empty = empty and kind in ("space", "block", "end")
    if not empty:
        yield script[start:].strip()


def _deeper(said: Sequence[str], depth: int, grammar: Grammar) -> int:
    """How the last word changes the nesting of statements in statements."""
    if said[-1] == grammar.opener and depth == 0:
        return int(grammar.has_body(said))
    if depth and said[-1] == "CASE":
        return 1
    return -1 if depth and said[-1] == "END" else 0


_COMMENT = re.compile(r"/\*|\*/")


def _behind_comment(script: str, place: int) -> int:
    """The place behind a comment that may hold others; the script's end when it is never closed."""
    depth = 0
    for match in _COMMENT.finditer(script, place):
        depth += 1 if match.group() == "/*" else -1
        if depth == 0:
            return match.end()
    return len(script)
