"""When two defaults mean the same though databases print them otherwise than people write them."""

from __future__ import annotations

import json
import re
from decimal import Decimal, InvalidOperation

from nicol.catalog import Constant, CurrentTimestamp, Default, Expression
from nicol.dialects.expressions import canonical, instant_of, same_sql


def same_default(one: Default | None, other: Default | None) -> bool:
    """True when two defaults give the same value."""
    if one == other or _meaning(one) == _meaning(other):
        return True
    return isinstance(one, Expression) and isinstance(other, Expression) and same_sql(one.sql, other.sql)


def _meaning(default: Default | None) -> object:
    match default:
        case None:
            return None
        case CurrentTimestamp():
            return "now"
        case Constant(text=text):
            return ("constant", _value(text))
        case Expression(sql=sql):
            text = canonical(sql)
            if text == "now":
                return "now"
            quoted = re.fullmatch(r"'((?:[^']|'')*)'", text, re.DOTALL)
            return ("constant", _value(quoted.group(1).replace("''", "'"))) if quoted else ("sql", sql)


def _value(text: str) -> object:
    """A constant by what it means: a number, a time, JSON, or just its text."""
    try:
        return Decimal(text)
    except InvalidOperation:
        pass
    if (found := instant_of(text)) is not None:
        return found
    if text[:1] in "{[" and text:
        try:
            return ("json", json.dumps(json.loads(text), sort_keys=True))
        except ValueError:
            return text
    return text
