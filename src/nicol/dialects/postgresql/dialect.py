"""PostgreSQL's answers, each given by the file of this folder that owns the matter."""

from __future__ import annotations

import itertools
import re
from collections.abc import Collection, Mapping, Sequence
from importlib import import_module
from typing import TYPE_CHECKING, ClassVar, TypeVar

from nicol.dialects.dialect import Cast, Codec, Dialect, Doubts, Violation
from nicol.dialects.ledger import LedgerTexts, SessionTexts
from nicol.dialects.postgresql import apply, errors, objects, stages
from nicol.dialects.postgresql import provider as providers
from nicol.dialects.postgresql.expiry import PACE, coming, counted, expire
from nicol.dialects.postgresql.introspect_sql import FOREIGN_TABLES
from nicol.dialects.postgresql.script import bound, split
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
    from nicol.dialects.expiry import Expired, Expiry
    from nicol.dialects.health import Health
    from nicol.dialects.lint.rule import Rule, Script
    from nicol.dialects.moving import Loose
    from nicol.dialects.outlook import Outlook
    from nicol.sql.renderer import Renderer

T = TypeVar("T")

_OPERATOR_WORDS = (
    ("MinMaxMulti", "_minmax_multi"),
    ("MinMax", "_minmax"),
    ("TimestampTz", "timestamptz"),
    ("TimeTz", "timetz"),
    ("VarBit", "varbit"),
    ("JsonbPath", "jsonb_path"),
)


