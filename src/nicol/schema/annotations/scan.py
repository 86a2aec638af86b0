"""Finds annotations in the text of a comment, and what was most likely meant to be one. Everything else is left alone."""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_right
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TypeAlias

from nicol.diagnostics import Source, Span, suggestion
from nicol.schema.annotations.table import ANNOTATIONS, SPACE
from nicol.schema.cursor import COMMENTS, LineLost
from nicol.schema.document import Argument, Comment, Constant, Expression, Name
from nicol.schema.expressions import ExpressionReader
from nicol.schema.tokens import Token, TokenKind, tokenize

OURS = SPACE
"""The owner of a bare word that means Nicol's annotation."""


@dataclass(frozen=True, slots=True)
class Annotation:
    """`@nicol.name(arguments)`, or `@name(arguments)` where the configuration gives that word to Nicol."""

    name: Name
    arguments: tuple[Argument, ...]
    span: Span


@dataclass(frozen=True, slots=True)
class BareWord:
    """`@name`, of which nobody knows whose annotation it is; `name` is one that Nicol has too."""

    name: str
    span: Span


@dataclass(frozen=True, slots=True)
class Miss:
    """Text that is no annotation, but most likely was meant to be the one that `meant` spells."""

    meant: str
    span: Span


@dataclass(frozen=True, slots=True)
class Fault:
    """A place in an annotation that cannot be read."""

    message: str
    span: Span
    help: str | None


@dataclass(frozen=True, slots=True)
class Unread:
    """An annotation in a comment that is no documentation: `// @nicol.audit`."""

    span: Span


Finding: TypeAlias = Annotation | BareWord | Miss | Fault | Unread

_INVISIBLE = "\u00ad\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff"
_MARKS = "@\uff20\ufe6b"
_SUSPECT = re.compile(rf"[{_MARKS}]|{SPACE}|{'|'.join(ANNOTATIONS)}", re.IGNORECASE)
_QUOTED = re.compile(r"`[^`]*`")
_CANDIDATE = re.compile(
    rf"""
    (?<![\w{_MARKS}{_INVISIBLE}]) (?P<marks>[{_MARKS}]+) (?P<gap>[^\S\r\n]*)
    (?P<space>[\w{_INVISIBLE}]+)
    (?: (?P<dot>[^\S\r\n]*\.[^\S\r\n]*) (?P<name>[\w{_INVISIBLE}]+) )?
    """,
    re.VERBOSE,
)
_KNOWN = re.compile(rf"(?:{'|'.join(ANNOTATIONS)})(?!\w)", re.IGNORECASE)
_JUNK = re.compile(r"\.[^\s\w)\]\"'`]{1,2}\w+")
_PLAIN = re.compile(rf"(?://+|/\*+)\s*(?P<whole>@{SPACE}\.\w+)", re.IGNORECASE)
_STANDS_ALONE = re.compile(r"\s*(?:$|[(@])")
_ARGUMENTS_ASTRAY = re.compile(r"[:=?\[{\"'/\-][^\s]|[^\w\s)]\(")


def scan(comment: Comment, owners: Mapping[str, str]) -> Iterator[Finding]:
    """What a comment holds in the order of its text. `owners` says whose the bare words are."""
    if comment.documentation and _SUSPECT.search(comment.text):
        yield from _Scan(comment, owners).findings()
    elif not comment.documentation and (plain := _PLAIN.match(comment.text)):
        yield Unread(_span(comment, *plain.span("whole")))


def _span(comment: Comment, start: int, end: int) -> Span:
    return Span(comment.span.path, comment.span.start + start, comment.span.start + end)


def _within(spans: list[tuple[int, int]], at: int) -> bool:
    """True when a place lies in one of some spans, which stand in order and apart."""
    number = bisect_right(spans, at, key=lambda span: span[0]) - 1
    return number >= 0 and at < spans[number][1]


