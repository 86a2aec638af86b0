"""The generated stub `types.pyi`: what a schema's calls take, as typed dictionaries. Its size is linear in the schema."""

from __future__ import annotations

import re
from dataclasses import dataclass

from nicol.client import inputs as client_inputs
from nicol.client.codegen.source import BANNER, Key, functional_typed_dict, literal, typed_dict
from nicol.client.names import BLOCK, visible_models, visible_relations, visible_scalars
from nicol.schema.schema import (
    Arity,
    Enum,
    EnumRef,
    ForeignKeyRelation,
    Model,
    RelationField,
    Scalar,
    ScalarField,
    Schema,
    Unsupported,
)

_HEAD = """\
{banner}
\"\"\"What the client's calls take.\"\"\"

from collections.abc import Sequence
{datetime}from typing import {typing}
{imports}{enums}"""

_INPUTS = frozenset(client_inputs.__all__)
_WORD = re.compile(r"\w+")
_VALUES = {
    Scalar.STRING: "str",
    Scalar.BOOLEAN: "bool",
    Scalar.INT: "int",
    Scalar.BIGINT: "int",
    Scalar.FLOAT: "float",
    Scalar.DECIMAL: "DecimalInput",
    Scalar.DATETIME: "datetime",
    Scalar.JSON: "JsonInput",
    Scalar.BYTES: "bytes",
}
_FAMILIES = {scalar: scalar.value for scalar in Scalar} | {Scalar.BIGINT: "Int"}


@dataclass(frozen=True, slots=True)
class Unique:
    """One way to name a row: a field, or several under one key."""

    key: str
    fields: tuple[str, ...]


def uniques(model: Model) -> tuple[Unique, ...]:
    """The ways to name a row of a model: the id first."""
    keys = [(key.name, key.fields) for key in [model.primary_key] if key is not None]
    keys += [(key.name, key.fields) for key in model.uniques if key.where is None]
    shown = {field.name for field in visible_scalars(model)}
    found: dict[str, Unique] = {}
    for given, fields in keys:
        names = tuple(field.name for field in fields)
        if shown.issuperset(names):
            name = names[0] if len(names) == 1 else given or "_".join(names)
            found.setdefault(name, Unique(name, names))
    return tuple(found.values())


def render_inputs(schema: Schema) -> str:
    """The text of `types.pyi`; the runtime executes the blocks of it that are asked for."""
    lines: list[str] = []
    for enum in schema.enums:
        lines += ["", f"{BLOCK}{enum.name}", "", *_enum_inputs(enum)]
    led_to = _led_to(schema)
    for model in visible_models(schema):
        lines += ["", f"{BLOCK}{model.name}", ""]
        lines += _model_inputs(schema, model, led_to[model.name])
    body = "\n".join(lines)
    return _head(body, has_enums=bool(schema.enums)) + body


def _head(body: str, *, has_enums: bool) -> str:
    """The banner and the imports that the body needs."""
    used = set(_WORD.findall(body))
    return _HEAD.format(
        banner=BANNER,
        imports=_imported(used.intersection(_INPUTS)),
        enums="\nfrom . import enums as _enums\n" if has_enums else "",
        typing=", ".join(sorted({"TypedDict", *used.intersection({"Literal", "Required", "TypeAlias"})})),
        datetime="from datetime import datetime\n" if "datetime" in used else "",
    )


def _imported(names: set[str]) -> str:
    lines = "".join(f"    {name},\n" for name in sorted(names))
    return f"\nfrom nicol.client.inputs import (\n{lines})\n" if names else ""


def _enum_inputs(enum: Enum) -> list[str]:
    value = f"{enum.name}Value"
    compare = [
        Key("equals", f"{value} | None"),
        Key("not", f"{value} | {enum.name}Filter | None"),
        Key("in", f"Sequence[{value}]"),
        Key("not_in", f"Sequence[{value}]"),
    ]
    return [
        f"{value}: TypeAlias = _enums.{enum.name} | {literal(item.name for item in enum.values)}",
        "",
        *functional_typed_dict(f"{enum.name}Filter", compare),
        *typed_dict(f"{enum.name}Update", [Key("set", value, required=True)]),
    ]


