"""Names: where things are declared and spoken of, and what becomes of all that when they are renamed."""

from __future__ import annotations

import pytest

from nicol.editor.edits import applied
from nicol.editor.rename import Keep, Refusal, rename
from nicol.editor.symbols import declaration, occurrence_at, places_of
from tests.editor.cursor import PATH, SHOP, at, seen

AUDIT = """\
model Audit {
  id     Int   @id
  role   Role
  post   Post? @relation(fields: [postId], references: [id])
  postId Int?
  log    Json

  @@index([role], where: { postId: null })
}
"""


def spoken_of(marked: str, *more: str) -> list[str]:
    """The lines that speak of what is marked, its declaration first."""
    world, offset = seen(marked, *more)
    found = occurrence_at(world, PATH, offset)
    assert found is not None
    places = sorted(places_of(world, found.symbol), key=lambda each: not each.declares)
    texts = [(world.document(each.span.path).source.text, each.span.start) for each in places]
    return [text[text.rfind("\n", 0, start) + 1 :].partition("\n")[0].strip() for text, start in texts]


@pytest.mark.proves("Editor", "references")
@pytest.mark.parametrize(
    ("marked", "lines"),
    [
        (
            "model Us|er",
            [
                "model User {",
                "author   User     @relation(fields: [authorId], references: [id], onDelete: Cascade)",
            ],
        ),
        ("enum Ro|le", ["enum Role {", "role  Role   @default(USER)", "role   Role"]),
        ("US|ER @map", ['USER @map("user")', "role  Role   @default(USER)"]),
        (
            "authorI|d Int",
            [
                "authorId Int",
                "author   User     @relation(fields: [authorId], references: [id], onDelete: Cascade)",
                "@@index([authorId, title(sort: Desc)])",
            ],
        ),
        (
            "title|    String",
            ['title    String   @map("headline")', "@@index([authorId, title(sort: Desc)])"],
        ),
    ],
)
def test_every_place_that_speaks_of_a_thing_is_found(marked: str, lines: list[str]) -> None:
    assert (
        spoken_of(
            at(SHOP, marked),
            AUDIT.replace("post   Post? @relation(fields: [postId], references: [id])\n", ""),
        )
        == lines
    )


def test_conditions_speak_of_fields() -> None:
    assert spoken_of(AUDIT.replace("postId Int?", "post|Id Int?"), SHOP) == [
        "postId Int?",
        "post   Post? @relation(fields: [postId], references: [id])",
        "@@index([role], where: { postId: null })",
    ]


@pytest.mark.proves("Editor", "go to definition")
@pytest.mark.parametrize(
    ("marked", "declared"),
    [
        ("author   Us|er", "model User"),
        ("role  Ro|le", "enum Role"),
        ("(US|ER)", "USER @map"),
        ("[i|d], onDelete", "id    Int    @id @default"),
    ],
)
def test_a_name_leads_to_its_declaration(marked: str, declared: str) -> None:
    world, offset = seen(at(SHOP, marked))
    found = occurrence_at(world, PATH, offset)
    assert found is not None
    target = declaration(world, found.symbol)
    assert target is not None
    assert SHOP[target.span.start :].startswith(declared)


def renamed(marked: str, name: str, *more: str, keep: Keep = Keep.NOTHING) -> list[str] | Refusal:
    """The texts after a renaming."""
    world, offset = seen(marked, *more)
    edits = rename(world, PATH, offset, name, keep)
    return edits if isinstance(edits, Refusal) else [source.text for source in applied(world, edits)]


@pytest.mark.proves("Editor", "rename in all files")
@pytest.mark.parametrize(
    ("marked", "name", "replaced"),
    [
        ("model Us|er", "Person", [("model User", "model Person"), ("author   User", "author   Person")]),
        ("author   Us|er", "Person", [("model User", "model Person"), ("author   User", "author   Person")]),
        (
            "model Po|st {",
            "Article",
            [
                ("model Post {", "model Article {"),
                ("posts Post[]", "posts Article[]"),
                ("post   Post?", "post   Article?"),
            ],
        ),
        (
            "enum Ro|le",
            "Rank",
            [("enum Role", "enum Rank"), ("role  Role", "role  Rank"), ("role   Role", "role   Rank")],
        ),
        ("US|ER @map", "GUEST", [("USER @map", "GUEST @map"), ("(USER)", "(GUEST)")]),
        (
            "authorI|d Int",
            "writerId",
            [
                ("authorId Int", "writerId Int"),
                ("fields: [authorId]", "fields: [writerId]"),
                ("index([authorId", "index([writerId"),
            ],
        ),
        (
            "|id       Int      @id",
            "key",
            [
                ("id       Int      @id", "key       Int      @id"),
                ("fields: [postId], references: [id]", "fields: [postId], references: [key]"),
            ],
        ),
    ],
)
def test_renaming_changes_every_place_in_every_file(
    marked: str, name: str, replaced: list[tuple[str, str]]
) -> None:
    world_text, audit = SHOP.replace("  @@index", "  audits Audit[]\n\n  @@index"), AUDIT
    expected = [world_text, audit]
    for old, new in replaced:
        expected = [text.replace(old, new) for text in expected]
    assert renamed(at(world_text, marked), name, audit) == expected


