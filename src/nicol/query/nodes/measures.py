"""What many rows come to, as one value."""

from __future__ import annotations

from nicol.query.nodes.node import Node


class Measure(Node, frozen=True, gc=False):
    """A count, sum, mean or extreme of a field's values; the number of rows where there is no field."""

    function: str
    field: str | None = None
