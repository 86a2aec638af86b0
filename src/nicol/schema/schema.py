"""The resolved schema: models, enums and relations, valid and bound, as frozen values that point at each other by name."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import TypeAlias


class Scalar(StrEnum):
    """The scalar types of the language."""

    STRING = "String"
    BOOLEAN = "Boolean"
    INT = "Int"
    BIGINT = "BigInt"
    FLOAT = "Float"
    DECIMAL = "Decimal"
    DATETIME = "DateTime"
    JSON = "Json"
    BYTES = "Bytes"


class Arity(StrEnum):
    """How many values a field holds."""

    REQUIRED = "required"
    OPTIONAL = "optional"
    LIST = "list"


class ReferentialAction(StrEnum):
    """What happens to the rows of a relation when the row they point at goes or changes its key."""

    CASCADE = "Cascade"
    RESTRICT = "Restrict"
    NO_ACTION = "NoAction"
    SET_NULL = "SetNull"
    SET_DEFAULT = "SetDefault"


class SortOrder(StrEnum):
    """The direction of a column in an index."""

    ASC = "Asc"
    DESC = "Desc"


class NullsOrder(StrEnum):
    """Where an index puts the rows that have no value."""

    FIRST = "First"
    LAST = "Last"


class EncryptionMode(StrEnum):
    """How a value is encrypted: each time anew, or the same value always to the same bytes, which can be compared."""

    RANDOM = "random"
    DETERMINISTIC = "deterministic"


@dataclass(frozen=True, slots=True)
class EnumRef:
    """The type of a field whose values are those of an enum, by its name in the schema."""

    name: str


@dataclass(frozen=True, slots=True)
class Unsupported:
    """The type of a column that the language has no word for: the database's own words."""

    sql: str


FieldType: TypeAlias = Scalar | EnumRef | Unsupported
Value: TypeAlias = str | bool | int | float | Decimal | datetime | bytes


@dataclass(frozen=True, slots=True)
class Literal:
    """One value written in the schema: its Python value and its text as written.

    A Json literal is its text; an enum value is the value's name in the schema.
    """

    value: Value
    text: str


@dataclass(frozen=True, slots=True)
class ListLiteral:
    """A list of values written in the schema."""

    items: tuple[Literal, ...]


@dataclass(frozen=True, slots=True)
class FunctionCall:
    """A default that is computed: `now()`, `uuid(7)`, `dbgenerated("gen_random_uuid()")`, `sequence(start: 1)`."""

    name: str
    args: tuple[str | int, ...] = ()
    named: tuple[tuple[str, str | int | bool], ...] = ()


Default: TypeAlias = Literal | ListLiteral | FunctionCall


@dataclass(frozen=True, slots=True)
class NativeType:
    """`@db.VarChar(20)` is `NativeType("VarChar", (20,))`."""

    name: str
    args: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Check:
    """A condition that every row of a model fulfils, in the database's own SQL; `field` is the one it is written on."""

    sql: str
    name: str | None = None
    field: str | None = None


@dataclass(frozen=True, slots=True)
class Generated:
    """How the database computes a field, in its own SQL. `stored` false: anew at each reading."""

    sql: str
    stored: bool = True


@dataclass(frozen=True, slots=True)
class Encryption:
    """How a field is encrypted. `blind_index` is the field that holds a keyed digest of it, to search by.

    `row`: the fields whose values tell the row that a value is bound to; empty: the id. `name`: what the field is called in
    that bond; None: its own name.
    """

    mode: EncryptionMode = EncryptionMode.RANDOM
    blind_index: str | None = None
    row: tuple[str, ...] = ()
    name: str | None = None


@dataclass(frozen=True, slots=True)
class JsonType:
    """The Python type of a Json field: `json(shop.types.Address)` is `JsonType("shop.types", "Address")`."""

    module: str
    name: str


@dataclass(frozen=True, slots=True)
class Retention:
    """Rows go `days` after the time in the field `by`, unless the field `unless` holds true or any value at all."""

    days: int
    by: str
    unless: str | None = None


@dataclass(frozen=True, slots=True)
class Reminder:
    """Somebody is told of rows from `ahead` days before the time in the field `at` on, by what the field `name` holds.

    Without `name` the id tells which row it is. Nobody is told of those in which `unless` holds true or any value at all.
    """

    at: str
    name: str | None
    ahead: int
    unless: str | None = None


@dataclass(frozen=True, slots=True)
class Audit:
    """Changes of rows are recorded: of the fields in `only` where it names any, else of all, without the values of `hidden`.

    `chain`: each entry carries a hash that covers the one before it.
    """

    only: tuple[str, ...] = ()
    hidden: tuple[str, ...] = ()
    chain: bool = False


