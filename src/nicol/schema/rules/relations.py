"""Rules about relations: two sides that know each other, one foreign key that points at a key, actions that can happen."""

from __future__ import annotations

import json
from collections.abc import Iterator

from nicol.diagnostics import Remark, Severity, Span, suggestion
from nicol.schema.bound import BoundField, BoundModel, ModelRef, RelationGroup
from nicol.schema.edits import Edits, behind, instead, new_attribute, new_member, text_of
from nicol.schema.relations import argument_names, has_fields, is_many_to_many, sides
from nicol.schema.rules.rule import Case, Problem, Rule, rule
from nicol.schema.schema import Arity

_SIDE_ARGUMENTS = ("fields", "references", "onDelete", "onUpdate", "map")


def _pairs(case: Case) -> Iterator[tuple[BoundField, BoundField]]:
    for group in case.binding.relations:
        if group.pair is not None:
            yield group.pair


def _keyed_sides(case: Case) -> Iterator[tuple[BoundField, BoundField]]:
    """The child's field and the parent's of each relation that is no m:n."""
    for pair in _pairs(case):
        if not is_many_to_many(pair):
            yield sides(pair)


def place_of(field: BoundField, argument: str) -> Span:
    """Where a relation field gives an argument, else its name."""
    value = field.relation.arguments.get(argument) if field.relation else None
    return value.span if value is not None else field.syntax.name.span


@rule("relation-without-other-side")
def relations_have_two_sides(case: Case) -> Iterator[Problem]:
    """A relation is a field in each of its models."""
    for group in case.binding.relations:
        if len(group.fields) == 1:
            field = group.fields[0]
            other = field.syntax.type.name.text
            text = f"the relation `{field.name}` has no other side in `{other}`"
            line = _other_side(field, case)
            fix = (*_new_field(field, line, case), *_new_column(field, other, case))
            yield Problem(text, field.syntax.name.span, f"add `{line}` to `{other}`", fix=fix)


def _new_field(field: BoundField, line: str, case: Case) -> Edits:
    """The line that completes a relation, in the model that it leads to."""
    model = case.binding.models[field.syntax.type.name.text].syntax
    if line.partition(" ")[0] in case.binding.models[model.name.text].fields:
        return ()
    return (new_member(text_of(model.span, case.binding.documents), model, line),)


def _new_column(field: BoundField, other: str, case: Case) -> Edits:
    """The foreign key that the line speaks of, where the other model lacks it."""
    holder, owner = case.binding.models[other], case.binding.models[field.model]
    if has_fields(field) or field.arity is not Arity.LIST or not _has_single_id(owner) or owner.id is None:
        return ()
    key = owner.fields.get(owner.id.names[0])
    name = field.model[:1].lower() + field.model[1:] + owner.id.names[0][:1].upper() + owner.id.names[0][1:]
    if key is None or name in holder.fields:
        return ()
    native = (
        text_of(key.native.span, case.binding.documents)[key.native.span.start : key.native.span.end]
        if key.native
        else ""
    )
    line = f"{name} {key.syntax.type.name.text} {native}".rstrip()
    return (new_member(text_of(holder.syntax.span, case.binding.documents), holder.syntax, line),)


def _other_side(field: BoundField, case: Case) -> str:
    """The line that would complete a relation."""
    name_of_relation = field.relation.string("name") if field.relation else None
    given = json.dumps(name_of_relation, ensure_ascii=False) if name_of_relation else None
    if has_fields(field):
        arity = "?" if _is_unique(argument_names(field, "fields"), case.binding.models[field.model]) else "[]"
        name = field.model[:1].lower() + field.model[1:] + ("s" if arity == "[]" else "")
        return f"{name} {field.model}{arity}" + (f" @relation({given})" if given else "")
    name = field.model[:1].lower() + field.model[1:]
    if field.arity is Arity.LIST and _has_single_id(case.binding.models[field.model]):
        id_ = case.binding.models[field.model].id
        key = id_.names[0] if id_ else "id"
        label = f"{given}, " if given else ""
        return f"{name} {field.model} @relation({label}fields: [{name}{key[:1].upper()}{key[1:]}], references: [{key}])"
    return f"{name} {field.model}?" + (f" @relation({given})" if given else "")


