"""What attributes there are and what arguments they take: the table behind binding and behind the rules about attributes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from nicol.schema.document import (
    Argument,
    Attribute,
    Call,
    Constant,
    Expression,
    ListExpression,
    NumberLiteral,
    ObjectExpression,
    StringLiteral,
)


class ArgumentKind(StrEnum):
    """What an argument may be, in the words that findings use."""

    ANY = "a value"
    STRING = "a string"
    NAME = "a bare name"
    NUMBER = "a whole number"
    NAMES = "a list of field names"
    KEYS = "a list of field names, each with its options"
    BOOLEAN = "true or false"
    CONDITION = 'raw("sql") or an object'

    @property
    def example(self) -> str:
        """An argument of this kind, as it could be written."""
        return _EXAMPLES[self]


_EXAMPLES = {
    ArgumentKind.ANY: "1",
    ArgumentKind.STRING: '"name"',
    ArgumentKind.NAME: "Desc",
    ArgumentKind.NUMBER: "10",
    ArgumentKind.NAMES: "[id]",
    ArgumentKind.KEYS: "[id]",
    ArgumentKind.BOOLEAN: "true",
    ArgumentKind.CONDITION: 'raw("deleted_at IS NULL")',
}


@dataclass(frozen=True, slots=True)
class Signature:
    """The arguments of one attribute by name. `unnamed` is the one that may stand without its name, `needed` must be given."""

    arguments: Mapping[str, ArgumentKind]
    unnamed: str | None = None
    needed: tuple[str, ...] = ()


_KEY = {
    "map": ArgumentKind.STRING,
    "length": ArgumentKind.NUMBER,
    "sort": ArgumentKind.NAME,
    "clustered": ArgumentKind.BOOLEAN,
}
_KEYS = {
    "fields": ArgumentKind.KEYS,
    "map": ArgumentKind.STRING,
    "name": ArgumentKind.STRING,
    "clustered": ArgumentKind.BOOLEAN,
}
_WHERE = {"where": ArgumentKind.CONDITION}
_NOTHING = Signature({})
_MAP = Signature({"name": ArgumentKind.STRING}, "name", ("name",))
_SCHEMA = Signature({"map": ArgumentKind.STRING}, "map", ("map",))

FIELD_ATTRIBUTES: Mapping[str, Signature] = {
    "id": Signature(_KEY),
    "unique": Signature(_KEY | _WHERE),
    "default": Signature({"value": ArgumentKind.ANY, "map": ArgumentKind.STRING}, "value", ("value",)),
    "updatedAt": _NOTHING,
    "map": _MAP,
    "ignore": _NOTHING,
    "shardKey": _NOTHING,
    "relation": Signature(
        {
            "name": ArgumentKind.STRING,
            "fields": ArgumentKind.NAMES,
            "references": ArgumentKind.NAMES,
            "onDelete": ArgumentKind.NAME,
            "onUpdate": ArgumentKind.NAME,
            "map": ArgumentKind.STRING,
        },
        "name",
    ),
}
MODEL_ATTRIBUTES: Mapping[str, Signature] = {
    "id": Signature(_KEYS, "fields", ("fields",)),
    "unique": Signature(_KEYS | _WHERE, "fields", ("fields",)),
    "index": Signature(_KEYS | _WHERE | {"type": ArgumentKind.NAME}, "fields", ("fields",)),
    "fulltext": Signature({"fields": ArgumentKind.KEYS, "map": ArgumentKind.STRING}, "fields", ("fields",)),
    "map": _MAP,
    "ignore": _NOTHING,
    "schema": _SCHEMA,
    "shardKey": Signature({"fields": ArgumentKind.NAMES}, "fields", ("fields",)),
}
ENUM_ATTRIBUTES: Mapping[str, Signature] = {"map": _MAP, "schema": _SCHEMA}
VALUE_ATTRIBUTES: Mapping[str, Signature] = {"map": _MAP}

KEY_OPTIONS: Mapping[str, ArgumentKind] = {
    "sort": ArgumentKind.NAME,
    "length": ArgumentKind.NUMBER,
    "ops": ArgumentKind.ANY,
}


@dataclass(frozen=True, slots=True)
class BoundAttribute:
    """An attribute and its arguments by name; the first one of each name."""

    syntax: Attribute
    arguments: Mapping[str, Expression]

    def string(self, name: str) -> str | None:
        """The value of a string argument."""
        value = self.arguments.get(name)
        return value.value if isinstance(value, StringLiteral) else None

    def constant(self, name: str) -> str | None:
        """The word of a bare-name argument."""
        value = self.arguments.get(name)
        return value.name if isinstance(value, Constant) else None

    def names(self, name: str) -> tuple[Constant, ...] | None:
        """The names in a list argument; None where it is not given."""
        value = self.arguments.get(name)
        return None if value is None else names(value)


def names(expression: Expression) -> tuple[Constant, ...]:
    """The bare names of a list; one name stands for a list of it."""
    items = expression.items if isinstance(expression, ListExpression) else (expression,)
    return tuple(item for item in items if isinstance(item, Constant))


def bind_attribute(attribute: Attribute, signature: Signature) -> BoundAttribute:
    """The arguments of an attribute by name, those it does not have left out."""
    return BoundAttribute(attribute, bind_arguments(attribute.arguments, signature))


def bind_arguments(arguments: tuple[Argument, ...], signature: Signature) -> Mapping[str, Expression]:
    """Arguments by name; one without a name is the signature's unnamed one."""
    bound: dict[str, Expression] = {}
    for argument in arguments:
        name = argument.name.text if argument.name else signature.unnamed
        if name is not None and name in signature.arguments:
            bound.setdefault(name, argument.value)
    return bound


def is_a(expression: Expression, kind: ArgumentKind) -> bool:
    """True when an argument's value is of a kind."""
    match kind:
        case ArgumentKind.ANY:
            return True
        case ArgumentKind.STRING:
            return isinstance(expression, StringLiteral)
        case ArgumentKind.NAME:
            return isinstance(expression, Constant)
        case ArgumentKind.NUMBER:
            return isinstance(expression, NumberLiteral) and expression.text.removeprefix("-").isdigit()
        case ArgumentKind.BOOLEAN:
            return isinstance(expression, Constant) and expression.name in {"true", "false"}
        case ArgumentKind.NAMES:
            return all(isinstance(item, Constant) for item in _items(expression))
        case ArgumentKind.KEYS:
            return all(isinstance(item, Constant | Call) for item in _items(expression))
        case ArgumentKind.CONDITION:
            return isinstance(expression, ObjectExpression) or is_raw(expression)


def _items(expression: Expression) -> tuple[Expression, ...]:
    return expression.items if isinstance(expression, ListExpression) else (expression,)


def is_raw(expression: Expression) -> bool:
    """True for `raw(…)`, whatever it says."""
    return isinstance(expression, Call) and expression.name.text == "raw"


def raw_text(expression: Expression | None) -> str | None:
    """The text of `raw("text")`."""
    if not isinstance(expression, Call) or expression.name.text != "raw" or len(expression.arguments) != 1:
        return None
    value = expression.arguments[0].value
    return value.value if isinstance(value, StringLiteral) else None
