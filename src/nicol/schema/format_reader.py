"""The formatter's reader: a text as blocks, comments, blank lines, and what it cannot read and leaves alone."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TypeAlias

from nicol.schema.format_expressions import BLANKS, PATH, STRING, WORD, read_arguments, read_expression
from nicol.schema.format_table import Row, Verbatim


@dataclass(frozen=True, slots=True)
class Blank:
    """One or more blank lines, or the end of a block's last line."""


@dataclass(frozen=True, slots=True)
class Comments:
    """The lines of comments that stand together."""

    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class BlockAttribute:
    """A `@@` attribute; `name` is without its marks."""

    name: str
    row: Row


Part: TypeAlias = Blank | Comments | BlockAttribute | Row | Verbatim


@dataclass(frozen=True, slots=True)
class BlockLayout:
    """A block: its first line as it is to be written, and what is between its braces."""

    head: str
    parts: tuple[Part, ...]


Item: TypeAlias = BlockLayout | Blank | Comments | Verbatim

ATTRIBUTE_ORDER = ("id", "unique", "default", "updatedAt", "index", "fulltext", "map", "relation", "ignore")
_RANKS = {name: rank for rank, name in enumerate(ATTRIBUTE_ORDER)}

_BLANK_LINES = re.compile(rf"(?:{BLANKS}\n)++")
_SPACE = re.compile(BLANKS)
_HEAD = re.compile(
    rf"(model|view|type|enum|datasource|generator)(?!{WORD}){BLANKS}({WORD}){BLANKS}\{{{BLANKS}([^\n]*+)\n"
)
_FOREIGN = re.compile(rf"{WORD}{BLANKS}(?:{WORD}{BLANKS})?\{{[^\n]*+\n")
_CLOSING_LINE = re.compile(rf"^{BLANKS}\}}", re.MULTILINE)
_COMMENT_END = re.compile(r"\*/")
_LINE = re.compile(r"[^\n]*+\n?")
_LINE_END = re.compile(rf"{BLANKS}\n")
_LINE_COMMENT = re.compile(r"//[^\n]*+")
_WORD = re.compile(WORD)
_BASE = rf"(?:Unsupported\({BLANKS}{STRING}{BLANKS}\)|{WORD})"
_COLON = re.compile(rf"{BLANKS}:?")
_TYPE = re.compile(rf"{BLANKS}({_BASE})(?:{BLANKS}(\[\])(?:{BLANKS}(\?))?|{BLANKS}(\?)|{BLANKS}!)?")
_OLD_LIST = re.compile(rf"{BLANKS}\[{BLANKS}({_BASE}){BLANKS}\]")
_ATTRIBUTE = re.compile(rf"{BLANKS}@{BLANKS}({PATH})")
_BLOCK_ATTRIBUTE = re.compile(rf"@@{BLANKS}({PATH})")
_EQUALS = re.compile(rf"{BLANKS}={BLANKS}")


def rank(attribute: str) -> int:
    """The place of an attribute among others."""
    return _RANKS.get(attribute, len(_RANKS))


def read_items(text: str) -> Iterator[Item]:
    """The items of a text whose lines end in a line feed."""
    return _Reader(text).items()


