"""A schema as bytes: what generated clients carry, so that they load it without reading the language again.

Every value is its attributes in order, as one flat list; a union's member is known by its first item or its length.
"""

from __future__ import annotations

import base64
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any, TypeAlias

import msgspec.msgpack

from nicol.errors import GenerationFailed
from nicol.schema.schema import (
    Arity,
    Audit,
    Check,
    Comparison,
    Condition,
    Datasource,
    Default,
    Encryption,
    EncryptionMode,
    Enum,
    EnumRef,
    EnumValue,
    EnvironmentVariable,
    Extension,
    Field,
    FieldType,
    ForeignKeyRelation,
    FunctionCall,
    Generated,
    Generator,
    Index,
    JoinTableRelation,
    JsonType,
    KeyField,
    ListLiteral,
    Literal,
    Model,
    NativeType,
    NullsOrder,
    PrimaryKey,
    ReferentialAction,
    Relation,
    RelationField,
    Reminder,
    Retention,
    Scalar,
    ScalarField,
    Schema,
    SortOrder,
    Unique,
    Unsupported,
    Value,
)

_FORMAT = 2
_Packed: TypeAlias = Any


def dump(schema: Schema) -> bytes:
    """The schema as bytes."""
    return msgspec.msgpack.encode(
        (
            _FORMAT,
            None if schema.datasource is None else _pack_datasource(schema.datasource),
            [
                (generator.name, _pack_text(generator.provider), generator.options)
                for generator in schema.generators
            ],
            [_pack_model(model) for model in schema.models],
            [_pack_enum(enum) for enum in schema.enums],
            [_pack_relation(relation) for relation in schema.relations],
            [_pack_model(view) for view in schema.views],
        )
    )


def load(data: bytes) -> Schema:
    """The schema that `dump` wrote; GenerationFailed for bytes of another version."""
    packed: list[_Packed] = msgspec.msgpack.decode(data, type=list[Any])
    if packed[0] != _FORMAT:
        raise GenerationFailed(
            "this client was written by another version of Nicol", help="run `nicol generate`"
        )
    _, datasource, generators, models, enums, relations, views = packed
    return Schema(
        None if datasource is None else _load_datasource(*datasource),
        tuple(_load_generator(*generator) for generator in generators),
        tuple(_load_model(*model) for model in models),
        tuple(_load_enum(*enum) for enum in enums),
        tuple(_load_relation(relation) for relation in relations),
        tuple(_load_model(*view) for view in views),
    )


# ---- settings --------------------------------------------------------------------------------------------------------


def _pack_text(text: str | EnvironmentVariable | None) -> _Packed:
    return (text.name,) if isinstance(text, EnvironmentVariable) else text


def _load_text(packed: _Packed) -> _Packed:
    return packed if packed is None or isinstance(packed, str) else EnvironmentVariable(packed[0])


def _pack_datasource(source: Datasource) -> _Packed:
    urls = (source.url, source.direct_url, source.shadow_database_url)
    return (
        source.name,
        source.provider,
        [_pack_text(url) for url in urls],
        source.relation_mode,
        source.schemas,
        [(each.name, each.mapped, each.namespace, each.version) for each in source.extensions],
    )


def _load_datasource(
    name: str, provider: str, urls: list[_Packed], mode: str, schemas: list[str], extensions: list[_Packed]
) -> Datasource:
    url, direct, shadow = (_load_text(packed) for packed in urls)
    return Datasource(
        name,
        provider,
        url,
        direct,
        shadow,
        mode,
        tuple(schemas),
        tuple(Extension(*each) for each in extensions),
    )


def _load_generator(name: str, provider: _Packed, options: list[_Packed]) -> Generator:
    values = tuple(
        (key, value if isinstance(value, str) else tuple[str, ...](value)) for key, value in options
    )
    return Generator(name, _load_text(provider), values)


# ---- enums -----------------------------------------------------------------------------------------------------------


def _pack_enum(enum: Enum) -> _Packed:
    values = [(value.name, value.mapped, value.documentation, value.renamed_from) for value in enum.values]
    texts = enum.documentation, enum.renamed_from, enum.comment
    return enum.name, enum.mapped, values, enum.namespace, *texts


def _load_enum(name: str, mapped: str, values: list[_Packed], *rest: str | None) -> Enum:
    return Enum(name, mapped, tuple(EnumValue(*value) for value in values), *rest)


# ---- models ----------------------------------------------------------------------------------------------------------


def _pack_model(model: Model) -> _Packed:
    return (
        model.name,
        model.mapped,
        [_pack_field(field) for field in model.fields],
        None if model.primary_key is None else _pack_primary_key(model.primary_key),
        [_pack_unique(key) for key in model.uniques],
        [_pack_index(index) for index in model.indexes],
        [(check.sql, check.name, check.field) for check in model.checks],
        _pack_retention(model.retention),
        _pack_reminder(model.reminder),
        model.namespace,
        model.ignored,
        model.documentation,
        model.renamed_from,
        model.comment,
        None if model.audit is None else (model.audit.only, model.audit.hidden, model.audit.chain),
    )


