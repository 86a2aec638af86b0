"""Writes: changes of the values of a field."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Generic, TypeAlias, TypedDict, TypeVar

from nicol.client.inputs.values import DecimalInput

T = TypeVar("T")

# ---- of scalars --------------------------------------------------------------------------------------------------


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


# ---- what stands at a field's key --------------------------------------------------------------------------------

StringChange: TypeAlias = str | StringUpdate
NullableStringChange: TypeAlias = str | StringUpdate | None
IntChange: TypeAlias = int | IntUpdate
NullableIntChange: TypeAlias = int | IntUpdate | None
FloatChange: TypeAlias = float | FloatUpdate
NullableFloatChange: TypeAlias = float | FloatUpdate | None
DecimalChange: TypeAlias = DecimalInput | DecimalUpdate
NullableDecimalChange: TypeAlias = DecimalInput | DecimalUpdate | None
DateTimeChange: TypeAlias = datetime | DateTimeUpdate
NullableDateTimeChange: TypeAlias = datetime | DateTimeUpdate | None
BooleanChange: TypeAlias = bool | BooleanUpdate
NullableBooleanChange: TypeAlias = bool | BooleanUpdate | None
BytesChange: TypeAlias = bytes | BytesUpdate
NullableBytesChange: TypeAlias = bytes | BytesUpdate | None