@pytest.mark.parametrize(
    ("marked", "name", "why"),
    [
        ("model Us|er", "Post", "`Post` is the name of a model already"),
        ("model Us|er", "Role", "`Role` is the name of an enum already"),
        ("em|ail String", "role", "`User` has a field `role` already"),
        ("US|ER @map", "ADMIN", "`Role` has a value `ADMIN` already"),
        ("model Us|er", "1st", "`1st` cannot be a name"),
        ("model Us|er", "a b", ""),
        ("model Us|er", "", ""),
        ("model Us|er", "String", "`String` is a reserved word"),
        ("em|ail String", "no-good", "`no-good` cannot be a name"),
        ("dataso|urce db", "x", "nothing here"),
    ],
)
@pytest.mark.proves("Editor", "rename refuses what would break the schema")
def test_a_name_that_would_break_the_schema_is_refused(marked: str, name: str, why: str) -> None:
    refusal = renamed(at(SHOP, marked), name)
    assert isinstance(refusal, Refusal)
    assert why in refusal.message


def test_a_line_that_cannot_be_read_and_speaks_of_the_thing_is_named() -> None:
    refusal = renamed(at(SHOP, "model Us|er") + "\nmodel X {\n  id Int @id\n  u List<User>\n}\n", "Person")
    assert isinstance(refusal, Refusal)
    assert "line 33 of schema.prisma speaks of `User` and cannot be read" in refusal.message


@pytest.mark.proves("Editor", "rename keeps the rows")
@pytest.mark.parametrize(
    ("marked", "keep", "line"),
    [
        (
            "model Us|er",
            Keep.ANNOTATE,
            '/// Somebody who buys.\n/// @nicol.renamed(from: "User")\nmodel fresh {',
        ),
        ("em|ail String", Keep.ANNOTATE, '  /// @nicol.renamed(from: "email")\n  fresh String'),
        ("ADM|IN", Keep.ANNOTATE, '  /// @nicol.renamed(from: "ADMIN")\n  fresh\n'),
        ("enum Ro|le", Keep.ANNOTATE, '/// @nicol.renamed(from: "Role")\nenum fresh {'),
        ("model Us|er", Keep.MAP, 'posts Post[]\n\n  @@map("User")\n}'),
        ("em|ail String", Keep.MAP, 'fresh String @unique @db.VarChar(80) @map("email")\n'),
        ("ADM|IN", Keep.MAP, '  fresh @map("ADMIN")\n'),
    ],
)
def test_what_the_database_knows_by_its_name_keeps_its_rows(marked: str, keep: Keep, line: str) -> None:
    texts = renamed(at(SHOP, marked), "fresh", keep=keep)
    assert not isinstance(texts, Refusal)
    assert line in texts[0]


@pytest.mark.parametrize("marked", ["model Po|st {", "title|    String", "auth|or   User", "US|ER @map"])
@pytest.mark.parametrize("keep", [Keep.ANNOTATE, Keep.MAP])
def test_what_the_database_knows_by_another_name_needs_nothing(marked: str, keep: Keep) -> None:
    text = at(SHOP, marked)
    assert renamed(text, "renewed", keep=keep) == renamed(text, "renewed")


def test_a_thing_that_is_renamed_twice_comes_from_its_first_name() -> None:
    once = renamed(at(SHOP, "em|ail String"), "mail", keep=Keep.ANNOTATE)
    assert not isinstance(once, Refusal)
    twice = renamed(at(once[0], "ma|il String"), "address", keep=Keep.ANNOTATE)
    assert not isinstance(twice, Refusal)
    assert twice[0].count("@nicol.renamed") == 1
    assert 'from: "email"' in twice[0]


def test_edits_keep_the_kind_of_line_ends() -> None:
    texts = renamed(at(SHOP, "model Us|er").replace("\n", "\r\n"), "Person", keep=Keep.MAP)
    assert not isinstance(texts, Refusal)
    assert texts[0].count("\n") == texts[0].count("\r\n")


def test_annotations_speak_of_fields() -> None:
    text = """\
/// @nicol.retain(days: 90, by: seenAt, unless: held)
model Visit {
  id     Int      @id
  seenAt DateTime
  held   Boolean  @default(false)
  /// @nicol.index(include: [held], nulls: { seenAt: Last })
  @@index([seenAt])
}
"""
    for name, marked in (("seenAt", "seen|At DateTime"), ("held", "he|ld   Boolean")):
        assert renamed(at(text, marked), "other") == [text.replace(name, "other")]
    assert renamed(at(text, "by: seen|At"), "other") == [text.replace("seenAt", "other")]
