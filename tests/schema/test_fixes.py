"""Fixes: the edits that do what a finding's help line says."""

from __future__ import annotations

import pytest

from nicol.diagnostics import Diagnostic, Source
from nicol.editor.edits import applied, apply_to
from nicol.editor.world import World, findings, look
from tests.corpus_runner import CORPUS, question

SCHEMA = """\
datasource db {
  provider = "postgresql"
}

enum Role {
  ADMIN
  USER
}

model User {
  id    Int    @id
  email String
  posts Post[]
}

model Post {
  id       Int  @id
  authorId Int
  author   User @relation(fields: [authorId], references: [id])
}
"""


@pytest.mark.proves("Editor", "quick fixes")
@pytest.mark.parametrize(
    ("good", "bad", "fixed"),
    [
        ("enum Role", "enm Role", "enum Role"),
        ('"postgresql"', '"postgresq"', '"postgresql"'),
        (
            '  provider = "postgresql"',
            '  provider = "postgresql"\n  relatinMode = "prisma"',
            '  provider = "postgresql"\n  relationMode = "prisma"',
        ),
        ("email String", "email String @uniqe", "email String @unique"),
        ("Int    @id", "Int    @id @id", "Int    @id"),
        ("email String", 'email String @unique(mapp: "x")', 'email String @unique(map: "x")'),
        ("email String", "email Role @default(ADMN)", "email Role @default(ADMIN)"),
        ("email String", "email String @default(uid())", "email String @default(uuid())"),
        ("email String", "email Strng", "email String"),
        ("email String", "email String @db.Varchar(20)", "email String @db.VarChar(20)"),
        ("email String", "email String @d.VarChar(20)", "email String @db.VarChar(20)"),
        ("posts Post[]", 'posts Post[] @map("x")', "posts Post[]\n"),
        ("posts Post[]", "posts Post[]\n\n  @@index([emal])", "@@index([email])"),
        ("posts Post[]", "posts Post[]\n\n  @@index([email], type: Hsh)", "type: Hash"),
        ("email String", "email: String", "email String"),
        ("email String", "email String[]?", "email String[]"),
        ("[authorId]", "[authorId,]", "[authorId]"),
        ("[authorId]", "[authrId]", "[authorId]"),
        ("authorId Int\n", "authorId String\n", "authorId Int\n"),
        ("references: [id]", "references: [email]", "references: [email]"),
        ("references: [id])", "references: [id], onDelete: Cascad)", "references: [id], onDelete: Cascade)"),
        ("authorId Int\n", "authorId Int?\n", "authorId Int?\n"),
        ("posts Post[]", "posts Post?", "posts Post?"),
        ("posts Post[]", "posts Post", "posts Post?"),
        ("  posts Post[]\n", "", "  posts Post[]\n"),
        ("  author   User @relation(fields: [authorId], references: [id])\n  authorId Int\n", "", ""),
    ],
)
def test_a_fix_does_what_the_help_says(good: str, bad: str, fixed: str) -> None:
    broken = SCHEMA.replace(good, bad)
    mended = mend(broken)
    assert fixed in mended
    assert not errors(look([Source("s", mended)]))


def mend(text: str) -> str:
    """The text after the fixes of its errors, one after the other."""
    for _ in range(5):
        world = look([Source("s", text)])
        fix = next((finding.fix for finding in errors(world) if finding.fix), None)
        if fix is None:
            return text
        text = apply_to(world.documents[0].source, fix).text
    return text


def errors(world: World) -> list[Diagnostic]:
    return [finding for finding in findings(world) if finding.severity == "error"]


def test_a_missing_side_comes_with_the_foreign_key_that_it_needs() -> None:
    text = SCHEMA.replace(
        "  authorId Int\n  author   User @relation(fields: [authorId], references: [id])\n", ""
    )
    (finding,) = errors(look([Source("s", text)]))
    assert finding.help == "add `user User @relation(fields: [userId], references: [id])` to `Post`"
    mended = mend(text)
    assert "  user User @relation(fields: [userId], references: [id])\n  userId Int\n}" in mended
    assert not errors(look([Source("s", mended)]))


TEXTS = {
    path.name: question(path.read_text(encoding="utf-8"), "//|")
    for path in sorted((CORPUS / "schema").glob("*.prisma"))
}


@pytest.mark.parametrize("name", TEXTS)
def test_what_is_fixed_is_found_no_more(name: str) -> None:
    world = look([Source("s", TEXTS[name])])
    before = findings(world)
    for finding in before:
        if finding.fix:
            after = findings(look(applied(world, finding.fix)))
            told = [each.message for each in after if each.code == finding.code]
            assert told.count(finding.message) < [each.message for each in before].count(finding.message), (
                finding
            )
