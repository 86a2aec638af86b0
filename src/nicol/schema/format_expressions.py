"""The formatter's reading of values: one argument list or expression, which ends on its line, in canonical spelling."""

from __future__ import annotations

import re
from typing import Final

from nicol.schema.tokens import BLANKS

WORD: Final = r"(?:[0-9]|[^\W\d_])[\w-]*+"
PATH: Final = rf"{WORD}(?:\.(?:{WORD})?)*+"
STRING: Final = r'"(?:\\[^\n]|[^"\\\x00-\x1f])*+"'

_NAME = re.compile(rf"{BLANKS}({WORD}){BLANKS}:")
_CALL = re.compile(rf"{BLANKS}({PATH}){BLANKS}\(")
_LIST = re.compile(rf"{BLANKS}\(")
_BRACKET = re.compile(rf"{BLANKS}([\[{{])")
_VALUE = re.compile(rf"{BLANKS}(-?[0-9]++(?:\.[0-9]++)?|{STRING}|{PATH})")
_AFTER = re.compile(rf"{BLANKS}([,)\]}}])")
_SIMPLE = re.compile(rf'{BLANKS}\({BLANKS}(|"[^"\\\x00-\x1f]*+"|[A-Za-z][A-Za-z0-9_]*+){BLANKS}\)')
_CLOSING = {"(": ")", "[": "]", "{": "}"}


def read_arguments(text: str, at: int) -> tuple[str, int] | None:
    """The list `(a, b: c)` that starts behind `at`, and where it ends; None where none can be read."""
    simple = _SIMPLE.match(text, at)
    if simple:
        return f"({simple[1]})", simple.end()
    opening = _LIST.match(text, at)
    if opening is None:
        return None
    reader = _Reader(text, opening.end())
    reader.enter("(")
    return reader.rest()


def read_expression(text: str, at: int) -> tuple[str, int] | None:
    """The value that starts behind `at`, and where it ends; None where none can be read."""
    reader = _Reader(text, at)
    return reader.rest() if reader.value() else None


class _Reader:
    """Reads one value with a stack of open brackets of its own, so that no depth is too deep."""

    def __init__(self, text: str, at: int) -> None:
        self.text = text
        self.at = at
        self.out: list[str] = []
        self.open: list[str] = []
        self.wants_item = False

    def enter(self, bracket: str) -> None:
        """Step into a bracket."""
        self.open.append(bracket)
        self.out.append("{ " if bracket == "{" else bracket)
        self.wants_item = True

    def rest(self) -> tuple[str, int] | None:
        """Everything up to the last closing bracket, in canonical spelling, and its end."""
        readable = True
        while readable and self.open:
            readable = self._item() if self.wants_item else self._after_item()
        return ("".join(self.out), self.at) if readable else None

    def value(self) -> bool:
        """A whole simple value, or the opening bracket of another."""
        call = _CALL.match(self.text, self.at)
        value = call or _BRACKET.match(self.text, self.at) or _VALUE.match(self.text, self.at)
        if value is None:
            return False
        self.at = value.end()
        if value.re is not _BRACKET:
            self.out.append(value[1])
        if value.re is _VALUE:
            self.wants_item = False
        else:
            self.enter("(" if call else value[1])
        return True

    def _item(self) -> bool:
        """What follows an opening bracket or a comma: an item, or the end of a list."""
        after = _AFTER.match(self.text, self.at)
        if after:
            return self._end_at_once(after)
        bracket = self.open[-1]
        name = None if bracket == "[" else _NAME.match(self.text, self.at)
        if name is None:
            return bracket != "{" and self.value()
        self.at = name.end()
        self.out.append(f"{name[1]}: ")
        if bracket == "(" and _AFTER.match(self.text, self.at):
            self.wants_item = False  # an argument without a value: the rule book speaks of it
            return True
        return self.value()

    def _end_at_once(self, after: re.Match[str]) -> bool:
        """`()`, `[]`, `{ }`, and the comma that may stand behind the last argument."""
        bracket = self.open[-1]
        if self.out[-1] == ", ":
            if bracket != "(":
                return False
            self.out.pop()
        elif bracket == "(" and after[1] == ",":
            after = _AFTER.match(self.text, after.end()) or after
        return after[1] == _CLOSING[bracket] and self._close(after)

    def _after_item(self) -> bool:
        after = _AFTER.match(self.text, self.at)
        if after is None:
            return False
        if after[1] == ",":
            self.at = after.end()
            self.out.append(", ")
            self.wants_item = True
            return True
        return after[1] == _CLOSING[self.open[-1]] and self._close(after)

    def _close(self, after: re.Match[str]) -> bool:
        self.at = after.end()
        self.open.pop()
        self.out.append(" }" if after[1] == "}" else after[1])
        self.wants_item = False
        return True