def _led_to(schema: Schema) -> dict[str, set[bool]]:
    """For each model whether relations lead to one row of it (False) and to many (True); most of its types serve those."""
    models = visible_models(schema)
    found: dict[str, set[bool]] = {model.name: set() for model in models}
    for model in models:
        for field in visible_relations(schema, model):
            found[field.model].add(field.arity is Arity.LIST)
    return found


def _model_inputs(schema: Schema, model: Model, led_to: set[bool]) -> list[str]:
    name = model.name
    scalars, relations = visible_scalars(model), visible_relations(schema, model)
    return [
        *_field_names(model, scalars),
        *_filters(model, scalars, relations, led_to),
        *_creates(schema, model, scalars, relations),
        *_updates(model, scalars, relations),
        *typed_dict(f"{name}OrderByInput", [*map(_order, scalars), *map(_relation_order, relations)]),
        *_includes(model, relations, led_to),
        *(_nested_writes(name, led_to) if led_to else []),
    ]


def _field_names(model: Model, scalars: tuple[ScalarField, ...]) -> list[str]:
    return [f"{model.name}FieldName: TypeAlias = {literal(field.name for field in scalars)}", ""]


# ---- filters ---------------------------------------------------------------------------------------------------------


def _filters(
    model: Model,
    scalars: tuple[ScalarField, ...],
    relations: tuple[RelationField, ...],
    led_to: set[bool],
) -> list[str]:
    name, where = model.name, f"{model.name}WhereInput"
    alone = {unique.key for unique in uniques(model) if len(unique.fields) == 1}
    many = f"{where} | Sequence[{where}]"
    shared = [
        Key("AND", many),
        Key("OR", f"Sequence[{where}]"),
        Key("NOT", many),
        *(_filter(field) for field in scalars if field.name not in alone),
        *map(_relation_filter, relations),
    ]
    keyed = [_filter(field) for field in scalars if field.name in alone]
    sides = [Key("is", f"{where} | None"), Key("is_not", f"{where} | None")]
    quantities = [Key("some", where), Key("every", where), Key("none", where)]
    return [
        *typed_dict(f"_{name}Where", shared),
        *typed_dict(where, keyed, [f"_{name}Where"]),
        *_unique_filters(model),
        *(functional_typed_dict(f"{name}RelationFilter", sides) if False in led_to else []),
        *(typed_dict(f"{name}ListRelationFilter", quantities) if True in led_to else []),
    ]


def _filter(field: ScalarField) -> Key:
    one, family = _value(field), _family(field)
    if field.arity is Arity.LIST:
        return Key(field.name, f"Sequence[{one}] | ListFilter[{one}] | None")
    plain = family if field.type is Scalar.JSON else f"{one} | {family}"
    return Key(field.name, f"{plain}Filter{' | None' if field.arity is Arity.OPTIONAL else ''}")


def _relation_filter(field: RelationField) -> Key:
    match field.arity:
        case Arity.LIST:
            return Key(field.name, f"{field.model}ListRelationFilter")
        case Arity.OPTIONAL:
            return Key(field.name, f"{field.model}WhereInput | {field.model}RelationFilter | None")
        case Arity.REQUIRED:
            return Key(field.name, f"{field.model}WhereInput | {field.model}RelationFilter")


def _unique_filters(model: Model) -> list[str]:
    """One dictionary for each way to name a row; a way may carry the later ones, so that no two fit the same call."""
    name, ways = model.name, uniques(model)
    lines: list[str] = []
    for way in ways:
        if len(way.fields) > 1:
            keys = [Key(field, _value(model.scalar(field)), required=True) for field in way.fields]
            lines += typed_dict(f"{name}Key_{way.key}", keys)
    members = [f"_{name}By_{way.key}" for way in ways]
    for index, member in enumerate(members):
        keys = [_unique_key(model, way, required=way is ways[index]) for way in ways[index:]]
        lines += typed_dict(member, keys, [f"_{name}Where"])
    union = " | ".join(members) or f"{name}WhereInput"
    return [*lines, f"{name}WhereUniqueInput: TypeAlias = {union}", ""]


