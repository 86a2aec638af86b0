"""From a database's constants back to the schema's literals; what cannot be one is None."""

from __future__ import annotations

import json
import re
from base64 import b64encode
from collections.abc import Callable
from dataclasses import dataclass

from nicol.dialects.expressions import instant_of
from nicol.schema.schema import Literal, NativeType, Scalar, Unsupported


@dataclass(frozen=True, slots=True)
class Meaning:
    """What a column holds in the language's words, where its type is no enum of the database.

    `listed`: a list of it. `values`: those of an enum that only a condition on the column knows.
    """

    type: Scalar | Unsupported
    native: NativeType | None = None
    listed: bool = False
    values: tuple[str, ...] = ()


_WHOLE = re.compile(r"-?\d{1,19}")
_NUMBER = re.compile(r"-?\d+(?:\.\d+)?")


def literal_of(text: str, scalar: Scalar, bytes_of: Callable[[str], bytes | None]) -> Literal | None:
    """A constant of a scalar's column as a literal. `bytes_of` reads the database's form of bytes."""
    match scalar:
        case Scalar.STRING:
            return Literal(text, text)
        case Scalar.BOOLEAN:
            value = {"true": True, "false": False, "1": True, "0": False}.get(text.lower())
            return None if value is None else Literal(value, str(value).lower())
        case Scalar.INT | Scalar.BIGINT:
            return Literal(int(text), text) if _WHOLE.fullmatch(text) else None
        case Scalar.FLOAT | Scalar.DECIMAL:
            return Literal(float(text), text) if _NUMBER.fullmatch(text) else None
        case Scalar.DATETIME:
            return _time(text)
        case Scalar.JSON:
            return Literal(text, text) if _is_json(text) else None
        case Scalar.BYTES:
            value = bytes_of(text)
            return None if value is None else Literal(value, b64encode(value).decode())


def _time(text: str) -> Literal | None:
    found = instant_of(text)
    if found is None:
        return None
    spec = "milliseconds" if found.microsecond % 1000 == 0 else "microseconds"
    return Literal(found, found.isoformat(timespec=spec).replace("+00:00", "Z"))


def _is_json(text: str) -> bool:
    try:
        json.loads(text)
    except ValueError:
        return False
    return True


def bytes_of_hex(text: str) -> bytes | None:
    """The bytes that hexadecimal digits stand for."""
    try:
        return bytes.fromhex(text)
    except ValueError:
        return None
