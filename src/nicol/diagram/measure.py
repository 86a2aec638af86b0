"""Measuring: how wide a text may become, and how large the boxes of a diagram are. Lengths are SVG's pixels.

Nobody knows the fonts of those who look. The widths are those of DejaVu Sans, which is wider than what systems show by
default (San Francisco, Segoe UI, Roboto, Helvetica, Arial), so that a text never leaves its box.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass

from nicol.diagram.diagram import Entity, EntityKind

FONT_SIZE = 12.0
HEAD_HEIGHT = 30.0
ROW_HEIGHT = 20.0
PADDING = 10.0
GAP = 18.0
_KEY_FONT = 0.75
_BOLD = 1.13

_WIDTHS = (
    ("ijlI|.,:;'!", 0.34),
    ("ftr()[]-/ ", 0.42),
    ("mwMW@%", 0.99),
    ("?cskvxyz_$", 0.60),
    ("OQDGNHU&+=<>~^#", 0.84),
)
_WIDTH = {char: width for chars, width in _WIDTHS for char in chars}


@dataclass(frozen=True, slots=True)
class Columns:
    """A box's least size, and where its keys and names begin; types end at the right padding."""

    width: float
    height: float
    keys: float
    names: float


def text_width(text: str, size: float = FONT_SIZE, *, bold: bool = False) -> float:
    """The width that a text has at most."""
    return sum(map(_char_width, text)) * size * (_BOLD if bold else 1)


def _char_width(char: str) -> float:
    known = _WIDTH.get(char)
    if known is not None:
        return known
    if ord(char) < 128:
        return 0.72 if char.isupper() else 0.65
    return 1.1 if unicodedata.east_asian_width(char) in "WF" else 0.85


def columns(entity: Entity) -> Columns:
    """The size of an entity's box, with room for every text in it."""
    keys = max(
        (text_width(keys_text(row.keys), FONT_SIZE * _KEY_FONT, bold=True) for row in entity.rows), default=0
    )
    names = max((text_width(row.name, bold=True) for row in entity.rows), default=0)
    types = max((text_width(row.type) for row in entity.rows), default=0)
    left = PADDING + (keys + 8 if keys else 0)
    inner = left + names + (GAP + types if types else 0) + PADDING
    head = text_width(entity.name, bold=True) + 2 * PADDING
    if entity.kind is not EntityKind.MODEL:
        head += GAP + text_width(entity.kind)
    width = float(round(max(inner, head, 110.0)))
    lines = len(entity.rows) + (1 if entity.left_out else 0)
    height = HEAD_HEIGHT + ROW_HEIGHT * lines + (6 if lines else 0)
    return Columns(width, height, PADDING, left)


def keys_text(keys: tuple[str, ...]) -> str:
    """The keys of a column as they stand in its row."""
    return " ".join(keys)
