"""Groups: the units of time that moments are grouped by, and what `having` says of a field and of its measures."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Literal, Required, TypeAlias, TypedDict

from nicol.client.inputs.filters import (
    BooleanFilter,
    BytesFilter,
    DateTimeFilter,
    DateTimeWhere,
    DecimalFilter,
    DecimalWhere,
    FloatFilter,
    FloatWhere,
    IntFilter,
    IntWhere,
    StringFilter,
    StringWhere,
)
from nicol.client.inputs.values import DecimalInput

TimeUnit: TypeAlias = Literal["second", "minute", "hour", "day", "week", "month", "quarter", "year"]


class TimeBucket(TypedDict, total=False):
    bucket: Required[TimeUnit]
    zone: str


TimeGroup: TypeAlias = TimeUnit | TimeBucket
"""A unit of time, by the clocks of a zone where one is given."""


class CountHaving(TypedDict, total=False):
    _count: IntWhere


StringHaving = TypedDict(
    "StringHaving",
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
        "_count": IntWhere,
        "_count_distinct": IntWhere,
        "_min": StringWhere | None,
        "_max": StringWhere | None,
    },
    total=False,
)
IntHaving = TypedDict(
    "IntHaving",
    {
        "equals": int | None,
        "not": "int | IntFilter | None",
        "in": Sequence[int],
        "not_in": Sequence[int],
        "lt": int,
        "lte": int,
        "gt": int,
        "gte": int,
        "_count": IntWhere,
        "_count_distinct": IntWhere,
        "_sum": IntWhere | None,
        "_avg": FloatWhere | None,
        "_min": IntWhere | None,
        "_max": IntWhere | None,
    },
    total=False,
)
FloatHaving = TypedDict(
    "FloatHaving",
    {
        "equals": float | None,
        "not": "float | FloatFilter | None",
        "in": Sequence[float],
        "not_in": Sequence[float],
        "lt": float,
        "lte": float,
        "gt": float,
        "gte": float,
        "_count": IntWhere,
        "_count_distinct": IntWhere,
        "_sum": FloatWhere | None,
        "_avg": FloatWhere | None,
        "_min": FloatWhere | None,
        "_max": FloatWhere | None,
    },
    total=False,
)
DecimalHaving = TypedDict(
    "DecimalHaving",
    {
        "equals": DecimalInput | None,
        "not": "DecimalInput | DecimalFilter | None",
        "in": Sequence[DecimalInput],
        "not_in": Sequence[DecimalInput],
        "lt": DecimalInput,
        "lte": DecimalInput,
        "gt": DecimalInput,
        "gte": DecimalInput,
        "_count": IntWhere,
        "_count_distinct": IntWhere,
        "_sum": DecimalWhere | None,
        "_avg": DecimalWhere | None,
        "_min": DecimalWhere | None,
        "_max": DecimalWhere | None,
    },
    total=False,
)
DateTimeHaving = TypedDict(
    "DateTimeHaving",
    {
        "equals": datetime | None,
        "not": "datetime | DateTimeFilter | None",
        "in": Sequence[datetime],
        "not_in": Sequence[datetime],
        "lt": datetime,
        "lte": datetime,
        "gt": datetime,
        "gte": datetime,
        "_count": IntWhere,
        "_count_distinct": IntWhere,
        "_min": DateTimeWhere | None,
        "_max": DateTimeWhere | None,
    },
    total=False,
)
BooleanHaving = TypedDict(
    "BooleanHaving",
    {
        "equals": bool | None,
        "not": "bool | BooleanFilter | None",
        "_count": IntWhere,
        "_count_distinct": IntWhere,
        "_min": BooleanFilter | bool | None,
        "_max": BooleanFilter | bool | None,
    },
    total=False,
)
BytesHaving = TypedDict(
    "BytesHaving",
    {
        "equals": bytes | None,
        "not": "bytes | BytesFilter | None",
        "in": Sequence[bytes],
        "not_in": Sequence[bytes],
        "_count": IntWhere,
        "_count_distinct": IntWhere,
    },
    total=False,
)