@dataclass(frozen=True, slots=True)
class ScalarField:
    """A field that is a column: a scalar, an enum or an unsupported type. `mapped` is the database's name for it.

    `renamed_from` is the name by which the database knew it before, `comment` the text that the database keeps about it.
    """

    name: str
    type: FieldType
    arity: Arity
    mapped: str
    default: Default | None = None
    updated_at: bool = False
    native: NativeType | None = None
    ignored: bool = False
    documentation: str | None = None
    renamed_from: str | None = None
    comment: str | None = None
    generated: Generated | None = None
    encrypted: Encryption | None = None
    json_type: JsonType | None = None


@dataclass(frozen=True, slots=True)
class RelationField:
    """A field that leads to rows of another model; `relation` names the `Relation` it is one side of."""

    name: str
    model: str
    arity: Arity
    relation: str
    ignored: bool = False
    documentation: str | None = None


Field: TypeAlias = ScalarField | RelationField


@dataclass(frozen=True, slots=True)
class KeyField:
    """One field of an id, unique or index, by its name in the schema. `nulls` is None for the database's usual place."""

    name: str
    sort: SortOrder | None = None
    length: int | None = None
    operator_class: str | None = None
    nulls: NullsOrder | None = None


@dataclass(frozen=True, slots=True)
class Comparison:
    """A field, by its name in the schema, compared with a value; `value` is None for null."""

    field: str
    value: Literal | None
    negated: bool = False


Condition: TypeAlias = str | tuple[Comparison, ...]
"""What the rows of a partial index have in common: SQL, or comparisons that all hold."""


@dataclass(frozen=True, slots=True)
class PrimaryKey:
    """The id of a model. `name` is what the client calls a compound one; `mapped` the constraint's name if given."""

    fields: tuple[KeyField, ...]
    name: str | None = None
    mapped: str | None = None


@dataclass(frozen=True, slots=True)
class Unique:
    """A unique criterion. `name` is what the client calls a compound one; `mapped` the index's name if given.

    `on_field`: written on its only field, and not on the model. It means the same; Prisma makes these indexes first.
    `include`: fields whose values the index carries. `nulls_distinct` false: rows without a value are equal to each other.
    """

    fields: tuple[KeyField, ...]
    name: str | None = None
    mapped: str | None = None
    where: Condition | None = None
    on_field: bool = False
    include: tuple[str, ...] = ()
    nulls_distinct: bool = True


@dataclass(frozen=True, slots=True)
class Index:
    """An index. `method` is the algorithm as the schema spells it (`Gin`, `Hash`…), `include` as in `Unique`.

    `expressions`: what it is made of instead of fields, in the database's own SQL. Such an index may be `unique`; then
    `nulls_distinct` is as in `Unique`.
    """

    fields: tuple[KeyField, ...]
    mapped: str | None = None
    method: str | None = None
    where: Condition | None = None
    include: tuple[str, ...] = ()
    expressions: tuple[str, ...] = ()
    unique: bool = False
    nulls_distinct: bool = True


@dataclass(frozen=True, slots=True)
class Model:
    """A model: a table and its client face. `mapped` is the table's name, `namespace` its database schema.

    `renamed_from` and `comment` are as in a field; `checks` holds those of its fields too. `audit`: how changes of its rows
    are recorded.
    """

    name: str
    mapped: str
    fields: tuple[Field, ...]
    primary_key: PrimaryKey | None
    uniques: tuple[Unique, ...] = ()
    indexes: tuple[Index, ...] = ()
    namespace: str | None = None
    ignored: bool = False
    documentation: str | None = None
    renamed_from: str | None = None
    comment: str | None = None
    checks: tuple[Check, ...] = ()
    retention: Retention | None = None
    reminder: Reminder | None = None
    audit: Audit | None = None

    def field(self, name: str) -> Field | None:
        """The field of that name, if there is one."""
        return next((field for field in self.fields if field.name == name), None)

    def scalar(self, name: str) -> ScalarField:
        """The scalar field of that name; KeyError where there is none."""
        for field in self.fields:
            if field.name == name and isinstance(field, ScalarField):
                return field
        raise KeyError(name)

    @property
    def scalars(self) -> tuple[ScalarField, ...]:
        """The fields that are columns, in the schema's order."""
        return tuple(field for field in self.fields if isinstance(field, ScalarField))

    @property
    def relations(self) -> tuple[RelationField, ...]:
        """The fields that lead to other models, in the schema's order."""
        return tuple(field for field in self.fields if isinstance(field, RelationField))


