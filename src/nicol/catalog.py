"""What a database holds: namespaces, tables, columns, keys, indexes, enum types. Values, pointing at each other by name.

A catalog is what `lower` makes of a schema and what introspection finds in a live database. The words inside (type
names, expressions) are the database's own: opaque here. Two catalogs mean the same database when `diff` finds nothing
between them; their values may still differ in the order of things and in the spelling of a default.

A namespace of None is the connection's own: the only one of a SQLite file, the current schema of a PostgreSQL session.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TypeAlias


class Action(StrEnum):
    """What happens to referencing rows when the row they point at is deleted or its key changes."""

    CASCADE = "CASCADE"
    RESTRICT = "RESTRICT"
    NO_ACTION = "NO ACTION"
    SET_NULL = "SET NULL"
    SET_DEFAULT = "SET DEFAULT"


@dataclass(frozen=True, slots=True)
class ObjectName:
    """What a table or type is called, with its namespace where it is not the connection's own."""

    name: str
    namespace: str | None = None


@dataclass(frozen=True, slots=True)
class Bound:
    """What lets through the values of a type that a database lacks: the kind of condition, and its SQL."""

    kind: str
    sql: str


@dataclass(frozen=True, slots=True)
class ColumnType:
    """A type in the database's own words: `VARCHAR(20)` is `ColumnType("VARCHAR", (20,))`, `TEXT[]` has `array=True`.

    `enum` is true when `name` is that of an `EnumType` of the catalog, in `namespace`. `implied`: the database takes the
    arguments by itself, and nobody writes them; the type is the same as with them. `bound`: the inherent check of the table
    that makes the type stand for another one.
    """

    name: str
    args: tuple[int, ...] = ()
    array: bool = False
    enum: bool = False
    namespace: str | None = None
    implied: bool = field(default=False, compare=False)
    bound: Bound | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class Constant:
    """A default that is one value, as the text inside the quotes or the number as the database prints it.

    For a list, `text` is the database's own literal for the whole list.
    """

    text: str


@dataclass(frozen=True, slots=True)
class CurrentTimestamp:
    """A default that is the time of the statement or of the transaction."""


@dataclass(frozen=True, slots=True)
class Expression:
    """A default in the database's own SQL."""

    sql: str


Default: TypeAlias = Constant | CurrentTimestamp | Expression


class Identity(StrEnum):
    """How a column of SQL's own numbering treats values that are given: refused, or taken."""

    ALWAYS = "ALWAYS"
    BY_DEFAULT = "BY DEFAULT"


@dataclass(frozen=True, slots=True)
class Generated:
    """How the database computes a column's values: its own SQL; `stored` false: at each reading."""

    sql: str
    stored: bool = True


@dataclass(frozen=True, slots=True)
class Column:
    """One column. `autoincrement`: the database numbers new rows (serial, identity or rowid).

    `unasked`: nobody is known to ask whether it is numbered; between two such columns that makes no difference.
    `collation` and `domain` (the type that restricts `type`) stand only where they are not the usual ones. No schema speaks of
    them, nor of `identity`: a column keeps those that it has.
    """

    name: str
    type: ColumnType
    nullable: bool = False
    default: Default | None = None
    autoincrement: bool = False
    generated: Generated | None = None
    comment: str | None = None
    identity: Identity | None = None
    collation: str | None = None
    domain: str | None = None
    unasked: bool = field(default=False, compare=False)


@dataclass(frozen=True, slots=True)
class PrimaryKey:
    """The primary key; `name` is None where the database does not keep one. `deferrable` as in a foreign key."""

    columns: tuple[str, ...]
    name: str | None = None
    deferrable: str | None = None


@dataclass(frozen=True, slots=True)
class IndexColumn:
    """One column of an index, with its direction and, where given, its operator class.

    `expression`: `name` is no column's name but the database's own SQL. `nulls_first` is None where nulls stand at the
    usual end.
    """

    name: str
    descending: bool = False
    operator_class: str | None = None
    expression: bool = False
    nulls_first: bool | None = None
    collation: str | None = None


@dataclass(frozen=True, slots=True)
class Index:
    """An index; `method` is None for the database's usual one; `where` is its own SQL.

    `constraint`: it belongs to a UNIQUE constraint, goes only with that, and means the same. `include`: columns whose values
    it carries without ordering by them. `nulls_distinct` false: one null only. `options`: storage parameters as the database
    prints them. `valid` false: a build that failed left it behind, and no query uses it.
    """

    name: str
    columns: tuple[IndexColumn, ...]
    unique: bool = False
    method: str | None = None
    where: str | None = None
    constraint: bool = False
    include: tuple[str, ...] = ()
    nulls_distinct: bool = True
    options: tuple[str, ...] = ()
    deferrable: str | None = None
    valid: bool = True
    comment: str | None = None


