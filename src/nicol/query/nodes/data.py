"""Data: what is written, in the row itself and at the other ends of its relations."""

from __future__ import annotations

from typing import TypeAlias

from nicol.query.nodes.assigns import Assign
from nicol.query.nodes.bulk import ConnectBeside, CreateBeside
from nicol.query.nodes.filters import ALL, Filter, Key
from nicol.query.nodes.node import Node


class Proof(Node, frozen=True, gc=False):
    """The row that a foreign key of plain values leads to must be there; `field` is the relation."""

    field: str
    key: Key


class Data(Node, frozen=True, gc=False):
    """The scalar fields that are written, the acts on relations, and what must be true before."""

    assigns: tuple[Assign, ...] = ()
    acts: tuple[Act, ...] = ()
    proofs: tuple[Proof, ...] = ()


class CreateRelated(Node, frozen=True, gc=False):
    """Create a row at the other end. `room`: only such a row may be let go to make room in a 1:1 relation."""

    field: str
    data: Data
    room: Filter = ALL


class Connect(Node, frozen=True, gc=False):
    """Relate to a row that exists; with `create`, create it where it does not. `room` as in `CreateRelated`."""

    field: str
    key: Key
    create: Data | None = None
    room: Filter = ALL


class Disconnect(Node, frozen=True, gc=False):
    """End the relation to a row of many (`key`), or to the one there is (`where`)."""

    field: str
    key: Key | None = None
    where: Filter = ALL


class SetRelated(Node, frozen=True, gc=False):
    """Relate to these rows and to no others of those for which `room` holds."""

    field: str
    keys: tuple[Key, ...]
    room: Filter = ALL


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
    | CreateBeside
    | ConnectBeside
    | Connect
    | Disconnect
    | SetRelated
    | DeleteRelated
    | UpdateRelated
    | UpsertRelated
    | UpdateManyRelated
    | DeleteManyRelated
)
