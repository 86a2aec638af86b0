"""Queries: one node for each operation."""

from __future__ import annotations

from typing import TypeAlias

from nicol.query.nodes.data import Data, Rows
from nicol.query.nodes.filters import Filter, Key
from nicol.query.nodes.groups import Aggregate, GroupBy
from nicol.query.nodes.node import Node
from nicol.query.nodes.pages import Page, Selection


class FindUnique(Node, frozen=True, gc=False):
    """The row of a key."""

    model: str
    key: Key
    selection: Selection | None = None
    required: bool = False


class FindFirst(Node, frozen=True, gc=False):
    """The first row of a page."""

    model: str
    page: Page
    required: bool = False


class FindMany(Node, frozen=True, gc=False):
    """The rows of a page."""

    model: str
    page: Page


class Count(Node, frozen=True, gc=False):
    """How many rows a page has."""

    model: str
    page: Page


class Create(Node, frozen=True, gc=False):
    """A new row."""

    model: str
    data: Data
    selection: Selection | None = None


class CreateMany(Node, frozen=True, gc=False):
    """Many new rows."""

    model: str
    rows: tuple[Rows, ...]
    skip_duplicates: bool = False


class Update(Node, frozen=True, gc=False):
    """Changes of the row of a key."""

    model: str
    key: Key
    data: Data
    selection: Selection | None = None


class UpdateMany(Node, frozen=True, gc=False):
    """The same changes of many rows."""

    model: str
    where: Filter
    data: Data


class Upsert(Node, frozen=True, gc=False):
    """Changes of the row of a key, or a new row. `same`: the new row would have the key's own values."""

    model: str
    key: Key
    create: Data
    update: Data
    same: bool
    selection: Selection | None = None


class Delete(Node, frozen=True, gc=False):
    """The end of the row of a key."""

    model: str
    key: Key
    selection: Selection | None = None


class DeleteMany(Node, frozen=True, gc=False):
    """The end of many rows."""

    model: str
    where: Filter


Read: TypeAlias = FindUnique | FindFirst | FindMany | Count | Aggregate | GroupBy
Write: TypeAlias = Create | CreateMany | Update | UpdateMany | Upsert | Delete | DeleteMany
Query: TypeAlias = Read | Write