@dataclass(frozen=True, slots=True)
class ForeignKeyRelation:
    """1:1 or 1:n. The model `child` holds `fields`, which point at `references` of the model `parent`.

    `child_field` is the relation field beside the foreign key, `parent_field` its other side. `unique`: at most one
    child for each parent (1:1). `on_delete` and `on_update` hold the language's defaults where the schema gives none.
    """

    name: str
    child: str
    child_field: str
    fields: tuple[str, ...]
    parent: str
    parent_field: str
    references: tuple[str, ...]
    unique: bool
    on_delete: ReferentialAction
    on_update: ReferentialAction
    mapped: str | None = None

    @property
    def ends(self) -> tuple[str, str]:
        """The names of both models."""
        return self.parent, self.child


@dataclass(frozen=True, slots=True)
class JoinTableRelation:
    """Implicit m:n through the table `mapped` (`_AToB`), whose columns `A` and `B` hold the two models' ids.

    Side A is the model whose name comes first in the alphabet; in a self-relation, the field whose name comes first.
    """

    name: str
    a: str
    a_field: str
    b: str
    b_field: str
    mapped: str

    @property
    def ends(self) -> tuple[str, str]:
        """The names of both models."""
        return self.a, self.b


Relation: TypeAlias = ForeignKeyRelation | JoinTableRelation


@dataclass(frozen=True, slots=True)
class EnumValue:
    """One value of an enum, with the database's name for it, and the one it had before."""

    name: str
    mapped: str
    documentation: str | None = None
    renamed_from: str | None = None


@dataclass(frozen=True, slots=True)
class Enum:
    """An enum, with the database's name for its type; `renamed_from` and `comment` as in a model."""

    name: str
    mapped: str
    values: tuple[EnumValue, ...]
    namespace: str | None = None
    documentation: str | None = None
    renamed_from: str | None = None
    comment: str | None = None


@dataclass(frozen=True, slots=True)
class EnvironmentVariable:
    """A setting that is read from the environment when it is needed: `env("DATABASE_URL")`."""

    name: str


@dataclass(frozen=True, slots=True)
class Extension:
    """An extension that the database is to have: `postgis(map: "…", schema: "gis", version: "3.4")`.

    `mapped` is the database's name of it, `namespace` the schema of the database that its objects are to live in.
    """

    name: str
    mapped: str
    namespace: str | None = None
    version: str | None = None


@dataclass(frozen=True, slots=True)
class Datasource:
    """The datasource block. Prisma 7 keeps the URLs in the configuration; the older spelling is accepted here."""

    name: str
    provider: str
    url: str | EnvironmentVariable | None = None
    direct_url: str | EnvironmentVariable | None = None
    shadow_database_url: str | EnvironmentVariable | None = None
    relation_mode: str = "foreignKeys"
    schemas: tuple[str, ...] = ()
    extensions: tuple[Extension, ...] = ()


@dataclass(frozen=True, slots=True)
class Generator:
    """A generator block; `options` holds every property but the provider, as strings or tuples of strings."""

    name: str
    provider: str | EnvironmentVariable
    options: tuple[tuple[str, str | tuple[str, ...]], ...] = ()


@dataclass(frozen=True, slots=True)
class Schema:
    """Everything that one schema says, valid and bound. `views` are read-only: no migration makes or changes them."""

    datasource: Datasource | None
    generators: tuple[Generator, ...]
    models: tuple[Model, ...]
    enums: tuple[Enum, ...]
    relations: tuple[Relation, ...]
    views: tuple[Model, ...] = ()

    @property
    def readable(self) -> tuple[Model, ...]:
        """The models, then the views: all that rows are read from."""
        return (*self.models, *self.views)

    def between_models(self) -> tuple[Relation, ...]:
        """The relations that a database can hold by keys: nothing in it says where a view's rows lead."""
        names = {view.name for view in self.views}
        return tuple(relation for relation in self.relations if names.isdisjoint(relation.ends))

    def model(self, name: str) -> Model:
        """The model or view of that name; KeyError where there is none."""
        for model in self.readable:
            if model.name == name:
                return model
        raise KeyError(name)

    def enum(self, name: str) -> Enum:
        """The enum of that name; KeyError where there is none."""
        for enum in self.enums:
            if enum.name == name:
                return enum
        raise KeyError(name)

    def relation(self, name: str) -> Relation:
        """The relation of that (unique) name; KeyError where there is none."""
        for relation in self.relations:
            if relation.name == name:
                return relation
        raise KeyError(name)