def _load_model(
    name: str,
    mapped: str,
    fields: list[_Packed],
    key: _Packed,
    uniques: list[_Packed],
    indexes: list[_Packed],
    checks: list[_Packed],
    retention: _Packed,
    reminder: _Packed,
    *rest: _Packed,
) -> Model:
    *others, audit = rest
    return Model(
        name,
        mapped,
        tuple([_load_field(field) for field in fields]),
        None if key is None else PrimaryKey(_load_keys(key[0]), key[1], key[2]),
        tuple([_load_unique(*unique) for unique in uniques]),
        tuple([_load_index(*index) for index in indexes]),
        *others,
        checks=tuple([Check(*check) for check in checks]),
        retention=None if retention is None else Retention(*retention),
        reminder=None if reminder is None else Reminder(*reminder),
        audit=None if audit is None else Audit(tuple(audit[0]), tuple(audit[1]), audit[2]),
    )


def _pack_retention(retention: Retention | None) -> _Packed:
    return None if retention is None else (retention.days, retention.by, retention.unless)


def _pack_reminder(reminder: Reminder | None) -> _Packed:
    return None if reminder is None else (reminder.at, reminder.name, reminder.ahead, reminder.unless)


def _pack_unique(key: Unique) -> _Packed:
    """What few have stands at the end and may be missing."""
    usual = _pack_keys(key.fields), key.name, key.mapped, _pack_where(key.where), key.on_field
    rare = key.include, key.nulls_distinct
    return usual if rare == ((), True) else (*usual, *rare)


def _load_unique(
    keys: list[_Packed],
    name: str | None,
    mapped: str | None,
    where: _Packed,
    on_field: bool,
    include: Sequence[str] = (),
    nulls_distinct: bool = True,
) -> Unique:
    return Unique(
        _load_keys(keys), name, mapped, _load_where(where), on_field, tuple(include), nulls_distinct
    )


def _pack_index(index: Index) -> _Packed:
    usual = _pack_keys(index.fields), index.mapped, index.method, _pack_where(index.where)
    rare = index.include, index.expressions, index.unique, index.nulls_distinct
    return usual if rare == ((), (), False, True) else (*usual, *rare)


def _load_index(
    keys: list[_Packed],
    mapped: str | None,
    method: str | None,
    where: _Packed,
    include: Sequence[str] = (),
    expressions: Sequence[str] = (),
    unique: bool = False,
    nulls_distinct: bool = True,
) -> Index:
    made_of = tuple(include), tuple(expressions)
    return Index(_load_keys(keys), mapped, method, _load_where(where), *made_of, unique, nulls_distinct)


def _pack_primary_key(key: PrimaryKey) -> _Packed:
    return _pack_keys(key.fields), key.name, key.mapped


def _pack_where(where: Condition | None) -> _Packed:
    if where is None or isinstance(where, str):
        return where
    return [(one.field, one.value and _pack_literal(one.value), one.negated) for one in where]


def _load_where(packed: _Packed) -> Condition | None:
    if packed is None or isinstance(packed, str):
        return packed
    return tuple(
        Comparison(field, value and _load_literal(value), negated) for field, value, negated in packed
    )


def _pack_keys(fields: tuple[KeyField, ...]) -> _Packed:
    return [
        field.name
        if field == KeyField(field.name)
        else (field.name, field.sort, field.length, field.operator_class, field.nulls)
        for field in fields
    ]


def _load_keys(packed: list[_Packed]) -> tuple[KeyField, ...]:
    return tuple([KeyField(item) if isinstance(item, str) else _load_key(*item) for item in packed])


def _load_key(
    name: str, sort: str | None, length: int | None, operator_class: str | None, nulls: str | None
) -> KeyField:
    direction = None if sort is None else SortOrder(sort)
    return KeyField(name, direction, length, operator_class, None if nulls is None else NullsOrder(nulls))


# ---- fields ----------------------------------------------------------------------------------------------------------


def _pack_field(field: Field) -> _Packed:
    """A relation field has six items, a plain scalar field four, one with more to say nine, an annotated one fourteen."""
    if isinstance(field, RelationField):
        return field.name, field.model, field.arity, field.relation, field.ignored, field.documentation
    plain = (field.name, _pack_type(field.type), field.arity, field.mapped)
    if field == ScalarField(field.name, field.type, field.arity, field.mapped):
        return plain
    native = None if field.native is None else (field.native.name, field.native.args)
    default = None if field.default is None else _pack_default(field.default)
    usual = (*plain, default, field.updated_at, native, field.ignored, field.documentation)
    annotated = _pack_annotated(field)
    return usual if annotated == _PLAIN else (*usual, *annotated)


