"""The diagram as a value: entities with their rows, and the links between them, before anything is drawn."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class EntityKind(StrEnum):
    """What a box stands for."""

    MODEL = "model"
    VIEW = "view"
    ENUM = "enum"


class Key(StrEnum):
    """What a column is a part of: the id, a foreign key, a unique criterion."""

    PRIMARY = "PK"
    FOREIGN = "FK"
    UNIQUE = "UK"


class End(StrEnum):
    """How many rows may stand at the end of a link for one row at its other end."""

    ONE = "exactly one"
    OPTIONAL = "zero or one"
    MANY = "zero or many"


@dataclass(frozen=True, slots=True)
class Row:
    """One line of a box: a column, or a value of an enum (which has no type). `note` is what a tooltip says."""

    name: str
    type: str = ""
    keys: tuple[Key, ...] = ()
    note: str | None = None


@dataclass(frozen=True, slots=True)
class Entity:
    """One box. `left_out` counts the columns that were not wanted."""

    name: str
    kind: EntityKind
    rows: tuple[Row, ...]
    note: str | None = None
    left_out: int = 0


@dataclass(frozen=True, slots=True)
class Link:
    """One relation: from the model pointed at to the model that holds the foreign key; in m:n, from A to B.

    `label` is the name of its field, `note` the whole of it in words.
    """

    name: str
    source: str
    target: str
    source_end: End
    target_end: End
    label: str
    note: str


@dataclass(frozen=True, slots=True)
class Diagram:
    """All boxes in the schema's order, enums last, and all links."""

    entities: tuple[Entity, ...]
    links: tuple[Link, ...]
