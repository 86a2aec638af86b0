"""What becomes of a column's values when SQLite stores them under another declared type.

Copying values into a new table never fails for their type; a new affinity may change them, and what it cannot change stays as
it is, unreadable for a client that expects the new type (https://www.sqlite.org/datatype3.html). So it is in Prisma's projects.

Where SQLite stands in for PostgreSQL, this tells of every pair of types what PostgreSQL does with it: the conversion is part of
the copy into the new table, and what cannot be converted is looked for before the old table goes.
"""

from __future__ import annotations

from nicol.catalog import Column, ColumnType
from nicol.dialects.dialect import NEVER, Cast, Doubts
from nicol.sql.quoting import quote


def cast(before: ColumnType, after: ColumnType, *, portable: bool) -> Cast:
    """What becomes of values."""
    if portable and before != after and knows(before, after):
        return _strict_cast(before, after)
    return _cast(before, after)


def doubts(before: Column, after: Column, *, portable: bool) -> Doubts:
    """Which values stop a change, and which would be other ones afterwards."""
    strict = portable and knows(before.type, after.type)
    return _strict_doubts(before, after) if strict else _doubts(before, after)


def converted(before: Column, after: Column, *, portable: bool) -> str:
    """The SQL of old values in the new type."""
    strict = portable and knows(before.type, after.type)
    return _strict_converted(before, after) if strict else _converted(before, after)


# ---- Prisma's projects -----------------------------------------------------------------------------------------------

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


def _cast(before: ColumnType, after: ColumnType) -> Cast:
    """What becomes of values."""
    if before == after or (before.name, after.name) in _WIDENING:
        return Cast.SAFE
    return Cast.SAFE if after.name == "TEXT" and before.name != "BLOB" else Cast.RISKY


def _doubts(before: Column, after: Column) -> Doubts:
    """Which values would be none of the new type; nothing stops them."""
    unfit = _UNFIT.get(after.type.name)
    return Doubts(NEVER, unfit.format(c=quote(before.name)) if unfit else None)


def _converted(before: Column, after: Column) -> str:
    """Old values in the new type's affinity. A text that is no number stays one, which no CAST can say: it is in doubt."""
    name = quote(before.name)
    affinity = {"DECIMAL": "NUMERIC", "BOOLEAN": "NUMERIC", "BIGINT": "INTEGER"}.get(
        after.type.name, after.type.name
    )
    return f"CAST({name} AS {affinity})" if affinity in ("INTEGER", "REAL", "NUMERIC", "TEXT") else name


# ---- in the place of PostgreSQL --------------------------------------------------------------------------------------

_KINDS = {
    "enum": "ENUM",
    "json": "JSON",
    "list": "LIST",
    "decimal": "DECIMAL",
    "uuid": "UUID",
    "bits": "BITS",
}
_DECLARED = frozenset({"TEXT", "INTEGER", "BIGINT", "REAL", "BOOLEAN", "DATETIME", "BLOB"})
_KNOWN = _DECLARED | frozenset(_KINDS.values())

_PAIRS: dict[tuple[str, str], Cast] = {
    **dict.fromkeys(
        (
            ("INTEGER", "BIGINT"),
            ("INTEGER", "REAL"),
            ("INTEGER", "DECIMAL"),
            ("INTEGER", "JSON"),
            ("BIGINT", "DECIMAL"),
            ("BIGINT", "JSON"),
            ("DECIMAL", "JSON"),
            ("BOOLEAN", "INTEGER"),
            ("BOOLEAN", "BIGINT"),
            ("BOOLEAN", "DECIMAL"),
            ("BOOLEAN", "JSON"),
        ),
        Cast.SAFE,
    ),
    **dict.fromkeys(
        (
            *(("TEXT", name) for name in ("INTEGER", "BIGINT", "REAL", "BOOLEAN", "DATETIME")),
            *(("INTEGER", name) for name in ("BOOLEAN",)),
            *(("BIGINT", name) for name in ("INTEGER", "REAL", "BOOLEAN")),
            *(("REAL", name) for name in ("INTEGER", "BIGINT", "DECIMAL")),
            *(("DECIMAL", name) for name in ("INTEGER", "BIGINT", "REAL", "BOOLEAN")),
        ),
        Cast.RISKY,
    ),
}
"""The pairs that PostgreSQL converts, where SQLite's declared types differ. To a text it converts everything."""

_RANGES = {
    "INTEGER": "-2147483648 AND 2147483647",
    "BIGINT": "-9223372036854775808 AND 9223372036854775807",
}
_TRUE, _FALSE = "('t', 'true', 'y', 'yes', 'on', '1')", "('f', 'false', 'n', 'no', 'off', '0')"
_BLANKS = "' ' || char(9, 10, 13)"
_DATE = "[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9]"
_TIME = "strftime('%Y-%m-%dT%H:%M:%f+00:00', {c})"

