"""What a PostgreSQL database holds, read from its catalogs in a fixed number of statements, whatever its size.

Tables, columns, keys, indexes and enum types become the catalog; views, functions, triggers, checks, exclusion
constraints and indexes on expressions are `Unmanaged`. Left out: what belongs to an extension, partitions (their
parent speaks for them), and the migrations' own table.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable

from nicol.catalog import (
    Action,
    Catalog,
    Column,
    ColumnType,
    Constant,
    CurrentTimestamp,
    Default,
    EnumType,
    Expression,
    ForeignKey,
    Index,
    IndexColumn,
    ObjectName,
    PrimaryKey,
    Table,
    Unmanaged,
)
from nicol.dialects.postgresql.types import stored_type
from nicol.sql.program import Program, Row, Statement
from nicol.sql.quoting import quote_text

LEDGER = "_prisma_migrations"

FOREIGN_TABLES = frozenset(
    {"spatial_ref_sys", "geometry_columns", "geography_columns", "raster_columns", "raster_overviews"}
)
"""PostGIS's own."""


def introspect(namespaces: tuple[str, ...] = ()) -> Program[Catalog]:
    """Everything in the current schema, under the namespace None; or in the given ones, each under its own name."""
    scope = ", ".join(map(quote_text, namespaces)) if namespaces else "current_schema()"
    read = _Reader(qualified=bool(namespaces))
    names = yield from _rows(_NAMESPACES, scope)
    enums = yield from _rows(_ENUMS, scope)
    columns = yield from _rows(_COLUMNS, scope)
    constraints = yield from _rows(_CONSTRAINTS, scope)
    indexes = yield from _rows(_INDEXES, scope)
    others = yield from _rows(_UNMANAGED, scope)
    extensions = yield from _rows(_EXTENSIONS, scope)
    unmanaged = [
        *(read.unmanaged(row) for row in others),
        *(read.constraint(row) for row in constraints if row[3] in "cx"),
        *(read.expression_index(row) for row in indexes if row[6]),
    ]
    return Catalog(
        tables=read.tables(columns, constraints, [row for row in indexes if not row[6]]),
        enums=tuple(EnumType(name, tuple(values), read.namespace(space)) for space, name, values in enums),
        unmanaged=tuple(sorted(unmanaged, key=_place)),
        namespaces=tuple(name for (name,) in names) if namespaces else ("public",),
        extensions=tuple(name for (name,) in extensions),
    )


def _rows(text: str, scope: str) -> Program[list[Row]]:
    return (yield Statement(text.replace("$scope", scope), prepare=False)).rows


def _place(thing: Unmanaged) -> tuple[str, str, str, str]:
    return thing.namespace or "", thing.kind, thing.table or "", thing.name


_ACTIONS = {
    "a": Action.NO_ACTION,
    "r": Action.RESTRICT,
    "c": Action.CASCADE,
    "n": Action.SET_NULL,
    "d": Action.SET_DEFAULT,
}


