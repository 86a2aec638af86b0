"""From a schema to the catalog that stores it: tables, keys and indexes, under the names that Prisma gives them."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import replace

from nicol.catalog import (
    Action,
    Catalog,
    Check,
    Column,
    EnumType,
    Extension,
    ForeignKey,
    Generated,
    Index,
    IndexColumn,
    ObjectName,
    PrimaryKey,
    Table,
)
from nicol.dialects.auditing import Audited
from nicol.dialects.conditions import condition_sql
from nicol.dialects.dialect import Dialect
from nicol.dialects.tokens import Kind, tokens_of
from nicol.schema.constraint_names import shortened
from nicol.schema.schema import (
    Audit,
    Enum,
    ForeignKeyRelation,
    FunctionCall,
    JoinTableRelation,
    KeyField,
    Model,
    NullsOrder,
    ReferentialAction,
    ScalarField,
    Schema,
    SortOrder,
)
from nicol.schema.schema import Index as ModelIndex
from nicol.schema.schema import Unique as ModelUnique

_ACTIONS = {
    ReferentialAction.CASCADE: Action.CASCADE,
    ReferentialAction.RESTRICT: Action.RESTRICT,
    ReferentialAction.NO_ACTION: Action.NO_ACTION,
    ReferentialAction.SET_NULL: Action.SET_NULL,
    ReferentialAction.SET_DEFAULT: Action.SET_DEFAULT,
}


def lower(schema: Schema, dialect: Dialect) -> Catalog:
    """The catalog of a schema, in the schema's order: models, then the tables of implicit m:n relations."""
    return _Lowering(schema, dialect).catalog()


_BY_CLIENT = frozenset({"cuid", "uuid", "ulid", "nanoid"})


def filled_columns(schema: Schema) -> Iterator[tuple[ObjectName, str]]:
    """The columns for which the client makes values, and the database has no default."""
    for model in schema.models:
        for field in model.scalars:
            if isinstance(field.default, FunctionCall) and field.default.name in _BY_CLIENT:
                yield ObjectName(model.mapped, model.namespace), field.mapped


def lower_keys(
    schema: Schema, dialect: Dialect
) -> dict[str, tuple[tuple[ModelUnique | ModelIndex, Index], ...]]:
    """The uniques and indexes of each model by its name, each with what it is in the database."""
    lowering = _Lowering(schema, dialect)
    return {
        model.name: (
            *((unique, lowering.unique(model, unique)) for unique in model.uniques),
            *((index, lowering.index(model, index)) for index in model.indexes),
        )
        for model in schema.models
    }


def trail_namespace(schema: Schema, dialect: Dialect) -> str | None:
    """Where the audit trail is kept: where things usually are, if the schema lists that, or in the first that it lists."""
    listed = schema.datasource.schemas if schema.datasource else ()
    usual = dialect.default_namespace
    return usual if usual in listed else next(iter(listed), None)


