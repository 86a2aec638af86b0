"""How many rows an `upsert_many` made and changed."""

from __future__ import annotations

from typing import NamedTuple


class Upserted(NamedTuple):
    """How many rows were new, and how many were there and were changed."""

    created: int
    updated: int
