"""From a catalog back to the schema that stands for it: the reverse of `lower`, with Prisma's names for what has none.

What the present schema calls a table, a column, a relation or an enum, it stays called; what only a schema knows (client
defaults, `@updatedAt`, `@ignore`, documentation, annotations) stays as long as its table or column is there. A thing that is in
the database as the present schema says is not described anew.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import TypeVar

from nicol.catalog import Catalog, Column, EnumType, ObjectName, Table, Unmanaged
from nicol.dialects.dialect import Dialect
from nicol.migrate.describe_enums import listed_enums, with_values
from nicol.migrate.describe_fields import Fields
from nicol.migrate.describe_keys import Keys
from nicol.migrate.describe_names import BlockNames
from nicol.migrate.describe_relations import join_tables, related
from nicol.migrate.lower import lower
from nicol.schema.schema import Arity, Enum, Model, ScalarField, Schema, Unsupported

T = TypeVar("T", Table, EnumType)

EMPTY = Schema(None, (), (), (), ())
NO_CRITERION = (
    "The underlying table has no unique criterion of required fields: the client cannot address its rows."
)


@dataclass(frozen=True, slots=True)
class Described:
    """A schema that stands for a catalog, and in sentences what it cannot say."""

    schema: Schema
    remarks: tuple[str, ...] = ()


def describe(
    catalog: Catalog, dialect: Dialect, present: Schema = EMPTY, *, views: bool = False, partial: bool = True
) -> Described:
    """The schema of a catalog. `views` takes views in; `partial`: keys may have a `where` (else annotations say it)."""
    return _Description(catalog, dialect, present, partial=partial).whole(views=views)


class _Description:
    """One catalog on its way to a schema."""

    def __init__(self, catalog: Catalog, dialect: Dialect, present: Schema, *, partial: bool) -> None:
        self.catalog = catalog
        self.dialect = dialect
        self.present = present
        self.partial = partial
        self.lowered = {table.key: table for table in lower(present, dialect).tables}
        blocks = present.readable
        self.models = {ObjectName(model.mapped, model.namespace): model for model in blocks}
        self.enums = {ObjectName(enum.mapped, enum.namespace): enum for enum in present.enums}
        named = (*self.models.items(), *self.enums.items())
        self.names = BlockNames({key: block.name for key, block in named})
        self.remarks: list[str] = []

    def whole(self, *, views: bool) -> Described:
        listed = listed_enums(self.catalog, self.dialect, self.present, self.names)
        enums = listed.enums
        if self.dialect.has_enums:
            enums = tuple(map(self.enum, _ordered(self.catalog.enums, self.enums)))
        fields = Fields(self.dialect, replace(self.present, enums=enums), self.names, listed)
        keys = Keys(self.dialect, self.present, enums, partial=self.partial)
        joins = join_tables(self.catalog, self.present)
        plain = tuple(
            table
            for table in self.catalog.tables
            if table not in joins and (not table.is_audit or table.key in self.models)
        )
        tables = _ordered(plain, self.models)
        models = {table.key: self.table(table, fields, keys) for table in tables}
        seen = self.present.views
        if views:
            seen = tuple(self.view(thing, fields) for thing in self.catalog.unmanaged if thing.columns)
        seen = tuple(replace(view, fields=view.scalars) for view in seen)
        found = related(models, seen, tables, joins, self.dialect, self.present)
        self.remarks.extend((*fields.remarks, *keys.remarks, *found.remarks))
        self.remark(self.catalog.unmanaged, views=views)
        schema = replace(
            self.present,
            models=found.models,
            enums=enums,
            relations=found.relations,
            views=found.views,
        )
        return Described(schema, tuple(self.remarks))

    def enum(self, enum: EnumType) -> Enum:
        """The enum of a type."""
        present = self.enums.get(enum.key)
        base = present or Enum(self.names.name(enum.key), enum.name, (), enum.namespace)
        return replace(with_values(base, enum.values), comment=self.comment(enum.comment, base.comment))

    def comment(self, live: str | None, present: str | None) -> str | None:
        """The database's text about a thing; where it keeps none, the schema's stays."""
        return live if self.dialect.keeps_comments else present

    def table(self, table: Table, fields: Fields, keys: Keys) -> Model:
        """The model of a table, without its relations."""
        present = self.models.get(table.key)
        base = present or Model(self.names.name(table.key), table.name, (), None, namespace=table.namespace)
        lowered = self.lowered.get(table.key)
        columns = _columns_in_order(table, present)
        scalars = fields.of(base, columns, lowered)
        model = replace(base, fields=scalars, comment=self.comment(table.comment, base.comment))
        model = keys.of(model, table, lowered)
        if self.is_addressable(model):
            return model if present else replace(model, ignored=False)
        self.remarks.append(f"`{model.name}` has no unique criterion of required fields, and is ignored")
        return replace(model, ignored=True, documentation=model.documentation or NO_CRITERION)

    def is_addressable(self, model: Model) -> bool:
        """True when a required and supported key tells the rows of a model apart."""
        keys = [unique.fields for unique in model.uniques if unique.where is None]
        keys += [model.primary_key.fields] if model.primary_key else []
        return any(all(_is_usable(model.scalar(field.name)) for field in key) for key in keys)

    def view(self, thing: Unmanaged, fields: Fields) -> Model:
        """The view block of a view. Nothing tells whether its columns may be null, or what is unique: the schema says so."""
        key = ObjectName(thing.name, thing.namespace)
        base = self.models.get(key) or Model(
            self.names.name(key), thing.name, (), None, namespace=thing.namespace
        )
        required = {field.name for field in base.scalars if field.arity is Arity.REQUIRED}
        found = fields.of(base, thing.columns, None)
        names = {field.name for field in found}
        return replace(
            base,
            fields=tuple(_required(field) if field.name in required else field for field in found),
            uniques=tuple(key for key in base.uniques if names.issuperset(each.name for each in key.fields)),
        )

    def remark(self, things: Iterable[Unmanaged], *, views: bool) -> None:
        """One sentence for each kind of thing that a schema has no word for."""
        kinds: dict[str, list[str]] = {}
        for thing in things:
            if not (views and thing.columns) and not thing.is_audit:
                kinds.setdefault(thing.kind, []).append(thing.name)
        for kind, names in kinds.items():
            shown = ", ".join(names[:5]) + (", …" if len(names) > 5 else "")
            self.remarks.append(f"a schema has no word for a {kind}; it stays in the database: {shown}")


def _required(field: ScalarField) -> ScalarField:
    return replace(field, arity=Arity.REQUIRED) if field.arity is Arity.OPTIONAL else field


def _ordered(things: tuple[T, ...], present: dict[ObjectName, Model] | dict[ObjectName, Enum]) -> list[T]:
    """Those that the present schema has in its order, then the others by name."""
    places = {key: place for place, key in enumerate(present)}
    return sorted(
        things, key=lambda thing: (places.get(thing.key, len(places)), thing.namespace or "", thing.name)
    )


def _columns_in_order(table: Table, present: Model | None) -> tuple[Column, ...]:
    """Columns that the present model has in its order, then the others in that of the table."""
    places = {field.mapped: place for place, field in enumerate(present.scalars)} if present else {}
    return tuple(sorted(table.columns, key=lambda column: places.get(column.name, len(places))))


def _is_usable(field: ScalarField) -> bool:
    return field.arity is not Arity.OPTIONAL and not isinstance(field.type, Unsupported)
