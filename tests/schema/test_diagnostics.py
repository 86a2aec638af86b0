"""Findings, drawn as a compiler draws them."""

from __future__ import annotations

import pytest

from nicol.diagnostics import (
    Checked,
    Diagnostic,
    Lines,
    Position,
    Severity,
    Source,
    Span,
    draw,
    position,
    suggestion,
)

TEXT = "first\n\tab cd\r\nlast"
SOURCE = Source("s", TEXT)


def test_a_finding_is_drawn_under_the_guilty_characters_even_behind_a_tab():
    finding = Diagnostic("some-code", "it is wrong", Span("s", 10, 12), help="mend it")
    assert draw([finding], [SOURCE]).splitlines() == [
        "error[some-code]: it is wrong",
        " --> s:2:5",
        "  |",
        "2 |     ab cd",
        "  |        ^^",
        "  help: mend it",
    ]


def test_a_finding_of_an_unknown_source_names_it_and_one_without_place_stands_alone():
    assert "--> other" in draw([Diagnostic("c", "m", Span("other", 0, 1))], [SOURCE])
    assert draw([Diagnostic("c", "m", severity=Severity.NOTE)], []) == "note[c]: m"


def test_colours_change_nothing_but_the_colour():
    finding = Diagnostic("c", "m", Span("s", 0, 5), Severity.WARNING, "h")
    coloured = draw([finding], [SOURCE], color=True)
    assert "\x1b[1;33m" in coloured


@pytest.mark.parametrize("offset", range(len(TEXT) + 2))
def test_both_ways_to_place_an_offset_agree(offset: int):
    assert Lines(TEXT).position(offset) == position(TEXT, min(offset, len(TEXT)))


def test_positions_count_from_one():
    assert position("", 0) == Position(1, 1)


@pytest.mark.parametrize(
    ("word", "meant"),
    [("Strng", "String"), ("string", "String"), ("Usr", "User"), ("Zebra", None), ("", None)],
)
def test_a_misspelt_word_is_recognised(word: str, meant: str | None):
    assert suggestion(word, ["String", "User", "Post"]) == meant


def test_only_errors_stop():
    assert Checked(1, (Diagnostic("c", "m", severity=Severity.WARNING),)).ok
    assert not Checked(1, (Diagnostic("c", "m"),)).ok