MISFITS = {
    "INTEGER": f"typeof({{c}}) <> 'integer' OR {{c}} NOT BETWEEN {_RANGES['INTEGER']}",
    "BIGINT": "typeof({c}) <> 'integer'",
    "REAL": "typeof({c}) <> 'real'",
    "BOOLEAN": "typeof({c}) <> 'integer' OR {c} NOT IN (0, 1)",
    "DATETIME": f"typeof({{c}}) <> 'text' OR {{c}} NOT GLOB '{_DATE}*' OR julianday({{c}}) IS NULL",
}
"""For each declared type, the values (but for nulls) that a column of it must not hold."""


def family(type: ColumnType) -> str:  # noqa: A002
    """What a type stands for."""
    return _KINDS.get(type.bound.kind, type.name) if type.bound else type.name


def knows(before: ColumnType, after: ColumnType) -> bool:
    """True when both types are the language's: what else a column is declared as is nobody's business."""
    return family(before) in _KNOWN and family(after) in _KNOWN


def _strict_cast(before: ColumnType, after: ColumnType) -> Cast:
    """What becomes of values whose declared type changes."""
    old, new = family(before), family(after)
    if new == "TEXT" or old == new:
        return Cast.SAFE
    if new == "LIST":
        return Cast.SAFE  # what is no list breaks the condition that every list has
    return _PAIRS.get((old, new), Cast.IMPOSSIBLE)


def _strict_doubts(before: Column, after: Column) -> Doubts:
    """Which values stop the change, and which would be other ones afterwards."""
    old, new, name = family(before.type), family(after.type), quote(before.name)
    if old == "TEXT":
        return Doubts(_unreadable(new, name), NEVER)
    if new == "BOOLEAN":
        return Doubts(NEVER, f"CAST({name} AS NUMERIC) NOT IN (0, 1)")
    if new in _RANGES:
        whole = NEVER if old == "BIGINT" else f"CAST({name} AS REAL) <> round({name})"
        return Doubts(f"CAST({name} AS NUMERIC) NOT BETWEEN {_RANGES[new]}", whole)
    return Doubts(f"abs({name}) >= 1e35", NEVER) if new == "DECIMAL" else Doubts()


def _unreadable(new: str, name: str) -> str:
    """The condition that a text is no value of a type."""
    match new:
        case "INTEGER" | "BIGINT":
            text = f"trim({name}, {_BLANKS})"
            digits = f"substr({text}, 1 + (substr({text}, 1, 1) IN ('-', '+')))"
            whole = f"{digits} <> '' AND {digits} NOT GLOB '*[^0-9]*'"
            fits = f"CAST({name} AS NUMERIC) BETWEEN {_RANGES[new]} AND length(ltrim({digits}, '0')) < 20"
            return f"NOT ({whole} AND {fits})"
        case "REAL":
            return f"{name} <> CAST({name} AS REAL)"
        case "BOOLEAN":
            return f"lower(trim({name}, {_BLANKS})) NOT IN {_TRUE} AND lower(trim({name}, {_BLANKS})) NOT IN {_FALSE}"
        case _:
            return f"{name} IS NOT NULL AND ({name} NOT GLOB '{_DATE}*' OR julianday({name}) IS NULL)"


def _strict_converted(before: Column, after: Column) -> str:
    """The SQL of old values in the new type; what cannot be converted stays as it is, and is found."""
    old, new, name = family(before.type), family(after.type), quote(before.name)
    match old, new:
        case "TEXT", "BOOLEAN":
            text = f"lower(trim({name}, {_BLANKS}))"
            return f"CASE WHEN {text} IN {_TRUE} THEN 1 WHEN {text} IN {_FALSE} THEN 0 ELSE {name} END"
        case "TEXT", "DATETIME":
            return f"coalesce({_TIME.format(c=name)}, {name})"
        case "TEXT", ("INTEGER" | "BIGINT"):
            # A condition that is tried on the old rows compares texts; only the new column makes numbers of them.
            return f"CASE WHEN CAST({name} AS INTEGER) = {name} THEN CAST({name} AS INTEGER) ELSE {name} END"
        case (("REAL" | "DECIMAL"), ("INTEGER" | "BIGINT")):
            return _rounded(old, name)
        case (("INTEGER" | "BIGINT"), "BOOLEAN"):
            return f"{name} <> 0"
        case "DECIMAL", "BOOLEAN":
            return f"CAST({name} AS NUMERIC) <> 0"
        case "BOOLEAN", ("TEXT" | "JSON"):
            return f"CASE {name} WHEN 1 THEN 'true' WHEN 0 THEN 'false' END"
        case "BLOB", "TEXT":
            return f"'\\x' || lower(hex({name}))"
        case _:
            return name


def _rounded(old: str, name: str) -> str:
    """Floats to the even number where two are equally near, as PostgreSQL rounds them, decimals away from zero."""
    if old == "DECIMAL":
        exact = f"WHEN {name} NOT GLOB '*[.eE]*' THEN CAST({name} AS INTEGER)"
        return f"CASE {exact} ELSE CAST(round({name}) AS INTEGER) END"
    half = f"WHEN abs({name} - trunc({name})) = 0.5 THEN CAST(2 * round({name} / 2) AS INTEGER)"
    return f"CASE {half} WHEN {name} IS NOT NULL THEN CAST(round({name}) AS INTEGER) END"
