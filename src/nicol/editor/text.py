"""A text as editors see it: lines, columns in the units that were agreed on, and changes to a part of it."""

from __future__ import annotations

import bisect
import re
from dataclasses import dataclass
from enum import StrEnum

_LINE_END = re.compile(r"\r\n|\n|\r")


class Units(StrEnum):
    """What a column counts; the words are the protocol's."""

    UTF8 = "utf-8"
    UTF16 = "utf-16"
    UTF32 = "utf-32"


@dataclass(frozen=True, slots=True, order=True)
class Spot:
    """A line and a column, both from 0; the column counts `Units`."""

    line: int
    column: int


class Text:
    """One text and where its lines begin. A line ends with LF, CR LF or CR and with nothing else, as the protocol says."""

    def __init__(self, text: str, units: Units = Units.UTF16) -> None:
        self.text = text
        self.units = units
        self._starts = [0, *(match.end() for match in _LINE_END.finditer(text))]

    def spot(self, offset: int) -> Spot:
        """The line and column of a character; one outside the text is its beginning or end."""
        offset = max(0, min(offset, len(self.text)))
        line = bisect.bisect_right(self._starts, offset) - 1
        return Spot(line, self._width(self.text[self._starts[line] : offset]))

    def offset(self, spot: Spot) -> int:
        """The character at a line and column; behind the end of a line is its end, inside a character its beginning."""
        if spot.line < 0 or spot.line >= len(self._starts):
            return 0 if spot.line < 0 else len(self.text)
        start, end = self._starts[spot.line], self._end(spot.line)
        if self.text[start:end].isascii():
            return min(start + max(0, spot.column), end)
        column = 0
        for offset in range(start, end):
            column += self._width(self.text[offset])
            if column > spot.column:
                return offset
        return end

    def changed(self, start: Spot, end: Spot, text: str) -> str:
        """The text with a part of it replaced."""
        return self.text[: self.offset(start)] + text + self.text[self.offset(end) :]

    def _end(self, line: int) -> int:
        """The end of a line, without its line end."""
        end = self._starts[line + 1] if line + 1 < len(self._starts) else len(self.text)
        while end > self._starts[line] and self.text[end - 1] in "\r\n":
            end -= 1
        return end

    def _width(self, text: str) -> int:
        if self.units is Units.UTF32 or text.isascii():
            return len(text)
        if self.units is Units.UTF8:
            return len(text.encode("utf-8", "surrogatepass"))
        return len(text.encode("utf-16-le", "surrogatepass")) // 2