def _has_single_id(model: BoundModel) -> bool:
    return model.id is not None and len(model.id.fields) == 1


_SHOWN = 8
"""How many other fields a finding names."""


@rule("ambiguous-relation")
def relations_between_the_same_models_have_names(case: Case) -> Iterator[Problem]:
    """Where two models have several relations, or a model has one with itself, each has a name on both sides."""
    for group in case.binding.relations:
        nameless_self = group.is_self and group.name is None and len(group.fields) == 2
        if len(group.fields) > 1 and (group.pair is None or nameless_self):
            for field in group.fields:
                others = [other for other in group.fields[: _SHOWN + 1] if other is not field][:_SHOWN]
                related = tuple(Remark("may be the other side", other.syntax.name.span) for other in others)
                text = _ambiguity(field, others, len(group.fields) - 1 - len(others))
                yield Problem(text, field.syntax.name.span, _naming(group), related=related)


def _ambiguity(field: BoundField, some: list[BoundField], more: int) -> str:
    others = [f"`{other.model}.{other.name}`" for other in some] + ([f"{more} more"] if more else [])
    return f"`{field.name}` may belong to one relation with {' or '.join(others)}"


def _naming(group: RelationGroup) -> str:
    way_out = 'name each relation on both of its sides: @relation("Name")'
    return f"{way_out}; `{group.name}` is taken more than once" if group.name else way_out


@rule("relation-without-foreign-key")
def one_side_holds_the_foreign_key(case: Case) -> Iterator[Problem]:
    """One side of a relation names its foreign key's fields and what they refer to."""
    for child, parent in _keyed_sides(case):
        fields, references = argument_names(child, "fields"), argument_names(child, "references")
        if fields and references:
            continue
        missing = "`fields`" if not fields else "`references`"
        key = case.binding.models[parent.model].id
        column = key.names[0] if key and key.names else "id"
        local = fields[0] if fields else f"{child.name}{column[:1].upper()}{column[1:]}"
        way_out = f"write @relation(fields: [{local}], references: [{column}])"
        if not fields:
            way_out += f", with `{local}` a field of `{child.model}`"
        yield Problem(f"the relation `{child.name}` does not give {missing}", child.syntax.name.span, way_out)


@rule("relation-argument-side")
def the_other_side_has_no_foreign_key(case: Case) -> Iterator[Problem]:
    """Only the side that holds the foreign key speaks of it; a side of an m:n relation never does."""
    for pair in _pairs(case):
        many = is_many_to_many(pair)
        silent = pair if many else sides(pair)[1:]
        for field in silent:
            for argument in _SIDE_ARGUMENTS:
                if field.relation is not None and argument in field.relation.arguments:
                    text = f"`{argument}` does not belong to this side of the relation"
                    severity = Severity.WARNING if many and argument == "map" else Severity.ERROR
                    yield Problem(text, place_of(field, argument), _where_it_goes(pair, field), severity)


def _where_it_goes(pair: tuple[BoundField, BoundField], field: BoundField) -> str:
    if is_many_to_many(pair):
        return "an m:n relation has a table of its own; remove it, or make that table a model"
    other = pair[0] if field is pair[1] else pair[1]
    return f"only `{other.model}.{other.name}` gives it; remove it here"


@rule("unknown-relation-field")
def foreign_keys_name_columns(case: Case) -> Iterator[Problem]:
    """`fields` names columns of this model, `references` columns of the other, each once."""
    for child, parent in _keyed_sides(case):
        for argument, model in (("fields", child.model), ("references", parent.model)):
            yield from _strange_columns(child, argument, case.binding.models[model])


