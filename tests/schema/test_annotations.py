"""Annotations: what becomes of them in the schema, and that comments which are none of Nicol's are left alone."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from campaigns.oracle import Oracle, Verdict, absence, folder
from nicol.diagnostics import Checked, Source
from nicol.dialects import provider_named
from nicol.schema.annotations.table import ANNOTATIONS, Place
from nicol.schema.bind import bind
from nicol.schema.format import format_sources
from nicol.schema.parse import parse
from nicol.schema.resolve import resolve
from nicol.schema.schema import (
    Audit,
    Check,
    Encryption,
    EncryptionMode,
    Generated,
    Index,
    JsonType,
    KeyField,
    NullsOrder,
    Retention,
    Schema,
)
from tests.corpus_runner import CORPUS, question

GOOD = question((CORPUS / "schema" / "annotations_good.prisma").read_text(encoding="utf-8"), "//|")


def read(text: str, owners: dict[str, str] | None = None) -> Checked[Schema]:
    """A text for PostgreSQL."""
    return resolve((parse(Source("s", text)).value,), provider_named("postgresql"), owners)


def test_annotations_become_values_of_the_schema():
    schema = read(GOOD).value
    customer = schema.model("Customer")
    assert (customer.renamed_from, customer.comment, customer.audit) == ("people", "customers", Audit())
    assert customer.retention == Retention(90, "createdAt", "hold")
    assert customer.checks == (
        Check("length(name) > 0", "has_a_name"),
        Check("price > 0", None, "price"),
        Check("price < 1000000", "sane_price", "price"),
    )
    assert customer.scalar("name").renamed_from == "name"
    assert customer.scalar("token").encrypted == Encryption(EncryptionMode.RANDOM, "tokenDigest")
    assert customer.scalar("tax").encrypted == Encryption(EncryptionMode.DETERMINISTIC)
    assert customer.scalar("address").json_type == JsonType("shop.types", "Address")
    assert customer.scalar("vat").generated == Generated("price / 5", stored=True)
    assert customer.scalar("vat").comment == 'in "cents"'
    rank = schema.enum("Rank")
    assert (rank.renamed_from, rank.comment, rank.values[0].renamed_from) == ("Level", "how high", "lowest")


def test_annotations_of_indexes_become_part_of_them():
    customer = read(GOOD).value.model("Customer")
    email = next(unique for unique in customer.uniques if unique.fields[0].name == "email")
    assert (email.nulls_distinct, email.include) == (False, ("name",))
    assert customer.indexes == (
        Index((KeyField("createdAt"), KeyField("price", nulls=NullsOrder.LAST)), include=("name",)),
        Index((KeyField("rank", nulls=NullsOrder.FIRST),)),
        Index((), "by_email", expressions=("lower(email)",), unique=True, nulls_distinct=False),
        Index(
            (),
            method="BTree",
            where="NOT hold",
            include=("email",),
            expressions=("lower(name)", "created_at"),
        ),
    )


def test_documentation_keeps_prose_and_other_tools_annotations_but_none_of_ours():
    schema = read(GOOD).value
    customer = schema.model("Customer")
    assert customer.documentation == (
        "Everybody who ever bought something. Mail goes to joe@example.com.\n"
        "@zod.import([\"import { x } from '@nicol/types'\"]) @TypeGraphQL.omit(output: true)"
    )
    assert customer.scalar("token").documentation == "The bank's token. never shown"
    assert customer.scalar("vat").documentation is None
    assert schema.enum("Rank").documentation is None


def test_formatting_keeps_annotations_to_the_byte():
    (formatted,) = format_sources((Source("s", GOOD),))
    before, after = (
        [c.text for c in parse(Source("s", text)).value.comments] for text in (GOOD, formatted.text)
    )
    assert after == before
    assert read(formatted.text).value == read(GOOD).value


BARE = "model A {\n  id Int @id\n  /// A secret @encrypted(mode: deterministic)\n  a String\n}\n"


def test_a_bare_word_is_whose_the_configuration_says():
    nobodys, ours, theirs = (
        read(BARE, owners) for owners in ({}, {"encrypted": "nicol"}, {"encrypted": "zod"})
    )
    assert [finding.code for finding in nobodys.findings] == ["annotation-without-name-space"]
    assert nobodys.ok
    assert nobodys.value.model("A").scalar("a").encrypted is None
    assert ours.value.model("A").scalar("a").encrypted == Encryption(EncryptionMode.DETERMINISTIC)
    assert ours.value.model("A").scalar("a").documentation == "A secret"
    assert not theirs.findings
    assert theirs.value.model("A").scalar("a").documentation == "A secret @encrypted(mode: deterministic)"


ADDRESSES = ("joe@nicol.audit", "a.b@nicol.encrypted", "`@nicol.encrypted`", "`@encrypted`", "x@encrypted")


@pytest.mark.parametrize("text", ADDRESSES)
def test_addresses_and_quoted_words_are_prose(text: str):
    assert not read(f"/// {text}\nmodel A {{\n  id Int @id\n}}\n").findings


@pytest.mark.parametrize("name", ANNOTATIONS)
def test_the_table_is_whole(name: str):
    signature = ANNOTATIONS[name]
    assert signature.about.endswith(".")
    assert signature.places <= set(Place)
    assert signature.unnamed in {None, *signature.parameters}
    for parameter in signature.parameters.values():
        assert parameter.about[0].islower()
        assert parameter.places is None or parameter.places <= signature.places
        assert not parameter.words or parameter.example in parameter.words


# ---- the reference ---------------------------------------------------------------------------------------------------

PAGES = Path(__file__).parents[2] / "docs" / "reference" / "annotations"
EXAMPLE = re.compile(r"^```prisma\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def test_every_annotation_has_a_page():
    assert {page.stem for page in PAGES.glob("*.md")} == {*ANNOTATIONS, "README"}


@pytest.mark.parametrize("name", [*ANNOTATIONS, "README"])
def test_the_examples_of_a_page_are_valid_and_use_their_annotation(name: str):
    examples = EXAMPLE.findall((PAGES / f"{name}.md").read_text(encoding="utf-8"))
    assert examples
    for text in examples:
        assert read(text).ok, read(text).findings
        bound = bind((parse(Source("s", text)).value,)).annotations.bound
        assert bound
        assert name in {"README", *(each.name for each in bound)}


@pytest.mark.parametrize("name", ANNOTATIONS)
def test_a_page_names_every_argument(name: str):
    page = (PAGES / f"{name}.md").read_text(encoding="utf-8")
    documented = set(re.findall(r"^\| `(\w+)`", page, re.MULTILINE))
    assert documented == set(ANNOTATIONS[name].parameters)


@pytest.mark.slow
@pytest.mark.proves("Schema", "annotated schemas are valid Prisma")
@pytest.mark.skipif(folder() is None, reason=absence())
def test_prisma_takes_annotated_schemas_for_valid_and_formats_them_alike():
    database = 'datasource db {\n  provider = "postgresql"\n}\n'
    pages = [page.read_text(encoding="utf-8") for page in PAGES.glob("*.md")]
    examples = [database + text for page in pages for text in EXAMPLE.findall(page)]
    home = folder()
    assert home is not None
    oracle = Oracle(home)
    try:
        for text in (GOOD, *examples):
            assert oracle.validate(text) == Verdict()
            assert oracle.format(text) == format_sources((Source("s", text),))[0].text
    finally:
        oracle.close()
