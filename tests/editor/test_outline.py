"""The outline of a document, and what can be folded."""

from __future__ import annotations

import pytest

from nicol.diagnostics import Source
from nicol.editor.outline import Entry, folds, outline
from nicol.schema.parse import parse
from tests.editor.cursor import SHOP

DOCUMENT = parse(Source("schema.prisma", SHOP)).value


def drawn(entry: Entry) -> str:
    members = " ".join(f"{member.name}:{member.detail}" for member in entry.members)
    return f"{entry.kind} {entry.name} ({members})"


@pytest.mark.proves("Editor", "outline")
def test_an_outline_has_the_blocks_with_their_members() -> None:
    assert [drawn(entry) for entry in outline(DOCUMENT)] == [
        "datasource db (provider:)",
        "enum Role (ADMIN: USER:)",
        "model User (id:Int email:String role:Role posts:Post[])",
        "model Post (id:Int title:String at:DateTime authorId:Int author:User)",
    ]


def test_a_name_is_inside_what_it_names() -> None:
    for entry in outline(DOCUMENT):
        for each in (entry, *entry.members):
            assert each.span.start <= each.name_span.start < each.name_span.end <= each.span.end
            assert SHOP[each.name_span.start : each.name_span.end] == each.name


def test_blocks_and_runs_of_comments_fold() -> None:
    text = "// one\n// two\n\n// alone\nmodel A { // beside\n  id Int @id\n}\n\nenum B {\n  /* long\n     comment */\n  X\n}\n"
    found = folds(parse(Source("a.prisma", text)).value)
    assert [(fold.first, fold.last, fold.comment) for fold in found] == [
        (4, 6, False),
        (8, 12, False),
        (0, 1, True),
        (9, 10, True),
    ]
