"""What is renamed keeps its rows, its keys, indexes and numbers, on every database."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import pytest

from nicol.catalog import Catalog
from nicol.dialects import named
from nicol.dialects.dialect import Dialect
from nicol.drivers import Database, open_database
from nicol.migrate.diff import diff
from nicol.migrate.likely import likely_parts, likely_tables
from nicol.migrate.lower import lower
from nicol.migrate.plan import script, steps_between
from nicol.migrate.renames import renamed
from nicol.migrate.wishes import Met, meet, parse_wish
from tests.migrate.engine import apply, ask, introspect, schema_of, script_between

KINDS = ("sqlite", "portable", "postgresql")

BLOG = """
model User {
  id    Int     @id @default(autoincrement())
  email String  @unique
  name  String?
  role  Role    @default(USER)
  posts Post[]

  @@index([name, email])
}

model Post {
  id       Int   @id @default(autoincrement())
  title    String
  authorId Int
  author   User  @relation(fields: [authorId], references: [id], onDelete: Cascade)
  tags     Tag[]
}

model Tag {
  id    Int    @id
  posts Post[]
}

enum Role {
  USER
  ADMIN
}
"""
ROWS = (
    """INSERT INTO "User" (email, name, role) VALUES ('a@x.org', 'Ann', 'USER'), ('b@x.org', NULL, 'ADMIN')""",
    """INSERT INTO "Post" (title, "authorId") VALUES ('one', 1), ('two', 2)""",
    """INSERT INTO "Tag" VALUES (7), (8)""",
    """INSERT INTO "_PostToTag" VALUES (1, 7), (2, 8), (2, 7)""",
)


@dataclass(frozen=True)
class Case:
    """Edits of the blog (old>new), what is said of them, and a question with its answer afterwards."""

    edits: tuple[str, ...]
    said: tuple[str, ...]
    question: str
    answer: list[tuple[object, ...]]


CASES = {
    "a column": Case(
        ("name  String?>fullName String?", "[name, email]>[fullName, email]"),
        ("User.name=fullName",),
        'SELECT "fullName" FROM "User" ORDER BY id',
        [("Ann",), (None,)],
    ),
    "a unique column that the database knows by another name": Case(
        ('email String  @unique>mail String @unique @map("e-mail")', "[name, email]>[name, mail]"),
        ("User.email=mail",),
        'SELECT "e-mail" FROM "User" ORDER BY id',
        [("a@x.org",), ("b@x.org",)],
    ),
    "a key that others point at": Case(
        (
            "model User {\n  id    Int>model User {\n  key Int",
            "references: [id]>references: [key]",
        ),
        ("User.id=key",),
        'SELECT u.key, p.title FROM "User" u JOIN "Post" p ON p."authorId" = u.key ORDER BY 1',
        [(1, "one"), (2, "two")],
    ),
    "a foreign key": Case(
        ("authorId Int>writerId Int", "fields: [authorId]>fields: [writerId]"),
        ("Post.authorId=writerId",),
        'SELECT "writerId" FROM "Post" ORDER BY id',
        [(1,), (2,)],
    ),
    "a model, which turns the sides of its m:n relation": Case(
        ("model Post>model Zettel", "Post[]>Zettel[]"),
        ("Post=Zettel",),
        'SELECT "A", "B" FROM "_TagToZettel" ORDER BY 1, 2',
        [(7, 1), (7, 2), (8, 2)],
    ),
    "a model of an m:n relation that gets another type of id": Case(
        ("model Tag {\n  id    Int    @id>model Alpha {\n  id String @id", "tags     Tag[]>tags Alpha[]"),
        ("Tag=Alpha",),
        'SELECT "A", "B" FROM "_AlphaToPost" ORDER BY 1, 2',
        [("7", 1), ("7", 2), ("8", 2)],
    ),
    "a model and a field of it": Case(
        (
            "model User>model Account",
            "author   User>author Account",
            "email String>mail String",
            "[name, email]>[name, mail]",
        ),
        ("User=Account", "User.email=mail"),
        'SELECT mail FROM "Account" ORDER BY id',
        [("a@x.org",), ("b@x.org",)],
    ),
    "a value of an enum that is a default": Case(
        ("@default(USER)>@default(MEMBER)", "enum Role {\n  USER>enum Role {\n  MEMBER"),
        ("Role.USER=MEMBER",),
        'SELECT role FROM "User" ORDER BY id',
        [("MEMBER",), ("ADMIN",)],
    ),
    "an enum and its value, while another goes and one comes": Case(
        (
            "role  Role    @default(USER)>role Rank @default(MEMBER)",
            "enum Role {\n  USER\n  ADMIN>enum Rank {\n  MEMBER\n  ADMIN\n  OWNER",
        ),
        ("Role=Rank", "Role.USER=MEMBER"),
        'SELECT role FROM "User" ORDER BY id',
        [("MEMBER",), ("ADMIN",)],
    ),
    "two columns that change places": Case(
        (
            'email String  @unique>nick String @unique @map("name")',
            'name  String?>other String? @map("email")',
            "[name, email]>[other, nick]",
        ),
        ("User.email=name", "User.name=email"),
        'SELECT email, name FROM "User" ORDER BY id',
        [("Ann", "a@x.org"), (None, "b@x.org")],
    ),
    "an implicit m:n relation that becomes a model": Case(
        (
            "tags     Tag[]>tags PostTag[]",
            (
                "posts Post[]\n}\n\nenum>posts PostTag[]\n}\n\nmodel PostTag {\n  postId Int\n  tagId Int\n"
                "  post Post @relation(fields: [postId], references: [id], onDelete: Cascade)\n"
                "  tag Tag @relation(fields: [tagId], references: [id], onDelete: Cascade)\n  note String?\n"
                "  @@id([postId, tagId])\n}\n\nenum"
            ),
        ),
        ("_PostToTag=PostTag",),
        'SELECT "postId", "tagId", note FROM "PostTag" ORDER BY 1, 2',
        [(1, 7, None), (2, 7, None), (2, 8, None)],
    ),
    "a model and a new one under its old name": Case(
        (
            (
                "model Tag {\n  id    Int    @id\n  posts Post[]\n}>model Label {\n  id Int @id\n  posts Post[]\n}\n\n"
                "model Tag {\n  id Int @id @default(autoincrement())\n  word String @unique\n}"
            ),
            "tags     Tag[]>tags Label[]",
        ),
        ("Tag=Label",),
        'SELECT id FROM "Label" ORDER BY 1',
        [(7,), (8,)],
    ),
}


AGAIN = ("two columns that change places", "a model and a new one under its old name")
"""After these the old names are there again, so that the same words mean another rename."""


UNLIKE = (
    "a model of an m:n relation that gets another type of id",
    "a model, which turns the sides of its m:n relation",
    "an enum and its value, while another goes and one comes",
)
"""What is hardly like its old self."""


@pytest.fixture(params=KINDS)
def dialect(request: pytest.FixtureRequest) -> Dialect:
    """SQLite as Prisma writes it, SQLite of a portable project, PostgreSQL."""
    return named(
        "postgresql" if request.param == "postgresql" else "sqlite", portable=request.param == "portable"
    )


@pytest.fixture
def database(dialect: Dialect, request: pytest.FixtureRequest) -> Iterator[Database]:
    """A fresh database with the blog's rows."""
    url = request.getfixturevalue("postgres_url" if dialect.namespaces else "sqlite_url")
    with open_database(url) as opened:
        apply(opened, script_between(Catalog(), lower(schema_of(BLOG, dialect), dialect), dialect), dialect)
        for statement in ROWS:
            ask(opened, statement)
        yield opened


