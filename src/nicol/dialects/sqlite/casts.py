"""What becomes of a column's values when SQLite stores them under another declared type.

Copying values into a new table never fails for their type; a new affinity may change them, and what it cannot change stays as
it is, unreadable for a client that expects the new type (https://www.sqlite.org/datatype3.html).
"""

from __future__ import annotations

from nicol.catalog import Catalog, Column, ColumnType
from nicol.dialects.dialect import NEVER, Cast, Doubts
from nicol.sql.quoting import quote

_WIDENING = frozenset(
    {
        ("INTEGER", "BIGINT"),
        ("INTEGER", "DECIMAL"),
        ("BIGINT", "DECIMAL"),
        ("BOOLEAN", "INTEGER"),
        ("BOOLEAN", "BIGINT"),
    }
)
_UNFIT = {
    "INTEGER": "{c} <> CAST({c} AS INTEGER) OR CAST({c} AS INTEGER) NOT BETWEEN -2147483648 AND 2147483647",
    "BIGINT": "{c} <> CAST({c} AS INTEGER)",
    "REAL": "{c} <> CAST({c} AS REAL)",
    "DECIMAL": "{c} <> CAST({c} AS NUMERIC)",
    "BOOLEAN": "{c} <> CAST({c} AS NUMERIC) OR CAST({c} AS NUMERIC) NOT IN (0, 1)",
    "DATETIME": "typeof({c}) = 'text' AND julianday({c}) IS NULL OR typeof({c}) = 'blob'",
    "JSONB": "CASE typeof({c}) WHEN 'blob' THEN 1 ELSE NOT json_valid({c}) END",
    "TEXT": "typeof({c}) = 'blob'",
    "BLOB": "typeof({c}) <> 'blob'",
}
"""For each type, the values that are none of it. A comparison with a number makes one of a text that looks like one."""


def cast(before: ColumnType, after: ColumnType) -> Cast:
    """What becomes of values."""
    if before == after or (before.name, after.name) in _WIDENING:
        return Cast.SAFE
    return Cast.SAFE if after.name == "TEXT" and before.name != "BLOB" else Cast.RISKY


def doubts(before: Column, after: Column, _: Catalog) -> Doubts:
    """Which values would be none of the new type; nothing stops them."""
    unfit = _UNFIT.get(after.type.name)
    return Doubts(NEVER, unfit.format(c=quote(before.name)) if unfit else None)


def converted(before: Column, after: Column) -> str:
    """Old values in the new type's affinity. A text that is no number stays one, which no CAST can say: it is in doubt."""
    name = quote(before.name)
    affinity = {"DECIMAL": "NUMERIC", "BOOLEAN": "NUMERIC", "BIGINT": "INTEGER"}.get(
        after.type.name, after.type.name
    )
    return f"CAST({name} AS {affinity})" if affinity in ("INTEGER", "REAL", "NUMERIC", "TEXT") else name
