"""Laws of annotations: a typing error is never silent, prose never flagged, no comment ever a crash."""

from __future__ import annotations

import string
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nicol.diagnostics import Severity, Source
from nicol.schema.annotations.place import scan_documents
from nicol.schema.annotations.scan import BareWord
from nicol.schema.annotations.table import ANNOTATIONS
from nicol.schema.format import format_sources
from nicol.schema.parse import parse
from nicol.schema.resolve import resolve
from nicol.schema.schema import Encryption, EncryptionMode, Schema

CORPUS = Path(__file__).resolve().parents[3] / "shared" / "corpus" / "schemas"
RIGHT = "@nicol.encrypted(mode: deterministic)"


def schema_text(comment: str) -> str:
    """A schema with a comment above a field."""
    return f"model A {{\n  id Int @id\n  /// {comment}\n  a String\n}}\n"


def errors(comment: str) -> tuple[list[str], Schema]:
    """The codes of the errors in a schema with a comment above a field."""
    checked = resolve((parse(Source("s", schema_text(comment))).value,), None)
    return [f.code for f in checked.findings if f.severity is Severity.ERROR], checked.value


def slips(text: str) -> Iterator[str]:
    """A text with one letter left out, typed twice, wrong, too many, or swapped with its neighbour."""
    for at in range(len(text)):
        yield text[:at] + text[at + 1 :]
        yield text[:at] + text[at + 1 : at + 2] + text[at] + text[at + 2 :]
        yield text[:at] + text[at].swapcase() + text[at + 1 :]
        for char in "xnq ._-:,;/#*+!(@7éс\u200b":
            yield text[:at] + char + text[at + 1 :]
            if at:
                yield text[:at] + char + text[at:]


@pytest.mark.slow
@pytest.mark.proves("Schema", "a misspelt annotation is never silent")
def test_no_slip_of_the_finger_makes_an_annotation_silent():
    silent = [slip for slip in slips(RIGHT) if slip != RIGHT and not is_loud(slip)]
    assert not silent


def is_loud(slip: str) -> bool:
    """True when it is an error, or still means the same."""
    codes, schema = errors(slip)
    return bool(codes) or schema.model("A").scalar("a").encrypted == Encryption(EncryptionMode.DETERMINISTIC)


@settings(max_examples=60)
@given(st.text(alphabet=st.characters(exclude_characters="\r\n", exclude_categories=("Cs",))))
def test_no_comment_is_a_crash_and_findings_lie_inside_it(text: str):
    source = Source("s", schema_text(text))
    document = parse(source).value
    for comment, item in scan_documents((document,), {}):
        assert comment.span.start <= item.span.start <= item.span.end <= comment.span.end
    resolve((document,), None)


PIECES = (
    "@",
    "nicol",
    ".",
    "encrypted",
    "index",
    "(",
    ")",
    '"',
    "`",
    " ",
    "{",
    "}",
    "[",
    ":",
    ",",
    "a",
    "\\",
    "/*",
    "//",
    "1",
)


@settings(max_examples=60)
@given(st.lists(st.sampled_from(PIECES)).map("".join))
def test_no_pieces_of_annotations_are_a_crash(text: str):
    errors(text)
    errors(f"@nicol.index({text}")
    errors(f"@nicol.index(nulls: {text})")


WORDS = st.lists(
    st.text(string.ascii_letters + string.digits + ".,;:!?-()'\"/&%+", min_size=1, max_size=12)
).map(" ".join)


@settings(max_examples=60)
@given(WORDS)
def test_prose_without_a_mark_is_never_flagged(text: str):
    assert "nicol" in text.lower() or errors(text)[0] == []


@settings(max_examples=60)
@given(st.sampled_from(["zod", "db", "TypeGraphQL", "openapi", "prisma", "HideField", "view"]), WORDS)
def test_annotations_of_others_are_never_flagged(tool: str, text: str):
    assert errors(f"@{tool}.{text}")[0] == errors(f"@{tool}({text})")[0] == []


SQL = st.text(alphabet=st.characters(exclude_categories=("Cc", "Cs")), min_size=1)


@settings(max_examples=60)
@given(SQL.filter(str.strip))
def test_any_text_comes_back_from_its_quotes_and_from_the_formatter(sql: str):
    quoted = sql.replace("\\", "\\\\").replace('"', '\\"')
    text = schema_text(f'@nicol.check("{quoted}") and `prose`')
    formatted = format_sources((Source("s", text),))[0].text
    for each in (text, formatted):
        checked = resolve((parse(Source("s", each)).value,), None)
        assert checked.ok
        (check,) = checked.value.model("A").checks
        assert check.sql == sql
        assert checked.value.model("A").scalar("a").documentation == "and `prose`"


@pytest.mark.slow
@pytest.mark.skipif(not CORPUS.is_dir(), reason="the corpus of real schemas is not here")
def test_of_the_comments_in_real_schemas_only_words_of_ours_without_owner_are_remarked_on():
    found: list[tuple[str, str]] = []
    for path in sorted(CORPUS.rglob("*.prisma")):
        document = parse(Source(path.name, path.read_text(encoding="utf-8"))).value
        for comment, item in scan_documents((document,), {}):
            assert isinstance(item, BareWord)
            found.append((path.name, comment.text))
    assert found == [("47ng__prisma-field-encryption__1.prisma", "/// @encrypted")] * 3


def test_the_words_of_the_table_are_found_bare():
    for name in ANNOTATIONS:
        document = parse(Source("s", schema_text(f"@{name}"))).value
        assert [type(item) for _, item in scan_documents((document,), {})] == [BareWord]