def edited(case: Case) -> str:
    """The blog after the case's edits."""
    text = BLOG
    for edit in case.edits:
        old, _, new = edit.partition(">")
        assert old in text, old
        text = text.replace(old, new)
    return text


def met(case: Case, dialect: Dialect, before: Catalog) -> tuple[Met, Catalog]:
    """What comes of what is said, and the catalog wanted."""
    schema = schema_of(edited(case), dialect)
    wishes = [wish for text in case.said if (wish := parse_wish(text)) is not None]
    after = lower(schema, dialect)
    return meet(wishes, schema, dialect, before, after), after


@pytest.mark.proves(
    "Migrations", "models, fields, enums and their values are renamed with their rows, keys and indexes"
)
@pytest.mark.parametrize("name", CASES)
def test_what_is_renamed_keeps_its_rows(name: str, dialect: Dialect, database: Database):
    case = CASES[name]
    before = introspect(database, dialect)
    found, after = met(case, dialect, before)
    assert not [unmet for unmet in found.unmet if dialect.has_enums]
    steps = steps_between(before, after, dialect, found.renames)
    codes = {hazard.code for step in steps for hazard in step.hazards}
    assert not codes & {"table-drop", "column-drop", "column-recreated", "enum-values-removed"}
    apply(database, script(steps), dialect)
    assert ask(database, case.question) == case.answer
    assert diff(introspect(database, dialect), after) == ()
    posts = "Zettel" if "Zettel" in edited(case) else "Post"
    assert ask(database, f'SELECT count(*) FROM "{posts}"') == [(2,)]


