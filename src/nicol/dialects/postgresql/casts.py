"""What PostgreSQL makes of a column's values when its type changes, and what it has to be told for that.

Assignment casts go by themselves (https://www.postgresql.org/docs/current/sql-createcast.html), other conversions by a USING
clause. Prisma drops and makes anew more columns than it has to; here values survive wherever the database can carry them.
"""

from __future__ import annotations

from dataclasses import replace

from nicol.catalog import Catalog, Column, ColumnType
from nicol.dialects.dialect import NEVER, Cast, Doubts
from nicol.dialects.postgresql.types import spell_type
from nicol.sql.quoting import quote, quote_text

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

_READABLE = frozenset(
    {
        *_NUMBERS,
        *(
            "BOOLEAN",
            "UUID",
            "DATE",
            "TIMESTAMP",
            "TIMESTAMPTZ",
            "TIME",
            "TIMETZ",
            "JSON",
            "JSONB",
            "INET",
            "XML",
            "OID",
        ),
        *("MONEY", "BIT", "VARBIT"),
    }
)
"""The types that a text can be read as."""

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
    **dict.fromkeys((("BOOLEAN", name) for name in ("SMALLINT", "INTEGER", "BIGINT", "DECIMAL")), Cast.SAFE),
    **dict.fromkeys(((name, "BOOLEAN") for name in ("SMALLINT", "INTEGER", "BIGINT", "DECIMAL")), Cast.RISKY),
    **dict.fromkeys(
        ((name, "JSONB") for name in ("SMALLINT", "INTEGER", "BIGINT", "DECIMAL", "BOOLEAN")), Cast.SAFE
    ),
}


def cast(before: ColumnType, after: ColumnType) -> Cast:
    """What becomes of values."""
    if before == after:
        return Cast.SAFE
    if before.array != after.array:
        return _list(before, after)
    if after.enum:
        return Cast.RISKY if before.enum or before.name in _TEXTS else Cast.IMPOSSIBLE
    if after.name in _TEXTS:
        return _to_text(before, after)
    if before.enum:
        return Cast.IMPOSSIBLE
    if before.name == after.name:
        return _same_type(before, after)
    if before.name in _NUMBERS and after.name in _NUMBERS:
        return _number(before, after)
    if before.name in _TEXTS:
        return Cast.RISKY if after.name in _READABLE else Cast.IMPOSSIBLE
    if before.array and after.name in ("BOOLEAN", "JSONB") and before.name not in ("JSON", "JSONB"):
        return Cast.IMPOSSIBLE
    return _PAIRS.get((before.name, after.name), Cast.IMPOSSIBLE)


def _list(before: ColumnType, after: ColumnType) -> Cast:
    """A value becomes a list of one; a list keeps its first item, or becomes JSON."""
    if before.array and after.name == "JSONB":
        return Cast.SAFE
    if cast(replace(before, array=False), replace(after, array=False)) is not Cast.SAFE:
        return Cast.IMPOSSIBLE
    return Cast.RISKY if before.array else Cast.SAFE


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


# ---- USING clauses ---------------------------------------------------------------------------------------------------


def using(before: ColumnType, after: ColumnType, column: str) -> str | None:
    """The expression that makes new values of old ones; None where the database does it by itself."""
    if before.array != after.array:
        return _using_list(before, after, column)
    array, target = "[]" if after.array else "", spell_type(after)
    if before.enum != after.enum or (before.enum and before != after):
        return None if after.name in _TEXTS and not after.enum else f"{column}::text{array}::{target}"
    if before.name == "BOOLEAN" and after.name in _NUMBERS:
        return f"{column}::integer{array}::{target}"
    if after.name == "BOOLEAN" and before.name in _NUMBERS and not after.array:
        return f"({column} <> 0)"
    if after.name == "JSONB" and before.name not in {*_TEXTS, "JSON", "JSONB"} and not after.array:
        return f"to_jsonb({column})"
    from_text = before.name in _TEXTS and after.name not in _TEXTS
    return f"{column}::{target}" if from_text else None


def _using_list(before: ColumnType, after: ColumnType, column: str) -> str:
    if before.array:
        if after.name == "JSONB" and not after.enum:
            return f"to_jsonb({column})"
        item = f"({column})[1]"
        return using(replace(before, array=False), after, item) or f"{item}::{spell_type(after)}"
    item = using(before, replace(after, array=False), column) or column
    return f"CASE WHEN {column} IS NULL THEN NULL ELSE ARRAY[{item}]::{spell_type(after)} END"


