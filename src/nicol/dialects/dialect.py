"""What every database answers in its own way. Stateless and pure; one subclass in one folder for each database."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any, ClassVar, TypeAlias, TypeVar

from nicol.dialects.ledger import LedgerTexts, SessionTexts
from nicol.dialects.scripts import LIMITS, Limits, Stage
from nicol.errors import DriverError
from nicol.schema.provider import Provider
from nicol.schema.schema import (
    Arity,
    FieldType,
    Literal,
    Model,
    NativeType,
    Scalar,
    ScalarField,
    Schema,
)
from nicol.sql.program import Program, Statement

if TYPE_CHECKING:
    from nicol.catalog import Catalog, Check, Column, ColumnType, Constant, Default, Table, Unmanaged
    from nicol.dialects.auditing import Audited, Signing, Trail, TrailTexts
    from nicol.dialects.bridging import Bridge
    from nicol.dialects.changes import Change
    from nicol.dialects.described import Meaning
    from nicol.dialects.expiry import Expired, Expiry, Pace
    from nicol.dialects.health import Health
    from nicol.dialects.lint.rule import Rule, Script
    from nicol.dialects.moving import Loose
    from nicol.dialects.outlook import Outlook
    from nicol.sql.renderer import Renderer

T = TypeVar("T")

Encode: TypeAlias = Callable[[Any], Any]
EncodeAll: TypeAlias = Callable[[Sequence[Any]], Sequence[Any]]


@dataclass(frozen=True, slots=True)
class Codec:
    """How a field's value crosses to the database and back; None where the driver already does it right.

    Neither is called with None. `encode` raises TypeError, ValueError or (a number that is too big) OverflowError with a
    sentence for a value that cannot cross. `cast`: the type of one item in the database's words, for parameters that
    must say it. `encode_all` does what `encode` does for many values at once, where that is faster. `operand`: how a value
    crosses that others are compared or calculated with, where `encode` would fit it to the column first.
    """

    encode: Encode | None = None
    decode: Encode | None = None
    cast: str | None = None
    encode_all: EncodeAll | None = None
    operand: Encode | None = None

    @property
    def asked(self) -> Encode | None:
        """How a value crosses that is asked about and not kept."""
        return self.operand or self.encode


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


class Cast(StrEnum):
    """What becomes of values when the type of their column changes."""

    SAFE = "safe"
    """Every value survives."""
    RISKY = "risky"
    """The database converts, but values may be shortened, rounded or refused."""
    IMPOSSIBLE = "impossible"
    """The database has no conversion: the column has to be dropped and made anew."""


@dataclass(frozen=True, slots=True)
class Doubts:
    """Conditions, in the database's SQL, on the old values of a column whose type changes.

    `fails` holds for values that stop the change, `alters` for those that would be other ones afterwards. None: it cannot
    be told, so that every value is in doubt (`alters`), or nothing but trying tells (`fails`).
    """

    fails: str | None = None
    alters: str | None = None


NEVER = "1 = 0"
"""The condition that no value meets."""


class Dialect(ABC):
    """One database's way with types, spelling, changes, introspection and errors.

    `portable`: the project runs on several databases from one schema and one
    history, so that this database bounds and stores values as the strictest of them does.
    """

    name: ClassVar[str]

    def __init__(self, *, portable: bool = False) -> None:
        self.portable = portable

    # ---- what the language asks ----------------------------------------------------------------------------------

    @property
    @abstractmethod
    def provider(self) -> Provider:
        """The database as the rule book sees it."""

    @property
    def namespaces(self) -> bool:
        """True when tables live in named schemas."""
        return self.provider.namespaces

    @property
    def name_limit(self) -> int | None:
        """The longest name that the database keeps, in bytes of UTF-8."""
        return self.provider.name_limit

    # ---- catalogs ------------------------------------------------------------------------------------------------

    default_namespace: ClassVar[str | None]
    """How the connection's own namespace is usually called, where namespaces exist."""
    has_enums: ClassVar[bool]
    """True when an enum is a type of the database."""
    keeps_key_names: ClassVar[bool]
    """True when the names of primary and foreign keys can be read back."""
    keeps_comments: ClassVar[bool]
    """True when the database keeps a text about each table, column and type."""
    index_includes: ClassVar[bool]
    """True when an index can carry columns that it is not ordered by."""
    orders_index_nulls: ClassVar[bool]
    """True when an index can put nulls at the end that is not the usual one."""
    foreign_tables: ClassVar[frozenset[str]]
    """Tables that extensions make in everybody's namespace: seen by nobody, even where a schema speaks of them."""
    join_table_key: ClassVar[bool]
    """True when the table of an implicit m:n relation has a primary key, false when it has a unique index instead."""

    @abstractmethod
    def column(self, field: ScalarField, schema: Schema, *, is_only_id: bool) -> Column:
        """The column that stores a field. `is_only_id`: the field alone is the primary key."""

    @abstractmethod
    def checks(self, model: Model, schema: Schema) -> tuple[Check, ...]:
        """The conditions that bound a model's values where the columns' types do not."""

    @abstractmethod
    def index_method(self, method: str | None) -> str | None:
        """An index algorithm in the database's word; None for its usual one."""

    @abstractmethod
    def operator_class(self, name: str) -> str | None:
        """The database's name of an operator class; None where it has none.

        The language spells it as `JsonbPathOps` or in raw SQL.
        """

    @abstractmethod
    def introspect(self, namespaces: tuple[str, ...] = ()) -> Program[Catalog]:
        """Read everything that the connection's own namespace holds, or else that the given ones hold.

        In the first case every namespace of the answer is None, in the second each object bears its own: `lower` does
        the same for a schema without and with a list of namespaces.
        """

    def in_full(self, namespaces: tuple[str, ...]) -> Program[Catalog]:
        """The same for making it anew around rows, where that differs: what is to come after them stands there as objects."""
        return self.introspect(namespaces)

    @abstractmethod
    def split(self, script: str) -> tuple[str, ...]:
        """The statements of a script in order, without their semicolons; comments stay with the statement they precede."""

    @abstractmethod
    def bound(self, statement: str, names: Collection[str]) -> tuple[str, tuple[str, ...]]:
        """A statement whose parameters are written `:name` in the database's placeholders, and the names in their order.

        KeyError for a parameter that is not among the names.
        """

    # ---- and back to a schema ------------------------------------------------------------------------------------

    @abstractmethod
    def meaning(self, column: Column) -> Meaning:
        """What a column holds in the language's words, where its type is no enum of the database."""

    @abstractmethod
    def described_type(self, stored: str, modifier: int) -> ColumnType | None:
        """The type of a result's column, or of a parameter, by the word for it that the database describes statements with."""

    @abstractmethod
    def literal(self, default: Default, scalar: Scalar) -> Literal | None:
        """A default as a literal of the schema; None where it is computed, or no value of the scalar."""

    @abstractmethod
    def items(self, default: Default) -> tuple[Constant, ...] | None:
        """The items of a list's default; None where it is computed."""

    @abstractmethod
    def default_sql(self, default: Default, column: Column) -> str:
        """A default as SQL."""

    @abstractmethod
    def index_method_word(self, method: str) -> str | None:
        """The schema's word for an index algorithm; None where it has none."""

    @abstractmethod
    def operator_class_word(self, name: str) -> str | None:
        """The schema's word for an operator class; None where it has none."""

    # ---- judging scripts -----------------------------------------------------------------------------------------

    @property
    @abstractmethod
    def rules(self) -> tuple[Rule, ...]:
        """The rule book about the scripts of migrations."""

    @abstractmethod
    def script(self, text: str) -> Script:
        """A script as the rules judge it, with nothing known about the database around it."""

    # ---- changes -------------------------------------------------------------------------------------------------

    @abstractmethod
    def cast(self, before: ColumnType, after: ColumnType) -> Cast:
        """What becomes of a column's values when its type changes."""

    @abstractmethod
    def doubts(self, before: Column, after: Column, catalog: Catalog) -> Doubts:
        """Which values stand in the way when a column becomes another one of the catalog, or would not stay as they are."""

    @abstractmethod
    def converted(self, before: Column, after: Column) -> str:
        """The SQL of a column's old values as they will be after a change of its type."""

    @abstractmethod
    def bridge(self, table: Table, old: Column, new: Column) -> Bridge:
        """What keeps two columns of a table alike, each the other as it is after a change of its type."""

    wider: ClassVar[frozenset[tuple[str, str]]]
    """Pairs of types of which the second holds every value of the first as the same value."""
    incomparable: ClassVar[frozenset[str]]
    """The types whose values cannot be told alike or different."""
    fills_nulls: ClassVar[bool]
    """True when a column that may no longer be null gets its default where it was."""

    @abstractmethod
    def narrows(self, before: Check | None, after: Check) -> bool:
        """True when rows may fail a condition that takes the place of another one, or of none."""

    @abstractmethod
    def adapt(self, changes: tuple[Change, ...], before: Catalog, after: Catalog) -> tuple[Change, ...]:
        """The same changes in the form in which this database can make them; in no order."""

    @abstractmethod
    def spell(self, change: Change, before: Catalog, after: Catalog) -> tuple[str, ...]:
        """The statements that make an adapted change, without semicolons."""

    object_kinds: ClassVar[tuple[str, ...]]
    """The kinds of objects that no schema speaks of, in the order in which they go: what hangs on others first."""

    @abstractmethod
    def drop_object(self, thing: Unmanaged) -> str | None:
        """The statement that takes an object away; None where none does."""

    @abstractmethod
    def make_object(self, thing: Unmanaged) -> tuple[str, ...]:
        """The statements that make an object; none where none do."""

    @abstractmethod
    def switched(self, before: Table, after: Table) -> tuple[str, ...]:
        """The statements that switch options of a table on and off; those that none can are left as they are."""

    # ---- the audit trail -----------------------------------------------------------------------------------------

    @abstractmethod
    def trail(self, audited: Sequence[Audited], namespace: str | None) -> Trail:
        """What records the changes of some tables; nothing for none. `namespace`: where it is kept, None for the usual one."""

    @abstractmethod
    def trail_texts(self, namespace: str | None) -> TrailTexts:
        """What is said about the trail that is kept in a namespace."""

    @property
    @abstractmethod
    def signing(self) -> Signing:
        """By which statements a transaction's writes bear the name of who makes them."""

    @abstractmethod
    def veiled(self) -> Program[frozenset[str]]:
        """The tables, as SQL spells them, of which policies may hide rows from who asks."""

    # ---- settings of transactions --------------------------------------------------------------------------------

    @abstractmethod
    def settings(self, values: Mapping[str, str]) -> tuple[Statement, ...]:
        """What gives settings to the transaction that is open, until its end; nothing where a database has none.

        None of them waits for another's answer.
        """

    # ---- carrying out --------------------------------------------------------------------------------------------

    in_memory: ClassVar[str | None]
    """The URL of a database that lives as long as its connection, where there is such a thing."""

    @property
    @abstractmethod
    def ledger(self) -> LedgerTexts:
        """The statements around the table in which the database remembers its migrations."""

    @abstractmethod
    def stages(self, script: str) -> Program[tuple[Stage, ...]]:
        """A script in parts of which each is carried out at once; nearly always it is one transaction.

        MigrationError for what only a database's own shell understands.
        """

    @abstractmethod
    def transact(
        self, statements: Sequence[str], first: Program[bool], last: Program[None], limits: Limits = LIMITS
    ) -> Program[bool]:
        """Run statements in one transaction, after `first` (false: leave it) and before `last`.

        Nothing lasts when anything fails. The statements' own words about transactions are not said. MigrationBusy when
        others let nobody in.
        """

    @abstractmethod
    def alone(self, statement: str, *, again: bool) -> Program[None]:
        """Say a statement that stands alone in its stage.

        `again`: an attempt may have had its effect already, or half of it; that is looked for and mended first.
        """

    @abstractmethod
    def rehearsed(self, stage: Stage) -> tuple[str, ...]:
        """What is said of a stage, in one transaction, where a database exists only to see what becomes of it."""

    @abstractmethod
    def outlooks(self, statements: Sequence[str]) -> tuple[Outlook, ...]:
        """The locks and the risks of each statement of a script."""

    @property
    @abstractmethod
    def sessions(self) -> SessionTexts:
        """The statements about a connection's session on the server."""

    @abstractmethod
    def aside(self, work: Program[T]) -> Program[T]:
        """Run work as on an empty database, in one transaction that is undone: nobody else sees anything of it."""

    @abstractmethod
    def clear(self, namespaces: tuple[str, ...] = (), first: Program[bool] | None = None) -> Program[None]:
        """Take away everything that the connection's own namespace holds, or that the given ones hold; all or nothing.

        `first` is said in the same transaction before anything goes. MigrationBusy when others let nobody in.
        """

    # ---- moving --------------------------------------------------------------------------------------------------

    @abstractmethod
    def loose(self, catalog: Catalog) -> Loose:
        """What lets rows into the tables of a catalog in any order, and what puts everything back."""

    @abstractmethod
    def counters(self, catalog: Catalog) -> tuple[str, ...]:
        """The statements that set every counter behind the numbers that came in."""

    # ---- health --------------------------------------------------------------------------------------------------

    @abstractmethod
    def health(self, catalog: Catalog, pool: int) -> Program[Health]:
        """What is wrong with a database that holds a catalog, for a process that opens so many connections."""

    # ---- retention -----------------------------------------------------------------------------------------------

    pace: ClassVar[Pace]
    """How long a batch of deletions may take."""

    @abstractmethod
    def expired(self, expiry: Expiry) -> str:
        """The statement that counts the rows that may go, and tells the oldest time among them."""

    @abstractmethod
    def coming(self, expiry: Expiry, names: tuple[str, ...], limit: int) -> str:
        """The statement that tells the earliest of these rows: their time, whether it is over, and some columns."""

    @abstractmethod
    def expire(self, expiry: Expiry, after: str | float | None, limit: int) -> Program[Expired]:
        """Delete the oldest of these rows, from a time on; it is said inside a transaction."""

    # ---- queries -------------------------------------------------------------------------------------------------

    @abstractmethod
    def advisory_lock(self, name: str, *, wait: bool) -> Program[bool]:
        """Hold a name until the transaction ends; False when somebody else does and one will not `wait`."""

    @property
    @abstractmethod
    def renderer(self) -> Renderer:
        """Spells statement trees."""

    @abstractmethod
    def codec(self, type: FieldType, arity: Arity, native: NativeType | None, schema: Schema) -> Codec:  # noqa: A002
        """How values of a field cross."""

    # ---- replicas ------------------------------------------------------------------------------------------------

    @abstractmethod
    def position(self) -> Program[str | None]:
        """How far the primary's log has come; None where nothing can be compared with it."""

    @abstractmethod
    def reached(self, position: str) -> Program[bool | None]:
        """True when a replica has come so far; None where it cannot tell."""

    # ---- errors --------------------------------------------------------------------------------------------------

    @abstractmethod
    def meaning_of(self, error: DriverError) -> Violation | None:
        """What an error means; None when it has no meaning beyond its text."""
