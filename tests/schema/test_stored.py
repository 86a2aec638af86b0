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
from nicol.schema.stored import dump, load
from tests.corpus_runner import CORPUS


def good() -> bytes:
    """A stored schema with something of everything."""
    text = (CORPUS / "schema" / "good.prisma").read_text(encoding="utf-8")
    return dump(resolve((parse(Source("s", text)).value,), None).value)


def test_a_stored_schema_comes_back_whole():
    assert dump(load(good())) == good()
    assert load(good()).model("User").scalar("tags").default is not None


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
