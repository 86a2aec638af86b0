"""Half-typed schemas: at every prefix, and without any line, every question is answered, with places inside the text."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nicol.diagnostics import Edit, Source, Span
from nicol.editor.actions import actions
from nicol.editor.completion import complete
from nicol.editor.edits import applied
from nicol.editor.hover import hover
from nicol.editor.outline import folds, outline
from nicol.editor.rename import Keep, Refusal, rename
from nicol.editor.symbols import declaration, occurrence_at, occurrences, places_of
from nicol.editor.world import World, findings, look
from tests.editor.cursor import PATH, SHOP

SCHEMA = """\
datasource db {
  provider   = "postgresql"
  url        = env("DATABASE_URL")
  schemas    = ["app", "log"]
  extensions = [citext(schema: "app")]
}

generator client {
  provider = "nicol"
  output   = "../src/db"
}

/// 😀 A person.
/// @nicol.audit
/// @nicol.retain(days: 90, by: createdAt, unless: shape)
model User {
  id        Int      @id @default(autoincrement())
  email     String   @unique(sort: Desc) @db.VarChar(80) // naïve 😀
  kind      Kind[]   @default([A, B])
  posts     Post[]   @relation("Author")
  createdAt DateTime @default(now()) @map("created_at") @db.Timestamptz(3)
  shape     Unsupported("polygon")?
  /* a
     comment */
  /// @nicol.check("length(raw) > 1", name: "long")
  raw       String   @default(dbgenerated("gen()")) /// @nicol.encrypted(mode: random, blindIndex: email)

  /// @nicol.index(include: [raw], nulls: NotDistinct)
  @@index([email(ops: raw("text_ops"), sort: Asc), id], type: Gin, map: "i", where: { raw: { not: null } })
  @@map("users")
  @@schema("app")
}

model Post {
  id       Int  @id
  authorId Int
  author   User @relation("Author", fields: [authorId], references: [id], onDelete: Cascade, onUpdate: NoAction)

  @@unique([id, authorId], where: raw("id > 1"))
  @@schema("app")
}

view Top {
  id Int @unique
}

enum Kind {
  A
  B @map("b")

  @@schema("log")
}
"""


def inside(world: World, span: Span) -> bool:
    return 0 <= span.start <= span.end <= len(world.document(span.path).source.text)


def ask_everything(text: str, offset: int, *more: str, providers: tuple[str, ...] = ()) -> None:
    """Every question about one place of a text."""
    others = (Source(f"more{number}.prisma", each) for number, each in enumerate(more))
    world = look((Source(PATH, text), *others), providers)
    found = findings(world)
    assert all(inside(world, finding.span) for finding in found if finding.span)
    completion = complete(world, PATH, offset)
    assert inside(world, completion.span)
    assert completion.span.end == offset
    explained = hover(world, PATH, offset)
    assert explained is None or inside(world, explained.span)
    for action in actions(world, found, PATH, offset, offset):
        list(applied(world, action.edits))
    ask_about_names(world, offset)


def ask_about_names(world: World, offset: int) -> None:
    here = occurrence_at(world, PATH, offset)
    if here is None:
        return
    declared = declaration(world, here.symbol)
    assert declared is not None
    assert here in places_of(world, here.symbol)
    for keep in Keep:
        edits = rename(world, PATH, offset, "Zebra_1", keep)
        if not isinstance(edits, Refusal):
            assert all(inside(world, edit.span) for edit in edits)
            assert not overlapping(edits)


def overlapping(edits: tuple[Edit, ...]) -> bool:
    spans = sorted((edit.span.path, edit.span.start, edit.span.end) for edit in edits)
    return any(one[0] == other[0] and one[2] > other[1] for one, other in pairwise(spans))


def outlines(text: str) -> None:
    document = look((Source(PATH, text),)).documents[0]
    outline(document)
    folds(document)


@pytest.mark.slow
@pytest.mark.proves("Editor", "half-typed schemas are answered")
@pytest.mark.parametrize("providers", [(), ("sqlite", "postgresql")])
def test_at_every_prefix_every_question_is_answered(providers: tuple[str, ...]) -> None:
    for end in range(len(SCHEMA) + 1):
        ask_everything(SCHEMA[:end], end, providers=providers)
        outlines(SCHEMA[:end])


@pytest.mark.slow
def test_with_every_line_taken_away_every_question_is_answered() -> None:
    lines = SCHEMA.splitlines(keepends=True)
    for number in range(len(lines)):
        start = sum(map(len, lines[:number]))
        text = "".join((*lines[:number], *lines[number + 1 :]))
        for offset in range(max(0, start - 30), min(len(text), start + 60), 5):
            ask_everything(text, offset)


@pytest.mark.slow
def test_in_a_line_of_every_prefix_every_question_is_answered_with_the_rest_behind_it() -> None:
    lines = SCHEMA.splitlines(keepends=True)
    for number, line in enumerate(lines):
        before, after = "".join(lines[:number]), "".join(lines[number + 1 :])
        for end in range(len(line)):
            text = before + line[:end] + "\n" + after
            offset = len(before) + end
            world = look((Source(PATH, text),))
            complete(world, PATH, offset)
            hover(world, PATH, offset)


PIECES = [
    "{",
    "}",
    "(",
    ")",
    "[",
    "]",
    "@",
    "@@",
    ",",
    ":",
    '"',
    "///",
    "/*",
    "*/",
    "\n",
    "\r\n",
    "😀",
    "\u2028",
    "\ud800",
    "\0",
]


@st.composite
def damaged(draw: st.DrawFn) -> tuple[str, int]:
    text = draw(st.sampled_from([SCHEMA, SHOP]))
    for _ in range(draw(st.integers(1, 5))):
        start = draw(st.integers(0, len(text)))
        end = min(len(text), start + draw(st.integers(0, 20)))
        text = text[:start] + draw(st.sampled_from(PIECES) | st.just(text[start:end] * 2)) + text[end:]
    return text, draw(st.integers(0, len(text)))


@pytest.mark.slow
@settings(max_examples=200, deadline=None)
@given(damaged())
def test_a_damaged_schema_is_answered(case: tuple[str, int]) -> None:
    ask_everything(*case, SHOP)
    outlines(case[0])


def test_every_occurrence_is_the_name_itself() -> None:
    world = look((Source(PATH, SCHEMA), Source("more.prisma", SHOP)))
    for each in occurrences(world):
        assert world.text(each.span) == each.symbol.name