class _Lowering:
    """One schema on its way to one database."""

    def __init__(self, schema: Schema, dialect: Dialect) -> None:
        self.schema = schema
        self.dialect = dialect
        source = schema.datasource
        self.constrains = source is None or source.relation_mode != "prisma"
        self.models = {model.name: model for model in schema.models}
        self.relations = {relation.name: relation for relation in schema.between_models()}

    def catalog(self) -> Catalog:
        models = [model for model in self.schema.models if model.mapped not in self.dialect.foreign_tables]
        enums = self.schema.enums if self.dialect.has_enums else ()
        source = self.schema.datasource
        tables = (*map(self.table, models), *map(self.join_table, self.join_tables()))
        trail = self.dialect.trail(
            [self.audited(model) for model in models if model.audit],
            trail_namespace(self.schema, self.dialect),
        )
        kept = {table.key for table in trail.tables}
        return Catalog(
            tables=(*(table for table in tables if table.key not in kept), *trail.tables),
            enums=tuple(map(self.enum, enums)),
            unmanaged=trail.objects,
            namespaces=self.namespaces(),
            extensions=tuple(
                Extension(each.mapped, each.version, each.namespace) for each in source.extensions
            )
            if source and self.dialect.namespaces
            else (),
        )

    def enum(self, enum: Enum) -> EnumType:
        values = tuple(value.mapped for value in enum.values)
        ordered = self.dialect.portable  # Prisma never looks at the order, and its histories append
        return EnumType(enum.mapped, values, enum.namespace, self.comment(enum.comment), ordered)

    def comment(self, text: str | None) -> str | None:
        """A text that the database is to keep, where it can."""
        return text if self.dialect.keeps_comments else None

    def namespaces(self) -> tuple[str, ...]:
        """Those in use, or the connection's own under its usual name."""
        things = (*self.schema.models, *self.schema.enums)
        usual = self.dialect.default_namespace
        used = {thing.namespace or usual for thing in things} if things else {usual}
        return tuple(sorted(name for name in used if name))

    def named(self, name: str, suffix: str) -> str:
        return shortened(name, self.dialect.name_limit, suffix)

    def key_name(self, given: str | None, name: str, suffix: str) -> str | None:
        """The name of a primary or foreign key, where the database keeps one."""
        return (given or self.named(name, suffix)) if self.dialect.keeps_key_names else None

    def table(self, model: Model) -> Table:
        key = model.primary_key
        only_id = key.fields[0].name if key and len(key.fields) == 1 else None
        return Table(
            name=model.mapped,
            columns=tuple(self.column(field, is_only_id=field.name == only_id) for field in model.scalars),
            primary_key=self.primary_key(model),
            indexes=tuple(self.indexes(model)),
            foreign_keys=tuple(self.foreign_keys(model)),
            checks=(*self.dialect.checks(model, self.schema), *self.checks(model)),
            namespace=model.namespace,
            comment=self.comment(model.comment),
        )

    def column(self, field: ScalarField, *, is_only_id: bool) -> Column:
        column = self.dialect.column(field, self.schema, is_only_id=is_only_id)
        column = replace(column, comment=self.comment(field.comment))
        if field.generated is None:
            return column
        computed = Generated(field.generated.sql, field.generated.stored)
        return replace(column, generated=computed, default=None, autoincrement=False)

    def checks(self, model: Model) -> Iterator[Check]:
        """Those that annotations ask for; a nameless one is called as PostgreSQL would call it."""
        taken: set[str] = set()
        for check in model.checks:
            column = (model.scalar(check.field).mapped,) if check.field else ()
            base = "_".join((model.mapped, *column))
            numbered = (self.named(base, f"_check{number or ''}") for number in itertools.count())
            name = check.name or next(name for name in numbered if name not in taken)
            taken.add(name)
            yield Check(name, check.sql)

    def audited(self, model: Model) -> Audited:
        """How changes of a model's rows are recorded."""
        audit = model.audit or Audit()
        key = model.primary_key or next(each for each in model.uniques if each.where is None)
        only, hidden = (
            tuple(model.scalar(name).mapped for name in names) for names in (audit.only, audit.hidden)
        )
        return Audited(self.table(model), _columns(model, key.fields), only, hidden, audit.chain)

    def primary_key(self, model: Model) -> PrimaryKey | None:
        key = model.primary_key
        if key is None:
            return None
        columns = _columns(model, key.fields)
        return PrimaryKey(columns, self.key_name(key.mapped, model.mapped, "_pkey"))

    def indexes(self, model: Model) -> Iterator[Index]:
        """Uniques of single fields stand first, then indexes, then the model's own uniques: Prisma's order."""
        yield from (self.unique(model, unique) for unique in model.uniques if unique.on_field)
        yield from (self.index(model, index) for index in model.indexes)
        yield from (self.unique(model, unique) for unique in model.uniques if not unique.on_field)

    def unique(self, model: Model, unique: ModelUnique) -> Index:
        base = "_".join((model.mapped, *_columns(model, unique.fields)))
        return Index(
            name=unique.mapped or self.named(base, "_key"),
            columns=self.index_columns(model, unique.fields),
            unique=True,
            where=condition_sql(unique.where, model),
            include=self.include(model, unique.include),
            nulls_distinct=unique.nulls_distinct,
        )

    def index(self, model: Model, index: ModelIndex) -> Index:
        columns = self.index_columns(model, index.fields) or tuple(map(_expression, index.expressions))
        words = [word for column in columns for word in _words(column)]
        base = "_".join((model.mapped, *words))
        return Index(
            name=index.mapped or self.named(base, "_key" if index.unique else "_idx"),
            columns=columns,
            unique=index.unique,
            method=self.dialect.index_method(index.method),
            where=condition_sql(index.where, model),
            include=self.include(model, index.include),
            nulls_distinct=index.nulls_distinct,
        )

    def include(self, model: Model, fields: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(model.scalar(name).mapped for name in fields) if self.dialect.index_includes else ()

    def index_columns(self, model: Model, fields: tuple[KeyField, ...]) -> tuple[IndexColumn, ...]:
        return tuple(
            IndexColumn(
                model.scalar(field.name).mapped,
                field.sort is SortOrder.DESC,
                self.dialect.operator_class(field.operator_class) if field.operator_class else None,
                nulls_first=self.nulls_first(field),
            )
            for field in fields
        )

    def nulls_first(self, field: KeyField) -> bool | None:
        """None where it is the usual end: the last of rising columns, the first of falling ones."""
        first = field.nulls is NullsOrder.FIRST
        usual = field.nulls is None or first == (field.sort is SortOrder.DESC)
        return None if usual or not self.dialect.orders_index_nulls else first

    def foreign_keys(self, model: Model) -> Iterator[ForeignKey]:
        """In the order of the relation fields beside them."""
        if not self.constrains:
            return
        for field in model.relations:
            relation = self.relations.get(field.relation)
            if isinstance(relation, ForeignKeyRelation) and (relation.child, relation.child_field) == (
                model.name,
                field.name,
            ):
                yield self.foreign_key(model, relation)

    def foreign_key(self, model: Model, relation: ForeignKeyRelation) -> ForeignKey:
        parent = self.models[relation.parent]
        columns = tuple(model.scalar(name).mapped for name in relation.fields)
        return ForeignKey(
            columns=columns,
            table=parent.mapped,
            references=tuple(parent.scalar(name).mapped for name in relation.references),
            on_delete=_ACTIONS[relation.on_delete],
            on_update=_ACTIONS[relation.on_update],
            name=self.key_name(relation.mapped, "_".join((model.mapped, *columns)), "_fkey"),
            namespace=parent.namespace,
        )

    def join_tables(self) -> Iterator[JoinTableRelation]:
        """In the order in which the fields of their sides A stand in the schema."""
        for model in self.schema.models:
            for field in model.relations:
                relation = self.relations.get(field.relation)
                if isinstance(relation, JoinTableRelation) and (relation.a, relation.a_field) == (
                    model.name,
                    field.name,
                ):
                    yield relation

    def join_table(self, relation: JoinTableRelation) -> Table:
        a, b = self.models[relation.a], self.models[relation.b]
        pair = ("A", "B")
        unique = Index(self.named(relation.mapped, "_AB_unique"), tuple(map(IndexColumn, pair)), unique=True)
        by_b = Index(self.named(relation.mapped, "_B_index"), (IndexColumn("B"),))
        has_key = self.dialect.join_table_key
        keys = (self.join_key(relation, "A", a), self.join_key(relation, "B", b)) if self.constrains else ()
        return Table(
            name=shortened(relation.mapped, self.dialect.name_limit),
            columns=(self.join_column("A", a), self.join_column("B", b)),
            primary_key=PrimaryKey(pair, self.key_name(None, relation.mapped, "_AB_pkey"))
            if has_key
            else None,
            indexes=(by_b,) if has_key else (unique, by_b),
            foreign_keys=keys,
            namespace=a.namespace,
        )

    def join_column(self, name: str, model: Model) -> Column:
        key = model.primary_key
        if key is None:
            raise ValueError(f"{model.name} has no id for an implicit m:n relation")
        held = self.dialect.column(model.scalar(key.fields[0].name), self.schema, is_only_id=False)
        return Column(name, held.type)

    def join_key(self, relation: JoinTableRelation, name: str, model: Model) -> ForeignKey:
        key = model.primary_key
        return ForeignKey(
            columns=(name,),
            table=model.mapped,
            references=_columns(model, key.fields) if key else (),
            on_delete=Action.CASCADE,
            on_update=Action.CASCADE,
            name=self.key_name(None, relation.mapped, f"_{name}_fkey"),
            namespace=model.namespace,
        )


def _expression(sql: str) -> IndexColumn:
    """An expression as a column of an index; SQL's words about order and operator class may follow it."""
    tokens = tokens_of(sql)
    nulls = tokens[-1].word if len(tokens) > 2 and tokens[-2].word == "NULLS" else None
    tokens = tokens[:-2] if nulls else tokens
    direction = tokens[-1].word if tokens[-1].word in ("ASC", "DESC") else None
    tokens = tokens[:-1] if direction else tokens
    has_class = len(tokens) > 1 and (tokens[-1].word or "").endswith("_OPS")
    kept = tokens[:-1] if has_class else tokens
    falling = direction == "DESC"
    is_column = len(kept) == 1 and kept[0].kind in (Kind.WORD, Kind.NAME)
    return IndexColumn(
        kept[0].name if is_column else sql[kept[0].start : kept[-1].end],
        falling,
        tokens[-1].text if has_class else None,
        expression=not is_column,
        nulls_first=None if nulls is None or (nulls == "FIRST") == falling else nulls == "FIRST",
    )


def _words(column: IndexColumn) -> Iterator[str]:
    """What stands for a column in the name of an index."""
    if not column.expression:
        yield column.name
        return
    yield from (token.name for token in tokens_of(column.name) if token.kind in (Kind.WORD, Kind.NAME))


def _columns(model: Model, fields: tuple[KeyField, ...]) -> tuple[str, ...]:
    return tuple(model.scalar(field.name).mapped for field in fields)
