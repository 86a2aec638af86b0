"""Orders: by the values of a field, and the place of their nulls."""

from __future__ import annotations

from typing import Literal, TypeAlias, TypedDict

SortOrder: TypeAlias = Literal["asc", "desc"]


class NullsOrder(TypedDict, total=False):
    """The direction of a column and the place of its nulls."""

    sort: SortOrder
    nulls: Literal["first", "last"]


NullableOrder: TypeAlias = SortOrder | NullsOrder
