"""Laws of migrations, on real databases with rows in them, for any two schemas."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, event, given, note, settings
from hypothesis import strategies as st

from nicol.catalog import Catalog, Column, Table
from nicol.dialects import named
from nicol.dialects.dialect import Cast, Dialect
from nicol.drivers import Database, open_database
from nicol.errors import DriverError, MigrationError
from nicol.migrate.diff import diff
from nicol.migrate.plan import Step, script, steps_between
from nicol.sql.quoting import quote, quote_all, quote_text
from tests.laws.schemas import Kind, annotated, pairs, schemas
from tests.migrate.engine import apply, ask, catalog_of, introspect, script_between

pytestmark = pytest.mark.slow

KINDS = ("sqlite", "portable", "postgresql")
BOUNDED = settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


@pytest.fixture(params=KINDS)
def kind(request: pytest.FixtureRequest) -> Kind:
    """What the schemas are for."""
    return Kind(request.param)


@pytest.fixture
def dialect(kind: Kind) -> Dialect:
    """The dialect of a kind."""
    return named("postgresql" if kind.name == "postgresql" else "sqlite", portable=kind.name == "portable")


@pytest.fixture
def database(kind: Kind, request: pytest.FixtureRequest) -> Iterator[Database]:
    """A database for many examples, each of which empties it first."""
    url = request.getfixturevalue("postgres_url" if kind.name == "postgresql" else "sqlite_url")
    with open_database(url) as opened:
        yield opened


def empty(database: Database, dialect: Dialect) -> None:
    """Drop everything."""
    if dialect.namespaces:
        ask(database, "DROP SCHEMA public CASCADE")
        ask(database, "CREATE SCHEMA public")
    else:
        held = introspect(database, dialect)
        apply(database, script_between(held, Catalog(), dialect), dialect)


@pytest.mark.proves("Migrations", "a pushed schema is read back from the database")
@given(data=st.data())
@BOUNDED
def test_what_was_pushed_is_read_back(kind: Kind, dialect: Dialect, database: Database, data: st.DataObject):
    wanted = catalog_of(data.draw(annotated(kind)), dialect)
    empty(database, dialect)
    text = script_between(Catalog(), wanted, dialect)
    note(text)
    apply(database, text, dialect)
    assert diff(introspect(database, dialect), wanted, exact=True) == ()


@given(data=st.data())
@BOUNDED
def test_a_catalog_does_not_differ_from_itself(kind: Kind, dialect: Dialect, data: st.DataObject):
    wanted = catalog_of(data.draw(schemas(kind)), dialect)
    assert diff(wanted, wanted) == ()


@pytest.mark.proves("Migrations", "no row is lost unasked")
@given(data=st.data())
@BOUNDED
def test_rows_survive_whatever_no_hazard_speaks_of(
    kind: Kind, dialect: Dialect, database: Database, data: st.DataObject
):
    before, after = (catalog_of(text, dialect) for text in data.draw(pairs(kind)))
    empty(database, dialect)
    apply(database, script_between(Catalog(), before, dialect), dialect)
    for table in _parents_first(before):
        _fill(database, table, before)
    held = introspect(database, dialect)
    steps = steps_between(held, after, dialect)
    hazards = _real_hazards(database, steps)
    note(f"{script(steps)}\nhazards: {hazards}")
    kept = _kept_columns(held, after, dialect)
    rows = {name: _rows(database, name, columns) for name, columns in kept.items()}
    try:
        apply(database, script(steps), dialect)
    except (DriverError, MigrationError):
        event("refused")
        assert hazards
        assert introspect(database, dialect) == held
    else:
        event("carried out")
        assert not any(severity == "unexecutable" for severity, _ in hazards)
        assert diff(introspect(database, dialect), after) == ()
    assert {name: _rows(database, name, columns) for name, columns in kept.items()} == rows


def _real_hazards(database: Database, steps: tuple[Step, ...]) -> set[tuple[str, str]]:
    """Severity and code of the hazards that the data make real."""
    found = (hazard for step in steps for hazard in step.hazards)
    return {
        (hazard.severity.value, hazard.code.value)
        for hazard in found
        if hazard.probe is None or database.run(_number(hazard.probe), False)
    }


def _number(statement: object) -> Iterator[object]:
    ((count,),) = (yield statement).rows
    return count


def _kept_columns(before: Catalog, after: Catalog, dialect: Dialect) -> dict[str, list[str]]:
    """The columns that both have in such types that their values stay as they are."""
    kept: dict[str, list[str]] = {}
    for table in before.tables:
        now = after.table(table.name)
        if now is None:
            continue
        kept[table.name] = [
            column.name
            for column in table.columns
            if (twin := now.column(column.name)) is not None
            and (twin.type == column.type)
            and (twin.nullable or not column.nullable)
            and dialect.cast(column.type, twin.type) is Cast.SAFE
        ]
    return kept


def _rows(database: Database, table: str, columns: list[str]) -> list[str]:
    """The rows of a table in some order, and their number."""
    if not columns:
        return [str(ask(database, f"SELECT count(*) FROM {quote(table)}"))]
    return sorted(map(repr, ask(database, f"SELECT {quote_all(columns)} FROM {quote(table)}")))


def _parents_first(catalog: Catalog) -> list[Table]:
    return sorted(catalog.tables, key=lambda table: len(table.foreign_keys))


def _fill(database: Database, table: Table, catalog: Catalog) -> None:
    """Two rows, the second with NULL wherever it can be, none that breaks a unique index."""
    enums = {enum.name: enum.values for enum in catalog.enums}
    references = {key.columns[0]: key.table for key in table.foreign_keys}
    for number in (1, 2):
        values: list[str] = []
        for column in table.columns:
            if column.nullable and number == 2:
                values.append("NULL")
            elif column.name in references:
                parent = catalog.table(references[column.name])
                assert parent
                key = quote(parent.columns[0].name)
                values.append(f"(SELECT {key} FROM {quote(parent.name)} ORDER BY {key} LIMIT 1)")
            else:
                values.append(_value(column, number, enums, table))
        names = quote_all([column.name for column in table.columns])
        ask(
            database,
            f"INSERT INTO {quote(table.name)} ({names}) SELECT {', '.join(values)} ON CONFLICT DO NOTHING",
        )


def _value(column: Column, number: int, enums: dict[str, tuple[str, ...]], table: Table) -> str:
    """A value of the column's type, another one for each row, as SQL."""
    held = column.type
    start = f"{table.name}_{column.name}_"
    checks = [
        check.name.removeprefix(start)
        for check in table.checks
        if check.name and check.name.startswith(start)
    ]
    kind = checks[0] if checks else ""
    if held.enum:
        item = quote_text(enums[held.name][number % len(enums[held.name])])
        return f"ARRAY[{item}]::{quote(held.name)}[]" if held.array else f"{item}::{quote(held.name)}"
    if kind == "enum":
        return "'A'"
    if held.array:
        return f"ARRAY[{number}]::{held.name}[]"
    match held.name:
        case "INTEGER" | "BIGINT" | "SMALLINT":
            return str(number)
        case "REAL" | "DOUBLE PRECISION" | "DECIMAL":
            return f"{number}.25"
        case "BOOLEAN":
            return "true" if number == 1 else "false"
        case "TIMESTAMP" | "TIMESTAMPTZ" | "DATE" | "DATETIME":
            text = f"'2020-01-0{number}T00:00:00.000+00:00'"
            return text if held.name == "DATETIME" else f"{text}::{held.name}"
        case "UUID":
            return f"'00000000-0000-0000-0000-00000000000{number}'::uuid"
        case "JSON" | "JSONB":
            return f"""'{{"n": {number}}}'""" + (
                f"::{held.name}"
                if held.name == "JSON" or (table.primary_key and table.primary_key.name)
                else ""
            )
        case "BYTEA":
            return f"'\\x0{number}'::bytea"
        case "BLOB":
            return f"X'0{number}'"
        case _:
            return {
                "json": f"'[{number}]'",
                "list": f"'[{number}]'",
                "decimal": f"'{number}.25'",
                "uuid": f"'00000000-0000-0000-0000-00000000000{number}'",
            }.get(kind, f"'v{number}'")
