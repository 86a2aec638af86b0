"""What a PostgreSQL database holds, read from its catalogs in a fixed number of statements, whatever its size.

Tables, columns, keys, indexes, checks and enum types become the catalog; views, functions, triggers, policies and all else
that no schema has a word for is `Unmanaged`. Left out: what belongs to an extension, partitions (their parent speaks for
them), and the migrations' own table.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Any

from nicol.catalog import (
    Action,
    Catalog,
    Check,
    Column,
    ColumnType,
    Constant,
    CurrentTimestamp,
    Default,
    EnumType,
    Expression,
    Extension,
    ForeignKey,
    Generated,
    Identity,
    Index,
    IndexColumn,
    ObjectName,
    PrimaryKey,
    Table,
    Unmanaged,
)
from nicol.dialects.postgresql import ddl
from nicol.dialects.postgresql import introspect_sql as ask
from nicol.dialects.postgresql.audit import told
from nicol.dialects.postgresql.types import stored_type
from nicol.sql.program import Program, Release, RollbackTo, Row, Savepoint, Statement
from nicol.sql.quoting import quote_full, quote_text


def introspect(namespaces: tuple[str, ...] = (), hidden: str = ask.LEDGER) -> Program[Catalog]:
    """Everything in the current schema, under the namespace None; or in the given ones, each under its own name."""
    scope = _Scope(", ".join(map(quote_text, namespaces)) if namespaces else "current_schema()", hidden)
    read = _Reader(qualified=bool(namespaces))
    names = yield from _rows(ask.NAMESPACES, scope)
    enums = yield from _rows(ask.ENUMS, scope)
    relations = yield from _rows(ask.RELATIONS, scope)
    columns = yield from _rows(ask.COLUMNS, scope)
    constraints = yield from _rows(ask.CONSTRAINTS, scope)
    indexes = yield from _rows(ask.INDEXES, scope)
    others = yield from _rows(ask.UNMANAGED, scope)
    extensions = yield from _rows(ask.EXTENSIONS, scope)
    held = _Relations(read, columns, constraints, indexes)
    unmanaged = (
        *(read.unmanaged(row) for row in others),
        *(held.unmanaged(row) for row in relations if row[2] not in ("r", "p")),
    )
    return Catalog(
        tables=tuple(held.table(row) for row in relations if row[2] in ("r", "p")),
        enums=tuple(read.enum(row) for row in enums),
        unmanaged=tuple(sorted(unmanaged, key=_place)),
        namespaces=tuple(name for (name,) in names) if namespaces else ("public",),
        extensions=tuple(Extension(*row) for row in extensions),
    )


def veiled() -> Program[frozenset[str]]:
    """The tables of which policies may hide rows from this role, those of the current schema with and without its name."""
    found = yield Statement(ask.VEILED)
    return frozenset(
        quote_full(place, name)
        for namespace, name, is_own in found.rows
        for place in ((namespace, None) if is_own else (namespace,))
    )


_HERE = "nicol_in_full"


def in_full(namespaces: tuple[str, ...]) -> Program[Catalog]:
    """The same for making it anew: in words that hold in every namespace, with indexes, keys and switches as objects.

    The migrations' own table is one of them. Tables are bare, so that rows come in fast and whatever they point at.
    Only inside a transaction.
    """
    scope = _Scope(", ".join(map(quote_text, namespaces)), "")
    yield Savepoint(_HERE)
    yield Statement("SET LOCAL search_path = ''", prepare=False)
    catalog = yield from introspect(namespaces, scope.hidden)
    others = (yield from _rows(ask.IN_FULL, scope)) + (yield from _rows(ask.UNKNOWN, scope))
    borrowed = yield from _rows(ask.BORROWED, scope)
    yield RollbackTo(_HERE)
    yield Release(_HERE)
    read = _Reader(qualified=True)
    numbers = {(read.key(row), row[2]): Expression(row[3]) for row in borrowed}
    return replace(
        catalog,
        tables=tuple(_bare(table, numbers) for table in catalog.tables),
        unmanaged=(
            *(thing for thing in catalog.unmanaged if not thing.is_servers),
            *(read.unmanaged(row) for row in others),
            *(
                Unmanaged("switch", option, text, table.name, table.namespace)
                for table in catalog.tables
                for option, text in zip(ddl.switch_options(table), ddl.switches(table), strict=True)
            ),
            *(
                Unmanaged("inherited table", table.name, option, namespace=table.namespace)
                for table in catalog.tables
                for option in table.options
                if option.startswith("INHERITS")
            ),
        ),
        extensions=tuple(replace(extension, version=None) for extension in catalog.extensions),
    )


def _bare(table: Table, numbers: dict[tuple[ObjectName, str], Expression]) -> Table:
    def plain(column: Column) -> Column:
        number = numbers.get((table.key, column.name))
        return column if number is None else replace(column, autoincrement=False, default=number)

    switches = set(ddl.switch_options(table))
    return replace(
        table,
        columns=tuple(map(plain, table.columns)),
        indexes=(),
        foreign_keys=(),
        options=tuple(option for option in table.options if option not in switches),
    )


@dataclass(frozen=True, slots=True)
class _Scope:
    """Where is looked: a list of namespaces, and the table that is passed over."""

    namespaces: str
    hidden: str


def _rows(text: str, scope: _Scope) -> Program[list[Row]]:
    filled = text.replace("$scope", scope.namespaces).replace("$hidden", scope.hidden)
    return (yield Statement(filled, prepare=False)).rows


def _place(thing: Unmanaged) -> tuple[str, str, str, str]:
    return thing.namespace or "", thing.kind, thing.table or "", thing.name


_ACTIONS = {
    "a": Action.NO_ACTION,
    "r": Action.RESTRICT,
    "c": Action.CASCADE,
    "n": Action.SET_NULL,
    "d": Action.SET_DEFAULT,
}
_IDENTITIES = {"a": Identity.ALWAYS, "d": Identity.BY_DEFAULT}
_VIEWS = {"v": "view", "m": "materialized view", "f": "foreign table"}


class _Reader:
    """Makes values of rows. `qualified`: objects bear their namespace."""

    def __init__(self, *, qualified: bool) -> None:
        self.qualified = qualified

    def namespace(self, name: str) -> str | None:
        return name if self.qualified else None

    def key(self, row: Row) -> ObjectName:
        return ObjectName(row[1], self.namespace(row[0]))

    def enum(self, row: Row) -> EnumType:
        space, name, values, comment = row
        return EnumType(name, tuple(values), self.namespace(space), comment)

    def column(self, row: Row) -> Column:
        _, _, name, stored, modifier, array, is_enum, space, shown, required, identity, generated, *rest = row
        expression, collation, domain, comment = rest
        type_name = (
            ColumnType(stored, array=array, enum=True, namespace=self.namespace(space))
            if is_enum
            else stored_type(stored, modifier, array=array) or ColumnType(shown, array=array)
        )
        numbered = bool(identity) or (not generated and (expression or "").startswith("nextval("))
        return Column(
            name=name,
            type=type_name,
            nullable=not required,
            default=None if numbered or generated else parse_default(expression),
            autoincrement=numbered,
            generated=Generated(expression, generated == "s") if generated else None,
            comment=comment,
            identity=_IDENTITIES.get(identity),
            collation=collation,
            domain=domain,
        )

    def foreign_key(self, row: Row) -> ForeignKey:
        _, _, name, _, deferrable, valid, columns, space, table, references, deleted, updated, full, _ = row
        return ForeignKey(
            columns=tuple(columns),
            table=table,
            references=tuple(references),
            on_delete=_ACTIONS[deleted],
            on_update=_ACTIONS[updated],
            name=name,
            namespace=self.namespace(space),
            deferrable=deferrable,
            match_full=full,
            valid=valid,
        )

    def unmanaged(self, row: Row) -> Unmanaged:
        kind, space, table, name, definition = row
        thing = Unmanaged(kind, name, definition, table, self.namespace(space) if space is not None else None)
        return told(thing) if thing.is_audit else thing


class _Relations:
    """What hangs on tables and views, by the name of these."""

    def __init__(
        self, read: _Reader, columns: Iterable[Row], constraints: Iterable[Row], indexes: Iterable[Row]
    ) -> None:
        self.read = read
        self.columns = _grouped(read, columns)
        self.constraints = _grouped(read, constraints)
        self.indexes = _grouped(read, indexes)

    def table(self, row: Row) -> Table:
        key = self.read.key(row)
        constraints = self.constraints[key]
        primary = next((own for own in constraints if own[3] == "p"), None)
        return Table(
            name=key.name,
            columns=tuple(map(self.read.column, self.columns[key])),
            primary_key=PrimaryKey(tuple(primary[6]), primary[2], primary[4]) if primary else None,
            indexes=tuple(map(_index, self.indexes[key])),
            foreign_keys=tuple(self.read.foreign_key(own) for own in constraints if own[3] == "f"),
            checks=tuple(Check(own[2], own[13], own[5]) for own in constraints if own[3] == "c"),
            namespace=key.namespace,
            comment=row[3],
            options=tuple(row[4]),
        )

    def unmanaged(self, row: Row) -> Unmanaged:
        """A view, or what else is read like a table."""
        key = self.read.key(row)
        columns = tuple(map(self.read.column, self.columns[key]))
        return Unmanaged(_VIEWS[row[2]], key.name, row[5], None, key.namespace, columns)


def _grouped(read: _Reader, rows: Iterable[Row]) -> defaultdict[ObjectName, list[Row]]:
    groups: defaultdict[ObjectName, list[Row]] = defaultdict(list)
    for row in rows:
        groups[read.key(row)].append(row)
    return groups


def _index(row: Row) -> Index:
    _, _, name, unique, method, where, columns, include, distinct, options, constraint, deferrable, *rest = (
        row
    )
    valid, comment = rest
    return Index(
        name=name,
        columns=tuple(_index_columns(columns)),
        unique=unique,
        method=None if method == "btree" else method.upper(),
        where=where,
        constraint=constraint,
        include=tuple(include),
        nulls_distinct=distinct,
        options=tuple(options),
        deferrable=deferrable,
        valid=valid,
        comment=comment,
    )


def _index_columns(columns: Iterable[dict[str, Any]]) -> Iterator[IndexColumn]:
    """Nulls stand at the end of rising columns and at the start of falling ones, unless an index says otherwise."""
    for column in columns:
        usual = column["nulls_first"] == column["descending"]
        yield IndexColumn(
            name=column["name"] if column["name"] is not None else column["expression"],
            descending=column["descending"],
            operator_class=column["operator_class"],
            expression=column["name"] is None,
            nulls_first=None if usual else column["nulls_first"],
            collation=column["collation"],
        )


_CAST = r"(?:::[^']*)?"
_QUOTED = re.compile(rf"'((?:[^']|'')*)'{_CAST}", re.DOTALL)
_NUMBER = re.compile(rf"\(?(-?\d+(?:\.\d+)?(?:[eE][-+]?\d+)?)\)?{_CAST}")
_NOW = re.compile(rf"\(?(?:CURRENT_TIMESTAMP|now\(\))(?:\(\d\))?\)?{_CAST}", re.IGNORECASE)


def parse_default(text: str | None) -> Default | None:
    """What `pg_get_expr` prints of a default: `'x'::text`, `0`, `'-1'::integer`, `CURRENT_TIMESTAMP`, any expression."""
    if text is None or re.fullmatch(rf"NULL{_CAST}", text):
        return None
    if _NOW.fullmatch(text):
        return CurrentTimestamp()
    if text in ("true", "false"):
        return Constant(text)
    if (number := _NUMBER.fullmatch(text)) is not None:
        return Constant(number.group(1))
    if (quoted := _QUOTED.fullmatch(text)) is not None and not text.endswith("[]"):
        return Constant(quoted.group(1).replace("''", "'"))
    return Expression(text)
