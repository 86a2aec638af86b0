"""SQLite's answers, each given by the file of this folder that owns the matter."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from importlib import import_module
from typing import TYPE_CHECKING, ClassVar, TypeVar

from nicol.dialects.dialect import Cast, Codec, Dialect, Doubts, Violation
from nicol.dialects.ledger import LedgerTexts, SessionTexts
from nicol.dialects.scripts import LIMITS, Limits, Stage
from nicol.dialects.sqlite import apply, errors, objects, stages
from nicol.dialects.sqlite import provider as providers
from nicol.dialects.sqlite.expiry import PACE, coming, counted, expire
from nicol.dialects.sqlite.script import bound, split
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
    from nicol.dialects.expiry import Expired, Expiry
    from nicol.dialects.health import Health
    from nicol.dialects.lint.rule import Rule, Script
    from nicol.dialects.moving import Loose
    from nicol.dialects.outlook import Outlook
    from nicol.sql.renderer import Renderer

T = TypeVar("T")


class SQLite(Dialect):
    """SQLite 3.53 and later, with Prisma's storage or, in a portable project, with PostgreSQL's bounds."""

    name: ClassVar[str] = "sqlite"
    default_namespace: ClassVar[str | None] = None
    has_enums: ClassVar[bool] = False
    keeps_key_names: ClassVar[bool] = False
    keeps_comments: ClassVar[bool] = False
    index_includes: ClassVar[bool] = False
    orders_index_nulls: ClassVar[bool] = False
    foreign_tables: ClassVar[frozenset[str]] = frozenset()
    wider: ClassVar[frozenset[tuple[str, str]]] = frozenset({("INTEGER", "BIGINT")})
    incomparable: ClassVar[frozenset[str]] = frozenset()
    fills_nulls: ClassVar[bool] = True
    join_table_key: ClassVar[bool] = False
    object_kinds: ClassVar[tuple[str, ...]] = objects.KINDS
    in_memory: ClassVar[str | None] = "file::memory:"

    @property
    def provider(self) -> Provider:
        """The database as the rule book sees it."""
        return providers.provider(portable=self.portable)

    def column(self, field: ScalarField, schema: Schema, *, is_only_id: bool) -> Column:
        """The column that stores a field."""
        from nicol.dialects.sqlite import types

        return types.column(field, schema, is_only_id=is_only_id, portable=self.portable)

    def checks(self, model: Model, schema: Schema) -> tuple[Check, ...]:
        """In a portable project, what PostgreSQL's types would refuse."""
        from nicol.dialects.sqlite import bounds

        return bounds.checks(model, schema) if self.portable else ()

    def index_method(self, method: str | None) -> str | None:  # noqa: ARG002
        """SQLite has but one."""
        return None

    def operator_class(self, name: str) -> str | None:  # noqa: ARG002
        """SQLite has none."""
        return None

    def introspect(self, namespaces: tuple[str, ...] = ()) -> Program[Catalog]:  # noqa: ARG002
        """Everything in the file."""
        from nicol.dialects.sqlite import introspect

        return introspect.introspect(portable=self.portable)

    def meaning(self, column: Column) -> Meaning:
        """What a column holds in the language's words."""
        from nicol.dialects.sqlite import describe

        return describe.meaning(column, portable=self.portable)

    def described_type(self, stored: str, modifier: int) -> ColumnType | None:  # noqa: ARG002
        """The family of a declared type."""
        from nicol.dialects.sqlite import types

        return types.declared_type(stored)

    def literal(self, default: Default, scalar: Scalar) -> Literal | None:
        """A default as a literal of the schema."""
        from nicol.dialects.sqlite import describe

        return describe.literal(default, scalar)

    def items(self, default: Default) -> tuple[Constant, ...] | None:
        """The items of a list's default."""
        from nicol.dialects.sqlite import describe

        return describe.items(default)

    def default_sql(self, default: Default, column: Column) -> str:
        """A default as SQL."""
        from nicol.dialects.sqlite import describe

        return describe.default_sql(default, column)

    def index_method_word(self, method: str) -> str | None:
        """The schema's word for an index algorithm."""
        from nicol.dialects.sqlite import describe

        return describe.index_method(method)

    def operator_class_word(self, name: str) -> str | None:
        """The schema's word for an operator class."""
        from nicol.dialects.sqlite import describe

        return describe.operator_class(name)

    def split(self, script: str) -> tuple[str, ...]:
        """The statements of a script."""
        return split(script)

    def bound(self, statement: str, names: Collection[str]) -> tuple[str, tuple[str, ...]]:
        """A statement with its named parameters in this database's placeholders."""
        return bound(statement, names)

    @property
    def rules(self) -> tuple[Rule, ...]:
        """The rule book about scripts. It is read only where scripts are judged."""
        book: tuple[Rule, ...] = import_module(f"{__package__}.lint").RULES
        return book

    def script(self, text: str) -> Script:
        """A script as the rules judge it."""
        read: Script = import_module(f"{__package__}.lint").script(text)
        return read

    def cast(self, before: ColumnType, after: ColumnType) -> Cast:
        """What becomes of a column's values when its type changes."""
        from nicol.dialects.sqlite import casts

        return casts.cast(before, after, portable=self.portable)

    def doubts(self, before: Column, after: Column, catalog: Catalog) -> Doubts:  # noqa: ARG002
        """Which values stand in the way of another type, or would not stay as they are."""
        from nicol.dialects.sqlite import casts

        return casts.doubts(before, after, portable=self.portable)

    def converted(self, before: Column, after: Column) -> str:
        """A column's old values as they will be."""
        from nicol.dialects.sqlite import casts

        return casts.converted(before, after, portable=self.portable)

    def bridge(self, table: Table, old: Column, new: Column) -> Bridge:
        """Triggers behind each statement."""
        from nicol.dialects.sqlite import bridge

        return bridge.bridge(table, old, new, portable=self.portable)

    def narrows(self, before: Check | None, after: Check) -> bool:
        """Rows are looked at anew unless the enum, the length or the range grew."""
        from nicol.dialects.sqlite import bounds

        return bounds.narrows(before, after)

    def adapt(self, changes: tuple[Change, ...], before: Catalog, after: Catalog) -> tuple[Change, ...]:
        """Tables are made anew for what SQLite cannot change in place."""
        from nicol.dialects.sqlite import adapt

        return adapt.adapt(changes, before, after, portable=self.portable)

    def spell(self, change: Change, before: Catalog, after: Catalog) -> tuple[str, ...]:
        """The statements that make a change."""
        from nicol.dialects.sqlite import ddl

        return ddl.spell(change, before, after)

    def drop_object(self, thing: Unmanaged) -> str | None:
        """The statement that takes an object away."""
        return objects.drop(thing)

    def make_object(self, thing: Unmanaged) -> tuple[str, ...]:
        """The statements that make an object."""
        return objects.make(thing)

    def switched(self, before: Table, after: Table) -> tuple[str, ...]:  # noqa: ARG002
        """What a table is, it is from its beginning."""
        return ()

    def trail(self, audited: Sequence[Audited], namespace: str | None) -> Trail:  # noqa: ARG002
        """Triggers that write the entries themselves."""
        from nicol.dialects.sqlite import audit

        return audit.trail(audited)

    def trail_texts(self, namespace: str | None) -> TrailTexts:  # noqa: ARG002
        """What is said about the trail."""
        from nicol.dialects.sqlite import audit

        return audit.TEXTS

    @property
    def signing(self) -> Signing:
        """A row that stands while the transaction goes."""
        from nicol.dialects.sqlite import audit

        return audit.SIGNING

    def veiled(self) -> Program[frozenset[str]]:
        """A file has no policies."""
        yield from ()
        return frozenset()

    def settings(self, values: Mapping[str, str]) -> tuple[Statement, ...]:  # noqa: ARG002
        """A file has neither settings nor policies that would read them."""
        return ()

    @property
    def ledger(self) -> LedgerTexts:
        """The statements around the table of migrations."""
        return apply.LEDGER

    def stages(self, script: str) -> Program[tuple[Stage, ...]]:
        """A script in parts of which each is carried out at once."""
        return stages.stages(script)

    def transact(
        self, statements: Sequence[str], first: Program[bool], last: Program[None], limits: Limits = LIMITS
    ) -> Program[bool]:
        """Run statements in one transaction."""
        return apply.transact(tuple(statements), first, last, limits, exact=self.portable)

    def alone(self, statement: str, *, again: bool) -> Program[None]:
        """Say a statement that stands alone in its stage."""
        return stages.alone(statement, again=again)

    def rehearsed(self, stage: Stage) -> tuple[str, ...]:
        """What is said of a stage to see what becomes of it."""
        return stages.rehearsed(stage)

    def outlooks(self, statements: Sequence[str]) -> tuple[Outlook, ...]:
        """The locks and the risks of each statement."""
        from nicol.dialects.sqlite import outlook

        return outlook.outlooks(statements)

    @property
    def sessions(self) -> SessionTexts:
        """The statements about a connection's session on the server."""
        return apply.SESSIONS

    def aside(self, work: Program[T]) -> Program[T]:
        """Run work as on an empty database, and undo all of it."""
        return apply.aside(work)

    def clear(self, namespaces: tuple[str, ...] = (), first: Program[bool] | None = None) -> Program[None]:  # noqa: ARG002
        """Take away everything that the file holds."""
        return apply.clear(first)

    def loose(self, catalog: Catalog) -> Loose:
        """What lets rows in, in any order."""
        from nicol.dialects.sqlite import moving

        return moving.loose(catalog)

    def counters(self, catalog: Catalog) -> tuple[str, ...]:
        """What sets counters behind what came in."""
        from nicol.dialects.sqlite import moving

        return moving.counters(catalog)

    def health(self, catalog: Catalog, pool: int) -> Program[Health]:
        """What is wrong with the database."""
        from nicol.dialects.sqlite import health

        return health.health(catalog, pool)

    pace = PACE

    def expired(self, expiry: Expiry) -> str:
        """The statement that counts the rows that may go, and tells the oldest time among them."""
        return counted(expiry)

    def coming(self, expiry: Expiry, names: tuple[str, ...], limit: int) -> str:
        """The statement that tells the earliest of these rows: their time, whether it is over, and some of their columns."""
        return coming(expiry, names, limit)

    def expire(self, expiry: Expiry, after: str | float | None, limit: int) -> Program[Expired]:
        """Delete the oldest of these rows, from a time on."""
        return expire(expiry, after, limit)

    def advisory_lock(self, name: str, *, wait: bool) -> Program[bool]:  # noqa: ARG002 - there is nothing to tell apart
        """A transaction of SQLite that writes is alone: it holds every name from its beginning to its end."""
        return True
        yield  # a program that has nothing to say

    @property
    def renderer(self) -> Renderer:
        """Spells statement trees."""
        from nicol.dialects.sqlite.render import PORTABLE, RENDERER

        return PORTABLE if self.portable else RENDERER

    def codec(self, type: FieldType, arity: Arity, native: NativeType | None, schema: Schema) -> Codec:  # noqa: A002
        """How values of a field cross."""
        from nicol.dialects.sqlite import codecs

        return codecs.codec(type, arity, native, schema, portable=self.portable)

    def position(self) -> Program[str | None]:
        """Where the primary's log stands."""
        from nicol.dialects.sqlite import replication

        return replication.position()

    def reached(self, position: str) -> Program[bool | None]:
        """Whether a replica has come so far."""
        from nicol.dialects.sqlite import replication

        return replication.reached(position)

    def meaning_of(self, error: DriverError) -> Violation | None:
        """What an error means."""
        return errors.meaning_of(error)


DIALECT = SQLite
