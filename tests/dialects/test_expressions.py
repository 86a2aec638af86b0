"""What people write and what a database prints of it is the same; what means something else is not."""

from __future__ import annotations

import pytest

from nicol.catalog import Default, Expression
from nicol.dialects import named
from nicol.dialects.defaults import same_default
from nicol.dialects.expressions import same_sql
from nicol.drivers import open_database
from tests.migrate.engine import ask, introspect

TABLE = """
CREATE TABLE thing (
  a integer, b integer, c boolean, d jsonb, x numeric(10, 2), name varchar(20), kind text, tags text[],
  starts timestamp(3), ends timestamptz, born date
)"""

CONDITIONS = (
    "a > 0",
    "a BETWEEN 1 AND 9",
    "a NOT BETWEEN 1 AND 9",
    "kind IN ('a', 'b')",
    "name IN ('a', 'b')",
    "kind NOT IN ('a', 'b')",
    "kind IN ('a')",
    "name LIKE '%@%'",
    "name NOT ILIKE 'x%'",
    "a > 1 OR b > 1 AND c",
    "(a > 1 OR b > 1) AND c",
    "a > 1 AND (b > 1 AND (c AND x > 0))",
    "a > -1",
    "x >= 1.50",
    "a = 5 AND kind = '5'",
    "(d->>'a')::int > 1",
    "d ? 'a'",
    "starts < ends - interval '1 day'",
    "trim(name) <> ''",
    "NOT (c AND a > 1)",
    "CASE WHEN c THEN a > 1 END",
    "CASE kind WHEN 'a' THEN a > 1 ELSE b > 1 END",
    "EXTRACT(year FROM born) > 2000",
    "left(name, 3) = 'abc'",
    "substring(name from 1 for 2) = 'ab'",
    "position('@' in name) > 1",
    "a IS NOT NULL OR b IS NULL",
    "(a IS NULL) = (b IS NULL)",
    "num_nonnulls(a, b) = 1",
    "kind = ANY (tags)",
    "ends AT TIME ZONE 'UTC' < now()",
    "name || ' ' || kind <> 'x'",
    "name COLLATE \"C\" > 'a'",
    "a % 2 = 0",
    "a != b",
    "tags <> '{}'",
    "array_length(tags, 1) <= 5",
    "name ~ '^[a-z]+$'",
    "a IS DISTINCT FROM b",
    "a IS NOT DISTINCT FROM b",
    "c IS TRUE",
    "coalesce(a, 0) + coalesce(b, 0) > 0",
    "born > DATE '2000-01-01'",
    "ends < CURRENT_TIMESTAMP",
    "(a, b) <> (1, 2)",
    "tags[1] = 'x'",
    "a::bigint * b < 100",
    "CAST(a AS text) = kind",
    "length(name) > 3 AND name = lower(name)",
)


@pytest.fixture(scope="module")
def printed(postgres_server, _postgres_administration) -> dict[str, str]:
    """Each condition as PostgreSQL prints it."""
    _postgres_administration("CREATE DATABASE expressions TEMPLATE template0")
    with open_database(postgres_server("expressions")) as database:
        ask(database, TABLE)
        for number, condition in enumerate(CONDITIONS):
            ask(database, f"ALTER TABLE thing ADD CONSTRAINT c{number} CHECK ({condition})")
        checks = {
            check.name: check.sql for check in introspect(database, named("postgresql")).tables[0].checks
        }
    _postgres_administration("DROP DATABASE expressions")
    return {condition: checks[f"c{number}"] for number, condition in enumerate(CONDITIONS)}


@pytest.mark.parametrize("condition", CONDITIONS)
def test_a_condition_is_what_postgresql_prints_of_it(condition: str, printed: dict[str, str]):
    assert same_sql(condition, printed[condition]), printed[condition]


def test_conditions_that_mean_something_else_are_not_the_same(printed: dict[str, str]):
    for condition in CONDITIONS:
        same = [other for other in CONDITIONS if same_sql(condition, printed[other])]
        assert same == [condition]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("a > 0", "a > 1"),
        ("a OR b AND c", "(a OR b) AND c"),
        ("x = '5'", "x = 5"),
        ("x = 'A'", "x = 'a'"),
        ("(d->>'a')::int > 1", "(d->>'a')::bigint > 1"),
        ('"Name" > 1', '"name" > 1'),
        ("a - b - c > 0", "a - (b - c) > 0"),
        ("what (is", "this"),
    ],
)
def test_what_means_something_else_is_not_the_same(one: str, other: str):
    assert not same_sql(one, other)
    assert same_sql(one, one)


LISTS = {
    "text[]": ("'{}'", "ARRAY[]::text[]"),
    "varchar(9)[]": ("'{a,b c}'", "ARRAY['a', 'b c']::varchar(9)[]"),
    "integer[]": ("'{1,-2}'", "ARRAY[1, -2]"),
    "double precision[]": ("'{1.5}'", "ARRAY[1.50]"),
    "boolean[]": ("'{t,f}'", "ARRAY[true, false]"),
    "date[]": ("'{2000-01-01}'", "ARRAY['2000-01-01']::date[]"),
}


@pytest.fixture(scope="module")
def list_defaults(postgres_server, _postgres_administration) -> dict[str, list[Default | None]]:
    """The defaults of lists as PostgreSQL prints them, by type."""
    _postgres_administration("CREATE DATABASE lists TEMPLATE template0")
    with open_database(postgres_server("lists")) as database:
        for name, (text, array) in LISTS.items():
            ask(
                database,
                f'CREATE TABLE "{name}" (a {name} NOT NULL DEFAULT {text}, b {name} DEFAULT {array})',
            )
        tables = introspect(database, named("postgresql")).tables
    _postgres_administration("DROP DATABASE lists")
    return {table.name: [column.default for column in table.columns] for table in tables}


@pytest.mark.parametrize("name", LISTS)
def test_a_list_is_the_same_default_as_text_and_as_array(
    name: str, list_defaults: dict[str, list[Default | None]]
):
    text, array = list_defaults[name]
    assert same_default(text, array), (text, array)
    others = [each for other, (each, _) in list_defaults.items() if other != name]
    assert not any(same_default(array, other) for other in others)


@pytest.mark.parametrize(
    "text", ["'{b}'::text[]", "'{a,b}'::text[]", "'{NULL}'::text[]", "'{a,NULL}'::text[]"]
)
def test_another_list_is_another_default(text: str):
    assert not same_default(Expression(text), Expression("ARRAY['a']::text[]"))


def test_nesting_without_end_is_compared_by_its_words():
    deep = "(" * 5000 + "a" + ")" * 5000
    assert same_sql(deep, deep.replace("a", "A"))
    assert not same_sql(deep, deep.replace("a", "b"))
