"""How SQLite bounds the values of a column: by CHECKs, where a portable project asks for what PostgreSQL's types refuse.

SQLite keeps them nowhere but in the text of the CREATE TABLE, from which they are read back.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from nicol.catalog import Check
from nicol.schema.schema import Arity, EnumRef, Model, NativeType, Scalar, ScalarField, Schema
from nicol.sql.quoting import quote, quote_text

CHECK_KINDS = ("enum", "json", "range", "length", "bits", "uuid")
"""How the names of checks end that a schema asks for. All others are somebody's own."""


def checks(model: Model, schema: Schema) -> tuple[Check, ...]:
    """The conditions that bound a model's values as PostgreSQL's types would."""
    found = ((field, _condition(field, schema)) for field in model.scalars)
    return tuple(
        Check(f"{model.mapped}_{field.mapped}_{condition[0]}", condition[1])
        for field, condition in found
        if condition
    )


def _condition(field: ScalarField, schema: Schema) -> tuple[str, str] | None:
    name = quote(field.mapped)
    if field.arity is Arity.LIST or field.type is Scalar.JSON:
        return "json", f"json_valid({name})"
    if isinstance(field.type, EnumRef):
        values = ", ".join(quote_text(value.mapped) for value in schema.enum(field.type.name).values)
        return "enum", f"{name} IN ({values})"
    return _native_condition(field.native, name) if field.native else None


def _native_condition(native: NativeType, name: str) -> tuple[str, str] | None:
    match native.name:
        case "SmallInt":
            return "range", f"{name} BETWEEN -32768 AND 32767"
        case "Oid":
            return "range", f"{name} BETWEEN 0 AND 4294967295"
        case "Uuid":
            return "uuid", f"length({name}) = 36 AND {name} NOT GLOB '*[^0-9a-f-]*'"
        case "VarChar" | "VarBit" if not native.args:
            return None
        case "VarChar" | "Char":
            return "length", f"length({name}) <= {_length(native)}"
        case "VarBit":
            return "bits", f"length({name}) <= {_length(native)} AND {name} NOT GLOB '*[^01]*'"
        case "Bit":
            return "bits", f"length({name}) = {_length(native)} AND {name} NOT GLOB '*[^01]*'"
        case _:
            return None


def _length(native: NativeType) -> int:
    """PostgreSQL takes a missing length as one."""
    return native.args[0] if native.args else 1


# ---- reading them back -------------------------------------------------------------------------------------------------

_TOKEN = re.compile(
    r"""\s+ | --[^\n]* | /\*.*?(?:\*/|\Z)
      | (?P<text>'(?:[^']|'')*')
      | (?P<name>"(?:[^"]|"")*" | `(?:[^`]|``)*` | \[[^\]]*\])
      | (?P<word>[^\W\d][\w$]*)
      | (?P<other>.)""",
    re.VERBOSE | re.DOTALL,
)


def checks_of(sql: str) -> Iterator[Check]:
    """Each CHECK of a table, with its name where it has one and the text between its parentheses."""
    tokens = [match for match in _TOKEN.finditer(sql) if match.lastgroup]
    place = 0
    while place < len(tokens):
        if _is_word(tokens[place], "CHECK") and place + 1 < len(tokens) and tokens[place + 1].group() == "(":
            last = _closing(tokens, place + 1)
            yield Check(_name(tokens, place), sql[tokens[place + 1].end() : tokens[last].start()].strip())
            place = last
        place += 1


def _is_word(token: re.Match[str], word: str) -> bool:
    return token.lastgroup == "word" and token.group().upper() == word


def _closing(tokens: list[re.Match[str]], place: int) -> int:
    """Where the parenthesis closes that opens at a place."""
    depth = 0
    for at in range(place, len(tokens)):
        if tokens[at].lastgroup == "other":
            depth += {"(": 1, ")": -1}.get(tokens[at].group(), 0)
        if depth == 0:
            return at
    return len(tokens) - 1


def _name(tokens: list[re.Match[str]], place: int) -> str | None:
    if place < 2 or not _is_word(tokens[place - 2], "CONSTRAINT"):
        return None
    token = tokens[place - 1]
    if token.lastgroup == "word":
        return token.group()
    quotes = token.group()[-1]
    return token.group()[1:-1].replace(quotes * 2, quotes)


def narrows(before: Check | None, after: Check) -> bool:
    """True unless a condition that a schema asked for lets through all that the one before did: more values, more length."""
    if before is None:
        return True
    old, new = (_TEXT.sub("?", check.sql) for check in (before, after))
    if " IN (" in after.sql:
        return not set(_TEXT.findall(before.sql)) <= set(_TEXT.findall(after.sql))
    if _LENGTH.sub("", old) != _LENGTH.sub("", new):
        return True
    return any(
        int(one) > int(other) for one, other in zip(_LENGTH.findall(old), _LENGTH.findall(new), strict=True)
    )


_TEXT = re.compile(r"'(?:[^']|'')*'")
_LENGTH = re.compile(r"(?<= <= )\d+")
