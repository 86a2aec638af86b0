"""A share of the fuzzing campaign: texts that nobody should write are answered, and soon."""

from __future__ import annotations

import pytest

from campaigns import fuzz

SHARE = 400


def test_a_text_is_the_same_for_the_same_number_and_another_for_another():
    texts = [fuzz.fuzzed(number, 1) for number in range(40)]
    assert texts == [fuzz.fuzzed(number, 1) for number in range(40)]
    assert len(set(texts)) > 35


def test_a_broken_promise_is_told_with_its_reason(monkeypatch):
    monkeypatch.setattr(fuzz, "format_text", lambda text: f"{text}x")
    tally = fuzz.tried("this", "model A {\n}\n")
    assert tally.broken == ["this: formatting twice is not formatting once"]
    monkeypatch.setattr(fuzz, "format_text", lambda text: 1 / 0)
    assert "ZeroDivisionError" in fuzz.tried("this", "").broken[0]


@pytest.mark.slow
@pytest.mark.proves("Schema", "no text makes it crash, hang or recurse without bound")
def test_fuzzed_texts_are_answered():
    total = fuzz.Tally()
    for number in range(SHARE):
        total.merge(fuzz.tried(f"text {number}", fuzz.fuzzed(number, 2)))
    assert total.broken == []


@pytest.mark.slow
@pytest.mark.parametrize("name", fuzz.GIANTS)
def test_a_large_text_of_one_thing_is_answered(name: str):
    assert fuzz.tried(name, fuzz.GIANTS[name](60_000)).broken == []
