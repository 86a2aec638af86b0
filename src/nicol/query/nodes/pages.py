"""Pages: which rows, in which order, and what of each."""

from __future__ import annotations

from typing import Literal

from nicol.query.nodes.filters import ALL, Filter, Key
from nicol.query.nodes.measures import Measure
from nicol.query.nodes.node import Node


class OrderBy(Node, frozen=True, gc=False):
    """One key of an order: a scalar field at the end of a path of to-one relations.

    With `measure`, `field` is a relation to many there, and the key is what its rows come to for which `where` holds.
    `guards`: what must hold for the row of each step of the path, where a scope says so.
    """

    field: str
    descending: bool = False
    nulls: Literal["first", "last"] | None = None
    path: tuple[str, ...] = ()
    measure: Measure | None = None
    where: Filter | None = None
    guards: tuple[Filter, ...] = ()


class Depth(Node, frozen=True, gc=False):
    """How far a relation of a model to itself is followed: so many levels as the slot says; None: to the ends."""

    slot: int | None = None


DEEPEST = 10_000
"""How many levels a tree may have: Python itself does not survive objects that are nested ten times as deeply."""


class Include(Node, frozen=True, gc=False):
    """A relation to be loaded, with the page of its rows that is wanted for each parent, and for theirs with `depth`."""

    field: str
    page: Page
    depth: Depth | None = None


class RelationCount(Node, frozen=True, gc=False):
    """How many rows of a relation there are, of those for which `where` holds."""

    field: str
    where: Filter = ALL


class Selection(Node, frozen=True, gc=False):
    """What of a row is wanted. None in its place: all fields and nothing else.

    `fields`: the scalar fields, None: all of them. `only`: relations that are not included are not there either, as with
    `select`; else they are None. `into`: the class that objects are made of, None: the model's own.
    """

    fields: tuple[str, ...] | None = None
    include: tuple[Include, ...] = ()
    counts: tuple[RelationCount, ...] = ()
    only: bool = False
    into: type | None = None


class Page(Node, frozen=True, gc=False):
    """Which rows, in which order, and what comes with them.

    `backwards`: `take` counts from the end. `shuffled`: the order is chance's, anew for each call.
    """

    where: Filter = ALL
    order: tuple[OrderBy, ...] = ()
    take: int | None = None
    backwards: bool = False
    skip: int | None = None
    cursor: Key | None = None
    distinct: tuple[str, ...] = ()
    selection: Selection | None = None
    shuffled: bool = False


EVERYTHING = Selection()
"""What a missing selection is: all fields, no relation."""
