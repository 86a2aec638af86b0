"""Filters: which rows are meant."""

from __future__ import annotations

from typing import TypeAlias

from nicol.query.nodes.node import Node


class Compare(Node, frozen=True, gc=False):
    """A scalar field against a value; `operator` is the word of the client surface."""

    field: str
    operator: str
    slot: int
    insensitive: bool = False


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
    """Rows of a relation: `some`, `every` or `none` of many; the one there `is` or `is_not`."""

    field: str
    quantifier: str
    where: Filter


class Alone(Node, frozen=True, gc=False):
    """There is no row at the other end of a to-one relation."""

    field: str


Filter: TypeAlias = Compare | Null | Empty | All | Any | Not | Related | Alone
ALL = All(())


class Key(Node, frozen=True, gc=False):
    """The fields of one unique key, each with its value, and what else must hold for the row."""

    fields: tuple[str, ...]
    slots: tuple[int, ...]
    rest: Filter = ALL