def converted(before: Column, after: Column) -> str:
    """Old values as the new type makes them."""
    name = quote(before.name)
    return using(before.type, after.type, name) or f"{name}::{spell_type(after.type)}"


# ---- values in doubt -------------------------------------------------------------------------------------------------

_RANGES = {
    "SMALLINT": "-32768 AND 32767",
    "INTEGER": "-2147483648 AND 2147483647",
    "BIGINT": "-9223372036854775808 AND 9223372036854775807",
    "OID": "0 AND 4294967295",
}
_WHOLE = "~ '^\\s*[-+]?\\d+\\s*$'"
_NUMERIC = "~ '^\\s*[-+]?(\\d+\\.?\\d*|\\.\\d+)([eE][-+]?\\d+)?\\s*$'"
_READ = {
    "BOOLEAN": "lower(trim({c})) IN ('t', 'true', 'f', 'false', 'y', 'yes', 'n', 'no', 'on', 'off', '1', '0')",
    "UUID": "{c} ~* '^\\{{?[0-9a-f]{{4}}(-?[0-9a-f]{{4}}){{7}}\\}}?$'",
    "REAL": f"{{c}} {_NUMERIC}",
    "DOUBLE PRECISION": f"{{c}} {_NUMERIC}",
}
"""The texts that can be read as a type, for servers of any version."""


def doubts(before: Column, after: Column, catalog: Catalog) -> Doubts:
    """Which values stop the change of a column's type, and which would be other ones afterwards."""
    old, new, name = before.type, after.type, quote(before.name)
    if old.array and not new.array and cast(old, new) is Cast.RISKY:
        return Doubts(NEVER, f"cardinality({name}) > 1")
    if old.array or new.array:
        return Doubts()
    if new.enum:
        values = next(
            (
                enum.values
                for enum in catalog.enums
                if (enum.name, enum.namespace) == (new.name, new.namespace)
            ),
            (),
        )
        listed = ", ".join(map(quote_text, values)) or "NULL"
        return Doubts(f"{name}::text NOT IN ({listed})", NEVER)
    if new.name in _TEXTS:
        limit = _limit(new)
        return Doubts(f"char_length({name}::text) > {limit}" if limit else NEVER, NEVER)
    if old.name in _TEXTS:
        return _text_doubts(new, name)
    if new.name == "BOOLEAN":
        return Doubts(NEVER, f"{name} NOT IN (0, 1)")
    if new.name in _RANGES:
        whole = old.name in _INTEGERS or old.name == "OID"
        return Doubts(
            f"{name} NOT BETWEEN {_RANGES[new.name]}", NEVER if whole else f"{name} <> trunc({name}::numeric)"
        )
    if new.name == "DECIMAL" and old.name in _NUMBERS:
        return _decimal_doubts(new, name)
    if new.name.startswith(("TIMESTAMP", "DATE")) and old.name.startswith("TIMESTAMP"):
        return Doubts(NEVER, f"{name} <> {name}::{spell_type(new)}")
    return Doubts()


def _text_doubts(new: ColumnType, name: str) -> Doubts:
    """A text that is no value of the type stops the change; to read it is not to alter it."""
    if new.name in _RANGES:
        fits = f"CASE WHEN {name} {_WHOLE} THEN {name}::numeric BETWEEN {_RANGES[new.name]} ELSE false END"
        return Doubts(f"{name} IS NOT NULL AND NOT ({fits})", NEVER)
    if new.name == "DECIMAL":
        number = f"CASE WHEN {name} {_NUMERIC} THEN {name}::numeric END"
        parts = _decimal_doubts(new, f"({number})")
        return Doubts(f"{name} !{_NUMERIC} OR ({parts.fails})", parts.alters)
    if new.name in _READ:
        return Doubts(f"NOT ({_READ[new.name].format(c=name)})", NEVER)
    return Doubts(f"NOT pg_input_is_valid({name}, {quote_text(spell_type(new))})", NEVER)


def _decimal_doubts(new: ColumnType, number: str) -> Doubts:
    if not new.args:
        return Doubts(NEVER, NEVER)
    precision, scale = new.args
    rounded = f"round({number}::numeric, {scale})"
    return Doubts(f"abs({rounded}) >= 1e{precision - scale}", f"{number}::numeric <> {rounded}")
