"""Finds annotations in the text of a comment, and what was most likely meant to be one. Everything else is left alone."""

from __future__ import annotations

import re
import unicodedata
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
_SUSPECT = re.compile(rf"[{_MARKS}]|{SPACE}", re.IGNORECASE)
_CANDIDATE = re.compile(
    rf"""
    `[^`]*`                                                                     # quoted: always prose
    | (?<![\w{_MARKS}{_INVISIBLE}]) (?P<marks>[{_MARKS}]+) (?P<gap>[^\S\r\n]*)
      (?P<space>[\w{_INVISIBLE}]+)
      (?: (?P<dot>[^\S\r\n]*[.:/,;\-][^\S\r\n]*|[^\S\r\n]+) (?P<name>[\w{_INVISIBLE}]+) )?
    """,
    re.VERBOSE,
)
_UNMARKED = re.compile(
    rf"[^\S\r\n]*(?P<whole>{SPACE}[^\S\r\n]*\.[^\S\r\n]*(?P<name>\w+))[^\S\r\n]*(?:$|[(@])", re.IGNORECASE
)
_PLAIN = re.compile(rf"(?://+|/\*+)\s*(?P<whole>@{SPACE}\.\w+)", re.IGNORECASE)
_STANDS_ALONE = re.compile(r"\s*(?:$|[(@])")
_ARGUMENTS_ASTRAY = re.compile(r"[:=?\[{\"'/\-][^\s]")


def scan(comment: Comment, owners: Mapping[str, str]) -> Iterator[Finding]:
    """What a comment holds in the order of its text. `owners` says whose the bare words are."""
    if not _SUSPECT.search(comment.text):
        return
    if comment.documentation:
        yield from _Scan(comment, owners).findings()
    elif plain := _PLAIN.match(comment.text):
        yield Unread(_span(comment, *plain.span("whole")))


def _span(comment: Comment, start: int, end: int) -> Span:
    return Span(comment.span.path, comment.span.start + start, comment.span.start + end)


class _Scan:
    """One walk over the text of one comment."""

    def __init__(self, comment: Comment, owners: Mapping[str, str]) -> None:
        self.comment = comment
        self.text = comment.text
        self.owners = owners

    def findings(self) -> Iterator[Finding]:
        at = len(self.text) - len(self.text.lstrip("/"))
        if (unmarked := _UNMARKED.match(self.text, at)) and unmarked["name"] in ANNOTATIONS:
            yield Miss(f"@{SPACE}.{unmarked['name']}", self.span(*unmarked.span("whole")))
        while match := _CANDIDATE.search(self.text, at):
            if match["marks"] is None:
                at = match.end()
                continue
            found, at = self.candidate(match)
            yield from found

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
        meant = _meant(match)
        if meant is None or self.is_quoted(match.start()):
            return (), match.end("space")
        name, end = meant
        return (Miss(f"@{SPACE}.{name}", self.span(match.start(), match.end(end))),), match.end(end)

    def is_bare(self, match: re.Match[str]) -> bool:
        """True for a word that Nicol knows, as long as it is not somebody's name space: `@index.unique`, `@json/schema`."""
        if match["space"] not in ANNOTATIONS or self.is_quoted(match.start()):
            return False
        return not re.match(r"[./\-]\w", self.text[match.end("space") : match.end("space") + 2])

    def is_quoted(self, at: int) -> bool:
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
            re.compile(rf"\s+(?:{names})\s*[:=]\s*\S").match(self.text, end) if names else None
        )
        if rest is None:
            return None
        way_out = f"write @{SPACE}.{found.name.text}(…)"
        return Fault("arguments stand in parentheses", self.span(end, len(self.text.rstrip())), way_out)


def _meant(match: re.Match[str]) -> tuple[str, str] | None:
    """The annotation that a misspelt name space is before, and the group of the match that ends it."""
    space, name, dot = (_letters(match[group] or "") for group in ("space", "name", "dot"))
    for known in ANNOTATIONS:
        if space.endswith(known) and _distance(space[: -len(known)].rstrip("_"), SPACE) <= 1:
            return known, "space"
    distance = _distance(space, SPACE)
    exact = next((known for known in ANNOTATIONS if known == name), None)
    if dot.strip() == ".":
        near = exact or suggestion(name, ANNOTATIONS)
        if distance == 0:
            return near or "name", "name"
        if (distance == 1 and near) or (distance == 2 and exact):
            return near or name, "name"
    elif exact and distance <= 1 and _STANDS_ALONE.match(match.string, match.end("name")):
        return exact, "name"
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
        tokens: list[Token] = []
        for token in tokenize(self.text):
            ends = token.kind in COMMENTS or token.kind is TokenKind.UNTERMINATED_COMMENT
            kind, text = (TokenKind.END, "") if ends else token[:2]
            tokens.append(Token(kind, text, token.start + self.offset, token.end + self.offset))
            if kind is TokenKind.END:
                break
        return tokens

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
