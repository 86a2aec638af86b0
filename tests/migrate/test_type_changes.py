"""What becomes of a value when its field gets another type: the same on PostgreSQL and where SQLite stands in for it."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from enum import Enum
from typing import Any

import pytest

from nicol.catalog import Catalog
from nicol.drivers import Database, open_database
from nicol.errors import DriverError, MigrationError
from nicol.migrate.lower import lower
from nicol.migrate.plan import script, steps_between
from nicol.sql.program import Program, Statement
from tests.migrate.engine import apply, ask, catalog_of, dialect_of, introspect, schema_of, script_between

pytestmark = pytest.mark.slow


class Outcome(Enum):
    """What becomes of a value that does not come along."""

    REFUSED = "counted before, refused when tried, nothing changed"
    LOST = "the column is made anew, which is asked about"


KEPT, REFUSED, LOST = object(), Outcome.REFUSED, Outcome.LOST
NOON = datetime(2020, 1, 2, 3, 4, 5, tzinfo=UTC)
UUID = "00000000-0000-0000-0000-000000000001"

CHANGES: list[tuple[str, str, str, object]] = [
    ("String", "Int", "'12'", 12),
    ("String", "Int", "' -7 '", -7),
    ("String", "Int", "'x'", REFUSED),
    ("String", "Int", "'1.5'", REFUSED),
    ("String", "Int", "''", REFUSED),
    ("String", "Int", "'2147483648'", REFUSED),
    ("String", "BigInt", "'2147483648'", 2147483648),
    ("String", "BigInt", "'99999999999999999999'", REFUSED),
    ("String", "Float", "'1.5'", 1.5),
    ("String", "Float", "'2'", 2.0),
    ("String", "Float", "'x'", REFUSED),
    ("String", "Decimal", "'1.5'", Decimal("1.5")),
    ("String", "Decimal", "'x'", REFUSED),
    ("String", "Boolean", "'Yes'", True),
    ("String", "Boolean", "'off'", False),
    ("String", "Boolean", "'2'", REFUSED),
    ("String", "DateTime", "'2020-01-02 03:04:05'", NOON),
    ("String", "DateTime", "'today or so'", REFUSED),
    ("String", "DateTime", "'2020-13-01'", REFUSED),
    ("String", "Json", """'{"a": 1}'""", {"a": 1}),
    ("String", "Json", "'x'", REFUSED),
    ("String", "Bytes", "'x'", LOST),
    ("String", "Mood", "'GOOD'", KEPT),
    ("String", "Mood", "'x'", REFUSED),
    ("String", "String @db.Uuid", f"'{UUID}'", UUID),
    ("String", "String @db.Uuid", "'x'", REFUSED),
    ("String", "String @db.VarChar(3)", "'abcd'", REFUSED),
    ("String", "String @db.VarChar(3)", "'abc'", "abc"),
    ("Int", "Int @db.SmallInt", "7", 7),
    ("Int", "Int @db.SmallInt", "70000", REFUSED),
    ("Int", "BigInt", "7", 7),
    ("Int", "Float", "7", 7.0),
    ("Int", "Decimal", "7", Decimal(7)),
    ("Int", "String", "7", "7"),
    ("Int", "String @db.VarChar(2)", "777", REFUSED),
    ("Int", "Json", "7", 7),
    ("Int", "Boolean", "2", True),
    ("Int", "Boolean", "0", False),
    ("Int", "DateTime", "7", LOST),
    ("Int", "Bytes", "7", LOST),
    ("Int", "Mood", "7", LOST),
    ("BigInt", "Int", "7", 7),
    ("BigInt", "Int", "3000000000", REFUSED),
    ("BigInt", "Float", "7", 7.0),
    ("Float", "Int", "1.5", 2),
    ("Float", "Int", "2.5", 2),
    ("Float", "Int", "-1.2", -1),
    ("Float", "Int", "30000000000.0", REFUSED),
    ("Float", "BigInt", "30000000000.0", 30000000000),
    ("Float", "Decimal", "1.25", Decimal("1.25")),
    ("Float", "String", "1.25", "1.25"),
    ("Float", "Boolean", "1.0", LOST),
    ("Float", "Json", "1.25", LOST),
    ("Float", "DateTime", "1.25", LOST),
    ("Decimal", "Int", "'1.5'", 2),
    ("Decimal", "Int", "'2.5'", 3),
    ("Decimal", "Int", "'3000000000'", REFUSED),
    ("Decimal", "BigInt", "'3000000000'", 3000000000),
    ("Decimal", "Float", "'1.25'", 1.25),
    ("Decimal", "Boolean", "'2'", True),
    ("Decimal", "String", "'1.25'", KEPT),
    ("Decimal", "Json", "'1.25'", 1.25),
    ("Decimal", "DateTime", "'1.25'", LOST),
    ("Boolean", "Int", "true", 1),
    ("Boolean", "Decimal", "true", Decimal(1)),
    ("Boolean", "String", "true", "true"),
    ("Boolean", "Json", "false", False),
    ("Boolean", "Float", "true", LOST),
    ("Boolean", "DateTime", "true", LOST),
    ("DateTime", "String", "'2020-01-02T03:04:05.000+00:00'", KEPT),
    ("DateTime", "Int", "'2020-01-02T03:04:05.000+00:00'", LOST),
    ("DateTime", "Json", "'2020-01-02T03:04:05.000+00:00'", LOST),
    ("Json", "String", """'{"a": 1}'""", KEPT),
    ("Json", "Int", "'7'", LOST),
    ("Json", "Boolean", "'true'", LOST),
    ("Mood", "String", "'GOOD'", "GOOD"),
    ("Mood", "Int", "'GOOD'", LOST),
    ("String @db.Uuid", "String", f"'{UUID}'", UUID),
    ("String @db.Uuid", "Int", f"'{UUID}'", LOST),
]
STRICTER: list[tuple[str, str, str]] = [
    ("Json", "Mood", "'7'"),
    ("Json", "Decimal", "'\"a\"'"),
    ("Mood", "Json", "'GOOD'"),
    ("Int", "String[]", "7"),
    ("String", "Decimal", "'.5'"),
]
"""What PostgreSQL converts or gives up, and SQLite refuses: both are texts there, so that nothing is converted."""


def text(kind: str) -> str:
    name, _, native = kind.partition(" ")
    optional = "" if name.endswith("[]") else "?"
    return f"enum Mood {{\n  GOOD\n  BAD\n}}\n\nmodel T {{\n  id Int @id\n  v {name}{optional} {native}\n}}\n"


def number(database: Database, statement: Statement) -> int:
    """The answer to a probe."""

    def asked() -> Program[int]:
        ((count,),) = (yield statement).rows
        return count

    return database.run(asked(), False)


@pytest.mark.proves(
    "Migrations", "values that cannot be cast are counted and refused alike on both databases"
)
@pytest.mark.parametrize(("old", "new", "value", "expected"), CHANGES)
def test_a_value_meets_the_same_fate_on_both_databases(
    old: str, new: str, value: str, expected: object, database_url: str
):
    found = outcome(database_url, old, new, value)
    assert found == expected if expected is not KEPT else not isinstance(found, Outcome)


@pytest.mark.parametrize(("old", "new", "value"), STRICTER)
def test_nothing_is_stored_that_a_type_does_not_let_through(old: str, new: str, value: str, sqlite_url: str):
    assert outcome(sqlite_url, old, new, value) is REFUSED


def outcome(url: str, old: str, new: str, value: str) -> Any:
    """What becomes of a value, as the client would read it."""
    dialect = dialect_of(url, portable=True)
    after = schema_of(text(new), dialect)
    with open_database(url) as database:
        apply(database, script_between(Catalog(), catalog_of(text(old), dialect), dialect), dialect)
        ask(database, f'INSERT INTO "T" (id, v) VALUES (1, {value}), (2, NULL)')
        held = introspect(database, dialect)
        steps = steps_between(held, lower(after, dialect), dialect)
        hazards = [hazard for step in steps for hazard in step.hazards]
        real = [each for each in hazards if each.probe and number(database, each.probe)]
        stops = [each for each in real if each.severity == "unexecutable"]
        for each in stops:
            assert each.sample is not None
            assert ask(database, each.sample.text) == [(1,)]
        try:
            apply(database, script(steps), dialect)
        except (DriverError, MigrationError):
            assert stops
            assert introspect(database, dialect) == held
            return REFUSED
        assert not stops
        ((found,),) = ask(database, 'SELECT v FROM "T" WHERE id = 1')
        if any(each.code == "column-recreated" for each in real):
            assert found is None
            return LOST
        assert found is not None
    field = after.models[0].scalar("v")
    decode = dialect.codec(field.type, field.arity, field.native, after).decode
    return decode(found) if decode else found
