"""The values that inputs are made of, where Python's own types do not say enough."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any, TypeAlias

from nicol.sql.json import JsonNullType

DecimalInput: TypeAlias = Decimal | int | str
JsonInput: TypeAlias = Mapping[str, Any] | Sequence[Any] | str | int | float | bool | JsonNullType