class _Scan:
    """One walk over the text of one comment."""

    def __init__(self, comment: Comment, owners: Mapping[str, str]) -> None:
        self.comment = comment
        self.text = comment.text
        self.owners = owners
        self.quoted = [match.span() for match in _QUOTED.finditer(comment.text)]

    def findings(self) -> tuple[Finding, ...]:
        """Everything in the order of the text."""
        found: list[Finding] = []
        at = 0
        while match := _CANDIDATE.search(self.text, at):
            if self.is_prose(match.start()):
                at = match.end("space")
                continue
            here, at = self.candidate(match)
            found.extend(here)
        taken = [(each.span.start, each.span.end) for each in found]
        misses = self.near_misses()
        found += [
            miss
            for miss in misses
            if not any(_within(taken, at) for at in (miss.span.start, miss.span.end - 1))
        ]
        return tuple(sorted(found, key=lambda each: each.span.start))

    def is_prose(self, at: int) -> bool:
        """True inside of backquotes."""
        return _within(self.quoted, at)

    def near_misses(self) -> Iterator[Miss]:
        """Every word of Nicol's that stands behind something one letter away from `@nicol.`."""
        begin = len(self.text) - len(self.text.lstrip("/").lstrip())
        for known in _KNOWN.finditer(self.text):
            start = self.near_space(known, begin)
            if start is not None and not self.is_prose(start) and not self.is_in_quotes(start):
                yield Miss(f"@{SPACE}.{known[0].lower()}", self.span(start, known.end()))

    def near_space(self, known: re.Match[str], begin: int) -> int | None:
        """Where the misspelt name space before a word begins; without a mark it is one at the comment's beginning only."""
        end = known.start()
        if self.text.endswith(f"@{SPACE}.", 0, end):
            return None
        for start in range(max(begin, end - len(SPACE) - 3), end - len(SPACE) + 1):
            window = self.text[start:end]
            marked = any(mark in window for mark in _MARKS)
            spoken = not marked or window[-1].isspace()
            if (
                (start == begin or (marked and not self.text[start - 1].isalnum()))
                and not window[0].isspace()
                and _distance(window.casefold(), f"@{SPACE}.") <= 1
                and (not spoken or _STANDS_ALONE.match(self.text, known.end()))
            ):
                return start
        return None

    def span(self, start: int, end: int) -> Span:
        return _span(self.comment, start, end)

    def candidate(self, match: re.Match[str]) -> tuple[tuple[Finding, ...], int]:
        """What stands at a mark, and where to look on."""
        if match["marks"] == "@" and not match["gap"]:
            if match["space"] == SPACE and match["dot"] == ".":
                return self.annotation(match.start(), match.start("name"))
            if self.is_bare(match):
                if self.owners.get(match["space"]) == OURS:
                    return self.annotation(match.start(), match.start("space"))
                bare = BareWord(match["space"], self.span(match.start(), match.end("space")))
                return ((bare,) if match["space"] not in self.owners else ()), match.end("space")
        junk = _JUNK.match(self.text, match.end("space")) if match["space"] == SPACE else None
        if junk:
            return (Miss(f"@{SPACE}.name", self.span(match.start(), junk.end())),), junk.end()
        meant = _meant(match) if match["name"] and not self.is_in_quotes(match.start()) else None
        if meant is None:
            return (), match.end("space")
        return (Miss(f"@{SPACE}.{meant}", self.span(match.start(), match.end("name"))),), match.end("name")

    def is_bare(self, match: re.Match[str]) -> bool:
        """True for a word that Nicol knows, as long as it is not somebody's name space: `@index.unique`, `@json/schema`."""
        if match["space"] not in ANNOTATIONS or self.is_in_quotes(match.start()):
            return False
        return not re.match(r"[./\-]\w", self.text[match.end("space") : match.end("space") + 2])

    def is_in_quotes(self, at: int) -> bool:
        return self.text[at - 1 : at] in {"'", '"'}

    def annotation(self, start: int, name: int) -> tuple[tuple[Finding, ...], int]:
        """The annotation whose mark and name begin at these places of the text."""
        reader = _AnnotationReader(self.comment, start, name)
        found = reader.annotation()
        faults = tuple(
            Fault(fault.message, fault.span or reader.whole, fault.help) for fault in reader.findings
        )
        if found is None:
            return faults, len(self.text)
        end = found.span.end - self.comment.span.start
        astray = self.astray(found, end)
        return (found, *faults, *((astray,) if astray else ())), end

    def astray(self, found: Annotation, end: int) -> Fault | None:
        """Arguments that stand behind an annotation and not in its parentheses: they would be taken for prose."""
        signature = ANNOTATIONS.get(found.name.text)
        if signature is None or (found.arguments and self.text[end - 1] == ")"):
            return None
        names = "|".join(signature.parameters)
        rest = _ARGUMENTS_ASTRAY.match(self.text, end) or (
            re.compile(rf"[^\w\s(]{{0,2}}\s*(?:{names})\s*[:=]\s*\S").match(self.text, end) if names else None
        )
        if rest is None:
            return None
        way_out = f"write @{SPACE}.{found.name.text}(…)"
        return Fault("arguments stand in parentheses", self.span(end, len(self.text.rstrip())), way_out)


