"""Describing: a schema, or the part of it that is asked for, as a diagram."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from typing import assert_never

from nicol.diagram.diagram import Diagram, End, Entity, EntityKind, Key, Link, Row
from nicol.schema.index import SchemaIndex
from nicol.schema.schema import (
    Arity,
    Enum,
    EnumRef,
    ForeignKeyRelation,
    JoinTableRelation,
    Model,
    NativeType,
    Relation,
    ScalarField,
    Schema,
    Unsupported,
)

_MARKS = {Arity.REQUIRED: "", Arity.OPTIONAL: "?", Arity.LIST: "[]"}


def describe(schema: Schema, names: Collection[str] | None = None, *, keys_only: bool = False) -> Diagram:
    """The diagram of all models and views, or of those named, with the relations between them and the enums they use."""
    shown = [model for model in schema.readable if names is None or model.name in names]
    kept = {model.name for model in shown}
    relations = [relation for relation in schema.relations if kept.issuperset(relation.ends)]
    views = {view.name for view in schema.views}
    foreign = _foreign(schema.relations)
    models = [
        _entity(model, foreign[model.name], is_view=model.name in views, keys_only=keys_only)
        for model in shown
    ]
    types = {row.type.rstrip("?[]") for model in models for row in model.rows}
    everything = names is None and not keys_only
    enums = [_enum(enum) for enum in schema.enums if everything or enum.name in types]
    index = SchemaIndex.of(schema)
    return Diagram((*models, *enums), tuple(_link(relation, index) for relation in relations))


def around(schema: Schema, names: Iterable[str], depth: int) -> frozenset[str]:
    """The models that are at most so many relations away from the named ones, themselves included."""
    neighbours: dict[str, set[str]] = defaultdict(set)
    for relation in schema.relations:
        one, other = relation.ends
        neighbours[one].add(other)
        neighbours[other].add(one)
    reached = set(names)
    edge = set(reached)
    for _ in range(depth):
        edge = {near for name in edge for near in neighbours[name]} - reached
        reached |= edge
    return frozenset(reached)


def _foreign(relations: Iterable[Relation]) -> dict[str, set[str]]:
    """For each model, the columns that are a part of a foreign key."""
    columns: dict[str, set[str]] = defaultdict(set)
    for relation in relations:
        if isinstance(relation, ForeignKeyRelation):
            columns[relation.child].update(relation.fields)
    return columns


def _entity(model: Model, foreign: set[str], *, is_view: bool, keys_only: bool) -> Entity:
    rows = [_row(field, tuple(_keys(model, field.name, foreign))) for field in model.scalars]
    shown = [row for row in rows if row.keys or not keys_only]
    kind = EntityKind.VIEW if is_view else EntityKind.MODEL
    stored = f"{'view' if is_view else 'table'} {model.mapped}" if model.mapped != model.name else None
    return Entity(
        model.name, kind, tuple(shown), _note(stored, model.documentation), left_out=len(rows) - len(shown)
    )


def _keys(model: Model, field: str, foreign: set[str]) -> Iterator[Key]:
    if model.primary_key and any(part.name == field for part in model.primary_key.fields):
        yield Key.PRIMARY
    if field in foreign:
        yield Key.FOREIGN
    if any(len(unique.fields) == 1 and unique.fields[0].name == field for unique in model.uniques):
        yield Key.UNIQUE


def _row(field: ScalarField, keys: tuple[Key, ...]) -> Row:
    stored = f"column {field.mapped}" if field.mapped != field.name else None
    return Row(
        field.name,
        _type(field) + _MARKS[field.arity],
        keys,
        _note(_native(field.native), stored, field.documentation),
    )


def _type(field: ScalarField) -> str:
    match field.type:
        case EnumRef(name):
            return name
        case Unsupported(sql):
            return sql
        case scalar:
            return scalar.value


def _native(native: NativeType | None) -> str | None:
    if native is None:
        return None
    arguments = f"({', '.join(map(str, native.args))})" if native.args else ""
    return f"@db.{native.name}{arguments}"


def _note(*parts: str | None) -> str | None:
    return "\n".join(part for part in parts if part) or None


def _enum(enum: Enum) -> Entity:
    rows = tuple(
        Row(
            value.name,
            note=_note(
                f"stored as {value.mapped}" if value.mapped != value.name else None, value.documentation
            ),
        )
        for value in enum.values
    )
    return Entity(enum.name, EntityKind.ENUM, rows, _note(enum.documentation))


def _link(relation: Relation, index: SchemaIndex) -> Link:
    match relation:
        case ForeignKeyRelation():
            return _foreign_key(relation, index)
        case JoinTableRelation():
            note = f"{relation.a}.{relation.a_field} ⟷ {relation.b}.{relation.b_field}\nthrough the table {relation.mapped}"
            label = f"{relation.a_field} / {relation.b_field}"
            return Link(relation.name, relation.a, relation.b, End.MANY, End.MANY, label, note)
        case _:
            assert_never(relation)


def _foreign_key(relation: ForeignKeyRelation, index: SchemaIndex) -> Link:
    field = index.fields[relation.child][relation.child_field]
    note = (
        f"{relation.child}.{relation.child_field} → {relation.parent}\n"
        f"{_columns(relation.child, relation.fields)} references {_columns(relation.parent, relation.references)}\n"
        f"on delete: {relation.on_delete.value} · on update: {relation.on_update.value}"
    )
    return Link(
        relation.name,
        relation.parent,
        relation.child,
        End.OPTIONAL if field.arity is Arity.OPTIONAL else End.ONE,
        End.OPTIONAL if relation.unique else End.MANY,
        relation.child_field,
        note,
    )


def _columns(model: str, names: tuple[str, ...]) -> str:
    return f"{model}.{names[0]}" if len(names) == 1 else f"{model}({', '.join(names)})"
