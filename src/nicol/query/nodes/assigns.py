"""New values of single fields."""

from __future__ import annotations

from nicol.query.nodes.node import Node


class Assign(Node, frozen=True, gc=False):
    """A new value of a scalar field: `set` it (slot None: to null), or have the database compute it."""

    field: str
    operator: str
    slot: int | None
