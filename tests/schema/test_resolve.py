"""Resolution: the schema that documents describe, as values."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal

import pytest

from nicol.diagnostics import Source
from nicol.dialects import provider_named
from nicol.schema.parse import parse
from nicol.schema.resolve import resolve, wanted_provider
from nicol.schema.schema import (
    Arity,
    EnvironmentVariable,
    ForeignKeyRelation,
    FunctionCall,
    JoinTableRelation,
    KeyField,
    ListLiteral,
    Literal,
    NativeType,
    ReferentialAction,
    Relation,
    Schema,
    SortOrder,
    Unsupported,
)

FLAGS = 'previewFeatures = ["views", "partialIndexes", "postgresqlExtensions"]'
GENERATOR = f'generator client {{\n  provider = "nicol"\n  output = "db"\n  {FLAGS}\n}}\n'
POSTGRESQL = GENERATOR + 'datasource db {\n  provider = "postgresql"\n}\n'


def schema_of(*texts: str) -> Schema:
    """The schema of texts that have no errors on PostgreSQL."""
    documents = tuple(
        parse(Source(f"{number}.prisma", text)).value for number, text in enumerate((POSTGRESQL, *texts))
    )
    checked = resolve(documents, provider_named("postgresql"))
    assert checked.ok, checked.findings
    return checked.value


def model(*lines: str, name: str = "A") -> str:
    """A model of these lines."""
    return f"model {name} {{\n" + "\n".join(lines) + "\n}\n"


DEFAULTS = [
    ("String", '"a\\n"', Literal("a\n", "a\n")),
    ("Int", "-7", Literal(-7, "-7")),
    ("BigInt", "9007199254740993", Literal(9007199254740993, "9007199254740993")),
    ("Float", "1.50", Literal(1.5, "1.50")),
    ("Float", "1", Literal(1.0, "1")),
    ("Decimal", "1.50", Literal(Decimal("1.50"), "1.50")),
    ("Boolean", "true", Literal(True, "true")),
    ("Boolean", "false", Literal(False, "false")),
    (
        "DateTime",
        '"2020-03-19T14:21:00Z"',
        Literal(datetime(2020, 3, 19, 14, 21, tzinfo=UTC), "2020-03-19T14:21:00Z"),
    ),
    ("Json", '"{\\"a\\": 1}"', Literal('{"a": 1}', '{"a": 1}')),
    ("Bytes", '"aGVsbG8="', Literal(b"hello", "aGVsbG8=")),
    ("Role", "ADMIN", Literal("ADMIN", "ADMIN")),
    ("Int[]", "[1, 2]", ListLiteral((Literal(1, "1"), Literal(2, "2")))),
    ("Role[]", "[ADMIN]", ListLiteral((Literal("ADMIN", "ADMIN"),))),
    ("String[]", "[]", ListLiteral(())),
    ("Int", "autoincrement()", FunctionCall("autoincrement")),
    ("DateTime", "now()", FunctionCall("now")),
    ("String", "uuid()", FunctionCall("uuid")),
    ("String", "uuid(7)", FunctionCall("uuid", (7,))),
    ("String", "cuid(2)", FunctionCall("cuid", (2,))),
    ("String", "ulid()", FunctionCall("ulid")),
    ("String", "nanoid(10)", FunctionCall("nanoid", (10,))),
    ("String", 'dbgenerated("now()::text")', FunctionCall("dbgenerated", ("now()::text",))),
    ("String[]", "dbgenerated()", FunctionCall("dbgenerated")),
    ('Unsupported("point")', 'dbgenerated("x")', FunctionCall("dbgenerated", ("x",))),
]


@pytest.mark.proves("Schema", "default values and functions")
@pytest.mark.parametrize(("type_", "text", "expected"), DEFAULTS, ids=[f"{t}-{d}" for t, d, _ in DEFAULTS])
def test_a_default_is_bound_to_its_value(type_: str, text: str, expected: object):
    schema = schema_of("enum Role {\nADMIN\n}\n", model("id Int @id", f"x {type_} @default({text})"))
    assert schema.model("A").scalar("x").default == expected


USER = "id Int @id"
RESTRICT, SET_NULL, CASCADE = (
    ReferentialAction.RESTRICT,
    ReferentialAction.SET_NULL,
    ReferentialAction.CASCADE,
)
RELATIONS: dict[str, tuple[tuple[str, ...], Relation]] = {
    "1:n": (
        (
            model(USER, "as A[]", name="U"),
            model(USER, "uId Int", "u U @relation(fields: [uId], references: [id])"),
        ),
        ForeignKeyRelation("AToU", "A", "u", ("uId",), "U", "as", ("id",), False, RESTRICT, CASCADE),
    ),
    "1:n optional": (
        (
            model(USER, "as A[]", name="U"),
            model(USER, "uId Int?", "u U? @relation(fields: [uId], references: [id])"),
        ),
        ForeignKeyRelation("AToU", "A", "u", ("uId",), "U", "as", ("id",), False, SET_NULL, CASCADE),
    ),
    "1:1 whose other side comes first": (
        (
            model(USER, "a A?", name="U"),
            model(USER, "uId Int @unique", 'u U @relation(fields: [uId], references: [id], map: "fk")'),
        ),
        ForeignKeyRelation("AToU", "A", "u", ("uId",), "U", "a", ("id",), True, RESTRICT, CASCADE, "fk"),
    ),
    "compound and half optional": (
        (
            model("a Int", "b Int", "as A[]", "@@id([a, b])", name="U"),
            model(USER, "x Int", "y Int?", "u U? @relation(fields: [x, y], references: [a, b])"),
        ),
        ForeignKeyRelation("AToU", "A", "u", ("x", "y"), "U", "as", ("a", "b"), False, RESTRICT, CASCADE),
    ),
    "self with actions": (
        (
            model(
                USER,
                "bossId Int?",
                'boss A? @relation("Boss", fields: [bossId], references: [id], onDelete: Cascade, onUpdate: NoAction)',
                'staff A[] @relation("Boss")',
            ),
        ),
        ForeignKeyRelation(
            "Boss",
            "A",
            "boss",
            ("bossId",),
            "A",
            "staff",
            ("id",),
            False,
            CASCADE,
            ReferentialAction.NO_ACTION,
        ),
    ),
    "m:n": (
        (model(USER, "as A[]", name="U"), model(USER, "us U[]")),
        JoinTableRelation("AToU", "A", "us", "U", "as", "_AToU"),
    ),
    "m:n with a name": (
        (model(USER, 'as A[] @relation("Own")', name="U"), model(USER, 'us U[] @relation("Own")')),
        JoinTableRelation("Own", "A", "us", "U", "as", "_Own"),
    ),
    "m:n with itself": (
        (model(USER, 'of A[] @relation("Friends")', 'friends A[] @relation("Friends")'),),
        JoinTableRelation("Friends", "A", "friends", "A", "of", "_Friends"),
    ),
}


@pytest.mark.proves("Schema", "relations 1:1, 1:n, m:n and self, with referential actions")
@pytest.mark.parametrize("kind", RELATIONS)
def test_a_relation_is_bound(kind: str):
    texts, expected = RELATIONS[kind]
    schema = schema_of(*texts)
    assert schema.relations == (expected,)
    names = {field.relation for each in schema.models for field in each.relations}
    assert names == {expected.name}


def test_relations_of_one_name_between_other_models_are_told_apart():
    texts = [
        model(USER, 'us U[] @relation("Own")'),
        model(USER, 'as A[] @relation("Own")', 'bs B[] @relation("Own")', name="U"),
        model(USER, 'uId Int', 'u U @relation("Own", fields: [uId], references: [id])', name="B"),
    ]  # fmt: skip
    schema = schema_of(*texts)
    assert [relation.name for relation in schema.relations] == ["Own", "Own_BToU"]
    assert [field.relation for field in schema.model("U").relations] == ["Own", "Own_BToU"]


@pytest.mark.proves("Schema", "ids, uniques and indexes, compound, sorted and mapped")
def test_keys_are_bound():
    schema = schema_of(
        model(
            "a Int",
            "b String @unique",
            "c Json",
            '@@id([a, b], name: "ab", map: "pk")',
            '@@unique([b, a], map: "u", where: raw("a > 1"))',
            "@@index([b(sort: Desc), a])",
            '@@index([c(ops: JsonbPathOps)], type: Gin, map: "gin")',
            '@@index([c(ops: raw("jsonb_ops"))], type: Gin, name: "old")',
        )
    )
    found = schema.model("A")
    assert found.primary_key is not None
    assert (found.primary_key.name, found.primary_key.mapped) == ("ab", "pk")
    assert [key.fields for key in found.uniques] == [(KeyField("b"),), (KeyField("b"), KeyField("a"))]
    assert found.uniques[1].where == "a > 1"
    assert found.indexes[0].fields == (KeyField("b", SortOrder.DESC), KeyField("a"))
    assert [index.fields[0].operator_class for index in found.indexes[1:]] == ["JsonbPathOps", "jsonb_ops"]
    assert [(index.mapped, index.method) for index in found.indexes] == [
        (None, None),
        ("gin", "Gin"),
        ("old", "Gin"),
    ]


@pytest.mark.proves(
    "Schema", "names in the database, native and unsupported types, ignored and updated fields"
)
def test_fields_and_models_are_bound():
    schema = schema_of(
        "enum Role {\n  /// The boss.\n  ADMIN @map(\"admin\")\n  @@map(\"roles\")\n}\n",
        "/// People.\n"
        + model(
            "id Int @id @map(\"_id\")",
            "name String? @db.VarChar(20) /// Full.",
            "made DateTime @updatedAt",
            'place Unsupported("point")?',
            "role Role @ignore",
            "tags String[]",
            '@@map("people")',
            "@@ignore",
        ).replace(" @ignore", ""),
    )  # fmt: skip
    found = schema.model("A")
    assert (found.mapped, found.ignored, found.documentation) == ("people", True, "People.")
    id_, name, made, place, _, tags = found.scalars
    assert id_.mapped == "_id"
    assert (name.arity, name.native, name.documentation) == (
        Arity.OPTIONAL,
        NativeType("VarChar", (20,)),
        "Full.",
    )
    assert made.updated_at
    assert place.type == Unsupported("point")
    assert tags.arity is Arity.LIST
    role = schema.enum("Role")
    assert (role.mapped, role.values[0].mapped, role.values[0].documentation) == (
        "roles",
        "admin",
        "The boss.",
    )


def test_views_stand_apart_from_models():
    schema = schema_of(
        model(USER, "vs V[]"),
        "view V {\nid Int @unique\naId Int\na A @relation(fields: [aId], references: [id])\n}\n",
    )
    assert [each.name for each in schema.models] == ["A"]
    assert [each.name for each in schema.views] == ["V"]
    assert [each.ends for each in schema.relations] == [("A", "V")]
    assert schema.between_models() == ()
    assert [field.name for model in schema.readable for field in model.relations] == ["vs", "a"]


@pytest.mark.proves("Schema", "several files make one schema")
def test_files_see_each_other():
    schema = schema_of(
        "enum Role {\nADMIN\n}\n", model(USER, "bs B[]"), model(USER, "as A[]", "role Role", name="B")
    )
    assert [each.name for each in schema.models] == ["A", "B"]


@pytest.mark.parametrize(
    ("word", "wanted"),
    [("sqlite", "sqlite"), ("postgres", "postgresql"), ("postgresql", "postgresql"), ("mysql", "mysql")],
)
def test_the_wanted_database_is_known_before_resolving(word: str, wanted: str):
    document = parse(Source("s", f'datasource db {{\n  provider = "{word}"\n  url = env("URL")\n}}\n')).value
    assert wanted_provider((document,)) == wanted
    datasource = resolve((document,), None).value.datasource
    assert datasource is not None
    assert (datasource.provider, datasource.url) == (wanted, EnvironmentVariable("URL"))


def test_without_a_datasource_no_database_is_wanted():
    assert wanted_provider((parse(Source("s", model(USER))).value,)) is None


def test_generators_keep_their_options():
    text = 'generator g {\n  provider = "nicol"\n  output = "../db"\n  list = ["a", "b"]\n  flag = true\n  n = 3\n}\n'
    generator = schema_of(text).generators[-1]
    assert generator.provider == "nicol"
    assert dict(generator.options) == {"output": "../db", "list": ("a", "b"), "flag": "true", "n": "3"}
