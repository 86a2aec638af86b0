"""Completion: what is offered at a cursor, and what is not."""

from __future__ import annotations

import pytest

from nicol.editor.completion import complete
from nicol.editor.offers import Completion, plain
from tests.editor.cursor import PATH, seen

SCHEMA = """\
datasource db {
  provider = "postgresql"
  schemas  = ["app", "log"]
}

enum Role {
  ADMIN
  USER
}

model User {
  id    Int    @id
  email String @unique
  posts Post[]
}

model Post {
  id       Int    @id
  title    String
  authorId Int
LINE
}
"""


def offered(line: str, schema: str = SCHEMA, providers: tuple[str, ...] = ()) -> Completion:
    world, offset = seen(schema.replace("LINE", line), providers=providers)
    return complete(world, PATH, offset)


def labels(completion: Completion) -> list[str]:
    return [offer.label for offer in completion.offers]


BLOCK = ["@@index", "@@map", "@@schema", "@@unique", "@@ignore"]
SCALARS = ["BigInt", "Boolean", "Bytes", "DateTime", "Decimal", "Float", "Int", "Json", "String"]
ACTIONS = ["Cascade", "Restrict", "NoAction", "SetNull", "SetDefault"]


@pytest.mark.proves("Editor", "completion of fields, attributes and arguments")
@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("  |", BLOCK),
        ("  @@|", BLOCK),
        ("  author |", [*SCALARS, "User", "Post", "Role", "Unsupported"]),
        ("  author Us|", [*SCALARS, "User", "Post", "Role", "Unsupported"]),
        ("  author User @|", ["@relation", "@ignore"]),
        ("  author User @rel|", ["@relation", "@ignore"]),
        ("  author User |", ["@relation", "@ignore"]),
        ("  author User @relation(|)", ["name:", "fields:", "references:", "onDelete:", "onUpdate:", "map:"]),
        (
            "  author User @relation(|, references: [id])",
            ["name:", "fields:", "onDelete:", "onUpdate:", "map:"],
        ),
        ("  author User @relation(fields: [|", ["id", "title", "authorId"]),
        ("  author User @relation(fields: [authorId, |])", ["id", "title"]),
        ("  author User @relation(fields: [|, authorId])", ["id", "title"]),
        ("  author User @relation(fields: [authorId], references: |)", ["[id]", "[email]"]),
        ("  author User @relation(fields: [authorId], references: [|])", ["id", "email"]),
        ("  author User @relation(onDelete: |)", ACTIONS),
        ("  author User @relation(onUpdate: Ca|, fields: [authorId])", ACTIONS),
        ("  role Role @default(|)", ["ADMIN", "USER", "dbgenerated()", "map:"]),
        ("  roles Role[] @default([|])", ["ADMIN", "USER"]),
        ("  at DateTime @default(|)", ["now()", "dbgenerated()", "map:"]),
        ("  at DateTime @default(n|", ["now()", "dbgenerated()", "map:"]),
        ("  yes Boolean @default(|)", ["true", "false", "dbgenerated()", "map:"]),
        ("  key String @default(|)", ["uuid()", "cuid()", "ulid()", "nanoid()", "dbgenerated()", "map:"]),
        ("  key String @default(uuid(|))", ["4", "7"]),
        ("  number Int @default(|)", ["autoincrement()", "dbgenerated()", "map:"]),
        ("  at DateTime @default(now()) @|", ["@unique", "@updatedAt", "@map", "@ignore", "@db."]),
        ("  at DateTime @| @default(now())", ["@unique", "@updatedAt", "@map", "@ignore", "@db."]),
        ("  list Int[] @|", ["@default", "@map", "@ignore", "@db."]),
        ("  maybe Int? @|", ["@unique", "@default", "@map", "@ignore", "@db."]),
        ("  flag Boolean @db.|", ["Boolean"]),
        ("  day DateTime @db.Ti|", ["Timestamp", "Timestamptz", "Date", "Time", "Timetz"]),
        ("  @@index([|])", ["id", "title", "authorId"]),
        ("  @@unique([title, |])", ["id", "authorId"]),
        ("  @@index([title(|)])", ["sort:", "ops:"]),
        ("  @@index([title(sort: |)])", ["Asc", "Desc"]),
        ("  @@index([title], |)", ["map:", "where:", "type:"]),
        ('  @@index([title], map: "x", |)', ["where:", "type:"]),
        ("  @@index([title], type: |)", ["BTree", "Brin", "Gin", "Gist", "Hash", "SpGist"]),
        ("  @@index([title], where: { | })", ["id", "title", "authorId"]),
        ("  @@index([title], where: { title: | })", ["null", "true", "false", "{ not: … }"]),
        ("  @@schema(|)", ['"app"', '"log"']),
        ('  @@schema("|")', ["app", "log"]),
        ('  name String @map("|")', []),
        ("  name String // a comm|", []),
        ("  // |", []),
    ],
)
def test_a_line_of_a_model_is_completed(line: str, expected: list[str]) -> None:
    assert labels(offered(line)) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("|", ["datasource", "enum", "generator", "model", "view"]),
        ("mod|", ["datasource", "enum", "generator", "model", "view"]),
        ("datasource db {\n}\n|", ["enum", "generator", "model", "view"]),
        (
            'datasource db {\n  provider = "sqlite"\n  |\n}',
            ["directUrl", "relationMode", "schemas", "shadowDatabaseUrl", "url"],
        ),
        ("datasource db {\n  provider = |\n}", ['"sqlite"', '"postgresql"', '"cockroachdb"', '"mysql"']),
        ('datasource db {\n  provider = "po|"\n}', ["sqlite", "postgresql", "cockroachdb", "mysql"]),
        ("datasource db {\n  url = |\n}", ["env()"]),
        ("datasource db {\n  relationMode = |\n}", ['"foreignKeys"', '"prisma"']),
        ('generator x {\n  provider = "|', ["nicol", "prisma-client-py"]),
        ("generator x {\n  |", ["output", "previewFeatures", "provider"]),
        ("enum A {\n  X @|\n}", ["@map"]),
        ("enum A {\n  X\n  @@|\n}", ["@@map"]),
        ("model A {\n  id Int @id\n  @@|\n}", ["@@index", "@@map", "@@unique", "@@ignore"]),
        ("model A {\n  a Int\n  @@|\n}", ["@@id", "@@index", "@@map", "@@unique", "@@ignore"]),
        ('model A {\n  a Int\n  @@map("x")\n  @@|\n}', ["@@id", "@@index", "@@unique", "@@ignore"]),
        ("/* a\n | \n*/", []),
        ("model |", []),
    ],
)
@pytest.mark.proves("Editor", "completion of blocks and settings")
def test_blocks_and_settings_are_completed(text: str, expected: list[str]) -> None:
    assert labels(offered("", text)) == expected


