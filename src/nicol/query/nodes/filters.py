"""Filters: which rows are meant."""

from __future__ import annotations

from typing import TypeAlias

from nicol.query.nodes.measures import Measure
from nicol.query.nodes.node import Node


class Compare(Node, frozen=True, gc=False):
    """A scalar field against a value; `operator` is the word of the client surface."""

    field: str
    operator: str
    slot: int
    insensitive: bool = False


class CompareField(Node, frozen=True, gc=False):
    """A scalar field against another field of the same row."""

    field: str
    operator: str
    other: str
    insensitive: bool = False


class JsonCompare(Node, frozen=True, gc=False):
    """The value at a path of a Json field against a value; `path` is the slot of the path, None: the whole value."""

    field: str
    operator: str
    slot: int
    path: int | None = None
    insensitive: bool = False


class JsonMissing(Node, frozen=True, gc=False):
    """A Json field has nothing at the path in this slot."""

    field: str
    path: int


class Null(Node, frozen=True, gc=False):
    """A scalar field is null."""

    field: str


class Empty(Node, frozen=True, gc=False):
    """A list field has no items."""

    field: str


class All(Node, frozen=True, gc=False):
    """All hold; true when there are none."""

    items: tuple[Filter, ...]


class Any(Node, frozen=True, gc=False):
    """One holds at least; false when there are none."""

    items: tuple[Filter, ...]


class Not(Node, frozen=True, gc=False):
    """The contrary."""

    of: Filter


class Related(Node, frozen=True, gc=False):
    """Rows of a relation: `some`, `every` or `none` of many; the one there `is` or `is_not`.

    `among`: all other rows count as if they were not there; None: every row counts.
    """

    field: str
    quantifier: str
    where: Filter
    among: Filter | None = None


class Alone(Node, frozen=True, gc=False):
    """There is no row at the other end of a to-one relation."""

    field: str


class Measured(Node, frozen=True, gc=False):
    """What the rows of a relation to many come to, of those for which `where` holds.

    `holds` is about a row with one field, which is named as `query.measures.name_of` says.
    """

    field: str
    measure: Measure
    where: Filter
    holds: Filter


Filter: TypeAlias = (
    Compare
    | CompareField
    | JsonCompare
    | JsonMissing
    | Null
    | Empty
    | All
    | Any
    | Not
    | Related
    | Alone
    | Measured
)
ALL = All(())
"""The filter that asks nothing."""


class Key(Node, frozen=True, gc=False):
    """The fields of one unique key, each with its value, and what else must hold for the row."""

    fields: tuple[str, ...]
    slots: tuple[int, ...]
    rest: Filter = ALL
