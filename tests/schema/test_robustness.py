"""Texts that nobody should write: the parser and the resolver answer every one, soon, and with places inside the text."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nicol.diagnostics import Source, draw
from nicol.dialects import provider_named
from nicol.schema.cursor import MAX_FINDINGS
from nicol.schema.parse import parse
from nicol.schema.resolve import resolve
from nicol.schema.stored import dump, load
from nicol.schema.tokens import tokenize
from tests.corpus_runner import CORPUS, question

pytestmark = pytest.mark.slow

TEXTS = [
    question(path.read_text(encoding="utf-8"), "//|") for path in sorted((CORPUS / "schema").glob("*.prisma"))
]
SIGNS = '{}()[]@",:?=-1é\\\0\r\ufeff\u202e\u2028\ud800'
_HALF = re.compile(r"[\ud800-\udfff]")
PIECES = [*SIGNS, "@@", "//", "///", "/*", "*/", "\r\n", "model", "enum", "@relation("]


def survives(text: str) -> None:
    """Every stage answers, and every finding can be drawn and lies inside the text."""
    source = Source("s", text)
    parsed = parse(source)
    for provider in (None, provider_named("sqlite"), provider_named("postgresql")):
        resolved = resolve((parsed.value,), provider)
        if not _HALF.search(text):  # no file that is read holds half a character
            assert load(dump(resolved.value)) == resolved.value
        findings = (*parsed.findings, *resolved.findings)
        for finding in findings:
            assert finding.span is None or 0 <= finding.span.start <= finding.span.end <= len(text)
        draw(findings[:5], [source])


@st.composite
def damaged(draw_: st.DrawFn) -> str:
    """A schema of the corpus with up to six cuts, copies and insertions."""
    text = draw_(st.sampled_from(TEXTS))
    for _ in range(draw_(st.integers(1, 6))):
        start = draw_(st.integers(0, len(text)))
        end = min(len(text), start + draw_(st.integers(0, 30)))
        new = draw_(st.sampled_from(PIECES) | st.just(text[start:end] * 2) | st.text(max_size=3))
        text = text[:start] + new + text[end:]
    return text


@settings(max_examples=250, deadline=None)
@given(damaged())
def test_a_damaged_schema_is_answered(text: str):
    survives(text)


@settings(max_examples=100, deadline=None)
@given(st.text())
def test_any_text_is_answered(text: str):
    survives(text)


@given(damaged())
def test_tokens_stand_in_order_and_are_what_the_text_says(text: str):
    end = 0
    for token in tokenize(text):
        assert end <= token.start <= token.end <= len(text)
        assert text[token.start : token.end] == token.text
        assert not text[end : token.start].strip(" \t\f\v\ufeff\u2028") or text[end : token.start].isspace()
        end = token.end


HEAD = "model A {\n  id Int @id\n  x Json @default("
ODD = {
    "deep lists": HEAD + "[" * 100_000 + "]" * 100_000 + ")\n}\n",
    "deep calls": HEAD + "f(" * 100_000 + ")\n}\n",
    "deep objects": HEAD + "{a: " * 100_000 + "\n}\n",
    "deep JSON": HEAD + '"' + "[" * 100_000 + '")\n}\n',
    "blocks in blocks": "model A {\n" * 20_000,
    "never closed brackets": "model A {\n" + "x Int @a(\n" * 20_000,
    "strings without end": '"' * 200_000,
    "comments without end": "/*" * 200_000,
    "blanks": " " * 2_000_000,
    "lines": "\n" * 500_000,
    "noise": "~ " * 300_000,
    "one long name": "model " + "a" * 1_000_000,
    "one long number": HEAD + "9" * 1_000_000 + ")\n}\n",
    "escapes": HEAD + '"' + "\\u0041" * 200_000 + '")\n}\n',
    "many unknown types": "model A {\n  id Int @id\n"
    + "".join(f"  f{n} Typ{n}\n" for n in range(5_000))
    + "}\n",
    "only closing brackets": "}" * 200_000,
    "attributes": "model A {\n  id Int " + "@id " * 100_000 + "\n}\n",
}


@pytest.mark.parametrize("name", ODD)
@pytest.mark.timeout(60)
def test_odd_text_is_answered_without_recursion_or_retries(name: str):
    survives(ODD[name])


def test_megabytes_of_junk_end_in_a_bounded_number_of_findings():
    parsed = parse(Source("s", "junk here\n" * 200_000))
    assert len(parsed.findings) == MAX_FINDINGS + 1
    assert "more than" in parsed.findings[-1].message


@pytest.mark.parametrize("mark", ["\ufeff", ""])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_byte_order_marks_and_line_ends_change_nothing(mark: str, end: str):
    text = (CORPUS / "schema" / "good.prisma").read_text(encoding="utf-8")
    plain, other = parse(Source("s", text)), parse(Source("s", mark + text.replace("\n", end)))
    assert other.findings == ()
    assert resolve((other.value,), None).value == resolve((plain.value,), None).value


def test_half_a_character_in_a_name_is_answered():
    """Files cannot hold one, but editors may send one."""
    half = "\udc8d"
    text = f'model A {{\n  id Int @id(map: "{half}")\n  b Int\n  @@map("{half}")\n  @@index([b], map: "{half * 100}")\n}}\n'
    found = resolve((parse(Source("s", text)).value,), provider_named("postgresql")).findings
    assert "constraint-name-length" in {finding.code for finding in found}