def test_only_what_every_database_of_the_project_can_do_is_offered() -> None:
    alone = offered("  name String @|", providers=("sqlite",))
    assert "@db." not in labels(alone)
    assert labels(offered("  @@index([title], type: |)", providers=("sqlite", "postgresql"))) == ["BTree"]
    assert "VarChar" in labels(offered("  name String @db.|", providers=("sqlite", "postgresql")))


@pytest.mark.parametrize(
    ("line", "replaced"),
    [
        ("  a String @uni|", "@uni"),
        ("  a Str|", "Str"),
        ("  @@in|", "@@in"),
        ("  a String @db.Var|", "Var"),
        ("  a |", ""),
    ],
)
def test_an_offer_replaces_what_was_typed_of_it(line: str, replaced: str) -> None:
    world, offset = seen(SCHEMA.replace("LINE", line))
    span = complete(world, PATH, offset).span
    assert span.end == offset
    assert world.text(span) == replaced


def test_offers_say_what_they_are() -> None:
    for offer in offered("  author User @relation(onDelete: |)").offers:
        assert offer.documentation
    (title,) = [offer for offer in offered("  @@index([|])").offers if offer.label == "title"]
    assert title.detail == "String"


@pytest.mark.parametrize(
    ("snippet", "text"),
    [
        ("@@index([$1])", "@@index([])"),
        ("VarChar(${1:255})", "VarChar(255)"),
        ("a ${1:Name} {\n  $0\n}", "a Name {\n  \n}"),
        ("x", "x"),
    ],
)
def test_a_snippet_has_a_text_for_editors_that_know_no_stops(snippet: str, text: str) -> None:
    assert plain(snippet) == text


NOTED = """\
datasource db {
  provider = "postgresql"
}

MODEL
model Visit {
  id     Int      @id
  seenAt DateTime
  held   Boolean
  note   String? TRAILING
  FIELD
  by     String
  KEY
  @@index([note])
}

enum Kind {
  VALUE
  A
}
"""


