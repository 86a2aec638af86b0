"""What we believe about PostgreSQL's casts, the server confirms for every pair of types."""

from __future__ import annotations

import itertools

from nicol.catalog import ColumnType
from nicol.dialects.dialect import Cast
from nicol.dialects.postgresql.casts import cast, using
from nicol.dialects.postgresql.natives import NATIVE_TYPES
from nicol.dialects.postgresql.types import spell_type
from nicol.drivers import open_database
from nicol.errors import DriverError
from tests.migrate.engine import ask

ABSENT = {"CITEXT"}
"""Types of extensions that are not here."""
ARGUMENTS = {"VARCHAR": (5,), "DECIMAL": (10, 2), "TIMESTAMP": (3,), "BIT": (3,)}


UNWANTED = {
    (f"{name}[]", text): Cast.IMPOSSIBLE for name in ("TEXT", "INTEGER") for text in ("VARCHAR(5)", "CHAR")
}
"""What the server would do and nobody wants: a list becomes the text of its literal, cut short."""


def types() -> list[ColumnType]:
    """Every type of the table, some with arguments, two as arrays."""
    plain = [ColumnType(spec.sql) for spec in NATIVE_TYPES if spec.sql not in ABSENT]
    return [
        *plain,
        *(ColumnType(name, args) for name, args in ARGUMENTS.items()),
        ColumnType("TEXT", array=True),
        ColumnType("INTEGER", array=True),
        ColumnType("Mood", enum=True),
    ]


def test_the_server_casts_what_the_table_says(postgres_url: str):
    wrong: dict[tuple[str, str], Cast] = {}
    with open_database(postgres_url) as database:
        ask(database, "CREATE TYPE \"Mood\" AS ENUM ('ok')")
        for before, after in itertools.product(types(), repeat=2):
            ask(database, f"CREATE TABLE t (c {spell_type(before)})")
            try:
                made = using(before, after, "c") if cast(before, after) is not Cast.IMPOSSIBLE else None
                to = f"{spell_type(after)} USING {made}" if made else spell_type(after)
                ask(database, f"ALTER TABLE t ALTER COLUMN c SET DATA TYPE {to}")
                possible = True
            except DriverError:
                possible = False
            ask(database, "DROP TABLE t")
            if possible != (cast(before, after) is not Cast.IMPOSSIBLE):
                wrong[spell_type(before), spell_type(after)] = cast(before, after)
    assert wrong == UNWANTED