class _Reader:
    """Makes values of rows. `qualified`: objects bear their namespace."""

    def __init__(self, *, qualified: bool) -> None:
        self.qualified = qualified

    def namespace(self, name: str) -> str | None:
        return name if self.qualified else None

    def key(self, row: Row) -> ObjectName:
        return ObjectName(row[1], self.namespace(row[0]))

    def tables(
        self, columns: Iterable[Row], constraints: Iterable[Row], indexes: Iterable[Row]
    ) -> tuple[Table, ...]:
        held: dict[ObjectName, list[Column]] = {}
        for row in columns:
            own = held.setdefault(self.key(row), [])
            if row[2] is not None:
                own.append(self.column(row))
        primary: dict[ObjectName, PrimaryKey] = {}
        foreign: dict[ObjectName, list[ForeignKey]] = defaultdict(list)
        for row in constraints:
            if row[3] == "p":
                primary[self.key(row)] = PrimaryKey(tuple(row[4]), row[2])
            elif row[3] == "f":
                foreign[self.key(row)].append(self.foreign_key(row))
        indexed: dict[ObjectName, list[Index]] = defaultdict(list)
        for row in indexes:
            indexed[self.key(row)].append(_index(row))
        return tuple(
            Table(
                name=key.name,
                columns=tuple(own),
                primary_key=primary.get(key),
                indexes=tuple(indexed[key]),
                foreign_keys=tuple(foreign[key]),
                namespace=key.namespace,
            )
            for key, own in held.items()
        )

    def column(self, row: Row) -> Column:
        _, _, name, stored, modifier, array, is_enum, type_space, shown, required, numbered, default = row
        type_name = (
            ColumnType(stored, array=array, enum=True, namespace=self.namespace(type_space))
            if is_enum
            else stored_type(stored, modifier, array=array) or ColumnType(shown, array=array)
        )
        numbered = numbered or (default or "").startswith("nextval(")
        return Column(
            name=name,
            type=type_name,
            nullable=not required,
            default=None if numbered else parse_default(default),
            autoincrement=numbered,
        )

    def foreign_key(self, row: Row) -> ForeignKey:
        _, _, name, _, columns, space, table, references, deleted, updated, _ = row
        return ForeignKey(
            columns=tuple(columns),
            table=table,
            references=tuple(references),
            on_delete=_ACTIONS[deleted],
            on_update=_ACTIONS[updated],
            name=name,
            namespace=self.namespace(space),
        )

    def constraint(self, row: Row) -> Unmanaged:
        kind = "check" if row[3] == "c" else "constraint"
        return Unmanaged(kind, row[2], row[10], row[1], self.namespace(row[0]))

    def expression_index(self, row: Row) -> Unmanaged:
        return Unmanaged("index", row[2], row[6], row[1], self.namespace(row[0]))

    def unmanaged(self, row: Row) -> Unmanaged:
        kind, space, table, name, definition = row
        return Unmanaged(kind, name, definition, table, self.namespace(space))