def noted(**lines: str) -> list[str]:
    text = NOTED
    for place in ("MODEL", "TRAILING", "FIELD", "KEY", "VALUE"):
        text = text.replace(place, lines.get(place.lower(), "//"))
    world, offset = seen(text)
    return labels(complete(world, PATH, offset))


ON_MODELS = ["renamed", "check", "retain", "remind", "audit", "index", "comment"]
ON_FIELDS = ["renamed", "check", "generated", "json", "encrypted", "index", "comment"]


@pytest.mark.proves("Editor", "completion of annotations")
@pytest.mark.parametrize(
    ("place", "line", "expected"),
    [
        ("model", "/// |", [f"@nicol.{name}" for name in ON_MODELS]),
        ("model", "/// @|", [f"@nicol.{name}" for name in ON_MODELS]),
        ("model", "/// Visits. @nicol.re|", [f"@nicol.{name}" for name in ON_MODELS]),
        ("model", "/// some pro|", []),
        ("model", "// @nicol.|", []),
        ("field", "/// @nicol.|", [f"@nicol.{name}" for name in ON_FIELDS]),
        ("trailing", "/// @nic|", [f"@nicol.{name}" for name in ON_FIELDS]),
        ("key", "/// @|", ["@nicol.index"]),
        ("value", "/// @|", ["@nicol.renamed"]),
        ("model", "/// @nicol.retain(|)", ["days:", "by:", "unless:"]),
        ("model", "/// @nicol.retain(days: 9, |)", ["by:", "unless:"]),
        ("model", "/// @nicol.retain(by: |, days: 9)", ["seenAt"]),
        ("model", "/// @nicol.retain(unless: h|", ["held", "note"]),
        ("model", '/// @nicol.retain(by: "|', []),
        ("model", "/// @nicol.index(type: |)", ["BTree", "Brin", "Gin", "Gist", "Hash", "SpGist"]),
        ("model", "/// @nicol.index(unique: |)", ["true", "false"]),
        ("key", "/// @nicol.index(|)", ["include:", "nulls:"]),
        ("key", "/// @nicol.index(include: [id, |])", ["seenAt", "held", "note", "by"]),
        ("key", "/// @nicol.index(nulls: |)", ["First", "Last", "NotDistinct"]),
        ("field", "/// @nicol.encrypted(mode: |)", ["random", "deterministic"]),
        ("field", "/// @nicol.encrypted(blindIndex: |)", ["note", "by"]),
        ("field", "/// @nicol.nothing(|)", []),
    ],
)
def test_annotations_are_completed(place: str, line: str, expected: list[str]) -> None:
    assert noted(**{place: line}) == expected


@pytest.mark.parametrize(
    ("provider", "line", "expected"),
    [
        ("mysql", "  @@|", ["@@fulltext", "@@index", "@@map", "@@unique", "@@ignore"]),
        ("mysql", "  @@index([title(|)])", ["sort:", "length:", "ops:"]),
        ("mysql", "  @@index([title], type: |)", ["BTree"]),
        (
            "sqlite",
            "  author User @relation(|)",
            ["name:", "fields:", "references:", "onDelete:", "onUpdate:"],
        ),
        ("cockroachdb", "  n Int @default(|)", ["autoincrement()", "sequence()", "dbgenerated()", "map:"]),
        (
            "postgresql",
            "  @@index([title(ops: |)], type: Brin)",
            ["TextBloomOps", "TextMinMaxOps", 'raw("…")'],
        ),
        ("postgresql", "  @@index([title(ops: |)])", ['raw("…")']),
    ],
)
def test_each_database_has_its_own_words(provider: str, line: str, expected: list[str]) -> None:
    bare = SCHEMA.replace('"postgresql"\n  schemas  = ["app", "log"]', f'"{provider}"')
    assert labels(offered(line, bare)) == expected


def test_native_types_come_with_their_usual_arguments() -> None:
    texts = {offer.label: offer.text for offer in offered("  name String @db.|").offers}
    assert texts["VarChar"] == "VarChar(${1:255})"
    assert texts["Uuid"] == "Uuid"
    assert next(offer.text for offer in offered("  sum Decimal @db.|").offers) == "Decimal(${1:10}, ${2:2})"
