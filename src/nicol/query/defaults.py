"""Values that the client makes for new rows: ids, times, and literals that not every database keeps exactly.

Clock and chance enter as an `Environment`, so that the same environment always makes the same values.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeAlias
from uuid import UUID

from nicol.schema.schema import Default, FieldType, FunctionCall, ListLiteral, Literal, Scalar


@dataclass(frozen=True, slots=True)
class Environment:
    """What a program takes from the world: the time in UTC, and a number of random bytes."""

    now: Callable[[], datetime]
    random: Callable[[int], bytes]


@dataclass(frozen=True, slots=True)
class Moment:
    """One run of a program: every value that it makes has the same time."""

    now: datetime
    random: Callable[[int], bytes]


Generate: TypeAlias = Callable[[Moment], Any]

_BASE36 = "0123456789abcdefghijklmnopqrstuvwxyz"
_CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_NANOID = "useandom-26T198340PX75pxJACKVERYMINDBUSHWOLF_GQZbfghjklqvwyzrict"
_EXACT = frozenset({Scalar.DATETIME, Scalar.BYTES, Scalar.DECIMAL, Scalar.JSON})
"""Scalars whose literals a database keeps in a form of its own: the client writes them itself."""


def generator(default: Default | None, type: FieldType) -> Generate | None:  # noqa: A002
    """What makes the value of a default; None where the database does."""
    match default:
        case FunctionCall(name=name, args=args):
            return _function(name, args)
        case Literal(value=value) if type in _EXACT:
            made = _literal(value, type)
            return lambda _: made
        case ListLiteral(items=items) if type in _EXACT:
            listed = [_literal(item.value, type) for item in items]
            return lambda _: listed
        case _:
            return None


_IDS = frozenset({"uuid", "cuid", "ulid", "nanoid"})


def varies(default: Default | None) -> bool:
    """True when each row's value is its own, so that it is made anew for each."""
    return isinstance(default, FunctionCall) and default.name in _IDS


def _literal(value: Any, type: FieldType) -> Any:  # noqa: A002
    if type is Scalar.JSON:
        return json.loads(value)
    return value


def _function(name: str, args: tuple[str | int, ...]) -> Generate | None:
    match name, args:
        case "now", _:
            return lambda moment: moment.now
        case "uuid", (7,):
            return uuid7
        case "uuid", _:
            return uuid4
        case "cuid", (2,):
            return cuid2
        case "cuid", _:
            return cuid
        case "ulid", _:
            return ulid
        case "nanoid", (int(length),):
            return lambda moment: nanoid(moment, length)
        case "nanoid", _:
            return lambda moment: nanoid(moment, 21)
        case _:
            return None


def updated_at(moment: Moment) -> datetime:
    """The time of a write, for fields marked `@updatedAt`."""
    return moment.now


# ---- ids ---------------------------------------------------------------------------------------------------------


def _milliseconds(moment: Moment) -> int:
    return int(moment.now.timestamp() * 1000)


def uuid4(moment: Moment) -> str:
    """A random UUID (RFC 9562, version 4)."""
    return str(UUID(bytes=moment.random(16), version=4))


def uuid7(moment: Moment) -> str:
    """A UUID that sorts by time (RFC 9562, version 7)."""
    number = _milliseconds(moment) << 80 | int.from_bytes(moment.random(10))
    number = number & ~(0xF << 76) | 7 << 76
    return str(UUID(int=number & ~(0x3 << 62) | 2 << 62))


def cuid(moment: Moment) -> str:
    """A cuid of the first kind: `c`, the time, a counter, a fingerprint and chance, in base 36."""
    chance = int.from_bytes(moment.random(13))
    return "c" + _digits(_milliseconds(moment), 8) + _digits(chance, 16)


def cuid2(moment: Moment) -> str:
    """A cuid of the second kind: a letter and 23 characters of a hash, which tell nothing."""
    chance = moment.random(33)
    letter = _BASE36[10 + chance[0] % 26]
    digest = hashlib.sha3_512(chance + str(_milliseconds(moment)).encode()).digest()
    return letter + _digits(int.from_bytes(digest), 23)


def ulid(moment: Moment) -> str:
    """A ULID: 48 bits of time and 80 of chance in Crockford's base 32."""
    number = _milliseconds(moment) << 80 | int.from_bytes(moment.random(10))
    return "".join(_CROCKFORD[number >> shift & 31] for shift in range(125, -1, -5))


def nanoid(moment: Moment, length: int) -> str:
    """A nanoid: so many characters of the 64 that a URL leaves alone."""
    return "".join(_NANOID[byte & 63] for byte in moment.random(length))


def _digits(number: int, count: int) -> str:
    """The last digits of a number in base 36."""
    text = ""
    for _ in range(count):
        number, digit = divmod(number, 36)
        text = _BASE36[digit] + text
    return text
