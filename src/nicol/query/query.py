"""A client call as a frozen value, with numbered slots where values go. Equal calls with other values are equal queries.

Names are the schema's. A slot is an index into the list of values that was read beside the query. Everything in a query
changes the SQL's text; nothing in the list of values does.
"""

from __future__ import annotations

from typing import Literal, TypeAlias

import msgspec


class Node(msgspec.Struct, frozen=True, gc=False):
    """A part of a query: immutable, hashable, compared by content."""


# ---- filters -----------------------------------------------------------------------------------------------------


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


# ---- pages -------------------------------------------------------------------------------------------------------


class Key(Node, frozen=True, gc=False):
    """The fields of one unique key, each with its value, and what else must hold for the row."""

    fields: tuple[str, ...]
    slots: tuple[int, ...]
    rest: Filter = ALL


class OrderBy(Node, frozen=True, gc=False):
    """One key of an order: a scalar field at the end of a path of to-one relations, or the number of rows of a relation."""

    field: str
    descending: bool = False
    nulls: Literal["first", "last"] | None = None
    path: tuple[str, ...] = ()
    count: bool = False


class Include(Node, frozen=True, gc=False):
    """A relation to be loaded, with the page of its rows that is wanted for each parent."""

    field: str
    page: Page


class Page(Node, frozen=True, gc=False):
    """Which rows, in which order, and what comes with them. `backwards`: `take` counts from the end."""

    where: Filter = ALL
    order: tuple[OrderBy, ...] = ()
    take: int | None = None
    backwards: bool = False
    skip: int | None = None
    cursor: Key | None = None
    distinct: tuple[str, ...] = ()
    include: tuple[Include, ...] = ()


# ---- data --------------------------------------------------------------------------------------------------------


class Assign(Node, frozen=True, gc=False):
    """A new value of a scalar field: `set` it (slot None: to null), or have the database compute it."""

    field: str
    operator: str
    slot: int | None


class Data(Node, frozen=True, gc=False):
    """The scalar fields that are written, and the acts on relations."""

    assigns: tuple[Assign, ...] = ()
    acts: tuple[Act, ...] = ()


class Rows(Node, frozen=True, gc=False):
    """Many rows with the same fields: the slot holds a list of tuples in the order of `fields`."""

    fields: tuple[str, ...]
    slot: int


class CreateRelated(Node, frozen=True, gc=False):
    """Create a row at the other end."""

    field: str
    data: Data


class CreateManyRelated(Node, frozen=True, gc=False):
    """Create many rows at the other end."""

    field: str
    rows: tuple[Rows, ...]
    skip_duplicates: bool


class Connect(Node, frozen=True, gc=False):
    """Relate to a row that exists; with `create`, create it where it does not."""

    field: str
    key: Key
    create: Data | None = None


class Disconnect(Node, frozen=True, gc=False):
    """End the relation to a row of many (`key`), or to the one there is (`where`)."""

    field: str
    key: Key | None = None
    where: Filter = ALL


class SetRelated(Node, frozen=True, gc=False):
    """Relate to these rows and to no others."""

    field: str
    keys: tuple[Key, ...]


class DeleteRelated(Node, frozen=True, gc=False):
    """Delete a row of many (`key`), or the one there is (`where`)."""

    field: str
    key: Key | None = None
    where: Filter = ALL


class UpdateRelated(Node, frozen=True, gc=False):
    """Update a row of many (`key`), or the one there is (`where`)."""

    field: str
    data: Data
    key: Key | None = None
    where: Filter = ALL


class UpsertRelated(Node, frozen=True, gc=False):
    """Update a row of many (`key`), or the one there is (`where`), and create it where it is not."""

    field: str
    create: Data
    update: Data
    key: Key | None = None
    where: Filter = ALL


class UpdateManyRelated(Node, frozen=True, gc=False):
    """Update the related rows for which `where` holds."""

    field: str
    where: Filter
    data: Data


class DeleteManyRelated(Node, frozen=True, gc=False):
    """Delete the related rows for which `where` holds."""

    field: str
    where: Filter


Act: TypeAlias = (
    CreateRelated
    | CreateManyRelated
    | Connect
    | Disconnect
    | SetRelated
    | DeleteRelated
    | UpdateRelated
    | UpsertRelated
    | UpdateManyRelated
    | DeleteManyRelated
)


# ---- queries -----------------------------------------------------------------------------------------------------


class FindUnique(Node, frozen=True, gc=False):
    """The row of a key."""

    model: str
    key: Key
    include: tuple[Include, ...] = ()
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
    include: tuple[Include, ...] = ()


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
    include: tuple[Include, ...] = ()


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
    include: tuple[Include, ...] = ()


class Delete(Node, frozen=True, gc=False):
    """The end of the row of a key."""

    model: str
    key: Key
    include: tuple[Include, ...] = ()


class DeleteMany(Node, frozen=True, gc=False):
    """The end of many rows."""

    model: str
    where: Filter


Read: TypeAlias = FindUnique | FindFirst | FindMany | Count
Write: TypeAlias = Create | CreateMany | Update | UpdateMany | Upsert | Delete | DeleteMany
Query: TypeAlias = Read | Write
