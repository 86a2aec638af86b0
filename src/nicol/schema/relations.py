"""Relations: which side holds the foreign key, what the relation is called, and what its rows do."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from nicol.schema.bound import Binding, BoundField, BoundModel, RelationGroup
from nicol.schema.schema import (
    Arity,
    ForeignKeyRelation,
    JoinTableRelation,
    ReferentialAction,
    Relation,
)


def build_relations(binding: Binding) -> Iterator[tuple[Relation, RelationGroup]]:
    """The relations of a binding, each with the fields it comes from; those that are not complete are left out."""
    taken: set[str] = set()
    for group in binding.relations:
        if group.pair is None:
            continue
        name = _unique_name(group, taken)
        relation = _relation(name, group, group.pair, binding.models)
        if relation is not None:
            taken.add(name)
            yield relation, group


def default_name(group: RelationGroup) -> str:
    """The name of a relation that has none of its own: `AToB`."""
    return "To".join(group.models)


def _unique_name(group: RelationGroup, taken: set[str]) -> str:
    name = group.name or default_name(group)
    if name in taken:
        name = f"{name}_{default_name(group)}"
    while name in taken:
        name += "_"
    return name


def _relation(
    name: str, group: RelationGroup, pair: tuple[BoundField, BoundField], models: Mapping[str, BoundModel]
) -> Relation | None:
    if is_many_to_many(pair):
        a, b = sorted(pair, key=lambda field: (field.model, field.name))
        return JoinTableRelation(
            name, a.model, a.name, b.model, b.name, "_" + (group.name or default_name(group))
        )
    return _foreign_key(name, *sides(pair), models)


def is_many_to_many(pair: tuple[BoundField, BoundField]) -> bool:
    """True when both sides are lists."""
    return pair[0].arity is Arity.LIST and pair[1].arity is Arity.LIST


def sides(pair: tuple[BoundField, BoundField]) -> tuple[BoundField, BoundField]:
    """The side that holds the foreign key, then the other, of a relation that is 1:1 or 1:n."""
    first, second = pair
    if first.arity is Arity.LIST:
        return second, first
    if second.arity is Arity.LIST or has_fields(first):
        return first, second
    if has_fields(second) or first.arity is Arity.OPTIONAL:
        return second, first
    return first, second


def has_fields(field: BoundField) -> bool:
    """True when a side names the fields of its foreign key."""
    return field.relation is not None and (
        "fields" in field.relation.arguments or "references" in field.relation.arguments
    )


def argument_names(field: BoundField, argument: str) -> tuple[str, ...]:
    """The names that a relation field lists in `fields` or `references`."""
    names = field.relation.names(argument) if field.relation else None
    return tuple(name.name for name in names or ())


def _foreign_key(
    name: str, child: BoundField, parent: BoundField, models: Mapping[str, BoundModel]
) -> ForeignKeyRelation | None:
    fields, references = argument_names(child, "fields"), argument_names(child, "references")
    holder, target = models[child.model].fields, models[parent.model].fields
    known = all(field in holder for field in fields) and all(field in target for field in references)
    if not fields or len(fields) != len(references) or not known or child.relation is None:
        return None
    required = any(holder[field].arity is Arity.REQUIRED for field in fields)
    on_delete = ReferentialAction.RESTRICT if required else ReferentialAction.SET_NULL
    return ForeignKeyRelation(
        name=name,
        child=child.model,
        child_field=child.name,
        fields=fields,
        parent=parent.model,
        parent_field=parent.name,
        references=references,
        unique=parent.arity is not Arity.LIST,
        on_delete=action_of(child, "onDelete") or on_delete,
        on_update=action_of(child, "onUpdate") or ReferentialAction.CASCADE,
        mapped=child.relation.string("map"),
    )


_ACTIONS = {action.value: action for action in ReferentialAction}


def action_of(field: BoundField, argument: str) -> ReferentialAction | None:
    """The action that a relation field gives in `onDelete` or `onUpdate`."""
    word = field.relation.constant(argument) if field.relation else None
    return _ACTIONS.get(word) if word else None
