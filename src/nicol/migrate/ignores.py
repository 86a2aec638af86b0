"""Comments in which a script says why a rule does not concern it: `-- nicol: ignore <code> <reason>`.

They stand before a statement, in it, or behind it on its last line. `ignore-file` in the comments at a script's head speaks for
all of it.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass

from nicol.diagnostics import suggestion
from nicol.dialects.lint.level import Level
from nicol.dialects.lint.rule import Problem, Script
from nicol.dialects.statements import Placed, Token

IGNORE_RULES: dict[str, tuple[Level, str, str, str]] = {
    "ignore-unknown": (
        Level.ERROR,
        "An ignore names rules that exist.",
        "It silences nothing.",
        "Take the code from the brackets of the finding.",
    ),
    "ignore-without-reason": (
        Level.ERROR,
        "An ignore says why.",
        "It silences nothing until it does: who reads the script later cannot ask.",
        "`-- nicol: ignore drop-table empty since March, see #123`.",
    ),
    "ignore-unused": (
        Level.WARNING,
        "An ignore silences something.",
        "It would silence what is written there later, unseen.",
        "Take it out, or put it before the statement that it is about.",
    ),
}
"""What is said about ignores themselves: level, sentence, what may happen, the way out."""

_IGNORE = re.compile(
    r"(?:--+|/\*+)\s*nicol\s*:\s*(?P<verb>ignore(?:-file)?)\b[ \t]*(?P<rest>.*?)\s*(?:\*+/)?\s*\Z",
    re.IGNORECASE | re.DOTALL,
)
_CODES = re.compile(r"(?P<codes>[\w-]+(?:[ \t]*,[ \t]*[\w-]+)*)[ \t]*:?[ \t]*(?P<reason>.*)", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Ignore:
    """A comment that silences a rule from `start` to `end` of the script. `place`: the code in the comment."""

    code: str
    reason: str
    start: int
    end: int
    place: tuple[int, int]
    misplaced: bool = False

    def covers(self, code: str, problem: Problem) -> bool:
        """True when it is about such a finding."""
        return self.code == code and self.start <= problem.start < self.end


def ignores_of(script: Script) -> tuple[Ignore, ...]:
    """The ignores of a script in order."""
    return tuple(_ignores(script))


def _ignores(script: Script) -> Iterator[Ignore]:
    previous: Placed | None = None
    for number, part in enumerate(script.parts):
        for comment in part.comments:
            match = _IGNORE.fullmatch(comment.text.strip())
            if match is None:
                continue
            whole = match["verb"].lower() == "ignore-file"
            at_head = number == 0 and (not part.tokens or comment.start < part.tokens[0].start)
            start, end = (0, len(script.text)) if whole else _statement(script.text, comment, part, previous)
            yield from _read(
                comment, match["rest"], match.start("rest"), start, end, misplaced=whole and not at_head
            )
        previous = part if part.tokens else previous


def _statement(text: str, comment: Token, part: Placed, previous: Placed | None) -> tuple[int, int]:
    """The place of the statement that a comment is about: the one behind which it stands on the same line, else its own."""
    if previous is not None and "\n" not in text[previous.tokens[-1].end : comment.start]:
        return previous.tokens[0].start, previous.tokens[-1].end
    return (part.tokens[0].start, part.tokens[-1].end) if part.tokens else (comment.start, comment.start)


def _read(
    comment: Token, rest: str, offset: int, start: int, end: int, *, misplaced: bool
) -> Iterator[Ignore]:
    match = _CODES.fullmatch(rest)
    if match is None:
        yield Ignore("", "", start, end, (comment.start, comment.start + len(comment.text.rstrip())))
        return
    for word in re.finditer(r"[\w-]+", match["codes"]):
        place = comment.start + offset + word.start()
        reason = match["reason"].strip()
        yield Ignore(
            word.group(), reason, start, end, (place, place + len(word.group())), misplaced=misplaced
        )


def judged(
    ignores: Iterable[Ignore],
    found: Iterable[tuple[str, Problem]],
    codes: Collection[str],
    silent: Collection[str],
) -> Iterator[tuple[str, Problem]]:
    """The findings that stand, and those about the ignores. `codes`: all rules; `silent`: those that are off."""
    findings = list(found)
    valid = [each for each in ignores if each.code in codes and each.reason and not each.misplaced]
    used = {each for each in valid for code, problem in findings if each.covers(code, problem)}
    for code, problem in findings:
        if not any(each.covers(code, problem) for each in valid):
            yield code, problem
    for each in ignores:
        yield from _about(each, codes, used=each in used or each.code in silent)


def _about(ignore: Ignore, codes: Collection[str], *, used: bool) -> Iterator[tuple[str, Problem]]:
    start, end = ignore.place
    if ignore.code not in codes:
        near = suggestion(ignore.code, codes)
        hint = f"did you mean {near}?" if near else None
        said = f"there is no rule {ignore.code}" if ignore.code else "the ignore names no rule"
        yield "ignore-unknown", Problem(said, start, end, hint)
    elif ignore.misplaced:
        message = "an ignore for the whole file stands at its head, before the first statement"
        yield "ignore-unused", Problem(message, start, end)
    elif not ignore.reason:
        yield "ignore-without-reason", Problem(f"why is {ignore.code} ignored?", start, end)
    elif not used:
        yield "ignore-unused", Problem(f"nothing here would be found by {ignore.code}", start, end)
