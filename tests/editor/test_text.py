"""Lines and columns in the units of the protocol, and changes to a part of a text."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nicol.editor.text import Spot, Text, Units

TEXT = "a😀b\r\nñ|\u2028x\rlast"


@pytest.mark.parametrize(
    ("offset", "units", "spot"),
    [
        (0, Units.UTF16, Spot(0, 0)),
        (2, Units.UTF16, Spot(0, 3)),
        (2, Units.UTF8, Spot(0, 5)),
        (2, Units.UTF32, Spot(0, 2)),
        (5, Units.UTF16, Spot(1, 0)),
        (6, Units.UTF8, Spot(1, 2)),
        (6, Units.UTF16, Spot(1, 1)),
        (9, Units.UTF16, Spot(1, 4)),
        (10, Units.UTF16, Spot(2, 0)),
        (99, Units.UTF16, Spot(2, 4)),
        (-1, Units.UTF16, Spot(0, 0)),
    ],
)
def test_a_character_has_a_line_and_a_column(offset: int, units: Units, spot: Spot) -> None:
    assert Text(TEXT, units).spot(offset) == spot


@pytest.mark.parametrize(
    ("spot", "units", "offset"),
    [
        (Spot(0, 3), Units.UTF16, 2),
        (Spot(0, 2), Units.UTF16, 1),  # inside the surrogate pair
        (Spot(0, 3), Units.UTF8, 1),  # inside the four bytes
        (Spot(0, 99), Units.UTF16, 3),  # behind the end of the line
        (Spot(1, 0), Units.UTF16, 5),
        (Spot(2, 2), Units.UTF16, 12),
        (Spot(9, 0), Units.UTF16, len(TEXT)),
        (Spot(-1, 0), Units.UTF16, 0),
    ],
)
def test_a_line_and_a_column_are_a_character(spot: Spot, units: Units, offset: int) -> None:
    assert Text(TEXT, units).offset(spot) == offset


TEXTS = st.text(st.sampled_from("ab \n\r\t😀ñ\u2028\x0c{}"), max_size=40)


@given(TEXTS, st.sampled_from(Units), st.data())
def test_every_character_is_found_again(text: str, units: Units, data: st.DataObject) -> None:
    offset = data.draw(st.integers(0, len(text)))
    lines = Text(text, units)
    between = text[offset - 1 : offset + 1] == "\r\n" or (
        offset > 0 and text[offset - 1] == "\r" and text[offset : offset + 1] == "\n"
    )
    if not between:  # no place of the protocol is inside a line end
        assert lines.offset(lines.spot(offset)) == offset


@given(TEXTS, TEXTS, st.sampled_from(Units), st.data())
def test_a_change_replaces_what_is_between_two_places(
    text: str, new: str, units: Units, data: st.DataObject
) -> None:
    lines = Text(text.replace("\r", ""), units)
    start = data.draw(st.integers(0, len(lines.text)))
    end = data.draw(st.integers(start, len(lines.text)))
    changed = lines.changed(lines.spot(start), lines.spot(end), new)
    assert changed == lines.text[:start] + new + lines.text[end:]
