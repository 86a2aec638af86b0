"""When two defaults mean the same though databases print them otherwise than people write them."""

from __future__ import annotations

import json
import re
from decimal import Decimal, InvalidOperation

from nicol.catalog import Constant, CurrentTimestamp, Default, Expression
from nicol.dialects.expressions import canonical, instant_of, same_sql


def same_default(one: Default | None, other: Default | None) -> bool:
    """True when two defaults give the same value."""
    one, other = _spread(one), _spread(other)
    if one == other or _meaning(one) == _meaning(other):
        return True
    return isinstance(one, Expression) and isinstance(other, Expression) and same_sql(one.sql, other.sql)


_LIST = re.compile(r"'\{([^'\\{}]*)\}'::(.+)\[\]", re.DOTALL)
_ITEM = re.compile(r'"[^"]*"|[^,"]+')
_TRUTHS = {"t": "true", "true": "true", "f": "false", "false": "false"}


def _spread(default: Default | None) -> Default | None:
    """`'{a,b}'::text[]` as `ARRAY['a', 'b']`, which is how a schema's list is spelled; what needs escapes stays."""
    found = _LIST.fullmatch(default.sql) if isinstance(default, Expression) else None
    if found is None:
        return default
    kind = found.group(2)
    items = (_item(item, kind) for item in _ITEM.findall(found.group(1)))
    return Expression(f"ARRAY[{', '.join(items)}]::{kind}[]")


def _item(text: str, kind: str) -> str:
    if text.lower() == "null":
        return "NULL"
    plain = text.strip('"')
    return _TRUTHS.get(plain, plain) if kind == "boolean" else f"'{plain}'::{kind}"


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
