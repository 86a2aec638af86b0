"""What SQLite lacks beside PostgreSQL, as functions of our connections: lower case, canonical JSON, exact numbers.

Statements of the query engine use them; nothing that is stored in a database does, so that every other program can open it.
"""

from __future__ import annotations

import json
from decimal import ROUND_HALF_UP, Context, Decimal
from typing import Any

import apsw

from nicol.drivers.sqlite_aggregates import add_aggregates
from nicol.drivers.sqlite_json import json_test, json_text

_EXACT = Context(prec=1100, rounding=ROUND_HALF_UP)
_DIGITS = Decimal(1).scaleb(-30)


def add_functions(raw: apsw.Connection) -> None:
    """Teach a connection `nicol_lower`, `nicol_json`, `nicol_integer`, `nicol_decimal` and the collation `nicol_decimal`,
    and what `sqlite_aggregates` has."""
    """Teach a connection the functions whose names begin with `nicol_`, and the collation `nicol_decimal`."""
    functions = (
        ("nicol_lower", _lower, 1),
        ("nicol_json", _canonical, 1),
        ("nicol_json_text", json_text, 2),
        ("nicol_json_test", json_test, 4),
        ("nicol_integer", _bounded, 3),
        ("nicol_decimal", _calculate, 3),
    )
    for name, function, arity in functions:
        raw.create_scalar_function(name, function, arity, deterministic=True)  # pyright: ignore[reportUnknownMemberType] - partly typed
    raw.create_collation("nicol_decimal", _compare)
    add_aggregates(raw)


def _lower(*given: Any) -> Any:
    (text,) = given
    return text.lower() if isinstance(text, str) else text


def _canonical(*given: Any) -> str | None:
    """JSON in one spelling: sorted keys, no spaces, and numbers without what does not change them."""
    (text,) = given
    if text is None:
        return None
    stored = (
        text if isinstance(text, str | bytes) else json.dumps(text)
    )  # a column of numeric affinity keeps numbers
    value = json.loads(stored, parse_float=_number, parse_int=_number)
    return json.dumps(value, sort_keys=True, separators=(",", ":"), default=str)


def _number(text: str) -> dict[str, str]:
    return {"": str(Decimal(text).normalize(_EXACT))}


def _bounded(*given: Any) -> int | None:
    """An integer within its bounds; OverflowError for one beyond, which SQLite may have made a float."""
    value, low, high = given
    if value is None or (isinstance(value, int) and low <= value <= high):
        return value
    raise OverflowError(f"out of range: expected an int from {low} to {high}")


def _calculate(*given: Any) -> str | None:
    """Two decimals added, subtracted, multiplied or divided, with thirty digits behind the point at most."""
    operator, left, right = given
    if left is None or right is None:
        return None
    one, two = Decimal(left), Decimal(right)
    match operator:
        case "+":
            result = _EXACT.add(one, two)
        case "-":
            result = _EXACT.subtract(one, two)
        case "*":
            result = _EXACT.multiply(one, two)
        case _:
            result = _EXACT.divide(one, two)
    return _plain(result)


def _plain(number: Decimal) -> str:
    """The canonical text: no exponent, no zeros that say nothing, rounded half up."""
    text = format(number.quantize(_DIGITS, context=_EXACT), "f").rstrip("0").rstrip(".")
    return "0" if text in ("-0", "") else text


def _compare(one: str, two: str) -> int:
    left, right = Decimal(one), Decimal(two)
    return (left > right) - (left < right)
