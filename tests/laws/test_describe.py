"""A schema that is written of a database stands for it, for any database that a schema can ask for."""

from __future__ import annotations

from hypothesis import given, note
from hypothesis import strategies as st

from nicol.catalog import Catalog
from nicol.diagnostics import Source
from nicol.dialects.dialect import Dialect
from nicol.drivers import Database
from nicol.migrate.describe import describe
from nicol.migrate.diff import diff
from nicol.migrate.lower import lower
from nicol.migrate.revise import revise
from nicol.schema.bind import bind
from nicol.schema.bound import Binding
from nicol.schema.parse import parse
from tests.laws.schemas import Kind, annotated, pairs
from tests.laws.test_migrations import BOUNDED, database, dialect, empty, kind, pytestmark
from tests.migrate.engine import apply, introspect, schema_of, script_between
from tests.migrate.pulling import text_of

__all__ = ["database", "dialect", "kind", "pytestmark"]


@given(data=st.data())
@BOUNDED
def test_what_is_written_of_a_database_stands_for_it(
    kind: Kind, dialect: Dialect, database: Database, data: st.DataObject
):
    wanted = lower(schema_of(data.draw(annotated(kind)), dialect), dialect)
    empty(database, dialect)
    apply(database, script_between(Catalog(), wanted, dialect), dialect)
    found = introspect(database, dialect)
    text = text_of(found, dialect)
    note(text)
    back = lower(schema_of(text, dialect), dialect)
    assert diff(found, back, exact=True) == ()
    assert diff(back, found, exact=True) == ()


@given(data=st.data())
@BOUNDED
def test_a_revised_schema_says_what_is_there_and_a_second_time_nothing(
    kind: Kind, dialect: Dialect, data: st.DataObject
):
    before, after = (
        f'datasource db {{\n  provider = "{dialect.name}"\n}}\n\n{text}'
        for text in data.draw(st.one_of(pairs(kind), st.tuples(annotated(kind), annotated(kind))))
    )
    present, live = schema_of(before, dialect), lower(schema_of(after, dialect), dialect)
    wanted = describe(live, dialect, present).schema
    revision = revise(_binding(before), present, wanted)
    text = "\n".join((revision.texts["schema.prisma"], *revision.new_blocks))
    note(text)
    again = schema_of(text, dialect)
    unchanged = revise(_binding(text), again, describe(live, dialect, again).schema)
    assert (unchanged.texts["schema.prisma"], unchanged.new_blocks, unchanged.changes) == (text, (), ())
    if diff(lower(present, dialect), live, exact=True) == ():
        assert text == before
    assert diff(lower(again, dialect), live, exact=True) == ()


def _binding(text: str) -> Binding:
    return bind((parse(Source("schema.prisma", text)).value,))
