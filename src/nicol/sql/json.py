"""JSON's own null, which is not the database's, and the one way Nicol spells JSON text."""

from __future__ import annotations

import json
from enum import Enum
from typing import Any, Final


class JsonNullType(Enum):
    """The type of `JsonNull`."""

    JSON_NULL = "JsonNull"

    def __repr__(self) -> str:
        return self.value


class AnyNullType(Enum):
    """The type of `AnyNull`."""

    ANY_NULL = "AnyNull"

    def __repr__(self) -> str:
        return self.value


JsonNull: Final = JsonNullType.JSON_NULL
"""The value `null` inside a Json column; `None` is a column that holds nothing."""

DbNull: Final = None
"""A Json column that holds nothing: Prisma's word for what `None` says everywhere."""

AnyNull: Final = AnyNullType.ANY_NULL
"""In filters of Json: either of both."""


def json_text(value: Any) -> str:
    """JSON text of a plain Python value; TypeError or ValueError with a sentence for what JSON cannot say."""
    try:
        return json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":"), default=_null)
    except (ValueError, RecursionError) as error:
        raise ValueError(f"this value cannot be written as JSON: {error}") from None


def _null(value: object) -> None:
    if value is not JsonNull:
        raise TypeError(f"a value of type {type(value).__name__} cannot be written as JSON")
