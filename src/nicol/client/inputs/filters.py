"""Filters: what a `where` says of the values of a field."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import Generic, Literal, TypeAlias, TypedDict, TypeVar

from nicol.client.inputs.values import DecimalInput, JsonInput
from nicol.query.references import FieldRef
from nicol.sql.json import AnyNullType

T = TypeVar("T")

# ---- of scalars --------------------------------------------------------------------------------------------------

StringFilter = TypedDict(
    "StringFilter",
    {
        "equals": str | FieldRef[str] | None,
        "not": "str | StringFilter | FieldRef[str] | None",
        "in": Sequence[str] | FieldRef[Sequence[str]],
        "not_in": Sequence[str] | FieldRef[Sequence[str]],
        "lt": str | FieldRef[str],
        "lte": str | FieldRef[str],
        "gt": str | FieldRef[str],
        "gte": str | FieldRef[str],
        "contains": str | FieldRef[str],
        "startswith": str | FieldRef[str],
        "endswith": str | FieldRef[str],
        "mode": Literal["default", "insensitive"],
    },
    total=False,
)
IntFilter = TypedDict(
    "IntFilter",
    {
        "equals": int | FieldRef[int] | None,
        "not": "int | IntFilter | FieldRef[int] | None",
        "in": Sequence[int] | FieldRef[Sequence[int]],
        "not_in": Sequence[int] | FieldRef[Sequence[int]],
        "lt": int | FieldRef[int],
        "lte": int | FieldRef[int],
        "gt": int | FieldRef[int],
        "gte": int | FieldRef[int],
    },
    total=False,
)
FloatFilter = TypedDict(
    "FloatFilter",
    {
        "equals": float | FieldRef[float] | None,
        "not": "float | FloatFilter | FieldRef[float] | None",
        "in": Sequence[float] | FieldRef[Sequence[float]],
        "not_in": Sequence[float] | FieldRef[Sequence[float]],
        "lt": float | FieldRef[float],
        "lte": float | FieldRef[float],
        "gt": float | FieldRef[float],
        "gte": float | FieldRef[float],
    },
    total=False,
)
DecimalFilter = TypedDict(
    "DecimalFilter",
    {
        "equals": DecimalInput | FieldRef[Decimal] | None,
        "not": "DecimalInput | DecimalFilter | FieldRef[Decimal] | None",
        "in": Sequence[DecimalInput] | FieldRef[Sequence[Decimal]],
        "not_in": Sequence[DecimalInput] | FieldRef[Sequence[Decimal]],
        "lt": DecimalInput | FieldRef[Decimal],
        "lte": DecimalInput | FieldRef[Decimal],
        "gt": DecimalInput | FieldRef[Decimal],
        "gte": DecimalInput | FieldRef[Decimal],
    },
    total=False,
)
DateTimeFilter = TypedDict(
    "DateTimeFilter",
    {
        "equals": datetime | FieldRef[datetime] | None,
        "not": "datetime | DateTimeFilter | FieldRef[datetime] | None",
        "in": Sequence[datetime] | FieldRef[Sequence[datetime]],
        "not_in": Sequence[datetime] | FieldRef[Sequence[datetime]],
        "lt": datetime | FieldRef[datetime],
        "lte": datetime | FieldRef[datetime],
        "gt": datetime | FieldRef[datetime],
        "gte": datetime | FieldRef[datetime],
    },
    total=False,
)
BooleanFilter = TypedDict(
    "BooleanFilter",
    {"equals": bool | FieldRef[bool] | None, "not": "bool | BooleanFilter | FieldRef[bool] | None"},
    total=False,
)
BytesFilter = TypedDict(
    "BytesFilter",
    {
        "equals": bytes | FieldRef[bytes] | None,
        "not": "bytes | BytesFilter | FieldRef[bytes] | None",
        "in": Sequence[bytes],
        "not_in": Sequence[bytes],
    },
    total=False,
)

# Of what is encrypted the database knows no more than whether it is there and, where the schema says so, what is equal.
SealedStringFilter = TypedDict(
    "SealedStringFilter",
    {
        "equals": str | None,
        "not": "str | SealedStringFilter | None",
        "in": Sequence[str],
        "not_in": Sequence[str],
    },
    total=False,
)
SealedBytesFilter = TypedDict(
    "SealedBytesFilter",
    {
        "equals": bytes | None,
        "not": "bytes | SealedBytesFilter | None",
        "in": Sequence[bytes],
        "not_in": Sequence[bytes],
    },
    total=False,
)
SealedFilter = TypedDict("SealedFilter", {"equals": None, "not": None}, total=False)

JsonPath: TypeAlias = list[str] | list[int] | list[str | int] | tuple[str | int, ...]
"""The steps of a path: no mere sequence, which a text would be too."""

JsonFilter = TypedDict(
    "JsonFilter",
    {
        "path": JsonPath,
        "equals": JsonInput | AnyNullType | None,
        "not": JsonInput | AnyNullType | None,
        "lt": int | float | str,
        "lte": int | float | str,
        "gt": int | float | str,
        "gte": int | float | str,
        "string_contains": str,
        "string_starts_with": str,
        "string_ends_with": str,
        "array_contains": JsonInput | None,
        "array_starts_with": JsonInput | None,
        "array_ends_with": JsonInput | None,
        "mode": Literal["default", "insensitive"],
    },
    total=False,
)


class ListFilter(TypedDict, Generic[T], total=False):
    """Conditions on a list of values."""

    equals: Sequence[T] | FieldRef[Sequence[T]] | None
    has: T | FieldRef[T]
    has_every: Sequence[T] | FieldRef[Sequence[T]]
    has_some: Sequence[T] | FieldRef[Sequence[T]]
    is_empty: bool


# ---- what stands at a field's key --------------------------------------------------------------------------------
#
# One name for each kind of field: type checkers walk these unions once for a whole schema, and not for every field.

StringWhere: TypeAlias = str | StringFilter | FieldRef[str]
NullableStringWhere: TypeAlias = str | StringFilter | FieldRef[str] | None
IntWhere: TypeAlias = int | IntFilter | FieldRef[int]
NullableIntWhere: TypeAlias = int | IntFilter | FieldRef[int] | None
FloatWhere: TypeAlias = float | FloatFilter | FieldRef[float]
NullableFloatWhere: TypeAlias = float | FloatFilter | FieldRef[float] | None
DecimalWhere: TypeAlias = DecimalInput | DecimalFilter | FieldRef[Decimal]
NullableDecimalWhere: TypeAlias = DecimalInput | DecimalFilter | FieldRef[Decimal] | None
DateTimeWhere: TypeAlias = datetime | DateTimeFilter | FieldRef[datetime]
NullableDateTimeWhere: TypeAlias = datetime | DateTimeFilter | FieldRef[datetime] | None
BooleanWhere: TypeAlias = bool | BooleanFilter | FieldRef[bool]
NullableBooleanWhere: TypeAlias = bool | BooleanFilter | FieldRef[bool] | None
BytesWhere: TypeAlias = bytes | BytesFilter | FieldRef[bytes]
NullableBytesWhere: TypeAlias = bytes | BytesFilter | FieldRef[bytes] | None
JsonWhere: TypeAlias = JsonFilter
NullableJsonWhere: TypeAlias = JsonFilter | None
SealedStringWhere: TypeAlias = str | SealedStringFilter
NullableSealedStringWhere: TypeAlias = str | SealedStringFilter | None
SealedBytesWhere: TypeAlias = bytes | SealedBytesFilter
NullableSealedBytesWhere: TypeAlias = bytes | SealedBytesFilter | None
NullableSealedWhere: TypeAlias = SealedFilter | None

# ---- fields in the place of values -------------------------------------------------------------------------------

StringRef: TypeAlias = FieldRef[str]
IntRef: TypeAlias = FieldRef[int]
FloatRef: TypeAlias = FieldRef[float]
DecimalRef: TypeAlias = FieldRef[Decimal]
DateTimeRef: TypeAlias = FieldRef[datetime]
BooleanRef: TypeAlias = FieldRef[bool]
BytesRef: TypeAlias = FieldRef[bytes]
JsonRef: TypeAlias = FieldRef[object]
StringListRef: TypeAlias = FieldRef[Sequence[str]]
IntListRef: TypeAlias = FieldRef[Sequence[int]]
FloatListRef: TypeAlias = FieldRef[Sequence[float]]
DecimalListRef: TypeAlias = FieldRef[Sequence[Decimal]]
DateTimeListRef: TypeAlias = FieldRef[Sequence[datetime]]
BooleanListRef: TypeAlias = FieldRef[Sequence[bool]]
BytesListRef: TypeAlias = FieldRef[Sequence[bytes]]
JsonListRef: TypeAlias = FieldRef[object]