def _unique_key(model: Model, way: Unique, *, required: bool) -> Key:
    if len(way.fields) > 1:
        return Key(way.key, f"{model.name}Key_{way.key}", required=required)
    field = model.scalar(way.key)
    return Key(way.key, _value(field), required=True) if required else _filter(field)


# ---- writes ----------------------------------------------------------------------------------------------------------


def _creates(
    schema: Schema, model: Model, scalars: tuple[ScalarField, ...], relations: tuple[RelationField, ...]
) -> list[str]:
    name = model.name
    foreign = _foreign_keys(schema, model)
    written = [field for field in scalars if field.generated is None]
    shared = [_create(field) for field in written if field.name not in foreign]
    keys = [_create(field) for field in written if field.name in foreign]
    loose = [Key(key.name, key.type) for key in keys]
    nested = [_relation_write(field, "Create") for field in relations]
    return [
        *typed_dict(f"_{name}Create", shared),
        *typed_dict(f"_{name}Row", loose, [f"_{name}Create"]),
        *typed_dict(f"{name}CreateInput", nested, [f"_{name}Row"]),
        *typed_dict(f"{name}CreateManyInput", keys, [f"_{name}Create"]),
    ]


def _foreign_keys(schema: Schema, model: Model) -> frozenset[str]:
    """The columns that a relation can fill, so that a create need not give them."""
    relations = (relation for relation in schema.relations if isinstance(relation, ForeignKeyRelation))
    return frozenset(
        field for relation in relations if relation.child == model.name for field in relation.fields
    )


def _create(field: ScalarField) -> Key:
    required = field.arity is Arity.REQUIRED and field.default is None and not field.updated_at
    return Key(field.name, _written(field), required=required)


def _written(field: ScalarField) -> str:
    match field.arity:
        case Arity.LIST:
            return f"Sequence[{_value(field)}]"
        case Arity.OPTIONAL:
            return f"{_value(field)} | None"
        case Arity.REQUIRED:
            return _value(field)


def _updates(
    model: Model, scalars: tuple[ScalarField, ...], relations: tuple[RelationField, ...]
) -> list[str]:
    name = model.name
    return [
        *typed_dict(
            f"{name}UpdateManyInput", [_update(field) for field in scalars if field.generated is None]
        ),
        *typed_dict(
            f"{name}UpdateInput",
            [_relation_write(field, "Update") for field in relations],
            [f"{name}UpdateManyInput"],
        ),
    ]


def _update(field: ScalarField) -> Key:
    if field.arity is Arity.LIST:
        return Key(field.name, f"{_written(field)} | ListUpdate[{_value(field)}]")
    if field.type is Scalar.JSON:
        return Key(field.name, _written(field))
    return Key(field.name, f"{_written(field)} | {_family(field)}Update")


def _relation_write(field: RelationField, verb: str) -> Key:
    return Key(field.name, f"{field.model}{verb}{_count(field)}")


def _count(field: RelationField) -> str:
    return "Nested" if field.arity is Arity.LIST else "One"


def _nested_writes(name: str, led_to: set[bool]) -> list[str]:
    """What a relation that leads to this model takes: `One` where it leads to a row, `Nested` where it leads to many."""
    create, unique, either = f"{name}CreateInput", f"{name}WhereUniqueInput", f"{name}ConnectOrCreate"
    one = [Key("create", create), Key("connect", unique), Key("connect_or_create", either)]
    return [
        *typed_dict(either, [Key("where", unique, required=True), Key("create", create, required=True)]),
        *(_writes_to_one(name, one) if False in led_to else []),
        *(_writes_to_many(name, one) if True in led_to else []),
    ]


