"""Hovering: what is said about the word under the cursor."""

from __future__ import annotations

import pytest

from nicol.editor.hover import Hover, hover
from tests.editor.cursor import PATH, SHOP, at, seen


def said(marked: str, providers: tuple[str, ...] = ()) -> Hover | None:
    world, offset = seen(marked, providers=providers)
    return hover(world, PATH, offset)


@pytest.mark.proves("Editor", "hover")
@pytest.mark.parametrize(
    ("marked", "parts"),
    [
        (
            "model Us|er",
            ["model User", "Somebody who buys.", "Table `User`, id `id`", "each User has any number of Post"],
        ),
        ("model Po|st {", ["Table `posts`", "each Post belongs to one User", "`Post.authorId` → `User.id`"]),
        ("enum Ro|le", ["enum Role {\n  ADMIN\n  USER  // Everybody else.\n}", "What someone may do."]),
        ("US|ER @map", ["Role.USER", "Everybody else.", "`user` in the database"]),
        (
            "em|ail String",
            [
                "email String @unique @db.VarChar(80)",
                "Column `email` of `User`",
                "postgresql: `VARCHAR(80) NOT NULL`",
            ],
        ),
        ("title|    String", ["Column `headline` of `posts`", "postgresql: `TEXT NOT NULL`"]),
        ("|id    Int    @id @default", ["`INTEGER NOT NULL`, numbered by the database"]),
        ("authorI|d Int", ["refers to `User.id` for `author`"]),
        ("auth|or   User", ["each Post belongs to one User", "it is deleted with the User"]),
        ("po|sts Post[]", ["each User has any number of Post", "Post is deleted with the User"]),
        ("author   Us|er", ["model User"]),
        ("fields: [author|Id]", ["authorId Int"]),
        ("references: [i|d]", ["id Int @id"]),
        ("@default(US|ER)", ["Role.USER"]),
        ("@rela|tion(", ["@relation", "How a relation is stored"]),
        ("onDel|ete:", ["onDelete", "What happens to these rows"]),
        ("onDelete: Cas|cade", ["Cascade", "These rows go too"]),
        ("@default(autoincre|ment())", ["autoincrement()", "counted by the database"]),
        ("@db.VarCh|ar(80)", ["@db.VarChar", "How the database stores the field"]),
        ("title    Stri|ng", ["String", "Text of any length"]),
        ("@@ind|ex([", ["@@index", "fast to find"]),
        ("[authorId, tit|le(sort", ["title String"]),
        ("dataso|urce db", ["datasource", "The database that the schema is for"]),
        ("prov|ider = ", ["provider", "Which database it is."]),
    ],
)
def test_a_word_is_explained(marked: str, parts: list[str]) -> None:
    found = said(at(SHOP, marked))
    assert found is not None
    for part in parts:
        assert part in found.text


@pytest.mark.parametrize("marked", ["|\n\n/// What", 'provider = "post|gresql"', "|}\n\nmodel Post"])
def test_where_there_is_nothing_to_say_nothing_is_said(marked: str) -> None:
    assert said(at(SHOP, marked)) is None


def test_a_portable_field_is_told_for_each_database() -> None:
    found = said(at(SHOP, "em|ail String"), providers=("sqlite", "postgresql"))
    assert found is not None
    assert "sqlite: `TEXT NOT NULL`" in found.text
    assert "postgresql: `VARCHAR(80) NOT NULL`" in found.text


def test_a_many_to_many_relation_is_told_in_words() -> None:
    text = "model Post {\n  id Int @id\n  ta|gs Tag[]\n}\n\nmodel Tag {\n  id Int @id\n  posts Post[]\n}\n"
    found = said(text)
    assert found is not None
    assert (
        "each Post has any number of Tag, and each Tag any number of Post (table `_PostToTag`)" in found.text
    )


def test_a_relation_with_one_side_is_told_as_such() -> None:
    found = said("model Post {\n  id Int @id\n  aut|hor User\n}\n\nmodel User {\n  id Int @id\n}\n")
    assert found is not None
    assert "lacks its other side" in found.text


NOTED = """\
/// @nicol.retain(days: 90, by: seenAt)
model Visit {
  id     Int      @id
  seenAt DateTime
}
"""


@pytest.mark.parametrize(
    ("marked", "part"),
    [
        ("@nicol.ret|ain", "**@nicol.retain**: How long rows are kept."),
        ("da|ys: 90", "**days**: how long (a whole number of days, at least 1)"),
        ("by: seen|At", "Column `seenAt` of `Visit`"),
    ],
)
def test_an_annotation_is_explained(marked: str, part: str) -> None:
    found = said(at(NOTED, marked))
    assert found is not None
    assert part in found.text
