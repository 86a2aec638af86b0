"""When two defaults, or two pieces of SQL, mean the same though databases print them otherwise than people write them."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation

from nicol.catalog import Constant, CurrentTimestamp, Default, Expression


def same_default(one: Default | None, other: Default | None) -> bool:
    """True when two defaults give the same value."""
    return one == other or _meaning(one) == _meaning(other)


def same_sql(one: str | None, other: str | None) -> bool:
    """True when two conditions differ only in case, blanks, parentheses and casts, which databases add and drop."""
    return one == other or (one is not None and other is not None and _bare_sql(one) == _bare_sql(other))


_NOW = {"now", "current_timestamp"}


def _meaning(default: Default | None) -> object:
    match default:
        case None:
            return None
        case CurrentTimestamp():
            return "now"
        case Constant(text=text):
            return ("constant", _value(text))
        case Expression(sql=sql):
            bare = _bare_sql(sql)
            if bare in _NOW:
                return "now"
            quoted = re.fullmatch(r"'((?:[^']|'')*)'", bare, re.DOTALL)
            return ("constant", _value(quoted.group(1).replace("''", "'"))) if quoted else ("sql", bare)


def _value(text: str) -> object:
    """A constant by what it means: a number, a time, JSON, or just its text."""
    try:
        return Decimal(text)
    except InvalidOperation:
        pass
    if _TIME.fullmatch(text):
        return _instant(text)
    if text[:1] in "{[" and text:
        try:
            return ("json", json.dumps(json.loads(text), sort_keys=True))
        except ValueError:
            return text
    return text


_TIME = re.compile(
    r"\d{4}-\d\d-\d\d(?:[ T]\d\d:\d\d:\d\d(?:\.\d{1,6})?(?: ?(?:[+-]\d\d(?::?\d\d)?|Z|UTC))?)?"
)


def _instant(text: str) -> object:
    plain = text.replace(" +", "+").replace(" -", "-").replace(" UTC", "Z")
    try:
        found = datetime.fromisoformat(plain)
    except ValueError:
        return text
    return found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)


_PIECES = re.compile(
    r"""(?P<quoted>'(?:[^']|'')*')
      | (?P<cast>::\s*(?:"(?:[^"]|"")*"|\w+)(?:\.(?:"(?:[^"]|"")*"|\w+))?
            (?:\ (?:varying|precision|without\ time\ zone|with\ time\ zone))?(?:\(\d+(?:,\s*\d+)?\))?
            (?:\ (?:without\ time\ zone|with\ time\ zone))?(?:\[\])*)
      | (?P<name>"(?:[^"]|"")*")
      | (?P<noise>[\s()]+)
      | (?P<rest>.)""",
    re.VERBOSE | re.DOTALL | re.IGNORECASE,
)


def _bare_sql(sql: str) -> str:
    """SQL without case, blanks, parentheses and casts; what stands in quotes keeps its own."""
    return "".join(_bare_piece(match) for match in _PIECES.finditer(sql))


def _bare_piece(match: re.Match[str]) -> str:
    match match.lastgroup:
        case "quoted":
            time = match.group()[1:-1]
            found = _instant(time) if _TIME.fullmatch(time) else None
            return f"'{found.isoformat()}'" if isinstance(found, datetime) else match.group()
        case "name":
            return match.group()[1:-1].lower()
        case "rest":
            return match.group().lower()
        case _:
            return ""
