"""Findings about text: where, what, and the way out; and how to draw them as a compiler does."""

from __future__ import annotations

import bisect
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Generic, TypeVar

from nicol.masking import Masked, mask, masked

T = TypeVar("T")

_MAX_CANDIDATES = 200


class Severity(StrEnum):
    """How much a finding weighs: an error stops the pipeline, a warning and a note do not."""

    ERROR = "error"
    WARNING = "warning"
    NOTE = "note"


@dataclass(frozen=True, slots=True)
class Source:
    """One text and the path that people know it by."""

    path: str
    text: str


@dataclass(frozen=True, slots=True)
class Span:
    """Characters `start` (inclusive) to `end` (exclusive) of the source called `path`."""

    path: str
    start: int
    end: int

    def to(self, other: Span) -> Span:
        """The span from the beginning of this one to the end of the other."""
        return replace(self, end=other.end)


@dataclass(frozen=True, slots=True)
class Edit:
    """Text that takes the place of a span; an empty span is a place to insert at."""

    span: Span
    text: str


@dataclass(frozen=True, slots=True)
class Remark:
    """A sentence about another place that a finding has to do with."""

    message: str
    span: Span

    def __post_init__(self) -> None:
        object.__setattr__(self, "message", masked(self.message))


@dataclass(frozen=True, slots=True)
class Diagnostic:
    """One finding: a stable code, a sentence, the guilty characters, and a line that says what to do.

    Findings are told in many places, so they hold no secrets: those of URLs are masked in the sentences from the start.
    `fix`: the edits that do what `help` says, where that is one thing and repeats no secret. `related`: other places that
    have to do with it.
    """

    code: str
    message: str
    span: Span | None = None
    severity: Severity = Severity.ERROR
    help: str | None = None
    fix: tuple[Edit, ...] = ()
    related: tuple[Remark, ...] = ()

    def __post_init__(self) -> None:
        object.__setattr__(self, "message", masked(self.message))
        if self.help:
            object.__setattr__(self, "help", masked(self.help))
        if any(mask(edit.text).hidden for edit in self.fix):
            object.__setattr__(self, "fix", ())


@dataclass(frozen=True, slots=True)
class Checked(Generic[T]):
    """What a stage made, with everything it found on the way."""

    value: T
    findings: tuple[Diagnostic, ...] = ()

    @property
    def ok(self) -> bool:
        """True when no finding is an error."""
        return all(finding.severity is not Severity.ERROR for finding in self.findings)


@dataclass(frozen=True, slots=True)
class Position:
    """A place as editors count it: line and column from 1."""

    line: int
    column: int


def position(text: str, offset: int) -> Position:
    """The line and column of a character offset; an offset behind the end is the end."""
    before = text[: max(0, offset)]
    return Position(before.count("\n") + 1, len(before) - (before.rfind("\n") + 1) + 1)


def suggestion(word: str, candidates: Iterable[str]) -> str | None:
    """The candidate that a misspelt word most likely means, if one is near."""
    import difflib

    names, lowered = tuple(candidates), word.lower()
    same = next((name for name in names if name.lower() == lowered), None)
    if same is not None:
        return same
    near = [
        name for name in names if abs(len(name) - len(word)) <= 3 and _shares_an_end(name.lower(), lowered)
    ]
    return next(iter(difflib.get_close_matches(word, near[:_MAX_CANDIDATES], n=1, cutoff=0.7)), None)


def _shares_an_end(one: str, other: str) -> bool:
    return one[:1] == other[:1] or one[-1:] == other[-1:]


class Lines:
    """The line starts of one text, so that many offsets are placed without counting anew."""

    def __init__(self, text: str) -> None:
        self.text = text
        self._starts = [0, *(i + 1 for i, char in enumerate(text) if char == "\n")]

    def position(self, offset: int) -> Position:
        """The line and column of a character offset."""
        index = bisect.bisect_right(self._starts, max(0, min(offset, len(self.text)))) - 1
        return Position(index + 1, max(0, min(offset, len(self.text))) - self._starts[index] + 1)

    def line(self, number: int) -> str:
        """The text of a line, counted from 1, without its line end."""
        start = self._starts[number - 1]
        end = self._starts[number] - 1 if number < len(self._starts) else len(self.text)
        return self.text[start:end].rstrip("\r")


_COLOURS = {Severity.ERROR: "\x1b[1;31m", Severity.WARNING: "\x1b[1;33m", Severity.NOTE: "\x1b[1;36m"}
_BOLD, _BLUE, _CYAN, _RESET = "\x1b[1m", "\x1b[1;34m", "\x1b[1;36m", "\x1b[0m"


def draw(findings: Iterable[Diagnostic], sources: Iterable[Source], *, color: bool = False) -> str:
    """The findings as text, each with the line it speaks of and its guilty characters underlined."""
    lines = {source.path: Lines(source.text) for source in sources}
    return "\n\n".join(_draw_one(finding, lines, color=color) for finding in findings)


def _draw_one(finding: Diagnostic, lines: Mapping[str, Lines], *, color: bool) -> str:
    def paint(style: str, text: str) -> str:
        return f"{style}{text}{_RESET}" if color else text

    head = paint(_COLOURS[finding.severity], f"{finding.severity}[{finding.code}]") + paint(
        _BOLD, f": {finding.message}"
    )
    parts = [head]
    span = finding.span
    if span is not None:
        parts.extend(_excerpt(span, lines.get(span.path), finding.severity, paint))
    if finding.help:
        parts.append(f"  {paint(_CYAN, 'help')}: {finding.help}")
    return "\n".join(parts)


def _excerpt(
    span: Span, lines: Lines | None, severity: Severity, paint: Callable[[str, str], str]
) -> list[str]:
    if lines is None:
        return [f"  {paint(_BLUE, '-->')} {span.path}"]
    place = lines.position(span.start)
    raw = lines.line(place.line)
    line = mask(raw)
    left, width = _underline(line, place.column - 1, min(len(raw), place.column - 1 + span.end - span.start))
    number = str(place.line)
    gutter = " " * len(number)
    bar = paint(_BLUE, "|")
    return [
        f"{gutter}{paint(_BLUE, '-->')} {span.path}:{place.line}:{place.column}",
        f"{gutter} {bar}",
        f"{paint(_BLUE, number)} {bar} {line.text.expandtabs(4)}",
        f"{gutter} {bar} {' ' * left}{paint(_COLOURS[severity], '^' * width)}",
    ]


def _underline(line: Masked, start: int, end: int) -> tuple[int, int]:
    """How far in the underline of some characters begins, and how long it is, once the line is masked and without tabs."""
    first, last = line.place(start), line.place(end, end=True)
    left = len(line.text[:first].expandtabs(4))
    return left, max(1, len(line.text[:last].expandtabs(4)) - left)
