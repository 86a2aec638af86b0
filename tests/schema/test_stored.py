"""Stored schemas: what is loaded is what was stored, without the parser."""

from __future__ import annotations

import subprocess
import sys

import msgspec
import pytest

from nicol.diagnostics import Source
from nicol.errors import GenerationFailed
from nicol.schema.index import SchemaIndex
from nicol.schema.parse import parse
from nicol.schema.resolve import resolve
from nicol.schema.schema import (
    Arity,
    Audit,
    Check,
    Encryption,
    EncryptionMode,
    Enum,
    EnumValue,
    Generated,
    Index,
    JsonType,
    KeyField,
    Model,
    NullsOrder,
    Retention,
    Scalar,
    ScalarField,
    Schema,
    Unique,
)
from nicol.schema.stored import dump, load
from tests.corpus_runner import CORPUS


def good() -> bytes:
    """A stored schema with something of everything."""
    text = (CORPUS / "schema" / "good.prisma").read_text(encoding="utf-8")
    return dump(resolve((parse(Source("s", text)).value,), None).value)


def test_a_stored_schema_comes_back_whole():
    assert dump(load(good())) == good()
    assert load(good()).model("User").scalar("tags").default is not None


def test_what_annotations_say_comes_back_whole():
    field = ScalarField(
        "email",
        Scalar.STRING,
        Arity.REQUIRED,
        "email",
        renamed_from="mail",
        comment="where bills go",
        generated=Generated("lower(mail)", stored=False),
        encrypted=Encryption(EncryptionMode.DETERMINISTIC, "digest"),
        json_type=JsonType("shop.types", "Address"),
    )
    key = (KeyField("email", nulls=NullsOrder.LAST),)
    model = Model(
        "User",
        "users",
        (field,),
        None,
        (Unique(key, include=("email",), nulls_distinct=False),),
        (Index(key, include=("email",)), Index((), "by_mail", expressions=("lower(email)",), unique=True)),
        renamed_from="people",
        comment="everybody",
        checks=(Check("email <> ''", "has_email", "email"),),
        retention=Retention(90, "created", "hold"),
        audit=Audit(only=("name",), hidden=("x",), chain=True),
    )
    value = EnumValue("ADMIN", "admin", renamed_from="root")
    enum = Enum("Role", "Role", (value,), renamed_from="Rank", comment="what one may do")
    schema = Schema(None, (), (model,), (enum,), ())
    assert load(dump(schema)) == schema


def test_loading_needs_neither_the_parser_nor_the_rules():
    code = "import sys, nicol.schema.stored; print([n for n in sys.modules if n.startswith('nicol.schema.')])"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert eval(loaded.strip()) == ["nicol.schema.schema", "nicol.schema.stored"]


def test_a_schema_of_another_version_names_the_way_on():
    with pytest.raises(GenerationFailed) as error:
        load(msgspec.msgpack.encode([0]))
    assert error.value.help == "run `nicol generate`"


def test_an_index_finds_by_name():
    schema = load(good())
    index = SchemaIndex.of(schema)
    assert index.models["Post"] is schema.model("Post")
    assert index.fields["Post"]["title"] is schema.model("Post").field("title")
    assert index.enums["Role"] is schema.enum("Role")
    assert {relation.name for relation in schema.relations} == set(index.relations)