@dataclass(frozen=True, slots=True)
class ForeignKey:
    """Columns of this table that point at columns of another; `name` is None where the database does not keep one.

    `deferrable` is the SQL that lets its check wait (`DEFERRABLE INITIALLY DEFERRED`), `match_full` that all columns are null
    or none, `valid` false that rows from before it were never looked at.
    """

    columns: tuple[str, ...]
    table: str
    references: tuple[str, ...]
    on_delete: Action = Action.NO_ACTION
    on_update: Action = Action.NO_ACTION
    name: str | None = None
    namespace: str | None = None
    deferrable: str | None = None
    match_full: bool = False
    valid: bool = True


@dataclass(frozen=True, slots=True)
class Check:
    """A CHECK constraint in the database's own SQL. `valid` false: rows from before it were never looked at.

    `inherent`: it bounds a column as its type would elsewhere; a schema that means the type means the check.
    """

    name: str | None
    sql: str
    valid: bool = True
    inherent: bool = False


AUDIT = "_nicol_audit"
"""What the names of an audit trail's tables, triggers and functions begin with; the entries' table bears it as it is."""


@dataclass(frozen=True, slots=True)
class Table:
    """One table. `namespace` is None in databases (and connections) that have just one.

    `options` is what else the database says of it (`STRICT`, `UNLOGGED`, `PARTITION BY …`), in its own SQL.
    """

    name: str
    columns: tuple[Column, ...]
    primary_key: PrimaryKey | None = None
    indexes: tuple[Index, ...] = ()
    foreign_keys: tuple[ForeignKey, ...] = ()
    checks: tuple[Check, ...] = ()
    namespace: str | None = None
    comment: str | None = None
    options: tuple[str, ...] = ()

    @property
    def key(self) -> ObjectName:
        """The table's full name."""
        return ObjectName(self.name, self.namespace)

    def column(self, name: str) -> Column | None:
        """The column of that name, if there is one."""
        return next((column for column in self.columns if column.name == name), None)

    @property
    def is_audit(self) -> bool:
        """True for what an audit trail is kept in."""
        return self.name.startswith(AUDIT)


@dataclass(frozen=True, slots=True)
class EnumType:
    """A type of its own whose values are listed, in order.

    `ordered`: their order is wanted as it is here. Otherwise a type with the same values in another order will do.
    """

    name: str
    values: tuple[str, ...]
    namespace: str | None = None
    comment: str | None = None
    ordered: bool = False

    @property
    def key(self) -> ObjectName:
        """The type's full name."""
        return ObjectName(self.name, self.namespace)


@dataclass(frozen=True, slots=True)
class Extension:
    """An extension that is switched on. A version or namespace of None is whatever the database takes."""

    name: str
    version: str | None = None
    namespace: str | None = None


@dataclass(frozen=True, slots=True)
class Unmanaged:
    """An object that migrations carry in their own SQL and Nicol only sees: a trigger, a function, a view, a policy.

    Those of an audit trail alone does it make itself, as the schema asks for them.

    `definition` is the database's own text of it, so that two can be compared and a lost one made anew. `columns`: those of a
    view or of whatever else is read like a table.
    """

    kind: str
    name: str
    definition: str
    table: str | None = None
    namespace: str | None = None
    columns: tuple[Column, ...] = ()

    @property
    def key(self) -> tuple[str, str, str | None, str | None]:
        """What tells it from all others."""
        return self.kind, self.name, self.table, self.namespace

    @property
    def named(self) -> str:
        """What it is called in a sentence."""
        place = f" of table {self.table}" if self.table and self.table != self.name else ""
        return f"{self.kind} {self.name}{place}"

    @property
    def words(self) -> str:
        """The definition, in which blanks do not count."""
        return " ".join(self.definition.split())

    @property
    def is_audit(self) -> bool:
        """True for the triggers and functions that write, and guard, an audit trail."""
        return self.name.startswith(AUDIT)

    @property
    def is_servers(self) -> bool:
        """True for who owns what and may do what: that is an affair of the server, and in no backup."""
        return self.kind in ("grant", "owner")


@dataclass(frozen=True, slots=True)
class Catalog:
    """Everything that a database holds. `lower` keeps the schema's order; introspection sorts by namespace and name.

    `namespaces` lists those that exist; where the connection's own has a usual name, it stands here under that name.
    """

    tables: tuple[Table, ...] = ()
    enums: tuple[EnumType, ...] = ()
    unmanaged: tuple[Unmanaged, ...] = ()
    namespaces: tuple[str, ...] = ()
    extensions: tuple[Extension, ...] = ()

    def table(self, name: str, namespace: str | None = None) -> Table | None:
        """The table of that name, if there is one."""
        key = ObjectName(name, namespace)
        return next((table for table in self.tables if table.key == key), None)