def _meant(match: re.Match[str]) -> str | None:
    """The annotation that stands behind a misspelt name space and a dot."""
    name = _letters(match["name"])
    exact = next((known for known in ANNOTATIONS if known == name), None)
    near = exact or suggestion(name, ANNOTATIONS)
    match _distance(_letters(match["space"]), SPACE):
        case 0:
            return near or "name"
        case 1:
            return near
        case 2:
            return exact
        case _:
            return None


def _letters(text: str) -> str:
    """A word in small letters, without what cannot be seen."""
    return "".join(char for char in text.casefold() if unicodedata.category(char) != "Cf")


def _distance(one: str, other: str) -> int:
    """How many letters are changed, missing, too many or swapped with their neighbour; 9 where it is certainly many."""
    if abs(len(one) - len(other)) > 2:
        return 9
    before: list[int] = []
    row = list(range(len(other) + 1))
    for i, a in enumerate(one, 1):
        oldest, before, row = before, row, [i]
        for j, b in enumerate(other, 1):
            cost = min(before[j] + 1, row[-1] + 1, before[j - 1] + (a != b))
            if i > 1 and j > 1 and (a, b) == (other[j - 2], one[i - 2]):
                cost = min(cost, oldest[j - 2] + 1)
            row.append(cost)
    return row[-1]


_NAME = re.compile(r"\w[\w-]*(?:\.\w[\w-]*)*")


class _AnnotationReader(ExpressionReader):
    """Reads one annotation out of a comment, with the language's own expressions and names with dots."""

    def __init__(self, comment: Comment, start: int, name: int) -> None:
        word = _NAME.match(comment.text, name)
        self.name = word[0] if word else ""
        self.text = comment.text[name + len(self.name) :]
        self.offset = comment.span.start + name + len(self.name)
        self.start = comment.span.start + start
        self.whole = Span(comment.span.path, self.start, comment.span.end)
        super().__init__(Source(comment.span.path, ""))

    def _without_inline_comments(self) -> list[Token]:
        """The tokens up to the bracket that closes the first one: what follows is none of the annotation."""
        tokens: list[Token] = []
        depth = 0
        for token in tokenize(self.text):
            depth += (token.text == "(") - (token.text == ")")
            ends = token.kind in COMMENTS or token.kind in {TokenKind.UNTERMINATED_COMMENT, TokenKind.END}
            if not ends:
                tokens.append(
                    Token(token.kind, token.text, token.start + self.offset, token.end + self.offset)
                )
            if ends or depth <= 0:
                break
        end = tokens[-1].end if tokens else self.offset
        return [*tokens, Token(TokenKind.END, "", end, end)]

    def annotation(self) -> Annotation | None:
        """The annotation; None where it cannot be read, which has been reported."""
        name = Name(self.name, Span(self.path, self.offset - len(self.name), self.offset))
        if not self._is("("):
            return Annotation(name, (), Span(self.path, self.start, self.offset))
        try:
            arguments = self._arguments("(", ")", 0)
        except LineLost:
            return None
        return Annotation(name, arguments, self._from(self.start))

    def _constant_or_call(self, depth: int) -> Expression:
        if self._next().text != ".":
            return super()._constant_or_call(depth)
        name = self._dotted_name(self.token)
        return Constant(name.text, name.span)
