"""What SQLite lacks beside PostgreSQL, as functions of our connections: lower case, canonical JSON, exact numbers.

Statements of the query engine use them; nothing that is stored in a database does, so that every other program can open it,
but for the triggers of a chained audit trail: who could write past the chain would break it.
"""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Callable, Mapping
from decimal import ROUND_HALF_UP, Context, Decimal
from typing import Any

import apsw

from nicol.drivers.sqlite_aggregates import add_aggregates
from nicol.drivers.sqlite_json import json_test, json_text
from nicol.drivers.sqlite_json_changes import json_change

_EXACT = Context(prec=1100, rounding=ROUND_HALF_UP)


def add_functions(raw: apsw.Connection) -> None:
    """Teach a connection the functions whose names begin with `nicol_`, and the collation `nicol_decimal`."""
    functions = (
        ("nicol_lower", _lower, 1),
        ("nicol_json", _canonical, 1),
        ("nicol_json_text", json_text, 2),
        ("nicol_json_test", json_test, 4),
        ("nicol_json_change", json_change, 3),
        ("nicol_integer", _bounded, 3),
        ("nicol_decimal", _calculate, 5),
        ("nicol_real", _real, 3),
        ("nicol_sha256", _sha256, 1),
    )
    for name, function, arity in functions:
        raw.create_scalar_function(name, function, arity, deterministic=True)  # pyright: ignore[reportUnknownMemberType] - partly typed
    raw.create_collation("nicol_decimal", _compare)
    add_aggregates(raw)


def _lower(*given: Any) -> Any:
    (text,) = given
    return _lowered(text) if isinstance(text, str) else text


def _lowered(text: str) -> str:
    """Each letter by itself, as PostgreSQL has it: Python's `lower` looks at what stands around Σ, and makes İ two letters."""
    return text.lower() if text.isascii() else text.replace("Σ", "σ").replace("İ", "i").lower()


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


def _sha256(*given: Any) -> str:
    (text,) = given
    return hashlib.sha256(text.encode()).hexdigest()


def _bounded(*given: Any) -> int | None:
    """An integer within its bounds; OverflowError for one beyond, which SQLite may have made a float."""
    value, low, high = given
    if value is None or (isinstance(value, int) and low <= value <= high):
        return value
    raise OverflowError(f"out of range: expected an int from {low} to {high}")


def _calculate(*given: Any) -> str | None:
    """Two decimals added, subtracted, multiplied or divided; OverflowError beyond so many digits before the point."""
    operator, left, right, precision, scale = given
    if left is None or right is None:
        return None
    result = _OPERATIONS[operator](Decimal(left), Decimal(right))
    rounded = result.quantize(Decimal(1).scaleb(-scale), context=_EXACT)
    if rounded.copy_abs() >= Decimal(10) ** (precision - scale):
        raise OverflowError(f"out of range: expected at most {precision - scale} digits before the point")
    return _plain(rounded)


_OPERATIONS: Mapping[str, Callable[[Decimal, Decimal], Decimal]] = {
    "+": _EXACT.add,
    "-": _EXACT.subtract,
    "*": _EXACT.multiply,
    "/": _EXACT.divide,
}


def _plain(number: Decimal) -> str:
    """The canonical text: no exponent, no zeros that say nothing."""
    text = format(number, "f")
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return "0" if text in ("-0", "") else text


_REALS: Mapping[str, Callable[[float, float], float]] = {
    "+": float.__add__,
    "-": float.__sub__,
    "*": float.__mul__,
    "/": float.__truediv__,
}


def _real(*given: Any) -> float | None:
    """Two floating point numbers calculated; OverflowError where SQLite would go on with infinity or with zero."""
    operator, left, right = given
    if left is None or right is None:
        return None
    one, two = float(left), float(right)
    result = _REALS[operator](one, two)
    if math.isnan(result) or (math.isinf(result) and not math.isinf(one) and not math.isinf(two)):
        raise OverflowError("out of range: the number is too big for a Float")
    if result == 0 and operator in "*/" and one and two and not math.isinf(two):
        raise OverflowError("out of range: the number is too small for a Float")
    return result


def _compare(one: str, two: str) -> int:
    left, right = Decimal(one), Decimal(two)
    return (left > right) - (left < right)
