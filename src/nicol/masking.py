"""Secrets hidden wherever the URLs of databases may stand: nobody shows a text without asking here."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

MASK = "***"

_RUN = re.compile(
    r"""
    "(?:[^"\\\n]|\\.)*"?(?:\w\S*)?  # a string, or what a sentence has put between quotes as it is
  | '[^'\n]*'[^\s"]*        # something quoted in a sentence
  | [^\s"]+                 # what has no blanks
""",
    re.VERBOSE,
)
"""What one URL may fill. Passwords may hold any other character, quotes too."""
_LOGIN = re.compile(r"://[^:@/?#]*:")
_NAMED = re.compile(r"(?:password|passwd|pwd|api_?key|token|secret)=('[^'\n]*'|[^&;\s\"]+)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Masked:
    """A text as it may be shown. `hidden`: where its secrets stood, as pairs of offsets in order."""

    text: str
    hidden: tuple[tuple[int, int], ...] = ()

    def place(self, offset: int, *, end: bool = False) -> int:
        """Where a character of the original now stands; inside a secret, where the mask begins (`end`: where it ends)."""
        moved = 0
        for start, stop in self.hidden:
            if offset <= start:
                break
            if offset < stop:
                return start + moved + (len(MASK) if end else 0)
            moved += len(MASK) - (stop - start)
        return offset + moved


def mask(text: str) -> Masked:
    """A text without the secrets of its URLs, and where they stood; looked at until nothing in it looks like one."""
    hidden = tuple(_joined(sorted(_secrets(text))))
    while hidden:
        shown = _without(text, hidden)
        starts, ends = _origins(text, hidden)
        more = [(starts[start], ends[end - 1]) for start, end in _secrets(shown)]
        wider = tuple(_joined(sorted((*hidden, *more))))
        if wider == hidden:
            return Masked(shown, hidden)
        hidden = wider
    return Masked(text)


def _without(text: str, hidden: tuple[tuple[int, int], ...]) -> str:
    kept = [text[end:start] for (_, end), (start, _) in zip(((0, 0), *hidden), hidden, strict=False)]
    return MASK.join((*kept, text[hidden[-1][1] :]))


def _origins(text: str, hidden: tuple[tuple[int, int], ...]) -> tuple[list[int], list[int]]:
    """For each character that is shown, where what it stands for begins and ends in the text."""
    starts: list[int] = []
    ends: list[int] = []
    place = 0
    for start, end in (*hidden, (len(text), len(text))):
        starts.extend(range(place, start))
        ends.extend(range(place + 1, start + 1))
        if start < end:
            starts.extend([start] * len(MASK))
            ends.extend([end] * len(MASK))
        place = end
    return starts, ends


def masked(text: str) -> str:
    """A text in which the secrets of all URLs are hidden."""
    return mask(text).text


def _secrets(text: str) -> Iterator[tuple[int, int]]:
    if "://" in text:
        yield from _passwords(text)
    if "=" in text:
        yield from (match.span(1) for match in _NAMED.finditer(text))


def _passwords(text: str) -> Iterator[tuple[int, int]]:
    """From the user's name to the last `@`: a password that was not encoded may hold one too."""
    for run in _RUN.finditer(text):
        login = _LOGIN.search(text, *run.span())
        end = text.rfind("@", login.end(), run.end()) if login else -1
        if login and end > login.end():
            yield login.end(), end


def _joined(spans: list[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """Spans that touch or overlap, as one."""
    last: tuple[int, int] | None = None
    for start, end in spans:
        if last and start <= last[1]:
            last = (last[0], max(last[1], end))
            continue
        if last:
            yield last
        last = (start, end)
    if last:
        yield last