class PostgreSQL(Dialect):
    """PostgreSQL 14 and later."""

    name: ClassVar[str] = "postgresql"
    default_namespace: ClassVar[str | None] = "public"
    has_enums: ClassVar[bool] = True
    keeps_key_names: ClassVar[bool] = True
    keeps_comments: ClassVar[bool] = True
    index_includes: ClassVar[bool] = True
    orders_index_nulls: ClassVar[bool] = True
    foreign_tables: ClassVar[frozenset[str]] = FOREIGN_TABLES
    wider: ClassVar[frozenset[tuple[str, str]]] = frozenset(
        {
            *itertools.combinations(("SMALLINT", "INTEGER", "BIGINT"), 2),
            ("REAL", "DOUBLE PRECISION"),
            ("VARCHAR", "TEXT"),
            ("JSON", "JSONB"),
        }
    )
    incomparable: ClassVar[frozenset[str]] = frozenset({"JSON", "XML"})
    fills_nulls: ClassVar[bool] = False
    join_table_key: ClassVar[bool] = True
    object_kinds: ClassVar[tuple[str, ...]] = objects.KINDS
    in_memory: ClassVar[str | None] = None

    @property
    def provider(self) -> Provider:
        """The database as the rule book sees it."""
        return providers.provider(portable=self.portable)

    def column(self, field: ScalarField, schema: Schema, *, is_only_id: bool) -> Column:  # noqa: ARG002
        """The column that stores a field."""
        from nicol.dialects.postgresql import types

        return types.column(field, schema)

    def checks(self, model: Model, schema: Schema) -> tuple[Check, ...]:  # noqa: ARG002
        """None: the types say it all."""
        return ()

    def index_method(self, method: str | None) -> str | None:
        """An index algorithm in PostgreSQL's word."""
        return None if method is None or method == "BTree" else method.upper()

    def operator_class(self, name: str) -> str | None:
        """`JsonbPathOps` is `jsonb_path_ops`; raw SQL stays as it is."""
        if not re.fullmatch(r"(?:[A-Z][a-z0-9]*)+Ops", name):
            return name
        for word, spelled in _OPERATOR_WORDS:
            name = name.replace(word, spelled)
        return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).lower()

    def introspect(self, namespaces: tuple[str, ...] = ()) -> Program[Catalog]:
        """Everything in the current schema, or in the given ones."""
        from nicol.dialects.postgresql import introspect

        return introspect.introspect(namespaces)

    def in_full(self, namespaces: tuple[str, ...]) -> Program[Catalog]:
        """What these namespaces hold, for making it anew around rows."""
        from nicol.dialects.postgresql import introspect

        return introspect.in_full(namespaces)

    def meaning(self, column: Column) -> Meaning:
        """What a column holds in the language's words."""
        from nicol.dialects.postgresql import describe

        return describe.meaning(column)

    def described_type(self, stored: str, modifier: int) -> ColumnType | None:
        """The type of a name in `pg_type`, where arrays have an underscore before that of their items."""
        from nicol.dialects.postgresql import types

        return types.stored_type(stored.removeprefix("_"), modifier, array=stored.startswith("_"))

    def literal(self, default: Default, scalar: Scalar) -> Literal | None:
        """A default as a literal of the schema."""
        from nicol.dialects.postgresql import describe

        return describe.literal(default, scalar)

    def items(self, default: Default) -> tuple[Constant, ...] | None:
        """The items of a list's default."""
        from nicol.dialects.postgresql import describe

        return describe.items(default)

    def default_sql(self, default: Default, column: Column) -> str:
        """A default as SQL."""
        from nicol.dialects.postgresql import describe

        return describe.default_sql(default, column)

    def index_method_word(self, method: str) -> str | None:
        """The schema's word for an index algorithm."""
        from nicol.dialects.postgresql import describe

        return describe.index_method(method)

    def operator_class_word(self, name: str) -> str | None:
        """The schema's word for an operator class."""
        from nicol.dialects.postgresql import describe

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
        from nicol.dialects.postgresql import casts

        return casts.cast(before, after)

    def doubts(self, before: Column, after: Column, catalog: Catalog) -> Doubts:
        """Which values stand in the way of another type, or would not stay as they are."""
        from nicol.dialects.postgresql import casts

        return casts.doubts(before, after, catalog)

    def converted(self, before: Column, after: Column) -> str:
        """A column's old values as they will be."""
        from nicol.dialects.postgresql import casts

        return casts.converted(before, after)

    def bridge(self, table: Table, old: Column, new: Column) -> Bridge:
        """Triggers before each statement."""
        from nicol.dialects.postgresql import bridge

        return bridge.bridge(table, old, new, limit=self.name_limit, incomparable=self.incomparable)

    def narrows(self, before: Check | None, after: Check) -> bool:  # noqa: ARG002
        """Only the database can tell."""
        return True

    def adapt(self, changes: tuple[Change, ...], before: Catalog, after: Catalog) -> tuple[Change, ...]:
        """Columns that cannot be converted are made anew, with what hangs on them."""
        from nicol.dialects.postgresql import adapt

        return adapt.adapt(changes, before, after)

    def spell(self, change: Change, before: Catalog, after: Catalog) -> tuple[str, ...]:
        """The statements that make a change."""
        from nicol.dialects.postgresql import ddl

        return ddl.spell(change, before, after)

    def drop_object(self, thing: Unmanaged) -> str | None:
        """The statement that takes an object away."""
        return objects.drop(thing)

    def make_object(self, thing: Unmanaged) -> tuple[str, ...]:
        """The statements that make an object."""
        return objects.make(thing)

    def switched(self, before: Table, after: Table) -> tuple[str, ...]:
        """Row-level security, and what replicas tell rows apart by."""
        from nicol.dialects.postgresql import ddl

        return ddl.switched(before, after)

    def trail(self, audited: Sequence[Audited], namespace: str | None) -> Trail:
        """A function and triggers that call it."""
        from nicol.dialects.postgresql import audit

        return audit.trail(audited, namespace)

    def trail_texts(self, namespace: str | None) -> TrailTexts:
        """What is said about the trail."""
        from nicol.dialects.postgresql import audit

        return audit.texts(namespace)

    @property
    def signing(self) -> Signing:
        """A setting of the transaction."""
        from nicol.dialects.postgresql import audit

        return audit.SIGNING

    def veiled(self) -> Program[frozenset[str]]:
        """The tables of which policies may hide rows from this role."""
        from nicol.dialects.postgresql import introspect

        return introspect.veiled()

    def settings(self, values: Mapping[str, str]) -> tuple[Statement, ...]:
        """`SET LOCAL` takes no parameters, its function does (https://www.postgresql.org/docs/current/functions-admin.html)."""
        calls = (f"pg_catalog.set_config(${n}, ${n + 1}, true)" for n in range(1, 2 * len(values), 2))
        pairs = tuple(text for pair in values.items() for text in pair)
        return (Statement(f"SELECT {', '.join(calls)}", pairs, columns=False),)

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
        return apply.transact(tuple(statements), first, last, limits)

    def alone(self, statement: str, *, again: bool) -> Program[None]:
        """Say a statement that stands alone in its stage."""
        return stages.alone(statement, again=again)

    def rehearsed(self, stage: Stage) -> tuple[str, ...]:
        """What is said of a stage to see what becomes of it."""
        return stages.rehearsed(stage)

    def outlooks(self, statements: Sequence[str]) -> tuple[Outlook, ...]:
        """The locks and the risks of each statement."""
        from nicol.dialects.postgresql import outlook

        return outlook.outlooks(statements)

    @property
    def sessions(self) -> SessionTexts:
        """The statements about a connection's session on the server."""
        return apply.SESSIONS

    def aside(self, work: Program[T]) -> Program[T]:
        """Run work as on an empty database, and undo all of it."""
        return apply.aside(work)

    def clear(self, namespaces: tuple[str, ...] = (), first: Program[bool] | None = None) -> Program[None]:
        """Take away everything that the current schema holds, or the given ones."""
        return apply.clear(namespaces, first)

    def loose(self, catalog: Catalog) -> Loose:
        """What lets rows in, in any order."""
        from nicol.dialects.postgresql import moving

        return moving.loose(catalog)

    def counters(self, catalog: Catalog) -> tuple[str, ...]:
        """What sets counters behind what came in."""
        from nicol.dialects.postgresql import moving

        return moving.counters(catalog)

    def health(self, catalog: Catalog, pool: int) -> Program[Health]:
        """What is wrong with the database."""
        from nicol.dialects.postgresql import health

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

    def advisory_lock(self, name: str, *, wait: bool) -> Program[bool]:
        """Hold a name until the transaction ends. PostgreSQL knows numbers: names become numbers by its own hash."""
        function = "pg_advisory_xact_lock" if wait else "pg_try_advisory_xact_lock"
        text = f"SELECT pg_catalog.{function}(pg_catalog.hashtextextended($1, 0))"
        ((held,),) = (yield Statement(text, (name,), columns=False)).rows
        return wait or held

    @property
    def renderer(self) -> Renderer:
        """Spells statement trees."""
        from nicol.dialects.postgresql.render import RENDERER

        return RENDERER

    def codec(self, type: FieldType, arity: Arity, native: NativeType | None, schema: Schema) -> Codec:  # noqa: A002
        """How values of a field cross."""
        from nicol.dialects.postgresql import codecs

        return codecs.codec(type, arity, native, schema)

    def position(self) -> Program[str | None]:
        """Where the primary's log stands."""
        from nicol.dialects.postgresql import replication

        return replication.position()

    def reached(self, position: str) -> Program[bool | None]:
        """Whether a replica has come so far."""
        from nicol.dialects.postgresql import replication

        return replication.reached(position)

    def meaning_of(self, error: DriverError) -> Violation | None:
        """What an error means."""
        return errors.meaning_of(error)


DIALECT = PostgreSQL
