"""What becomes of a column's values when SQLite stores them under another declared type.

Copying values into a new table never fails for their type; a new affinity may change them (https://www.sqlite.org/datatype3.html).
"""

from __future__ import annotations

from nicol.catalog import ColumnType
from nicol.dialects.dialect import Cast

_WIDENING = frozenset(
    {("INTEGER", "BIGINT"), ("INTEGER", "DECIMAL"), ("BIGINT", "DECIMAL"), ("BOOLEAN", "INTEGER")}
)


def cast(before: ColumnType, after: ColumnType) -> Cast:
    """What becomes of values."""
    if before == after or after.name == "TEXT" or (before.name, after.name) in _WIDENING:
        return Cast.SAFE
    return Cast.RISKY
