"""The input types that do not depend on a schema: filters and updates of every scalar, for the stubs of generated clients."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any, Generic, Literal, TypeAlias, TypedDict, TypeVar

from nicol.sql.json import JsonNullType

__all__ = [
    "BooleanFilter",
    "BooleanUpdate",
    "BytesFilter",
    "BytesUpdate",
    "CountOrder",
    "DateTimeFilter",
    "DateTimeUpdate",
    "DecimalFilter",
    "DecimalInput",
    "DecimalUpdate",
    "FloatFilter",
    "FloatUpdate",
    "IntFilter",
    "IntUpdate",
    "JsonFilter",
    "JsonInput",
    "ListFilter",
    "ListUpdate",
    "NullsOrder",
    "SortOrder",
    "StringFilter",
    "StringUpdate",
]

T = TypeVar("T")

DecimalInput: TypeAlias = Decimal | int | str
JsonInput: TypeAlias = Mapping[str, Any] | Sequence[Any] | str | int | float | bool | JsonNullType
SortOrder: TypeAlias = Literal["asc", "desc"]

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


class ListUpdate(TypedDict, Generic[T], total=False):
    """A new list, or values to put behind the old one; one key at a time."""

    set: Sequence[T]
    push: T | Sequence[T]


class StringUpdate(TypedDict):
    """A new value for a String."""

    set: str


class BooleanUpdate(TypedDict):
    """A new value for a Boolean."""

    set: bool


class DateTimeUpdate(TypedDict):
    """A new value for a DateTime."""

    set: datetime


class BytesUpdate(TypedDict):
    """A new value for Bytes."""

    set: bytes


class IntUpdate(TypedDict, total=False):
    """A change of an Int or BigInt that the database computes; one key at a time."""

    set: int
    increment: int
    decrement: int
    multiply: int
    divide: int


class FloatUpdate(TypedDict, total=False):
    """A change of a Float that the database computes; one key at a time."""

    set: float
    increment: float
    decrement: float
    multiply: float
    divide: float


class DecimalUpdate(TypedDict, total=False):
    """A change of a Decimal that the database computes; one key at a time."""

    set: DecimalInput
    increment: DecimalInput
    decrement: DecimalInput
    multiply: DecimalInput
    divide: DecimalInput


class NullsOrder(TypedDict, total=False):
    """The direction of a column and the place of its nulls."""

    sort: SortOrder
    nulls: Literal["first", "last"]


class CountOrder(TypedDict):
    """An order by how many rows a relation leads to."""

    _count: SortOrder