_PLAIN = (None,) * 5


def _pack_annotated(field: ScalarField) -> tuple[_Packed, ...]:
    generated, encrypted, json_type = field.generated, field.encrypted, field.json_type
    return (
        field.renamed_from,
        field.comment,
        None if generated is None else (generated.sql, generated.stored),
        None if encrypted is None else (encrypted.mode, encrypted.blind_index, encrypted.row, encrypted.name),
        None if json_type is None else (json_type.module, json_type.name),
    )


def _load_annotated(
    renamed_from: str | None, comment: str | None, generated: _Packed, encrypted: _Packed, json_type: _Packed
) -> tuple[_Packed, ...]:
    return (
        renamed_from,
        comment,
        None if generated is None else Generated(*generated),
        None
        if encrypted is None
        else Encryption(EncryptionMode(encrypted[0]), encrypted[1], tuple(encrypted[2]), encrypted[3]),
        None if json_type is None else JsonType(*json_type),
    )


_ARITIES: Mapping[str, Arity] = {arity.value: arity for arity in Arity}
_SCALARS: Mapping[str, Scalar] = {scalar.value: scalar for scalar in Scalar}


def _load_field(packed: list[_Packed]) -> Field:
    if len(packed) == 4:
        name, type_, arity, mapped = packed
        return ScalarField(name, _load_type(type_), _ARITIES[arity], mapped)
    if len(packed) == 6:
        name, model, arity, relation, ignored, documentation = packed
        return RelationField(name, model, _ARITIES[arity], relation, ignored, documentation)
    name, type_, arity, mapped, default, updated_at, native, ignored, documentation, *annotated = packed
    return ScalarField(
        name,
        _load_type(type_),
        _ARITIES[arity],
        mapped,
        None if default is None else _load_default(default),
        updated_at,
        None if native is None else NativeType(native[0], tuple(native[1])),
        ignored,
        documentation,
        *(_load_annotated(*annotated) if annotated else ()),
    )


def _pack_type(type_: FieldType) -> _Packed:
    match type_:
        case Scalar():
            return type_
        case EnumRef(name=name):
            return (name,)
        case Unsupported(sql=sql):
            return (None, sql)


def _load_type(packed: _Packed) -> FieldType:
    if isinstance(packed, str):
        return _SCALARS[packed]
    return EnumRef(packed[0]) if len(packed) == 1 else Unsupported(packed[1])


# ---- defaults --------------------------------------------------------------------------------------------------------


def _pack_default(default: Default) -> _Packed:
    """A literal has two items, a function three, a list one."""
    match default:
        case Literal():
            return _pack_literal(default)
        case ListLiteral(items=items):
            return ([_pack_literal(item) for item in items],)
        case FunctionCall(name=name, args=args, named=named):
            return name, args, named


def _load_default(packed: list[_Packed]) -> Default:
    if len(packed) == 2:
        return _load_literal(packed)
    if len(packed) == 1:
        return ListLiteral(tuple(_load_literal(item) for item in packed[0]))
    name, args, named = packed
    return FunctionCall(name, tuple(args), tuple((key, value) for key, value in named))


_VALUES: Mapping[str, Callable[[str], Value]] = {
    "str": str,
    "bool": "true".__eq__,
    "int": int,
    "float": float,
    "Decimal": Decimal,
    "datetime": datetime.fromisoformat,
    "bytes": base64.b64decode,
}


def _pack_literal(literal: Literal) -> _Packed:
    return type(literal.value).__name__, literal.text


def _load_literal(packed: list[str]) -> Literal:
    kind, text = packed
    return Literal(_VALUES[kind](text), text)


# ---- relations -------------------------------------------------------------------------------------------------------


def _pack_relation(relation: Relation) -> _Packed:
    """A join table has six items, a foreign key eleven."""
    if isinstance(relation, JoinTableRelation):
        return relation.name, relation.a, relation.a_field, relation.b, relation.b_field, relation.mapped
    return (
        relation.name,
        relation.child,
        relation.child_field,
        relation.fields,
        relation.parent,
        relation.parent_field,
        relation.references,
        relation.unique,
        relation.on_delete,
        relation.on_update,
        relation.mapped,
    )


_ACTIONS: Mapping[str, ReferentialAction] = {action.value: action for action in ReferentialAction}


def _load_relation(packed: list[_Packed]) -> Relation:
    if len(packed) == 6:
        return JoinTableRelation(*packed)
    (
        name,
        child,
        child_field,
        fields,
        parent,
        parent_field,
        references,
        unique,
        on_delete,
        on_update,
        mapped,
    ) = packed
    return ForeignKeyRelation(
        name,
        child,
        child_field,
        tuple(fields),
        parent,
        parent_field,
        tuple(references),
        unique,
        _ACTIONS[on_delete],
        _ACTIONS[on_update],
        mapped,
    )
