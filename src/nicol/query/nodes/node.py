"""What every part of a query is."""

from __future__ import annotations

import msgspec


class Node(msgspec.Struct, frozen=True, gc=False):
    """A part of a query: immutable, hashable, compared by content."""