def _strange_columns(field: BoundField, argument: str, model: BoundModel) -> Iterator[Problem]:
    seen: set[str] = set()
    for constant in (field.relation.names(argument) if field.relation else None) or ():
        found = model.fields.get(constant.name)
        if found is None:
            meant = suggestion(constant.name, model.fields)
            way_out = (
                f"did you mean `{meant}`?" if meant else f"add it, or name another field of `{model.name}`"
            )
            yield Problem(
                f"`{model.name}` has no field `{constant.name}`",
                constant.span,
                way_out,
                fix=instead(constant.span, meant),
            )
        elif isinstance(found.target, ModelRef):
            yield Problem(
                f"`{constant.name}` is a relation itself", constant.span, f"`{argument}` names columns"
            )
        elif constant.name in seen:
            yield Problem(f"`{argument}` names `{constant.name}` twice", constant.span, "remove one")
        seen.add(constant.name)


def _columns(field: BoundField, argument: str, model: BoundModel) -> list[BoundField] | None:
    """The columns that an argument names; None where one is unknown."""
    names = argument_names(field, argument)
    found = [model.fields[name] for name in names if name in model.fields]
    return found if len(found) == len(names) and found else None


def foreign_keys(case: Case) -> Iterator[tuple[BoundField, BoundField, list[BoundField], list[BoundField]]]:
    """Child, parent, foreign key and referenced columns of each relation whose columns exist."""
    for child, parent in _keyed_sides(case):
        fields = _columns(child, "fields", case.binding.models[child.model])
        references = _columns(child, "references", case.binding.models[parent.model])
        if fields and references:
            yield child, parent, fields, references


@rule("relation-column-count")
def foreign_keys_pair_their_columns(case: Case) -> Iterator[Problem]:
    """A foreign key has as many columns as it refers to."""
    for child, _, fields, references in foreign_keys(case):
        if len(fields) != len(references):
            text = f"`fields` names {len(fields)}, `references` {len(references)}"
            yield Problem(text, place_of(child, "references"), "name as many here as there")


@rule("relation-column-type")
def foreign_keys_have_the_types_they_refer_to(case: Case) -> Iterator[Problem]:
    """A column of a foreign key has the type of the column it refers to."""
    for _, parent, fields, references in foreign_keys(case):
        for field, reference in zip(fields, references, strict=False):
            types = field.syntax.type.name.text, reference.syntax.type.name.text
            if types[0] != types[1] and field.target is not None and reference.target is not None:
                text = f"`{field.name}` is {types[0]}, but `{parent.model}.{reference.name}` is {types[1]}"
                fix = instead(field.syntax.type.name.span, types[1])
                yield Problem(text, field.syntax.type.span, f"make `{field.name}` {types[1]} too", fix=fix)


@rule("relation-to-no-key")
def foreign_keys_refer_to_keys(case: Case) -> Iterator[Problem]:
    """What a foreign key refers to is an id or unique in its model."""
    for child, parent, _, references in foreign_keys(case):
        names = tuple(field.name for field in references)
        if not _is_key(names, case.binding.models[parent.model]):
            listed = ", ".join(names)
            way_out = _make_unique(names, parent.model)
            fix = _unique(names, parent.model, case)
            yield Problem(
                f"`{parent.model}` is not unique by {listed}", place_of(child, "references"), way_out, fix=fix
            )


def _make_unique(names: tuple[str, ...], model: str) -> str:
    if len(names) == 1:
        return f"add @unique to `{model}.{names[0]}`"
    return f"add @@unique([{', '.join(names)}]) to `{model}`"


def _unique(names: tuple[str, ...], model: str, case: Case) -> Edits:
    """What `_make_unique` says."""
    bound = case.binding.models[model]
    if len(names) == 1:
        return behind(bound.fields[names[0]].syntax.span, " @unique")
    text = text_of(bound.syntax.span, case.binding.documents)
    return (new_attribute(text, bound.syntax, f"@@unique([{', '.join(names)}])"),)


def _is_key(names: tuple[str, ...], model: BoundModel) -> bool:
    return any(frozenset(key.names) == frozenset(names) for key in model.criteria)


