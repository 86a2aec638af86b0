"""What annotations ask of a database is made, read back, changed and taken away, on each database as far as it can."""

from __future__ import annotations

from dataclasses import replace

import pytest

from nicol.catalog import Catalog, IndexColumn
from nicol.dialects.dialect import Dialect
from nicol.drivers import Database, open_database
from nicol.migrate.diff import diff
from nicol.migrate.lower import lower
from nicol.schema.schema import (
    Check,
    Enum,
    Generated,
    Index,
    KeyField,
    Model,
    NullsOrder,
    Schema,
    SortOrder,
    Unique,
)
from tests.migrate.engine import apply, ask, dialect_of, introspect, schema_of, script_between

TEXT = """
model Item {
  id     Int     @id
  price  Float?
  amount Int?
  name   String?
  total  Float?
  @@map("items")
}
"""


def wanted(dialect: Dialect) -> Schema:
    """The schema with everything that annotations can say."""
    schema = schema_of(TEXT, dialect)
    model = schema.models[0]
    fields = tuple(
        replace(field, generated=Generated("price * amount"), comment="what it costs")
        if field.name == "total"
        else field
        for field in model.scalars
    )
    stored = replace(
        model,
        fields=fields,
        comment="what's on sale",
        checks=(
            Check("price > 0", field="price"),
            Check("price > 1 OR amount BETWEEN 1 AND 9"),
            Check("amount IN (1, 2)", name="few"),
        ),
        indexes=(
            Index((), expressions=("lower(name)", "amount DESC")),
            Index((), expressions=("name || 'x'",), unique=True, mapped="one", where="amount > 1"),
            Index((KeyField("price", SortOrder.DESC, nulls=NullsOrder.LAST),), include=("amount",)),
        ),
    )
    return replace(schema, models=(stored,))


def push(database: Database, schema: Schema, dialect: Dialect) -> str:
    """Make the database what the schema says; the script."""
    held = introspect(database, dialect)
    text = script_between(held, lower(schema, dialect), dialect)
    apply(database, text, dialect)
    return text


@pytest.mark.proves(
    "Migrations", "checks, computed columns, comments and indexes of annotations are made and read back"
)
def test_what_annotations_ask_for_is_made_and_read_back(database_url: str):
    dialect = dialect_of(database_url)
    schema = wanted(dialect)
    with open_database(database_url) as database:
        push(database, schema, dialect)
        found = introspect(database, dialect)
        assert diff(found, lower(schema, dialect), exact=True) == ()
        assert diff(lower(schema, dialect), found, exact=True) == ()
        table = found.tables[0]
        assert sorted(check.name or "" for check in table.checks) == [
            "few",
            "items_check",
            "items_price_check",
        ]
        assert {index.name for index in table.indexes} == {
            "items_lower_name_amount_idx",
            "one",
            "items_price_idx",
        }
        ask(database, "INSERT INTO items (id, price, amount, name) VALUES (1, 2.5, 2, 'a')")
        assert ask(database, "SELECT total FROM items") == [(5.0,)]


def test_what_annotations_ask_for_comes_to_a_table_with_rows_and_goes_again(database_url: str):
    dialect = dialect_of(database_url)
    schema, plain = wanted(dialect), schema_of(TEXT, dialect)
    small = replace(
        schema,
        models=(
            replace(
                schema.models[0], checks=schema.models[0].checks[:1], indexes=schema.models[0].indexes[1:2]
            ),
        ),
    )
    with open_database(database_url) as database:
        push(database, plain, dialect)
        ask(database, "INSERT INTO items (id, price, amount, name) VALUES (1, 2.5, 2, 'a')")
        for asked in (schema, small, schema):
            push(database, asked, dialect)
            assert diff(introspect(database, dialect), lower(asked, dialect), exact=True) == ()
            assert ask(database, "SELECT price, amount, name, total FROM items") == [(2.5, 2, "a", 5.0)]


def test_what_no_schema_speaks_of_stays(database_url: str):
    dialect = dialect_of(database_url)
    schema, plain = wanted(dialect), schema_of(TEXT, dialect)
    with open_database(database_url) as database:
        push(database, schema, dialect)
        held = introspect(database, dialect)
        optional = replace(plain, models=(_with_more(plain.models[0]),))
        push(database, optional, dialect)
        found = introspect(database, dialect)
    before, after = held.tables[0], found.tables[0]
    assert (after.checks, after.comment) == (before.checks, before.comment)
    assert set(before.indexes) - set(after.indexes) == {
        index for index in before.indexes if index.name == "items_price_idx"
    }
    assert after.column("total") == before.column("total")


def _with_more(model: Model) -> Model:
    """The model with a change that SQLite makes by making the table anew."""
    fields = tuple(replace(field, mapped="label") if field.name == "id" else field for field in model.scalars)
    return replace(model, fields=fields)


def test_a_comment_of_an_enum_and_its_end(postgres_url: str):
    dialect = dialect_of(postgres_url)
    schema = schema_of(TEXT + "enum Kind {\n  A\n}\n", dialect)
    enum: Enum = schema.enums[0]
    with open_database(postgres_url) as database:
        for comment in ("it's one", "another", None):
            asked = replace(
                schema,
                enums=(replace(enum, comment=comment),),
                models=(replace(schema.models[0], comment="kept"),),
            )
            push(database, asked, dialect)
            assert introspect(database, dialect).enums[0].comment == comment


def test_a_unique_with_equal_nulls_and_included_columns(postgres_url: str):
    dialect = dialect_of(postgres_url)
    schema = schema_of(TEXT, dialect)
    unique = Unique((KeyField("name"),), include=("price",), nulls_distinct=False)
    asked = replace(schema, models=(replace(schema.models[0], uniques=(unique,)),))
    with open_database(postgres_url) as database:
        push(database, schema, dialect)
        push(database, asked, dialect)
        found = introspect(database, dialect)
    index = found.tables[0].indexes[0]
    assert (index.include, index.nulls_distinct, index.columns) == (("price",), False, (IndexColumn("name"),))
    assert diff(found, lower(asked, dialect), exact=True) == ()


def test_everything_goes_with_its_table(database_url: str):
    dialect = dialect_of(database_url)
    with open_database(database_url) as database:
        push(database, wanted(dialect), dialect)
        apply(database, script_between(introspect(database, dialect), Catalog(), dialect), dialect)
        assert introspect(database, dialect).tables == ()
