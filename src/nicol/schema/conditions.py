"""Conditions of partial indexes: `raw("sql")`, or an object that compares fields with values."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from nicol.schema.attributes import is_raw
from nicol.schema.document import (
    Argument,
    Call,
    Constant,
    Expression,
    NumberLiteral,
    ObjectExpression,
    StringLiteral,
)
from nicol.schema.schema import Comparison, Condition, Literal


def condition_of(expression: Expression | None) -> Condition | None:
    """The condition that an expression writes, without the parts that say nothing; None where it writes none."""
    if isinstance(expression, ObjectExpression):
        return tuple(_comparisons(expression))
    if isinstance(expression, Call) and is_raw(expression) and expression.arguments:
        text = expression.arguments[0].value
        return text.value if isinstance(text, StringLiteral) else None
    return None


def _comparisons(expression: ObjectExpression) -> Iterator[Comparison]:
    for entry in expression.entries:
        value, negated = unwrapped(entry)
        if entry.name is not None and is_comparable(value):
            yield Comparison(entry.name.text, literal_of(value), negated)


def unwrapped(entry: Argument) -> tuple[Expression, bool]:
    """The value of `field: value` or `field: { not: value }`, and whether it is the second."""
    value = entry.value
    if isinstance(value, ObjectExpression) and len(value.entries) == 1:
        inner = value.entries[0]
        if inner.name is not None and inner.name.text == "not":
            return inner.value, True
    return value, False


def is_comparable(value: Expression) -> bool:
    """True for null, true, false, a string and a number."""
    match value:
        case Constant(name=name):
            return name in {"null", "true", "false"}
        case StringLiteral() | NumberLiteral():
            return True
        case _:
            return False


def literal_of(value: Expression) -> Literal | None:
    """The literal of a comparable value; None for null."""
    match value:
        case StringLiteral(value=text):
            return Literal(text, text)
        case NumberLiteral(text=text):
            return Literal(Decimal(text), text)
        case Constant(name="true" | "false" as name):
            return Literal(name == "true", name)
        case _:
            return None
