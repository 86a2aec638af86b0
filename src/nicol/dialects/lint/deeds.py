"""What the statements of a script do, as far as the rules ask: a closed set of values, each with its place in the script."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TypeAlias

from nicol.dialects.statements import Token


@dataclass(frozen=True, slots=True)
class Name:
    """A name as it is written (`shown`), and as the database compares it (`key`); characters `start` to `end`."""

    key: str
    shown: str
    start: int
    end: int


class Kind(StrEnum):
    """What a constraint asks."""

    PRIMARY = "primary key"
    UNIQUE = "unique constraint"
    FOREIGN = "foreign key"
    CHECK = "check"
    EXCLUDE = "exclusion constraint"


@dataclass(frozen=True, slots=True)
class Constraint:
    """A constraint of a table. `parent`: the table that a foreign key points at. `body`: its tokens."""

    kind: Kind
    name: Name | None
    columns: tuple[str, ...]
    body: tuple[Token, ...]
    parent: Name | None = None
    not_valid: bool = False
    using_index: bool = False

    @property
    def start(self) -> int:
        """Where it begins."""
        return self.body[0].start

    @property
    def end(self) -> int:
        """The place behind it."""
        return self.body[-1].end


@dataclass(frozen=True, slots=True)
class Column:
    """A column as it is declared. `type` are the tokens of its type, `default` those of its default (None: it has none)."""

    name: Name
    type: tuple[Token, ...]
    end: int
    constraints: tuple[Constraint, ...] = ()
    not_null: bool = False
    default: tuple[Token, ...] | None = None
    generated: bool = False
    stored: bool = False
    identity: bool = False

    @property
    def type_text(self) -> str:
        """The type in capitals, without blanks inside parentheses."""
        return spelled(self.type)

    def has(self, kind: Kind) -> bool:
        """True when it carries such a constraint itself."""
        return any(constraint.kind is kind for constraint in self.constraints)


def spelled(parts: tuple[Token, ...]) -> str:
    """Tokens as one text in capitals: words apart by one blank, everything else close together."""
    text = ""
    for part in parts:
        apart = text and (text[-1].isalnum() or text[-1] in '")') and (part.kind in ("word", "name"))
        text += (" " if apart else "") + (part.text if part.kind in ("name", "text") else part.text.upper())
    return text


@dataclass(frozen=True, slots=True)
class CreateTable:
    """CREATE TABLE. `copied`: from a query or from another table. `options`: the words behind the columns."""

    table: Name
    columns: tuple[Column, ...]
    constraints: tuple[Constraint, ...]
    options: tuple[str, ...] = ()
    copied: bool = False

    @property
    def all_constraints(self) -> tuple[Constraint, ...]:
        """Those of the table and those of its columns."""
        return (*self.constraints, *(each for column in self.columns for each in column.constraints))


@dataclass(frozen=True, slots=True)
class Drop:
    """DROP of things of one kind (`TABLE`, `INDEX`, `MATERIALIZED VIEW`…)."""

    kind: str
    names: tuple[Name, ...]
    cascade: Token | None
    concurrently: bool


@dataclass(frozen=True, slots=True)
class AddColumn:
    """ALTER TABLE … ADD COLUMN."""

    table: Name
    column: Column


@dataclass(frozen=True, slots=True)
class DropColumn:
    """ALTER TABLE … DROP COLUMN."""

    table: Name
    column: Name
    cascade: Token | None


@dataclass(frozen=True, slots=True)
class SetType:
    """ALTER TABLE … ALTER COLUMN … TYPE."""

    table: Name
    column: Name
    type: tuple[Token, ...]
    using: bool


@dataclass(frozen=True, slots=True)
class SetNotNull:
    """ALTER TABLE … ALTER COLUMN … SET NOT NULL."""

    table: Name
    column: Name


@dataclass(frozen=True, slots=True)
class DropNotNull:
    """ALTER TABLE … ALTER COLUMN … DROP NOT NULL."""

    table: Name
    column: Name


@dataclass(frozen=True, slots=True)
class AddConstraint:
    """ALTER TABLE … ADD CONSTRAINT."""

    table: Name
    constraint: Constraint


@dataclass(frozen=True, slots=True)
class DropConstraint:
    """ALTER TABLE … DROP CONSTRAINT."""

    table: Name
    name: Name
    cascade: Token | None


@dataclass(frozen=True, slots=True)
class Validate:
    """ALTER TABLE … VALIDATE CONSTRAINT."""

    table: Name
    name: Name


@dataclass(frozen=True, slots=True)
class RenameTable:
    """ALTER TABLE … RENAME TO."""

    table: Name
    new: Name


@dataclass(frozen=True, slots=True)
class RenameColumn:
    """ALTER TABLE … RENAME COLUMN."""

    table: Name
    column: Name
    new: Name


@dataclass(frozen=True, slots=True)
class AlterTable:
    """Any other action of ALTER TABLE, as its words in capitals."""

    table: Name
    words: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class CreateIndex:
    """CREATE INDEX. `columns`: the names it is ordered by, "" for an expression."""

    name: Name | None
    table: Name
    columns: tuple[str, ...]
    unique: bool
    concurrently: bool
    partial: bool


@dataclass(frozen=True, slots=True)
class CreateEnum:
    """CREATE TYPE … AS ENUM."""

    type: Name
    values: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class AddValue:
    """ALTER TYPE … ADD VALUE. `ordered`: it says BEFORE or AFTER."""

    type: Name
    value: str
    ordered: bool


@dataclass(frozen=True, slots=True)
class RenameValue:
    """ALTER TYPE … RENAME VALUE."""

    type: Name
    old: Token
    new: Token


@dataclass(frozen=True, slots=True)
class RenameType:
    """ALTER TYPE … RENAME TO."""

    type: Name
    new: Name


@dataclass(frozen=True, slots=True)
class CreateDomain:
    """CREATE DOMAIN or ALTER DOMAIN with a condition."""

    domain: Name
    condition: Token


@dataclass(frozen=True, slots=True)
class CreateTrigger:
    """CREATE TRIGGER."""

    name: Name
    table: Name


@dataclass(frozen=True, slots=True)
class CreateView:
    """CREATE VIEW. `words`: every name in its query, as the database compares them."""

    name: Name
    words: frozenset[str]


@dataclass(frozen=True, slots=True)
class Insert:
    """INSERT or REPLACE. `columns`: those it names; `selects`: it takes rows from a query, `sources` are its tables.

    `bounded`: the query may leave rows out. `conflict`: what becomes of rows that collide (`REPLACE`, `IGNORE`).
    """

    table: Name
    columns: tuple[str, ...]
    selects: bool
    sources: tuple[str, ...]
    bounded: bool
    conflict: Token | None
    body: tuple[Token, ...]


@dataclass(frozen=True, slots=True)
class Update:
    """UPDATE. `bounded`: it has a condition. `columns`: what it sets, in order."""

    table: Name
    columns: tuple[Name, ...]
    bounded: bool


@dataclass(frozen=True, slots=True)
class Delete:
    """DELETE. `bounded`: it has a condition."""

    table: Name
    bounded: bool


@dataclass(frozen=True, slots=True)
class Truncate:
    """TRUNCATE."""

    tables: tuple[Name, ...]
    cascade: Token | None


@dataclass(frozen=True, slots=True)
class Frame:
    """A word about transactions: BEGIN, COMMIT, ROLLBACK, SAVEPOINT…"""

    word: str


@dataclass(frozen=True, slots=True)
class Setting:
    """SET or PRAGMA. `scope` is LOCAL, SESSION or empty; `value` the text behind the name, None where it only asks."""

    name: str
    scope: str
    value: str | None


@dataclass(frozen=True, slots=True)
class Other:
    """A statement that no rule asks more about than its words, in capitals."""

    words: tuple[str, ...]


Deed: TypeAlias = (
    CreateTable
    | Drop
    | AddColumn
    | DropColumn
    | SetType
    | SetNotNull
    | DropNotNull
    | AddConstraint
    | DropConstraint
    | Validate
    | RenameTable
    | RenameColumn
    | AlterTable
    | CreateIndex
    | CreateEnum
    | AddValue
    | RenameValue
    | RenameType
    | CreateDomain
    | CreateTrigger
    | CreateView
    | Insert
    | Update
    | Delete
    | Truncate
    | Frame
    | Setting
    | Other
)
