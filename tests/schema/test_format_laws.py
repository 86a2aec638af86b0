"""Laws of the formatter: it says nothing new, loses nothing, and twice is once."""

from __future__ import annotations

import random
import re
from pathlib import Path

from hypothesis import example, given, settings
from hypothesis import strategies as st

from nicol.diagnostics import Source
from nicol.schema.format import format_text, layout
from nicol.schema.parse import parse
from nicol.schema.resolve import resolve
from nicol.schema.schema import Schema

CORPUS = Path(__file__).resolve().parents[1] / "corpus"
TEXTS = [path.read_text("utf-8") for path in sorted(CORPUS.glob("*/*.prisma"))]
PIECES = (
    "",
    "  ",
    "\t",
    "// c",
    "/// é",
    "/* a\n b */",
    "}",
    "{",
    "@@map(",
    '"',
    "model B {",
    "id Int @id",
    "x = [1,",
    "[",
    ")",
)


def resolved(text: str) -> Schema | None:
    """The schema of a text; None when it has errors."""
    parsed = parse(Source("schema.prisma", text))
    schema = resolve((parsed.value,), None)
    return schema.value if parsed.ok and schema.ok else None


def mutant(text: str, chance: random.Random) -> str:
    """The text with some of its lines removed, doubled, moved, indented, or with something put in."""
    lines = text.split("\n")
    for _ in range(chance.randint(1, 4)):
        at = chance.randrange(len(lines))
        match chance.randrange(5):
            case 0:
                lines.insert(at, lines[at])
            case 1:
                lines.insert(at, lines.pop(chance.randrange(len(lines))))
            case 2:
                lines[at] = chance.choice(PIECES) + lines[at].lstrip()
            case 3:
                lines[at] += chance.choice(PIECES)
            case _:
                lines[at] = re.sub(r"[(),:=\[\]@]", lambda match: f" {match[0]} ", lines[at])
    return "\n".join(lines)


mutants = st.builds(mutant, st.sampled_from(TEXTS), st.randoms(use_true_random=False))
garbage = st.lists(
    st.sampled_from([*PIECES, "\n", "\r\n", "\r", "\0", "\u3000", ",", ":", "model", "A"])
).map("".join)


@settings(max_examples=150, deadline=None)
@given(mutants | garbage)
def test_what_is_laid_out_stays_as_it_is(text: str):
    formatted = layout(text)
    assert layout(formatted) == formatted


@settings(max_examples=150, deadline=None)
@given(mutants)
@example("model A {\n  /// one\n  /* a\n b *//// two\n  id Int @id\n}\n")
def test_a_valid_schema_means_the_same_when_it_is_formatted(text: str):
    schema = resolved(text)
    if schema is not None:
        assert resolved(format_text(text)) == schema


@settings(max_examples=150, deadline=None)
@given(mutants | garbage)
def test_no_word_and_no_comment_is_lost(text: str):
    assert words(layout(text)) == words(text)


def words(text: str) -> list[str]:
    """The words of a text, wherever they stand now: attributes have an order of their own."""
    return sorted(re.findall(r"\w+", text))
