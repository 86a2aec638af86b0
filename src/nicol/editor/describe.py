"""What a named thing is, in words: its declaration, what it is in the database, what its relations mean."""

from __future__ import annotations

from collections.abc import Iterator

from nicol.diagnostics import Span
from nicol.editor.databases import columns
from nicol.editor.symbols import Symbol, SymbolKind
from nicol.editor.world import World
from nicol.schema.bind import value_attributes
from nicol.schema.bound import BoundEnum, BoundField, BoundModel, KeyKind, ModelRef, mapped_name
from nicol.schema.build import build
from nicol.schema.document import EnumValueDeclaration
from nicol.schema.schema import (
    Arity,
    ForeignKeyRelation,
    JoinTableRelation,
    ReferentialAction,
    Relation,
    RelationField,
    ScalarField,
    Schema,
)

_LISTED = 40


def describe(world: World, symbol: Symbol) -> str | None:
    """A symbol in Markdown; None where the schema does not declare it."""
    match symbol.kind:
        case SymbolKind.MODEL:
            model = world.binding.models.get(symbol.name)
            return _page(_model(world, model)) if model else None
        case SymbolKind.ENUM:
            enum = world.binding.enums.get(symbol.name)
            return _page(_enum(enum)) if enum else None
        case SymbolKind.VALUE:
            enum = world.binding.enums.get(symbol.owner)
            value = enum.values.get(symbol.name) if enum else None
            return _page(_value(enum, value)) if enum and value else None
        case SymbolKind.FIELD:
            model = world.binding.models.get(symbol.owner)
            field = model.fields.get(symbol.name) if model else None
            return _page(_field(world, field)) if field else None


def _page(parts: Iterator[str | None]) -> str:
    return "\n\n".join(part for part in parts if part)


def _code(text: str) -> str:
    return f"```prisma\n{text}\n```"


def _model(world: World, model: BoundModel) -> Iterator[str | None]:
    kind = model.syntax.kind.value
    yield _code(f"{kind} {model.name}")
    yield model.syntax.documentation
    yield f"{'View' if model.is_view else 'Table'} `{_qualified(model)}`{_key(model)}"
    schema = build(world.binding)
    built = next((each for each in schema.readable if each.name == model.name), None)
    lines = [f"- {_sentence(schema, model.name, field)}" for field in (built.relations if built else ())]
    yield "\n".join(lines[:_LISTED])


def _qualified(model: BoundModel | BoundEnum) -> str:
    namespace = model.attributes.get("schema")
    name = namespace.string("map") if namespace else None
    return f"{name}.{model.mapped}" if name else model.mapped


def _key(model: BoundModel) -> str:
    key = model.id or next(iter(model.criteria), None)
    if key is None or not key.names:
        return ""
    word = "id" if key.kind is KeyKind.ID else "unique"
    return f", {word} {', '.join(f'`{name}`' for name in key.names)}"


def _enum(enum: BoundEnum) -> Iterator[str | None]:
    values = [
        f"  {name}" + (f"  // {value.documentation.splitlines()[0]}" if value.documentation else "")
        for name, value in enum.values.items()
    ]
    more = ["  …"] if len(values) > _LISTED else []
    yield _code("\n".join([f"enum {enum.name} {{", *values[:_LISTED], *more, "}"]))
    yield enum.syntax.documentation
    if enum.mapped != enum.name:
        yield f"In the database `{_qualified(enum)}`"


def _value(enum: BoundEnum, value: EnumValueDeclaration) -> Iterator[str | None]:
    yield _code(f"{enum.name}.{value.name.text}")
    yield value.documentation
    mapped = mapped_name(value_attributes(value), value.name.text)
    stored = f", `{mapped}` in the database" if mapped != value.name.text else ""
    yield f"A value of the enum `{enum.name}`{stored}"


def _field(world: World, field: BoundField) -> Iterator[str | None]:
    yield _code(_one_line(world, field.syntax.span))
    yield field.syntax.documentation
    schema = build(world.binding)
    model = next((each for each in schema.readable if each.name == field.model), None)
    built = model.field(field.name) if model else None
    match built:
        case ScalarField():
            yield f"Column `{built.mapped}` of `{_qualified(world.binding.models[field.model])}`"
            yield "\n".join(f"- {line}" for line in columns(world, schema, field.model, built))
            yield "\n".join(_uses(schema, field))
        case RelationField():
            yield _sentence(schema, field.model, built)
        case _ if isinstance(field.target, ModelRef):
            yield f"A relation to `{field.target.name}` that lacks its other side or its foreign key."
        case _:
            return


def _one_line(world: World, span: Span) -> str:
    return " ".join(world.text(span).split())


def _uses(schema: Schema, field: BoundField) -> Iterator[str]:
    """The relations whose foreign key the field is part of."""
    for relation in schema.relations:
        if isinstance(relation, ForeignKeyRelation) and relation.child == field.model:
            for own, other in zip(relation.fields, relation.references, strict=True):
                if own == field.name:
                    yield f"- refers to `{relation.parent}.{other}` for `{relation.child_field}`"


def _sentence(schema: Schema, model: str, field: RelationField) -> str:
    """What a relation means, seen from one of its sides."""
    relation: Relation = schema.relation(field.relation)
    match relation:
        case JoinTableRelation():
            return (
                f"`{field.name}`: each {model} has any number of {field.model}, and each {field.model} any number of"
                f" {model} (table `{relation.mapped}`)"
            )
        case ForeignKeyRelation() if (relation.child, relation.child_field) == (model, field.name):
            return _of_child(relation, field)
        case ForeignKeyRelation():
            many = "any number of" if field.arity is Arity.LIST else "at most one"
            return (
                f"`{field.name}`: each {model} has {many} {relation.child}, by"
                f" {_pairs(relation)}; {_on_delete(relation, relation.child, model)}"
            )


def _of_child(relation: ForeignKeyRelation, field: RelationField) -> str:
    one = "one" if field.arity is Arity.REQUIRED else "at most one"
    back = "at most one" if relation.unique else "any number of"
    return (
        f"`{field.name}`: each {relation.child} belongs to {one} {relation.parent}, by {_pairs(relation)};"
        f" each {relation.parent} has {back} {relation.child} (`{relation.parent_field}`);"
        f" {_on_delete(relation, 'it', relation.parent)}"
    )


def _pairs(relation: ForeignKeyRelation) -> str:
    return ", ".join(
        f"`{relation.child}.{own}` → `{relation.parent}.{other}`"
        for own, other in zip(relation.fields, relation.references, strict=True)
    )


_ENDS = {
    ReferentialAction.CASCADE: "{child} is deleted with the {parent}",
    ReferentialAction.RESTRICT: "a {parent} that has any cannot be deleted",
    ReferentialAction.NO_ACTION: "the database decides when a {parent} that has any is deleted",
    ReferentialAction.SET_NULL: "{child} stays without one when the {parent} is deleted",
    ReferentialAction.SET_DEFAULT: "{child} gets the default when the {parent} is deleted",
}


def _on_delete(relation: ForeignKeyRelation, child: str, parent: str) -> str:
    return _ENDS[relation.on_delete].format(child=child, parent=parent)
