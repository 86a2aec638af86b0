"""Many rows at once, and what is written beside them."""

from __future__ import annotations

from typing import TypeAlias

from nicol.query.nodes.assigns import Assign
from nicol.query.nodes.filters import ALL, Filter
from nicol.query.nodes.node import Node


class RowProof(Node, frozen=True, gc=False):
    """The rows that many foreign keys of plain values lead to must be there and pass a filter; `field` is the relation."""

    field: str
    where: Filter


class Rows(Node, frozen=True, gc=False):
    """Rows of the same fields: the slot holds their places among all rows, and a list of values for each of `fields`.

    `links`: the relations that give them further fields, their foreign keys. `same`: fields that have one value in all
    rows. `proofs`: what must be true before.
    """

    fields: tuple[str, ...]
    slot: int
    links: tuple[str, ...] = ()
    same: tuple[Assign, ...] = ()
    proofs: tuple[RowProof, ...] = ()


class Bulk(Node, frozen=True, gc=False):
    """Rows that are inserted together: those that they point at come before, those that point at them after."""

    rows: tuple[Rows, ...]
    before: tuple[Beside, ...] = ()
    after: tuple[Beside, ...] = ()


class CreateBeside(Node, frozen=True, gc=False):
    """New rows at the other end; the slot holds, for each of them, the place of the row that it belongs to."""

    field: str
    slot: int
    bulk: Bulk
    skip_duplicates: bool = False


class ConnectBeside(Node, frozen=True, gc=False):
    """Rows of a unique key at the other end, made where they are not there and `create` is given.

    The slot holds the places of the rows that they belong to, and a list of values for each field of the key. `where`:
    only such rows are found.
    """

    field: str
    key: tuple[str, ...]
    slot: int
    create: Bulk | None = None
    where: Filter = ALL


Beside: TypeAlias = CreateBeside | ConnectBeside


class Changes(Node, frozen=True, gc=False):
    """Changes of the same fields, each by its operator, of rows of a key.

    The slot holds the places of the rows among all, and a list of values for each field of the key, then for each change.
    """

    assigns: tuple[tuple[str, str], ...]
    slot: int
    proofs: tuple[RowProof, ...] = ()