@pytest.mark.parametrize("name", CASES)
def test_a_rename_that_was_made_is_not_made_again(name: str, dialect: Dialect, database: Database):
    case = CASES[name]
    before = introspect(database, dialect)
    found, after = met(case, dialect, before)
    apply(database, script(steps_between(before, after, dialect, found.renames)), dialect)
    if name in AGAIN:
        return
    again, _ = met(case, dialect, introspect(database, dialect))
    assert set(again.renames) <= again.untraced


@pytest.mark.proves("Migrations", "sequences and keys follow a renamed model", only="postgresql")
def test_sequences_and_keys_follow(postgres_url: str):
    dialect = named("postgresql")
    case = Case(("model User>model Account", "author   User>author Account"), ("User=Account",), "", [])
    with open_database(postgres_url) as database:
        apply(database, script_between(Catalog(), lower(schema_of(BLOG, dialect), dialect), dialect), dialect)
        before = introspect(database, dialect)
        found, after = met(case, dialect, before)
        apply(database, script(steps_between(before, after, dialect, found.renames)), dialect)
        names = {
            name
            for (name,) in ask(
                database,
                "SELECT relname::text FROM pg_class WHERE relnamespace = 'public'::regnamespace"
                " UNION SELECT conname::text FROM pg_constraint WHERE connamespace = 'public'::regnamespace AND contype <> 'n'",
            )
        }
    assert {"Account_id_seq", "Account_pkey", "Account_email_key", "Account_name_email_idx"} <= names
    assert not {name for name in names if name.startswith("User")}


@pytest.mark.proves("Migrations", "what looks renamed is recognised")
@pytest.mark.parametrize("name", [name for name in CASES if name not in (*AGAIN, *UNLIKE)])
def test_what_is_renamed_looks_so(name: str, dialect: Dialect):
    case = CASES[name]
    before = lower(schema_of(BLOG, dialect), dialect)
    _found, after = met(case, dialect, before)
    guesses = likely_tables(before, after)
    moved = meet(
        [wish for each in guesses if (wish := parse_wish(each.pair))],
        schema_of(edited(case), dialect),
        dialect,
        before,
        after,
    )
    seen = {
        (guess.old, guess.new) for guess in (*guesses, *likely_parts(renamed(before, moved.renames), after))
    }
    wanted = {tuple(text.rpartition(".")[2].split("=")) for text in case.said}
    if dialect.has_enums or dialect.portable or "enum" not in name:
        assert {old for old, _ in wanted} <= {old for old, _ in seen}


SPACES = """
datasource db {
  provider = "postgresql"
  schemas  = ["public", "shop"]
}

model User {
  id    Int    @id @default(autoincrement())
  kind  Kind
  posts Post[]

  @@schema("public")
}

model Post {
  id     Int  @id
  userId Int
  user   User @relation(fields: [userId], references: [id])

  @@schema("public")
}

enum Kind {
  A
  B

  @@schema("public")
}
"""


@pytest.mark.proves(
    "Migrations", "a table and an enum move to another namespace with their rows", only="postgresql"
)
def test_tables_and_enums_move_between_namespaces(postgres_url: str):
    dialect, spaces = named("postgresql"), ("public", "shop")
    before, moved = (
        SPACES,
        SPACES.replace('posts Post[]\n\n  @@schema("public")', 'posts Post[]\n\n  @@schema("shop")'),
    )
    moved = moved.replace('B\n\n  @@schema("public")', 'B\n\n  @@schema("shop")')
    schema = schema_of(moved, dialect)
    after = lower(schema, dialect)
    with open_database(postgres_url) as database:
        apply(
            database, script_between(Catalog(), lower(schema_of(before, dialect), dialect), dialect), dialect
        )
        ask(database, """INSERT INTO "User" (kind) VALUES ('B')""")
        ask(database, 'INSERT INTO "Post" VALUES (1, 1)')
        held = introspect(database, dialect, spaces)
        found = meet((), schema, dialect, held, after)
        apply(database, script(steps_between(held, after, dialect, found.renames)), dialect)
        assert ask(database, 'SELECT id, kind::text FROM shop."User"') == [(1, "B")]
        assert ask(database, """INSERT INTO shop."User" (kind) VALUES ('A') RETURNING id""") == [(2,)]
        assert diff(introspect(database, dialect, spaces), after) == ()