class _Reader:
    """One walk over the text. Line readers answer None, and stay where they are, when they cannot read the line."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0
        self.last_brace = text.rfind("}")
        self.unclosed = False
        self.comment_ends = [end.end() for end in _COMMENT_END.finditer(text)]

    # ---- outside of blocks ---------------------------------------------------------------------------------------

    def items(self) -> Iterator[Item]:
        """Everything in order, without the blank end of the text."""
        end = len(self.text.rstrip())
        while self.at < end:
            blank = _BLANK_LINES.match(self.text, self.at)
            if blank:
                self.at = blank.end()
                yield Blank()
                continue
            item = self._comments() or self._block() or self._foreign_block() or self._line()
            yield item
            if isinstance(item, BlockLayout):
                yield Blank()  # what stands beside a closing brace gets a line of its own

    def _block(self) -> BlockLayout | None:
        start = self._skip_space(self.at)
        head = None if self.unclosed else _HEAD.match(self.text, start)
        if head is None or "}" in head[3].partition("//")[0]:
            return None
        self.at = head.end()
        parts = self._parts(head[1])
        if parts is None:
            self.at, self.unclosed = start, True
            return None
        beside = f" {head[3]}" if head[3] else ""
        return BlockLayout(f"{head[1]} {head[2]} {{{beside}", parts)

    def _foreign_block(self) -> Verbatim | None:
        """A block of a kind that is not known, or that cannot be read, to a line that closes it."""
        start = self._skip_space(self.at)
        head = _FOREIGN.match(self.text, start)
        if head is None or head.end() > self.last_brace or _HEAD.match(self.text, start):
            return None
        closing = _CLOSING_LINE.search(self.text, head.end())
        return self._take(_LINE.match(self.text, closing.end())) if closing else None

    def _line(self) -> Verbatim:
        return self._take(_LINE.match(self.text, self.at))

    def _take(self, end: re.Match[str] | None) -> Verbatim:
        stop = end.end() if end else len(self.text)
        start, self.at = self.at, stop
        return Verbatim(self.text[start:stop])

    def _skip_space(self, at: int) -> int:
        space = _SPACE.match(self.text, at)
        return space.end() if space else at

    def _comments(self) -> Comments | None:
        lines: list[str] = []
        while comment := self._comment(self._skip_space(self.at)):
            self.at = comment[1] + self.text.startswith("\n", comment[1])
            lines.extend(_comment_lines(comment[0]))
        return Comments(tuple(lines)) if lines else None

    def _comment(self, at: int) -> tuple[str, int] | None:
        """The comment that starts at `at`, and its end."""
        line = _LINE_COMMENT.match(self.text, at)
        if line:
            return line[0], line.end()
        if self.text.startswith("/*", at):
            index = bisect_left(self.comment_ends, at + len("/**/"))
            if index < len(self.comment_ends):
                end = self.comment_ends[index]
                return self.text[at:end], end
        return None

    # ---- inside of blocks ----------------------------------------------------------------------------------------

    def _parts(self, keyword: str) -> tuple[Part, ...] | None:
        """The parts up to the closing brace, which is passed; None where there is none."""
        parts: list[Part] = []
        while True:
            blank = _BLANK_LINES.match(self.text, self.at)
            if blank:
                self.at = blank.end()
                parts.append(Blank())
            self.at = self._skip_space(self.at)
            if self.at >= len(self.text):
                return None
            if self.text[self.at] == "}":
                self.at += 1
                return tuple(parts)
            parts.append(self._part(keyword))

    def _part(self, keyword: str) -> Part:
        match keyword:
            case "datasource" | "generator":
                part = self._setting()
            case "enum":
                part = self._block_attribute() or self._value()
            case _:
                part = self._block_attribute() or self._field()
        return part or self._comments() or self._unread_line()

    def _unread_line(self) -> Verbatim:
        """A line as it is, with the lines of the comments that it opens: rewritten, they could be read as another line's."""
        start = self.at
        line = self._line().text
        while (end := self._end_of_comment(line)) is not None:
            self.at = end
            line = self._line().text
        return Verbatim(self.text[start : self.at].removesuffix("\n"))

    def _end_of_comment(self, line: str) -> int | None:
        """Where the comment ends that the line just passed leaves open."""
        opening = line.rfind("/*")
        before, behind = line[: max(opening, 0)], line[opening + 2 :]
        if opening < 0 or "*/" in behind or "//" in before or before.count('"') % 2:
            return None
        index = bisect_left(self.comment_ends, self.at)
        return self.comment_ends[index] if index < len(self.comment_ends) else None

    def _field(self) -> Row | None:
        name = _WORD.match(self.text, self.at)
        if name is None:
            return None
        colon = _COLON.match(self.text, name.end())
        type_, at = self._type(colon.end() if colon else name.end())
        attributes, at = self._attributes(at)
        attributes.sort(key=lambda attribute: rank(attribute[0]))
        return self._row((name[0], type_, " ".join(text for _, text in attributes)), at)

    def _type(self, at: int) -> tuple[str, int]:
        type_ = _TYPE.match(self.text, at)
        if type_:
            return "".join((type_[1], type_[2] or "", type_[3] or type_[4] or "")), type_.end()
        old_list = _OLD_LIST.match(self.text, at)
        return (f"{old_list[1]}[]", old_list.end()) if old_list else ("", at)

    def _attributes(self, at: int) -> tuple[list[tuple[str, str]], int]:
        """The attributes from `at` on, each with its name, and where they end."""
        attributes: list[tuple[str, str]] = []
        while attribute := _ATTRIBUTE.match(self.text, at):
            at = attribute.end()
            arguments = read_arguments(self.text, at)
            text, at = arguments or ("", at)
            attributes.append((attribute[1], f"@{attribute[1]}{text}"))
        return attributes, at

    def _value(self) -> Row | None:
        name = _WORD.match(self.text, self.at)
        if name is None:
            return None
        attributes, at = self._attributes(name.end())
        return self._row((name[0], "".join(text for _, text in attributes)), at)

    def _setting(self) -> Row | None:
        name = _WORD.match(self.text, self.at)
        equals = _EQUALS.match(self.text, name.end()) if name else None
        if name is None or equals is None:
            return None
        value, at = read_expression(self.text, equals.end()) or ("", equals.end())
        return self._row((name[0], f"= {value}".rstrip()), at)

    def _block_attribute(self) -> BlockAttribute | None:
        attribute = _BLOCK_ATTRIBUTE.match(self.text, self.at)
        if attribute is None:
            return None
        arguments, at = read_arguments(self.text, attribute.end()) or ("", attribute.end())
        row = self._row((f"@@{attribute[1]}{arguments}",), at)
        return None if row is None else BlockAttribute(attribute[1], row)

    def _row(self, cells: tuple[str, ...], at: int) -> Row | None:
        """A row of cells, read up to `at`, if nothing but a comment is left of the line."""
        at = self._skip_space(at)
        comment, at = self._comment(at) or ("", at)
        end = _LINE_END.match(self.text, at)
        if end is None:
            return None
        self.at = end.end()
        while cells and not cells[-1]:
            cells = cells[:-1]
        return Row(cells, comment)


def _comment_lines(comment: str) -> Iterator[str]:
    """A comment as lines: `/* */` is written with a star before each line that is not blank."""
    if comment.startswith("//"):
        yield comment
        return
    yield "/**"
    for line in comment[2:-2].splitlines():
        text = line.strip().removeprefix("*").lstrip()
        if text:
            yield f" * {text}"
    yield " */"
