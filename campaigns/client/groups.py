"""What counts, sums, means, extremes and groups are in plain Python."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from decimal import ROUND_HALF_UP, Context, Decimal
from fractions import Fraction
from typing import Any

from campaigns.client.conditions import chosen
from campaigns.client.memory import Memory, Refused, Row, Unsettled
from campaigns.client.reads import ordered, page
from campaigns.client.worlds import ENUM, MEMBERS, Field, Model

_EXACT = Context(prec=200, rounding=ROUND_HALF_UP)
FUNCTIONS = ("count", "count_distinct", "sum", "avg", "min", "max")


class Near(float):
    """A number whose last digits are the database's affair."""


def count(memory: Memory, model: Model, args: Row) -> Any:
    """How many rows a page has, or how many values."""
    rows = page(memory, model, args, memory.rows[model.name])
    if args.get("select") is None:
        return len(rows)
    return {name: _measured(memory, model, "count", name, rows) for name in args["select"]}


def aggregate(memory: Memory, model: Model, args: Row) -> Row:
    """Measures of a page."""
    return _measures(memory, model, args, page(memory, model, args, memory.rows[model.name]))


def group_by(memory: Memory, model: Model, args: Row) -> list[Row]:
    """Measures of groups, in the order of their keys."""
    groups: dict[tuple[Any, ...], list[Row]] = {}
    for row in chosen(memory, model, args.get("where"), memory.rows[model.name]):
        groups.setdefault(tuple(row[name] for name in args["by"]), []).append(row)
    found = [rows for rows in groups.values() if _has(memory, model, args.get("having") or {}, rows)]
    heads = ordered(memory, model, args["order"], [rows[0] for rows in found])
    found = [next(rows for rows in found if rows[0] is head) for head in heads]
    found = found[args.get("skip") or 0 :][: args.get("take")]
    shown = {id(rows) for rows in found}
    _check_others(memory, model, args, [rows for rows in groups.values() if id(rows) not in shown])
    return [
        {name: rows[0][name] for name in args["by"]} | _measures(memory, model, args, rows) for rows in found
    ]


def _check_others(memory: Memory, model: Model, args: Row, groups: Sequence[Sequence[Row]]) -> None:
    """Whether a sum that is too big is told though its group is not shown is the database's affair."""
    try:
        for rows in groups:
            _measures(memory, model, args, rows)
    except Refused:
        raise Unsettled from None


def _has(memory: Memory, model: Model, having: Row, rows: Sequence[Row]) -> bool:
    for name, asked in having.items():
        ((word, limit),) = asked.items() if name == "_count" else next(iter(asked.values())).items()
        function = "count" if name == "_count" else next(iter(asked))[1:]
        value = _measured(memory, model, function, "_all" if name == "_count" else name, rows)
        if value is None or not {"gt": value > limit, "lte": value <= limit}[word]:
            return False
    return True


def _measures(memory: Memory, model: Model, args: Row, rows: Sequence[Row]) -> Row:
    return {
        f"_{function}": {
            name: _measured(memory, model, function, name, rows)
            for name in (["_all"] if args[function] is True else args[function])
        }
        for function in FUNCTIONS
        if args.get(function)
    }


def _measured(memory: Memory, model: Model, function: str, name: str, rows: Sequence[Row]) -> Any:
    if name == "_all":
        return len(rows)
    field = model.by_name[name]
    values = [row[name] for row in rows if row[name] is not None]
    match function:
        case "count":
            return len(values)
        case "count_distinct":
            return len(set(values))
        case _ if not values:
            return None
        case "sum" | "avg":
            return _added(field, values, mean=function == "avg", exact=memory.world.portable)
        case _:
            pick: Callable[..., Any] = min if function == "min" else max
            return pick(values, key=lambda value: list(MEMBERS).index(value) if field.type == ENUM else value)


def _added(field: Field, values: Sequence[Any], *, mean: bool, exact: bool) -> Any:
    if field.type in ("Int", "BigInt"):
        total = sum(values)
        if mean:
            return float(Fraction(total, len(values)))
        if not -(2**63) <= total < 2**63:
            raise Refused("P2020")
        return total
    whole = sum(map(Fraction, values), Fraction(0)) / (len(values) if mean else 1)
    if field.type == "Float" or not exact:
        return Near(whole)
    return _EXACT.divide(Decimal(whole.numerator), Decimal(whole.denominator)).quantize(
        Decimal(1).scaleb(-30), context=_EXACT
    )
