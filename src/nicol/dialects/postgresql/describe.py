"""How a schema says what a PostgreSQL column holds."""

from __future__ import annotations

import re

from nicol.catalog import Column, Constant, Default, Expression
from nicol.dialects.described import Meaning, bytes_of_hex, literal_of
from nicol.dialects.postgresql.natives import BY_SQL
from nicol.dialects.postgresql.types import USUAL, spell_default, spell_type
from nicol.dialects.tokens import Kind, Token, tokens_of
from nicol.schema.schema import Literal, NativeType, Scalar, Unsupported


def meaning(column: Column) -> Meaning:
    """What a column holds: a native type where it is not the usual one of its scalar."""
    spec = BY_SQL.get(column.type.name)
    if spec is None:
        args = f"({','.join(map(str, column.type.args))})" if column.type.args else ""
        return Meaning(Unsupported(f"{column.type.name}{args}"), listed=column.type.array)
    usual = USUAL[spec.scalar]
    if (usual.name, usual.args) == (column.type.name, column.type.args):
        return Meaning(spec.scalar, listed=column.type.array)
    return Meaning(spec.scalar, NativeType(spec.name, column.type.args), column.type.array)


def literal(default: Default, scalar: Scalar) -> Literal | None:
    """A default as a literal; None where it is computed, or no value of the scalar."""
    return literal_of(default.text, scalar, _bytes_of) if isinstance(default, Constant) else None


def _bytes_of(text: str) -> bytes | None:
    return bytes_of_hex(text[2:]) if text.startswith("\\x") else None


def items(default: Default) -> tuple[Constant, ...] | None:
    """The items of a list's default: `ARRAY['a'::text, 'b'::text]` or `'{a,b}'::text[]`."""
    if isinstance(default, Constant):
        return _of_text(default.text)
    if not isinstance(default, Expression):
        return None
    tokens = tokens_of(default.sql)
    if len(tokens) > 1 and tokens[0].kind is Kind.TEXT and tokens[1].text == "::":
        return _of_text(tokens[0].text[1:-1].replace("''", "'"))
    if [token.text.upper() for token in tokens[:2]] != ["ARRAY", "["]:
        return None
    return _of_array(tokens[2:])


def _of_text(text: str) -> tuple[Constant, ...] | None:
    """`{a,b}` without quotes and escapes; others stay the database's own text."""
    if not re.fullmatch(r'\{[^"\\{}]*\}', text):
        return None
    return tuple(Constant(item.strip()) for item in text[1:-1].split(",")) if text != "{}" else ()


def _of_array(tokens: list[Token]) -> tuple[Constant, ...] | None:
    """One constant, perhaps with a cast, between commas up to the bracket that closes."""
    found: list[Constant] = []
    expected, negative, parts = True, "", 0
    for token in tokens:
        if token.text == "]":
            return tuple(found)
        if token.text == ",":
            expected = True
        elif not expected:
            parts += 1
        elif token.text == "-":
            negative = "-"
        elif token.kind is Kind.TEXT:
            found.append(Constant(negative + token.text[1:-1].replace("''", "'")))
            expected, negative = False, ""
        elif token.kind is Kind.NUMBER or token.word in ("TRUE", "FALSE"):
            found.append(Constant(negative + token.text.lower()))
            expected, negative = False, ""
        elif token.text not in ("(", ")"):
            return None
    return None


def default_sql(default: Default, column: Column) -> str:
    """A default as SQL, with its type where it is a constant in quotes."""
    if isinstance(default, Constant):
        spelled = spell_default(default, column)
        return f"{spelled}::{spell_type(column.type)}" if spelled.startswith("'") else spelled
    return spell_default(default, column)


_METHODS = {"HASH": "Hash", "GIST": "Gist", "GIN": "Gin", "SPGIST": "SpGist", "BRIN": "Brin"}


def index_method(method: str) -> str | None:
    """The schema's word for an index algorithm; None where it has none."""
    return _METHODS.get(method)


_CLASS_WORDS = {
    "jsonb": "Jsonb",
    "path": "Path",
    "minmax": "MinMax",
    "multi": "Multi",
    "timestamptz": "TimestampTz",
    "timetz": "TimeTz",
    "varbit": "VarBit",
}
_CLASSES = re.compile(
    r"(?:jsonb|jsonb_path|array)_ops|inet_inclusion_ops"
    r"|(?:bit|varbit|bpchar|bytea|date|float4|float8|inet|int2|int4|int8|numeric|oid|text|timestamp|timestamptz|time|timetz|uuid)"
    r"_(?:bloom_|minmax_|minmax_multi_)ops"
)


def operator_class(name: str) -> str | None:
    """The schema's word for an operator class; None where it has none, so that it stands there as raw SQL."""
    if not _CLASSES.fullmatch(name):
        return None
    return "".join(_CLASS_WORDS.get(word, word.capitalize()) for word in name.split("_"))