@pytest.mark.proves(
    "Migrations",
    "values of an enum change their order, in columns and lists",
    only="postgresql",
)
def test_values_of_an_enum_change_their_order(postgres_url: str):
    dialect = named("postgresql", portable=True)
    text = "model T {\n  id Int @id\n  one E @default(B)\n  all E[]\n  @@index([one])\n}\n\nenum E {\n  A\n  B\n  C\n}\n"
    before, after = (
        lower(schema_of(each, dialect), dialect)
        for each in (text, text.replace("A\n  B\n  C", "C\n  X\n  B\n  A"))
    )
    with open_database(postgres_url) as database:
        apply(database, script_between(Catalog(), before, dialect), dialect)
        ask(
            database,
            "INSERT INTO \"T\" (id, one, \"all\") VALUES (1, 'A', '{A,C}'), (2, 'C', NULL), (3, DEFAULT, '{}')",
        )
        apply(database, script(steps_between(introspect(database, dialect), after, dialect)), dialect)
        assert ask(database, 'SELECT id, "all"::text FROM "T" ORDER BY one') == [
            (2, None),
            (3, "{}"),
            (1, "{A,C}"),
        ]
        assert ask(database, 'INSERT INTO "T" (id) VALUES (4) RETURNING one::text') == [("B",)]
        assert diff(introspect(database, dialect), after) == ()


def test_a_new_value_takes_its_place(postgres_url: str):
    dialect = named("postgresql")
    text = "model T {\n  id Int @id\n  one E\n}\n\nenum E {\n  B\n  D\n}\n"
    before, after = (
        lower(schema_of(each, dialect), dialect)
        for each in (text, text.replace("B\n  D", "A\n  B\n  C\n  D\n  E"))
    )
    with open_database(postgres_url) as database:
        apply(database, script_between(Catalog(), before, dialect), dialect)
        made = script(steps_between(introspect(database, dialect), after, dialect))
        apply(database, made, dialect)
        assert introspect(database, dialect).enums[0].values == ("A", "B", "C", "D", "E")
    assert made.count("ADD VALUE 'E';") == 1


HANGING = (
    "CREATE TABLE log (note TEXT)",
    """CREATE TRIGGER noted AFTER UPDATE OF name ON "User" BEGIN INSERT INTO log VALUES (new.name); END""",
    'CREATE VIEW names AS SELECT id, name FROM "User"',
    'CREATE INDEX by_lower ON "User"(lower(name)) WHERE name IS NOT NULL',
)


@pytest.mark.proves(
    "Migrations", "triggers, views and indexes made by hand follow a rename and a rebuild", only="sqlite"
)
@pytest.mark.parametrize("rebuilt", [False, True])
@pytest.mark.parametrize("portable", [False, True])
def test_what_hangs_on_a_table_follows(rebuilt: bool, portable: bool, sqlite_url: str):
    dialect = named("sqlite", portable=portable)
    after_text = BLOG.replace("model User", "model Account").replace("author   User", "author Account")
    after_text = after_text.replace("name  String?", "fullName String?").replace(
        "[name, email]", "[fullName, email]"
    )
    if rebuilt:
        after_text = after_text.replace(
            "email String  @unique", "email String?  @unique\n  at DateTime @default(now())"
        )
    schema = schema_of(after_text, dialect)
    after = lower(schema, dialect)
    with open_database(sqlite_url) as database:
        apply(database, script_between(Catalog(), lower(schema_of(BLOG, dialect), dialect), dialect), dialect)
        for statement in (*ROWS, *HANGING):
            ask(database, statement)
        before = introspect(database, dialect)
        wishes = [
            wish for text in ("User=Account", "User.name=fullName") if (wish := parse_wish(text)) is not None
        ]
        found = meet(wishes, schema, dialect, before, after)
        text = script(
            steps_between(
                before, replace(after, tables=(*after.tables, before.table("log"))), dialect, found.renames
            )
        )
        assert ("new_Account" in text) == rebuilt
        apply(database, text, dialect)
        ask(database, """UPDATE "Account" SET "fullName" = 'Bo' WHERE id = 2""")
        assert ask(database, "SELECT note FROM log") == [("Bo",)]
        assert ask(database, "SELECT * FROM names ORDER BY id") == [(1, "Ann"), (2, "Bo")]
        ((index,),) = ask(database, "SELECT sql FROM sqlite_master WHERE name = 'by_lower'")
        assert "fullName" in index
        ask(database, """DELETE FROM "Account" WHERE id = 1""")
        assert ask(database, 'SELECT count(*) FROM "Post"') == [(1,)]
