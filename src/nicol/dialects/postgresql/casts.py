"""What PostgreSQL makes of a column's values when its type changes without a USING clause.

Only assignment casts count (https://www.postgresql.org/docs/current/sql-createcast.html). Prisma drops and makes anew more
columns than it has to (an enum that becomes text, for one); here values survive wherever the database can carry them.
"""

from __future__ import annotations

from nicol.catalog import ColumnType
from nicol.dialects.dialect import Cast

_TEXTS = frozenset({"TEXT", "VARCHAR", "CHAR", "CITEXT"})
_INTEGERS = {"SMALLINT": 5, "INTEGER": 10, "BIGINT": 19}
"""The digits of the widest value."""
_FLOATS = {"REAL": 24, "DOUBLE PRECISION": 53}
_NUMBERS = frozenset({*_INTEGERS, *_FLOATS, "DECIMAL"})
_WIDTHS = {
    "SMALLINT": 6,
    "INTEGER": 11,
    "BIGINT": 20,
    "OID": 10,
    "BOOLEAN": 5,
    "UUID": 36,
    "DATE": 13,
}
"""The characters of the longest value's text."""

_PAIRS: dict[tuple[str, str], Cast] = {
    ("JSON", "JSONB"): Cast.SAFE,
    ("JSONB", "JSON"): Cast.SAFE,
    ("TIMESTAMP", "TIMESTAMPTZ"): Cast.SAFE,
    ("TIMESTAMPTZ", "TIMESTAMP"): Cast.SAFE,
    ("DATE", "TIMESTAMP"): Cast.SAFE,
    ("DATE", "TIMESTAMPTZ"): Cast.SAFE,
    ("TIME", "TIMETZ"): Cast.SAFE,
    ("TIMETZ", "TIME"): Cast.RISKY,
    ("TIMESTAMP", "DATE"): Cast.RISKY,
    ("TIMESTAMPTZ", "DATE"): Cast.RISKY,
    ("TIMESTAMP", "TIME"): Cast.RISKY,
    ("TIMESTAMPTZ", "TIME"): Cast.RISKY,
    ("TIMESTAMPTZ", "TIMETZ"): Cast.RISKY,
    ("BIT", "VARBIT"): Cast.RISKY,
    ("VARBIT", "BIT"): Cast.RISKY,
    ("INTEGER", "MONEY"): Cast.RISKY,
    ("BIGINT", "MONEY"): Cast.RISKY,
    ("DECIMAL", "MONEY"): Cast.RISKY,
    ("MONEY", "DECIMAL"): Cast.RISKY,
    ("SMALLINT", "OID"): Cast.RISKY,
    ("INTEGER", "OID"): Cast.RISKY,
    ("BIGINT", "OID"): Cast.RISKY,
    ("OID", "INTEGER"): Cast.RISKY,
    ("OID", "BIGINT"): Cast.SAFE,
}


def cast(before: ColumnType, after: ColumnType) -> Cast:
    """What becomes of values."""
    if before == after:
        return Cast.SAFE
    if before.array != after.array or after.enum:
        return Cast.IMPOSSIBLE
    if not after.enum and after.name in _TEXTS:
        return _to_text(before, after)
    if before.enum:
        return Cast.IMPOSSIBLE
    if before.name == after.name:
        return _same_type(before, after)
    if before.name in _NUMBERS and after.name in _NUMBERS:
        return _number(before, after)
    return _PAIRS.get((before.name, after.name), Cast.IMPOSSIBLE)


def _to_text(before: ColumnType, after: ColumnType) -> Cast:
    limit = _limit(after)
    if limit is None:
        return Cast.SAFE
    width = _limit(before) if before.name in _TEXTS else _WIDTHS.get(before.name)
    return Cast.SAFE if width is not None and not before.enum and width <= limit else Cast.RISKY


def _limit(type: ColumnType) -> int | None:  # noqa: A002
    """The most characters that a text type holds; None for any number."""
    if type.args:
        return type.args[0]
    return 1 if type.name == "CHAR" else None


def _same_type(before: ColumnType, after: ColumnType) -> Cast:
    """One type with other arguments: safe when every value fits."""
    if before.name == "BIT":
        return Cast.SAFE if (before.args or (1,)) == (after.args or (1,)) else Cast.RISKY
    if not after.args:
        return Cast.SAFE
    if before.name == "DECIMAL" and before.args:
        whole_before, whole_after = before.args[0] - before.args[1], after.args[0] - after.args[1]
        return Cast.SAFE if whole_after >= whole_before and after.args[1] >= before.args[1] else Cast.RISKY
    if before.name == "VARBIT":
        return Cast.SAFE if before.args and before.args[0] <= after.args[0] else Cast.RISKY
    precise = before.args and before.args[0] <= after.args[0]
    finest = before.name.startswith("TIME") and after.args[0] == 6
    return Cast.SAFE if precise or finest else Cast.RISKY


def _number(before: ColumnType, after: ColumnType) -> Cast:
    if after.name in _FLOATS:
        exact = 15 if after.name == "DOUBLE PRECISION" else 6
        if before.name in _FLOATS:
            return Cast.SAFE if _FLOATS[before.name] <= _FLOATS[after.name] else Cast.RISKY
        return Cast.SAFE if _INTEGERS.get(before.name, 99) <= exact else Cast.RISKY
    if before.name not in _INTEGERS:
        return Cast.RISKY
    if after.name in _INTEGERS:
        return Cast.SAFE if _INTEGERS[before.name] <= _INTEGERS[after.name] else Cast.RISKY
    return (
        Cast.SAFE if not after.args or after.args[0] - after.args[1] >= _INTEGERS[before.name] else Cast.RISKY
    )
