"""Rules about the names of constraints: that the database keeps them, that they are short enough, and that they are free."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass

from nicol.diagnostics import Span
from nicol.schema.attributes import BoundAttribute
from nicol.schema.bound import BoundField, BoundKey, BoundModel
from nicol.schema.constraint_names import (
    foreign_key_name,
    in_bytes,
    index_name,
    primary_key_name,
    unique_name,
)
from nicol.schema.document import StringLiteral
from nicol.schema.provider import Constraint, KeyKind, NameScope, Provider
from nicol.schema.relations import argument_names, is_many_to_many, sides
from nicol.schema.rules.rule import Case, Problem, Rule, rule

_CONSTRAINTS = {KeyKind.ID: Constraint.ID}


@dataclass(frozen=True, slots=True)
class _Named:
    """A constraint with the name that it has in the database, given or not."""

    constraint: Constraint
    name: str
    columns: list[str]
    model: BoundModel
    mark: str
    attribute: BoundAttribute
    span: Span


def _constraints(case: Case, provider: Provider) -> Iterator[_Named]:
    for model, key in case.model_keys():
        if key.fields and all(item.name in model.fields for item in key.fields):
            yield _key(model, key, provider)
    for group in case.binding.relations:
        if group.pair is not None and not is_many_to_many(group.pair):
            child = sides(group.pair)[0]
            named = _foreign_key(child, case.binding.models[child.model], provider)
            if named is not None:
                yield named


def _key(model: BoundModel, key: BoundKey, provider: Provider) -> _Named:
    columns = [model.fields[name].mapped for name in key.names]
    limit = provider.name_limit
    usual = (
        primary_key_name(model.mapped, limit)
        if key.kind is KeyKind.ID
        else unique_name(model.mapped, columns, limit)
        if key.kind is KeyKind.UNIQUE
        else index_name(model.mapped, columns, limit)
    )
    constraint = _CONSTRAINTS.get(key.kind, Constraint.KEY)
    return _Named(
        constraint, key.given_name or usual, columns, model, key.mark, key.attribute, _place(key.attribute)
    )


def _foreign_key(child: BoundField, model: BoundModel, provider: Provider) -> _Named | None:
    names = argument_names(child, "fields")
    if child.relation is None or not names or not all(name in model.fields for name in names):
        return None
    columns = [model.fields[name].mapped for name in names]
    usual = foreign_key_name(model.mapped, columns, provider.name_limit)
    given = child.relation.string("map")
    return _Named(
        Constraint.FOREIGN_KEY,
        given or usual,
        columns,
        model,
        "@relation",
        child.relation,
        _place(child.relation),
    )


def _place(attribute: BoundAttribute) -> Span:
    given = attribute.arguments.get("map")
    return attribute.syntax.span if given is None else given.span


@rule("constraint-name-taken")
def constraints_have_names_of_their_own(case: Case) -> Iterator[Problem]:
    """Constraints have names of their own, given or not, wherever the database wants them to differ."""
    if case.provider is None:
        return
    named = list(_constraints(case, case.provider))
    found: dict[Span, Problem] = {}
    for scope in case.provider.scopes:
        for group in _groups(named, scope):
            guilty = [one for one in group if one.constraint in scope.judged]
            for one in guilty[1:] if len(guilty) > 1 and guilty[0] is group[0] else guilty:
                found.setdefault(one.span, _taken(one, group))
    yield from found.values()


def _groups(named: list[_Named], scope: NameScope) -> Iterator[list[_Named]]:
    """The constraints of a scope that share a name."""
    groups: defaultdict[tuple[str | None, str], list[_Named]] = defaultdict(list)
    for one in named:
        if one.constraint in scope.constraints:
            groups[one.model.name if scope.table else one.model.namespace, one.name].append(one)
    return (group for group in groups.values() if len(group) > 1)


def _taken(one: _Named, group: list[_Named]) -> Problem:
    first = next(other for other in group if other is not one)
    text = f'the name "{one.name}" is taken in the database, by {first.mark} of `{first.model.name}`'
    same = (first.model, first.mark, first.columns) == (one.model, one.mark, one.columns)
    way_out = "remove one of them, or give" if same else "give"
    return Problem(text, one.span, f'{way_out} this one another name: map: "..."')


@rule("constraint-name-unkept")
def names_are_for_constraints_that_keep_them(case: Case) -> Iterator[Problem]:
    """A primary key, a foreign key or a default has a name (`map:`) only where the database keeps it."""
    if case.provider is None:
        return
    for _, key in case.model_keys():
        if key.kind is KeyKind.ID and Constraint.ID not in case.provider.named:
            yield from _unkept(key.attribute, "primary keys", case.provider)
    for field in case.fields():
        if field.relation is not None and Constraint.FOREIGN_KEY not in case.provider.named:
            yield from _unkept(field.relation, "foreign keys", case.provider)
        if "default" in field.attributes:
            yield from _unkept(field.attributes["default"], "defaults", case.provider)


def _unkept(attribute: BoundAttribute, what: str, provider: Provider) -> Iterator[Problem]:
    name = attribute.arguments.get("map")
    if name is not None:
        yield Problem(f"{provider.title} keeps no names of {what}", name.span, "remove `map`")


@rule("constraint-name-length")
def names_of_constraints_are_short_enough(case: Case) -> Iterator[Problem]:
    """The given name of a constraint has no more bytes than the database keeps."""
    if case.provider is None or case.provider.name_limit is None:
        return
    limit = case.provider.name_limit
    for name in _given_names(case):
        if len(in_bytes(name.value)) > limit:
            text = f"this name has {len(in_bytes(name.value))} bytes, and {case.provider.title} keeps {limit}"
            yield Problem(text, name.span, "shorten it")


def _given_names(case: Case) -> Iterator[StringLiteral]:
    """What the schema calls constraints in the database."""
    for _, key in case.model_keys():
        words = ("map", "name") if key.kind is KeyKind.INDEX else ("map",)
        yield from _strings(key.attribute, *words)
    for field in case.fields():
        if field.relation is not None:
            yield from _strings(field.relation, "map")


def _strings(attribute: BoundAttribute, *words: str) -> Iterator[StringLiteral]:
    for value in map(attribute.arguments.get, words):
        if isinstance(value, StringLiteral):
            yield value


@rule("key-name")
def key_names_are_given_once_and_say_something(case: Case) -> Iterator[Problem]:
    """A key or a relation that is given a name has one of at least one character, and one only."""
    for _, key in case.model_keys():
        arguments = key.attribute.arguments
        if key.kind is KeyKind.INDEX and "name" in arguments and "map" in arguments:
            yield Problem("`name` and `map` of an index say the same", arguments["name"].span, "keep `map`")
        for text in _strings(key.attribute, "map", "name"):
            yield from _empty(text)
    for field in case.fields():
        if field.relation is not None:
            for text in _strings(field.relation, "map", "name"):
                yield from _empty(text)


def _empty(text: StringLiteral) -> Iterator[Problem]:
    if not text.value:
        yield Problem("a name cannot be empty", text.span, "name it, or leave it out")


RULES: tuple[Rule, ...] = (
    constraints_have_names_of_their_own,
    names_are_for_constraints_that_keep_them,
    names_of_constraints_are_short_enough,
    key_names_are_given_once_and_say_something,
)