def _is_unique(names: tuple[str, ...], model: BoundModel) -> bool:
    return bool(names) and any(set(key.names) <= set(names) for key in model.criteria if key.fields)


@rule("optional-foreign-key")
def required_relations_have_required_columns(case: Case) -> Iterator[Problem]:
    """A relation whose foreign key may be null is optional."""
    for child, _, fields, _ in foreign_keys(case):
        optional = [field.name for field in fields if field.arity is Arity.OPTIONAL]
        if child.arity is Arity.REQUIRED and optional:
            text = f"`{child.name}` is required, but `{optional[0]}` is optional"
            type_ = child.syntax.type
            yield Problem(
                text,
                type_.span,
                f"write `{child.name} {type_.name.text}?`, or make `{optional[0]}` required",
                fix=behind(type_.span, "?"),
            )


@rule("one-to-one-without-unique")
def one_to_one_relations_are_unique(case: Case) -> Iterator[Problem]:
    """The foreign key of a 1:1 relation is unique."""
    for child, parent, fields, _ in foreign_keys(case):
        names = tuple(field.name for field in fields)
        if parent.arity is Arity.LIST or any(
            key.names == names for key in case.binding.models[child.model].criteria
        ):
            continue
        listed = ", ".join(names)
        way_out = _make_unique(names, child.model)
        text = f"`{parent.model}.{parent.name}` leads to one `{child.model}`, but `{listed}` is not unique"
        yield Problem(
            text,
            child.syntax.name.span,
            f"{way_out}, or write `{parent.name} {child.model}[]`",
            fix=_unique(names, child.model, case),
            related=(Remark("the other side", parent.syntax.name.span),),
        )


@rule("required-other-side")
def the_other_side_of_one_to_one_is_optional(case: Case) -> Iterator[Problem]:
    """The side of a 1:1 relation without the foreign key is optional."""
    for _, parent in _keyed_sides(case):
        if parent.arity is Arity.REQUIRED:
            text = f"nothing makes sure that every `{parent.model}` has its `{parent.name}`"
            type_ = parent.syntax.type
            fix = behind(type_.span, "?")
            yield Problem(text, type_.span, f"write `{parent.name} {type_.name.text}?`", fix=fix)


@rule("many-to-many-without-id")
def both_sides_of_many_to_many_have_single_ids(case: Case) -> Iterator[Problem]:
    """The models of an implicit m:n relation have ids of one field."""
    for pair in _pairs(case):
        if is_many_to_many(pair):
            for field, other in (pair, pair[::-1]):
                if not _has_single_id(case.binding.models[other.model]):
                    text = f"`{other.model}` has no id of one field, which an m:n relation needs"
                    way_out = "give it one, or make the table between the models a model"
                    yield Problem(text, field.syntax.name.span, way_out)


@rule("relation-to-ignored")
def relations_to_ignored_models_are_ignored(case: Case) -> Iterator[Problem]:
    """A field that leads to an ignored model is ignored too."""
    models = case.binding.models
    for field in case.fields():
        if not isinstance(field.target, ModelRef) or "ignore" in field.attributes:
            continue
        if (
            "ignore" in models[field.target.name].attributes
            and "ignore" not in models[field.model].attributes
        ):
            yield Problem(
                f"`{field.target.name}` is ignored, but `{field.name}` is not",
                field.syntax.name.span,
                "add @ignore",
                fix=behind(field.syntax.span, " @ignore"),
            )


RULES: tuple[Rule, ...] = (
    relations_have_two_sides,
    relations_between_the_same_models_have_names,
    one_side_holds_the_foreign_key,
    the_other_side_has_no_foreign_key,
    foreign_keys_name_columns,
    foreign_keys_pair_their_columns,
    foreign_keys_have_the_types_they_refer_to,
    foreign_keys_refer_to_keys,
    required_relations_have_required_columns,
    one_to_one_relations_are_unique,
    the_other_side_of_one_to_one_is_optional,
    both_sides_of_many_to_many_have_single_ids,
    relations_to_ignored_models_are_ignored,
)