def _writes_to_one(name: str, create: list[Key]) -> list[str]:
    where, update = f"{name}WhereInput", f"{name}UpdateInput"
    changes = [
        Key("disconnect", f"bool | {where}"),
        Key("delete", f"bool | {where}"),
        Key("update", f"{update} | {name}UpdateIf"),
        Key("upsert", f"{name}UpsertOne"),
    ]
    return [
        *typed_dict(f"{name}UpdateIf", [Key("where", where), Key("data", update, required=True)]),
        *typed_dict(f"{name}UpsertOne", [Key("where", where), *_create_and_update(name)]),
        *typed_dict(f"{name}CreateOne", create),
        *typed_dict(f"{name}UpdateOne", changes, [f"{name}CreateOne"]),
    ]


def _writes_to_many(name: str, create: list[Key]) -> list[str]:
    where, unique = f"{name}WhereInput", f"{name}WhereUniqueInput"
    rows = [Key("data", f"Sequence[_{name}Row]", required=True), Key("skip_duplicates", "bool")]
    changes = [
        *(Key(verb, unique) for verb in ("set", "disconnect", "delete")),
        Key("update", f"{name}UpdateOf"),
        Key("upsert", f"{name}UpsertOf"),
        Key("update_many", f"{name}UpdateWhere"),
        Key("delete_many", where),
    ]
    of, data = Key("where", unique, required=True), Key("data", f"{name}UpdateInput", required=True)
    everywhere = [Key("where", where, required=True), Key("data", f"{name}UpdateManyInput", required=True)]
    return [
        *typed_dict(f"{name}CreateRows", rows),
        *typed_dict(f"{name}UpdateOf", [of, data]),
        *typed_dict(f"{name}UpsertOf", [of, *_create_and_update(name)]),
        *typed_dict(f"{name}UpdateWhere", everywhere),
        *typed_dict(f"{name}CreateNested", [*_each_or_many(create), Key("create_many", f"{name}CreateRows")]),
        *typed_dict(f"{name}UpdateNested", _each_or_many(changes), [f"{name}CreateNested"]),
    ]


def _create_and_update(name: str) -> list[Key]:
    return [
        Key("create", f"{name}CreateInput", required=True),
        Key("update", f"{name}UpdateInput", required=True),
    ]


def _each_or_many(keys: list[Key]) -> list[Key]:
    return [Key(key.name, f"{key.type} | Sequence[{key.type}]") for key in keys]


# ---- orders and includes ---------------------------------------------------------------------------------------------


def _order(field: ScalarField) -> Key:
    return Key(field.name, "SortOrder | NullsOrder" if field.arity is Arity.OPTIONAL else "SortOrder")


def _relation_order(field: RelationField) -> Key:
    return Key(field.name, "CountOrder" if field.arity is Arity.LIST else f"{field.model}OrderByInput")


def _includes(model: Model, relations: tuple[RelationField, ...], led_to: set[bool]) -> list[str]:
    name = model.name
    order, names = f"{name}OrderByInput", f"{name}FieldName"
    include = Key("include", f"{name}Include")
    many = [
        Key("where", f"{name}WhereInput"),
        Key("order", f"{order} | Sequence[{order}]"),
        Key("cursor", f"{name}WhereUniqueInput"),
        Key("take", "int"),
        Key("skip", "int"),
        Key("distinct", f"{names} | Sequence[{names}]"),
        include,
    ]
    return [
        *typed_dict(f"{name}Include", map(_relation_include, relations)),
        *(typed_dict(f"{name}OneArgs", [include]) if False in led_to else []),
        *(typed_dict(f"{name}ManyArgs", many) if True in led_to else []),
    ]


def _relation_include(field: RelationField) -> Key:
    args = "ManyArgs" if field.arity is Arity.LIST else "OneArgs"
    return Key(field.name, f"bool | {field.model}{args}")


# ---- types of values -------------------------------------------------------------------------------------------------


def _value(field: ScalarField) -> str:
    match field.type:
        case EnumRef(name):
            return f"{name}Value"
        case Scalar():
            return _VALUES[field.type]
        case Unsupported():
            raise AssertionError(f"{field.name} is not shown")


def _family(field: ScalarField) -> str:
    match field.type:
        case EnumRef(name):
            return name
        case Scalar():
            return _FAMILIES[field.type]
        case Unsupported():
            raise AssertionError(f"{field.name} is not shown")
