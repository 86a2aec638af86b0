"""From columns back to fields: types, defaults, and what only a schema knows of them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from nicol.catalog import Column, Constant, ObjectName, Table
from nicol.catalog import Default as ColumnDefault
from nicol.dialects.defaults import same_default
from nicol.dialects.described import Meaning
from nicol.dialects.dialect import Dialect
from nicol.migrate.describe_enums import ListedEnums
from nicol.migrate.describe_names import BlockNames, free_name, word_of
from nicol.migrate.diff import same_bound, same_column, same_type
from nicol.schema.schema import (
    Arity,
    Default,
    EnumRef,
    FieldType,
    FunctionCall,
    Generated,
    ListLiteral,
    Literal,
    Model,
    NativeType,
    Scalar,
    ScalarField,
    Schema,
    Unsupported,
)

CLIENT_FUNCTIONS = frozenset({"uuid", "cuid", "nanoid", "ulid"})
"""Defaults that clients compute: no database knows of them."""


class Fields:
    """Makes fields of the columns of one database. `schema` holds the present fields, and the enums as they will be."""

    def __init__(self, dialect: Dialect, schema: Schema, names: BlockNames, listed: ListedEnums) -> None:
        self.dialect = dialect
        self.schema = schema
        self.enums = {enum.name: enum for enum in schema.enums}
        self.names = names
        self.listed = listed
        self.remarks: list[str] = []

    def of(self, model: Model, columns: Iterable[Column], lowered: Table | None) -> tuple[ScalarField, ...]:
        """The fields of a table's columns; those that the model has as they are stay."""
        present = {field.mapped: field for field in model.scalars}
        taken = {field.name for field in model.fields}
        found: list[ScalarField] = []
        for column in columns:
            was = lowered.column(column.name) if lowered else None
            field = present.get(column.name)
            if field is None or not _is_as_described(was, column):
                field = self.field(column, field, taken, key=(model.mapped, column.name))
            taken.add(field.name)
            found.append(field)
            if isinstance(field.type, Unsupported):
                self.remarks.append(
                    f'`{model.name}.{field.name}` is of a type without a word: "{field.type.sql}"'
                )
        return tuple(found)

    def field(
        self, column: Column, present: ScalarField | None, taken: set[str], *, key: tuple[str, str]
    ) -> ScalarField:
        """The field of a column, described anew; `key`: the names of table and column."""
        base = present or ScalarField(
            free_name(word_of(column.name) or "field", taken), Scalar.STRING, Arity.REQUIRED, column.name
        )
        meaning = self.dialect.meaning(column)
        arity = Arity.LIST if meaning.listed else Arity.OPTIONAL if column.nullable else Arity.REQUIRED
        type_name, native = self.type(column, meaning, key)
        as_before = replace(base, arity=arity, default=None)
        if present is not None and self.stands_for(as_before, column):
            type_name, native = present.type, present.native
        bare = replace(as_before, type=type_name, native=native, generated=None)
        return replace(
            bare,
            default=self.default(column, bare) or _of_client(base.default, type_name),
            updated_at=base.updated_at and type_name is Scalar.DATETIME,
            generated=Generated(column.generated.sql, column.generated.stored) if column.generated else None,
            comment=column.comment if self.dialect.keeps_comments else base.comment,
        )

    def type(
        self, column: Column, meaning: Meaning, key: tuple[str, str]
    ) -> tuple[FieldType, NativeType | None]:
        """A column's type in the language's words, and what bounds it."""
        if column.type.enum:
            return EnumRef(self.names.name(ObjectName(column.type.name, column.type.namespace))), None
        if meaning.values:
            return EnumRef(self.listed.of[key]), None
        return meaning.type, meaning.native

    def stands_for(self, field: ScalarField, column: Column) -> bool:
        """True when a field is stored in a column of this type, and bounded as it is."""
        made = self.dialect.column(field, self.schema, is_only_id=column.autoincrement)
        return same_type(column, made) and same_bound(column, made)

    def default(self, column: Column, field: ScalarField) -> Default | None:
        """A column's default in the language's words, or in the database's own."""
        if column.default is None:
            return FunctionCall("autoincrement") if column.autoincrement else None
        now = FunctionCall("now")
        if field.type is Scalar.DATETIME and self.gives(replace(field, default=now), column):
            return now
        said = (
            self.items(column.default, field.type)
            if field.arity is Arity.LIST
            else self.value(column.default, field.type)
        )
        if said is not None and self.gives(replace(field, default=said), column):
            return said
        return FunctionCall("dbgenerated", (self.dialect.default_sql(column.default, column),))

    def gives(self, field: ScalarField, column: Column) -> bool:
        """True when a field's default is that of a column."""
        made = self.dialect.column(field, self.schema, is_only_id=False)
        return same_default(column.default, made.default)

    def value(self, default: ColumnDefault, type_name: FieldType) -> Literal | None:
        """One constant; None where the language cannot write it."""
        match type_name:
            case EnumRef(name=name) if isinstance(default, Constant):
                values = self.enums[name].values if name in self.enums else ()
                found = next((value.name for value in values if value.mapped == default.text), None)
                return Literal(found, found) if found else None
            case Scalar():
                return self.dialect.literal(default, type_name)
            case _:
                return None

    def items(self, default: ColumnDefault, type_name: FieldType) -> ListLiteral | None:
        """A list of constants; None where the language cannot write one of them."""
        items = self.dialect.items(default)
        if items is None:
            return None
        found = [self.value(item, type_name) for item in items]
        known = tuple(item for item in found if item is not None)
        return ListLiteral(known) if len(known) == len(found) else None


def _is_as_described(lowered: Column | None, live: Column) -> bool:
    """No schema makes a view's columns: those that SQLite computes have no type, and are what the schema says of them."""
    if lowered is None:
        return not live.type.name
    return (
        lowered.comment == live.comment
        and (lowered.generated is None) == (live.generated is None)
        and same_column(live, lowered)
        and same_bound(live, lowered)
    )


def _of_client(default: Default | None, type_name: FieldType) -> Default | None:
    """A default that clients compute stays while the type allows it."""
    is_call = isinstance(default, FunctionCall) and default.name in CLIENT_FUNCTIONS
    return default if is_call and type_name is Scalar.STRING else None