def _index(row: Row) -> Index:
    _, _, name, unique, method, where, _, columns, descending, classes, constraint = row
    return Index(
        name=name,
        columns=tuple(map(IndexColumn, columns, descending, classes)),
        unique=unique,
        method=None if method == "btree" else method.upper(),
        where=where,
        constraint=constraint,
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


_OWN = "NOT EXISTS (SELECT FROM pg_depend d WHERE d.objid = {}.oid AND d.deptype = 'e')"

_TABLES = f"""c.relkind IN ('r', 'p') AND NOT c.relispartition AND n.nspname IN ($scope)
  AND c.relname <> '{LEDGER}' AND {_OWN.format("c")}"""

_NAMESPACES = """
SELECT nspname::text FROM pg_namespace WHERE nspname IN ($scope) ORDER BY 1"""

_EXTENSIONS = """
SELECT extname::text FROM pg_extension WHERE extname <> 'plpgsql' ORDER BY 1"""

_ENUMS = f"""
SELECT n.nspname::text, t.typname::text, array_agg(e.enumlabel::text ORDER BY e.enumsortorder)
FROM pg_type t
JOIN pg_namespace n ON n.oid = t.typnamespace
JOIN pg_enum e ON e.enumtypid = t.oid
WHERE n.nspname IN ($scope) AND {_OWN.format("t")}
GROUP BY 1, 2 ORDER BY 1, 2"""

_COLUMNS = f"""
SELECT n.nspname::text, c.relname::text, a.attname::text, coalesce(e.typname, t.typname)::text, a.atttypmod,
       t.typcategory = 'A', coalesce(e.typtype, t.typtype) = 'e', tn.nspname::text,
       format_type(coalesce(e.oid, t.oid), a.atttypmod), a.attnotnull, a.attidentity <> '',
       pg_get_expr(d.adbin, d.adrelid)
FROM pg_class c
JOIN pg_namespace n ON n.oid = c.relnamespace
LEFT JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
LEFT JOIN pg_type t ON t.oid = a.atttypid
LEFT JOIN pg_type e ON e.oid = t.typelem AND t.typcategory = 'A'
LEFT JOIN pg_namespace tn ON tn.oid = coalesce(e.typnamespace, t.typnamespace)
LEFT JOIN pg_attrdef d ON d.adrelid = c.oid AND d.adnum = a.attnum
WHERE {_TABLES}
ORDER BY 1, 2, a.attnum"""

_NAMES_OF = """(SELECT array_agg(a.attname::text ORDER BY k.place)
        FROM unnest({keys}) WITH ORDINALITY k (number, place)
        JOIN pg_attribute a ON a.attrelid = {table} AND a.attnum = k.number)"""

_CONSTRAINTS = f"""
SELECT n.nspname::text, c.relname::text, o.conname::text, o.contype::text,
       {_NAMES_OF.format(keys="o.conkey", table="o.conrelid")},
       fn.nspname::text, f.relname::text, {_NAMES_OF.format(keys="o.confkey", table="o.confrelid")},
       o.confdeltype::text, o.confupdtype::text,
       CASE WHEN o.contype IN ('c', 'x') THEN pg_get_constraintdef(o.oid) END
FROM pg_constraint o
JOIN pg_class c ON c.oid = o.conrelid
JOIN pg_namespace n ON n.oid = c.relnamespace
LEFT JOIN pg_class f ON f.oid = o.confrelid
LEFT JOIN pg_namespace fn ON fn.oid = f.relnamespace
WHERE o.contype IN ('p', 'f', 'c', 'x') AND {_TABLES}
ORDER BY 1, 2, 3"""

_INDEXES = f"""
SELECT n.nspname::text, c.relname::text, x.relname::text, i.indisunique, m.amname::text,
       pg_get_expr(i.indpred, i.indrelid), CASE WHEN i.indexprs IS NOT NULL THEN pg_get_indexdef(x.oid) END,
       array_agg(a.attname::text ORDER BY k.place), array_agg(k.option & 1 = 1 ORDER BY k.place),
       array_agg(CASE WHEN NOT p.opcdefault THEN p.opcname::text END ORDER BY k.place),
       EXISTS (SELECT FROM pg_constraint o WHERE o.conindid = x.oid AND o.contype = 'u')
FROM pg_index i
JOIN pg_class x ON x.oid = i.indexrelid
JOIN pg_class c ON c.oid = i.indrelid
JOIN pg_namespace n ON n.oid = c.relnamespace
JOIN pg_am m ON m.oid = x.relam
CROSS JOIN LATERAL unnest(i.indkey::int2[], i.indoption::int2[], i.indclass::oid[])
  WITH ORDINALITY k (number, option, class, place)
LEFT JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = k.number
LEFT JOIN pg_opclass p ON p.oid = k.class
WHERE NOT i.indisprimary AND NOT i.indisexclusion AND k.place <= i.indnkeyatts AND {_TABLES}
GROUP BY n.nspname, c.relname, x.relname, x.oid, i.indisunique, m.amname, i.indpred, i.indrelid, i.indexprs
ORDER BY 1, 2, 3"""

_UNMANAGED = f"""
SELECT 'trigger', n.nspname::text, c.relname::text, t.tgname::text, pg_get_triggerdef(t.oid)
FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE NOT t.tgisinternal AND n.nspname IN ($scope) AND {_OWN.format("t")}
UNION ALL
SELECT CASE p.prokind WHEN 'p' THEN 'procedure' ELSE 'function' END, n.nspname::text, NULL,
       p.proname || '(' || pg_get_function_identity_arguments(p.oid) || ')', pg_get_functiondef(p.oid)
FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
WHERE p.prokind IN ('f', 'p') AND n.nspname IN ($scope) AND {_OWN.format("p")}
UNION ALL
SELECT CASE c.relkind WHEN 'm' THEN 'materialized view' ELSE 'view' END, n.nspname::text, NULL, c.relname::text,
       format('CREATE %s %I AS %s', CASE c.relkind WHEN 'm' THEN 'MATERIALIZED VIEW' ELSE 'VIEW' END, c.relname,
              pg_get_viewdef(c.oid))
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind IN ('v', 'm') AND n.nspname IN ($scope) AND {_OWN.format("c")}"""
