"""What `data` takes: new rows, changes of rows, and acts on relations."""

from __future__ import annotations

from nicol.client.codegen.source import Key, alias, literal, one_or_many, typed_dict
from nicol.client.codegen.values import Shown, family, nullable, uniques, value, written
from nicol.schema.schema import Arity, Enum, RelationField, Scalar, ScalarField


def enum_writes(enum: Enum) -> list[str]:
    """The changes of an enum's fields."""
    name, one = enum.name, f"{enum.name}Value"
    return [
        *typed_dict(f"{name}Update", [Key("set", one, required=True)]),
        *alias(f"{name}Change", f"{one} | {name}Update"),
        *alias(f"Nullable{name}Change", f"{one} | {name}Update | None"),
    ]


def model_writes(shown: Shown) -> list[str]:
    """The inputs of new rows and of changes, and the keys by which many are changed; of a view what relations to it take.

    `CreateInput` may leave a foreign key to a relation; a row that has no relations (`CreateManyInput`) gives all of them.
    """
    if shown.is_view:
        return _acts_on_view(shown) if False in shown.led_to else []
    name = shown.name
    indexes = {field.encrypted.blind_index for field in shown.scalars if field.encrypted}
    columns = [field for field in shown.scalars if field.generated is None and field.name not in indexes]
    rows, changes = [_new(field) for field in columns], [_change(field) for field in columns]
    loose = [Key(key.name, key.type, key.required and key.name not in shown.foreign) for key in rows]
    return [
        *alias(f"{name}KeyName", _keys(shown)),
        *typed_dict(f"{name}CreateInput", [*loose, *map(_create, shown.writable)]),
        *typed_dict(f"{name}CreateManyInput", rows),
        *typed_dict(f"{name}UpdateInput", [*changes, *map(_update, shown.writable)]),
        *typed_dict(f"{name}UpdateManyInput", changes),
        *(_acts(shown) if shown.led_to else []),
    ]


def _keys(shown: Shown) -> str:
    keys = [unique.key for unique in uniques(shown.model)]
    return literal(keys) if keys else "Never"


def _new(field: ScalarField) -> Key:
    required = field.arity is Arity.REQUIRED and field.default is None and not field.updated_at
    return Key(field.name, written(field), required=required)


def _change(field: ScalarField) -> Key:
    if field.arity is Arity.LIST:
        return Key(field.name, f"{written(field)} | ListUpdate[{value(field)}]")
    if field.type is Scalar.JSON and field.encrypted is not None:
        return Key(field.name, written(field))
    if field.type is Scalar.JSON:
        return Key(field.name, f"{written(field)} | JsonChange")
    return Key(field.name, f"{nullable(field)}{family(field)}Change")


def _create(field: RelationField) -> Key:
    return Key(field.name, f"{field.model}Create{_end(field)}")


def _update(field: RelationField) -> Key:
    return Key(field.name, f"{field.model}Update{_end(field)}")


def _end(field: RelationField) -> str:
    return "Nested" if field.arity is Arity.LIST else "One"


# ---- acts on relations -----------------------------------------------------------------------------------------------


def _acts(shown: Shown) -> list[str]:
    """What a relation that leads to the model takes: `One` where it leads to a row, `Nested` where it leads to many."""
    create, unique, either = (
        f"{shown.name}{end}" for end in ("CreateInput", "WhereUniqueInput", "ConnectOrCreate")
    )
    acts = [Key("create", create), Key("connect", unique), Key("connect_or_create", either)]
    return [
        *typed_dict(either, [Key("where", unique, required=True), Key("create", create, required=True)]),
        *(_acts_on_one(shown.name, acts) if False in shown.led_to else []),
        *(_acts_on_many(shown.name, acts) if True in shown.led_to else []),
    ]


def _acts_on_view(shown: Shown) -> list[str]:
    """The rows of a view are only read: a relation to one has its key written."""
    connect = Key("connect", f"{shown.name}WhereUniqueInput")
    disconnect = Key("disconnect", f"bool | {shown.name}WhereInput")
    return [
        *typed_dict(f"{shown.name}CreateOne", [connect]),
        *typed_dict(f"{shown.name}UpdateOne", [connect, disconnect]),
    ]


def _acts_on_one(name: str, create: list[Key]) -> list[str]:
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
        *typed_dict(f"{name}UpdateOne", [*create, *changes]),
    ]


def _acts_on_many(name: str, create: list[Key]) -> list[str]:
    where, unique = f"{name}WhereInput", f"{name}WhereUniqueInput"
    rows = [Key("data", f"Sequence[{name}CreateInput]", required=True), Key("skip_duplicates", "bool")]
    changes = [
        *(Key(verb, unique) for verb in ("set", "disconnect", "delete")),
        Key("update", f"{name}UpdateOf"),
        Key("upsert", f"{name}UpsertOf"),
        Key("update_many", f"{name}UpdateWhere"),
        Key("delete_many", where),
    ]
    of, data = Key("where", unique, required=True), Key("data", f"{name}UpdateInput", required=True)
    everywhere = [Key("where", where, required=True), Key("data", f"{name}UpdateManyInput", required=True)]
    creates = [*_each_or_many(create), Key("create_many", f"{name}CreateRows")]
    return [
        *typed_dict(f"{name}CreateRows", rows),
        *typed_dict(f"{name}UpdateOf", [of, data]),
        *typed_dict(f"{name}UpsertOf", [of, *_create_and_update(name)]),
        *typed_dict(f"{name}UpdateWhere", everywhere),
        *typed_dict(f"{name}CreateNested", creates),
        *typed_dict(f"{name}UpdateNested", [*creates, *_each_or_many(changes)]),
    ]


def _create_and_update(name: str) -> list[Key]:
    return [
        Key("create", f"{name}CreateInput", required=True),
        Key("update", f"{name}UpdateInput", required=True),
    ]


def _each_or_many(keys: list[Key]) -> list[Key]:
    return [Key(key.name, one_or_many(key.type)) for key in keys]
