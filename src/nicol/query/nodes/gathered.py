"""Calls that are answered together."""

from __future__ import annotations

from nicol.query.nodes.filters import ALL, Filter
from nicol.query.nodes.node import Node
from nicol.query.nodes.pages import Selection


class FindEach(Node, frozen=True, gc=False):
    """The rows of many keys: a slot for each field of the key, which holds a list. `where` must hold for each row.

    The answer has the rows by the numbers of their keys, from 1.
    """

    model: str
    fields: tuple[str, ...]
    slots: tuple[int, ...]
    where: Filter = ALL
    selection: Selection | None = None
