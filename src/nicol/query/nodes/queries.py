"""Queries: one node for each operation."""

from __future__ import annotations

from typing import Literal, TypeAlias

from nicol.query.nodes.bulk import Bulk, Changes
from nicol.query.nodes.data import Data
from nicol.query.nodes.filters import ALL, Filter, Key
from nicol.query.nodes.gathered import FindEach
from nicol.query.nodes.groups import Aggregate, GroupBy
from nicol.query.nodes.node import Node
from nicol.query.nodes.pages import Page, Selection


class Lock(Node, frozen=True, gc=False):
    """A lock on the rows that a read finds, until the transaction ends. `wait` None: wait for who holds one."""

    mode: Literal["update", "no_key_update", "share", "key_share"]
    wait: Literal["skip", "nowait"] | None = None


class FindUnique(Node, frozen=True, gc=False):
    """The row of a key."""

    model: str
    key: Key
    selection: Selection | None = None
    required: bool = False
    lock: Lock | None = None


class FindFirst(Node, frozen=True, gc=False):
    """The first row of a page."""

    model: str
    page: Page
    required: bool = False
    lock: Lock | None = None


class FindMany(Node, frozen=True, gc=False):
    """The rows of a page."""

    model: str
    page: Page
    lock: Lock | None = None


class Stream(Node, frozen=True, gc=False):
    """The rows of a page, read in pieces."""

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


class Update(Node, frozen=True, gc=False):
    """Changes of the row of a key."""

    model: str
    key: Key
    data: Data
    selection: Selection | None = None


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


class CreateMany(Node, frozen=True, gc=False):
    """Many new rows; `wanted`: what of each is the answer, else it is their number."""

    model: str
    bulk: Bulk
    skip_duplicates: bool = False
    wanted: Selection | None = None


class UpsertMany(Node, frozen=True, gc=False):
    """Many rows that are new, or whose key is there and gets the new values of `fields` (None: of all) and `update`.

    `where`: a row that is there must be such a row.
    """

    model: str
    key: tuple[str, ...]
    bulk: Bulk
    fields: tuple[str, ...] | None
    update: Data
    wanted: Selection | None = None
    where: Filter = ALL


class UpdateEach(Node, frozen=True, gc=False):
    """Changes of many rows, each its own, of those for which `where` holds."""

    model: str
    key: tuple[str, ...]
    changes: tuple[Changes, ...]
    where: Filter = ALL


class UpdateMany(Node, frozen=True, gc=False):
    """The same changes of many rows, of `limit` at most."""

    model: str
    where: Filter
    data: Data
    limit: int | None = None
    wanted: Selection | None = None


class DeleteMany(Node, frozen=True, gc=False):
    """The end of many rows, of `limit` at most."""

    model: str
    where: Filter
    limit: int | None = None
    wanted: Selection | None = None


Read: TypeAlias = FindUnique | FindEach | FindFirst | FindMany | Stream | Count | Aggregate | GroupBy
Write: TypeAlias = (
    Create | CreateMany | Update | UpdateMany | UpdateEach | Upsert | UpsertMany | Delete | DeleteMany
)
Query: TypeAlias = Read | Write
