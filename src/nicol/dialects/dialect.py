"""What every database answers in its own way. Stateless and pure; one subclass in one folder for each database."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any, ClassVar, TypeAlias

from nicol.catalog import Catalog, Column, Table
from nicol.errors import DriverError
from nicol.schema.schema import Arity, FieldType, NativeType, ReferentialAction, Scalar, ScalarField, Schema
from nicol.sql.program import Program

if TYPE_CHECKING:
    from nicol.sql.renderer import Renderer

Encode: TypeAlias = Callable[[Any], Any]


@dataclass(frozen=True, slots=True)
class Codec:
    """How a field's value crosses to the database and back; None where the driver already does it right.

    Neither is called with None. `encode` raises ValueError or TypeError with a sentence for a value that cannot cross.
    """

    encode: Encode | None = None
    decode: Encode | None = None


class Fault(StrEnum):
    """What an error of a database means."""

    UNIQUE = "unique"
    FOREIGN_KEY = "foreign key"
    NOT_NULL = "not null"
    CHECK = "check"
    TOO_LONG = "value too long"
    OUT_OF_RANGE = "value out of range"
    INVALID_VALUE = "invalid value"
    TABLE_MISSING = "table missing"
    COLUMN_MISSING = "column missing"
    SYNTAX = "syntax"
    CONFLICT = "write conflict"
    BUSY = "busy"
    READ_ONLY = "read only"
    CANCELLED = "cancelled"
    DATABASE_MISSING = "database missing"
    AUTHENTICATION = "authentication"
    UNREACHABLE = "unreachable"
    ACCESS_DENIED = "access denied"
    TOO_MANY_CONNECTIONS = "too many connections"


@dataclass(frozen=True, slots=True)
class Violation:
    """The meaning of a `DriverError`, in database names; what the database did not tell is empty."""

    fault: Fault
    table: str | None = None
    columns: tuple[str, ...] = ()
    constraint: str | None = None


class Dialect(ABC):
    """One database's way with types, spelling, changes, introspection and errors.

    It also is the language's `Provider`. `portable`: the project runs on several databases from one schema and one
    history, so that this database bounds and stores values as the strictest of them does.
    """

    name: ClassVar[str]

    def __init__(self, *, portable: bool = False) -> None:
        self.portable = portable

    # ---- what the language asks (nicol.schema.provider) ----------------------------------------------------------

    scalar_lists: bool
    namespaces: ClassVar[bool]
    autoincrement_needs_id: ClassVar[bool]
    named_foreign_keys: ClassVar[bool]
    referential_actions: ClassVar[frozenset[ReferentialAction]]
    index_methods: ClassVar[frozenset[str]]

    @abstractmethod
    def native_type(self, native: NativeType, scalar: Scalar) -> str | None:
        """None when the native type suits the scalar, else the reason why it does not."""

    @abstractmethod
    def supports(self, type: FieldType) -> bool:  # noqa: A002
        """True when a column can have this type."""

    # ---- catalogs ------------------------------------------------------------------------------------------------

    @abstractmethod
    def column(self, field: ScalarField, schema: Schema, *, is_only_id: bool) -> Column:
        """The column that stores a field. `is_only_id`: the field alone is the primary key."""

    @abstractmethod
    def finish(self, table: Table, schema: Schema) -> Table:
        """A lowered table as this database keeps it: names it drops, checks it adds."""

    @abstractmethod
    def introspect(self) -> Program[Catalog]:
        """Read everything that the connection's database holds."""

    @abstractmethod
    def split(self, script: str) -> tuple[str, ...]:
        """The statements of a script in order, without their semicolons; comments stay with the statement they precede."""

    # ---- queries -------------------------------------------------------------------------------------------------

    @property
    @abstractmethod
    def renderer(self) -> Renderer:
        """Spells statement trees."""

    @abstractmethod
    def codec(self, type: FieldType, arity: Arity, native: NativeType | None, schema: Schema) -> Codec:  # noqa: A002
        """How values of a field cross."""

    # ---- errors --------------------------------------------------------------------------------------------------

    @abstractmethod
    def meaning_of(self, error: DriverError) -> Violation | None:
        """What an error means; None when it has no meaning beyond its text."""


def quote(name: str) -> str:
    """An identifier in SQL's standard quotes."""
    return '"' + name.replace('"', '""') + '"'


def quote_all(names: Sequence[str]) -> str:
    """Identifiers in quotes, separated by commas."""
    return ", ".join(quote(name) for name in names)


def quote_text(text: str) -> str:
    """A string literal in SQL's standard quotes."""
    return "'" + text.replace("'", "''") + "'"
