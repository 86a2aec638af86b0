"""Reading scripts: their statements, and the tokens of these. What is shared; a database's own part is what a token is."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Grammar:
    """What a database's scripts are made of.

    `token` has the groups `space` (blanks and whole comments), `block` (the start of a comment that nests, if any), `word`,
    `name` (a quoted one), `text` (a string), `open` and `close` (parentheses) and `end` (a semicolon); whatever else it
    matches is part of a statement. `has_body` tells from a statement's words whether it may hold statements; they begin
    behind the word `opener`. `dialogue` tells from a statement what a token is from there on, where it changes that.
    """

    token: re.Pattern[str]
    opener: str
    has_body: Callable[[Sequence[str]], bool]
    dialogue: Callable[[Sequence[str], str], re.Pattern[str] | None] = lambda _words, _statement: None


@dataclass(frozen=True, slots=True)
class Token:
    """A part of a statement that counts: its kind (a group of the grammar, or `sign`), its text, and where it begins."""

    kind: str
    text: str
    start: int

    @property
    def word(self) -> str:
        """A word that nobody quoted, in capitals; empty for all else."""
        return self.text.upper() if self.kind == "word" else ""

    @property
    def end(self) -> int:
        """The place behind it."""
        return self.start + len(self.text)


_SILENT = ("space", "block")


def tokens(statement: str, grammar: Grammar) -> tuple[Token, ...]:
    """What a statement is made of, without blanks and comments."""
    parts = _parts(statement, 0, len(statement), grammar.token)
    return tuple(part for part in parts if part.kind not in _SILENT)


def _parts(text: str, place: int, end: int, token: re.Pattern[str]) -> Iterator[Token]:
    while place < end:
        match = token.match(text, place)
        kind = (match.lastgroup if match else None) or "sign"
        start = place
        place = _behind_comment(text, place) if kind == "block" else match.end() if match else place + 1
        yield Token(kind, text[start:place], start)


def split(script: str, grammar: Grammar) -> tuple[str, ...]:
    """The statements in order, without their semicolons; comments stay with the statement they precede."""
    return tuple(script[chunk.start : chunk.end].strip() for chunk in _chunks(script, grammar) if chunk.said)


@dataclass(frozen=True, slots=True)
class Placed:
    """One statement of a script: what it is made of, and the comments in and before it, all with their places in the script."""

    tokens: tuple[Token, ...]
    comments: tuple[Token, ...]


def placed(script: str, grammar: Grammar) -> tuple[Placed, ...]:
    """The statements in order; comments behind the last one stand in a last part that has no tokens."""
    return tuple(_placed(script, grammar))


def _placed(script: str, grammar: Grammar) -> Iterator[Placed]:
    for chunk in _chunks(script, grammar):
        parts = tuple(_parts(script, chunk.start, chunk.end, chunk.token))
        comments = tuple(part for part in parts if part.kind in _SILENT and part.text[:2] in ("--", "/*"))
        counting = tuple(part for part in parts if part.kind not in (*_SILENT, "end"))
        if counting or comments:
            yield Placed(counting, comments)


@dataclass(frozen=True, slots=True)
class _Chunk:
    """A script from behind a semicolon to the next; `said` is false where nothing but blanks and comments stands there."""

    start: int
    end: int
    said: bool
    token: re.Pattern[str]


def _chunks(script: str, grammar: Grammar) -> Iterator[_Chunk]:
    start = place = parentheses = depth = 0
    said: list[str] = []
    empty = True
    token = grammar.token
    while place < len(script):
        match = token.match(script, place)
        kind = match.lastgroup if match else "rest"
        place = _behind_comment(script, place) if kind == "block" else match.end() if match else place + 1
        if kind == "end" and parentheses <= 0 and depth == 0:
            yield _Chunk(start, place - 1, not empty, token)
            token = grammar.dialogue(said, script[start : place - 1]) or token
            start, parentheses, said, empty = place, 0, [], True
            continue
        if kind == "word" and match is not None:
            said.append(match.group().upper())
            depth += _deeper(said, depth, grammar)
        parentheses += {"open": 1, "close": -1}.get(kind or "", 0)
        empty = empty and kind in ("space", "block", "end")
    yield _Chunk(start, len(script), not empty, token)


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


# ---- named parameters ------------------------------------------------------------------------------------------------


def bound(
    statement: str, names: Collection[str], grammar: Grammar, placeholder: str
) -> tuple[str, tuple[str, ...]]:
    """A statement with `:name` spelled as numbered placeholders, and the names in the order of their numbers.

    `::` is a cast. KeyError for a name that has no value.
    """
    parts = tokens(statement, grammar)
    order: dict[str, int] = {}
    text: list[str] = []
    place = 0
    for before, colon, word in zip((None, *parts), parts, parts[1:], strict=False):
        if colon.text != ":" or word.kind != "word" or word.start != colon.end:
            continue
        if before is not None and before.text == ":" and before.end == colon.start:
            continue
        if word.text not in names:
            raise KeyError(word.text)
        number = order.setdefault(word.text, len(order) + 1)
        text += [statement[place : colon.start], f"{placeholder}{number}"]
        place = word.end
    return "".join([*text, statement[place:]]), tuple(order)
