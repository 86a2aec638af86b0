"""Filters: what a `where` says of the values of a field."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Generic, Literal, TypeAlias, TypedDict, TypeVar

from nicol.client.inputs.values import DecimalInput, JsonInput

T = TypeVar("T")

# ---- of scalars --------------------------------------------------------------------------------------------------

StringFilter = TypedDict(
    "StringFilter",
    {
        "equals": str | None,
        "not": "str | StringFilter | None",
        "in": Sequence[str],
        "not_in": Sequence[str],
        "lt": str,
        "lte": str,
        "gt": str,
        "gte": str,
        "contains": str,
        "startswith": str,
        "endswith": str,
        "mode": Literal["default", "insensitive"],
    },
    total=False,
)
IntFilter = TypedDict(
    "IntFilter",
    {
        "equals": int | None,
        "not": "int | IntFilter | None",
        "in": Sequence[int],
        "not_in": Sequence[int],
        "lt": int,
        "lte": int,
        "gt": int,
        "gte": int,
    },
    total=False,
)
FloatFilter = TypedDict(
    "FloatFilter",
    {
        "equals": float | None,
        "not": "float | FloatFilter | None",
        "in": Sequence[float],
        "not_in": Sequence[float],
        "lt": float,
        "lte": float,
        "gt": float,
        "gte": float,
    },
    total=False,
)
DecimalFilter = TypedDict(
    "DecimalFilter",
    {
        "equals": DecimalInput | None,
        "not": "DecimalInput | DecimalFilter | None",
        "in": Sequence[DecimalInput],
        "not_in": Sequence[DecimalInput],
        "lt": DecimalInput,
        "lte": DecimalInput,
        "gt": DecimalInput,
        "gte": DecimalInput,
    },
    total=False,
)
DateTimeFilter = TypedDict(
    "DateTimeFilter",
    {
        "equals": datetime | None,
        "not": "datetime | DateTimeFilter | None",
        "in": Sequence[datetime],
        "not_in": Sequence[datetime],
        "lt": datetime,
        "lte": datetime,
        "gt": datetime,
        "gte": datetime,
    },
    total=False,
)
BooleanFilter = TypedDict(
    "BooleanFilter", {"equals": bool | None, "not": "bool | BooleanFilter | None"}, total=False
)
BytesFilter = TypedDict(
    "BytesFilter",
    {
        "equals": bytes | None,
        "not": "bytes | BytesFilter | None",
        "in": Sequence[bytes],
        "not_in": Sequence[bytes],
    },
    total=False,
)
JsonFilter = TypedDict("JsonFilter", {"equals": JsonInput | None, "not": JsonInput | None}, total=False)


class ListFilter(TypedDict, Generic[T], total=False):
    """Conditions on a list of values."""

    equals: Sequence[T] | None
    has: T
    has_every: Sequence[T]
    has_some: Sequence[T]
    is_empty: bool


# ---- what stands at a field's key --------------------------------------------------------------------------------
#
# One name for each kind of field: type checkers walk these unions once for a whole schema, and not for every field.

StringWhere: TypeAlias = str | StringFilter
NullableStringWhere: TypeAlias = str | StringFilter | None
IntWhere: TypeAlias = int | IntFilter
NullableIntWhere: TypeAlias = int | IntFilter | None
FloatWhere: TypeAlias = float | FloatFilter
NullableFloatWhere: TypeAlias = float | FloatFilter | None
DecimalWhere: TypeAlias = DecimalInput | DecimalFilter
NullableDecimalWhere: TypeAlias = DecimalInput | DecimalFilter | None
DateTimeWhere: TypeAlias = datetime | DateTimeFilter
NullableDateTimeWhere: TypeAlias = datetime | DateTimeFilter | None
BooleanWhere: TypeAlias = bool | BooleanFilter
NullableBooleanWhere: TypeAlias = bool | BooleanFilter | None
BytesWhere: TypeAlias = bytes | BytesFilter
NullableBytesWhere: TypeAlias = bytes | BytesFilter | None
JsonWhere: TypeAlias = JsonFilter
NullableJsonWhere: TypeAlias = JsonFilter | None
