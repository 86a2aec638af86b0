"""Rules about ids, uniques and indexes: what they name, and what clients call them."""

from __future__ import annotations

import re
from collections.abc import Iterator

from nicol.diagnostics import suggestion
from nicol.schema.bound import BoundField, BoundKey, BoundModel, ModelRef
from nicol.schema.document import StringLiteral
from nicol.schema.edits import instead
from nicol.schema.provider import KeyKind
from nicol.schema.rules.rule import Case, Problem, Rule, rule
from nicol.schema.schema import Arity, Unsupported


@rule("missing-id")
def models_can_be_told_apart(case: Case) -> Iterator[Problem]:
    """A model has an id or a unique criterion of required fields."""
    for model in case.binding.models.values():
        if (
            model.is_view
            or "ignore" in model.attributes
            or any(_is_strict(key, model) for key in model.criteria)
        ):
            continue
        way_out = "add `id Int @id @default(autoincrement())`, or mark required fields with @id, @unique, @@id or @@unique"
        yield Problem(f"the rows of `{model.name}` cannot be told apart", model.syntax.name.span, way_out)


def _is_strict(key: BoundKey, model: BoundModel) -> bool:
    fields = [model.fields[name] for name in key.names if name in model.fields]
    return all(
        field.arity is not Arity.OPTIONAL and not isinstance(field.target, Unsupported) for field in fields
    )


@rule("several-ids")
def models_have_one_id(case: Case) -> Iterator[Problem]:
    """A model has at most one id."""
    for model in case.binding.models.values():
        ids = [key for key in model.keys if key.kind is KeyKind.ID]
        for key in ids[1:]:
            way_out = "an id of several fields is one @@id([a, b]); other keys are @unique"
            yield Problem(f"`{model.name}` has more than one id", key.attribute.syntax.span, way_out)


@rule("view-key")
def views_have_no_ids(case: Case) -> Iterator[Problem]:
    """A view has neither an id nor indexes."""
    for model, key in case.model_keys():
        if model.is_view and key.kind is not KeyKind.UNIQUE:
            yield Problem(f"a view has no {key.mark}", key.attribute.syntax.span, "@unique is allowed")


@rule("optional-id")
def ids_are_required(case: Case) -> Iterator[Problem]:
    """The fields of an id are required, and no lists."""
    for model, key in case.model_keys():
        if key.kind is KeyKind.ID:
            for item in key.fields:
                field = model.fields.get(item.name)
                if (
                    field is not None
                    and field.arity is not Arity.REQUIRED
                    and not isinstance(field.target, ModelRef)
                ):
                    kind = "a list" if field.arity is Arity.LIST else "optional"
                    way_out = f"write `{field.name} {field.syntax.type.name.text}`"
                    yield Problem(
                        f"`{field.name}` is part of an id and cannot be {kind}",
                        field.syntax.type.span,
                        way_out,
                    )


@rule("unknown-key-field")
def keys_name_columns(case: Case) -> Iterator[Problem]:
    """An id, unique or index names fields of its model that are columns, each once, and at least one."""
    for model, key in case.model_keys():
        if key.field is not None:
            continue
        if not key.fields and "fields" in key.attribute.arguments:
            yield Problem(f"{key.mark} names no fields", key.attribute.syntax.span, "name at least one")
        seen: set[str] = set()
        for item in key.fields:
            if item.name in seen:
                yield Problem(f"{key.mark} names `{item.name}` twice", item.span, "remove one")
            seen.add(item.name)
            problem = _not_a_column(model, item.name)
            if problem is not None:
                meant = None if item.name in model.fields else suggestion(item.name, model.fields)
                yield Problem(problem[0], item.span, problem[1], fix=instead(item.span, meant))


def _not_a_column(model: BoundModel, name: str) -> tuple[str, str] | None:
    field = model.fields.get(name)
    if field is None:
        meant = suggestion(name, model.fields)
        return (
            f"`{model.name}` has no field `{name}`",
            f"did you mean `{meant}`?" if meant else "name fields of this model",
        )
    if isinstance(field.target, ModelRef):
        return f"`{name}` is a relation, not a column", _columns_of(model, field)
    return None


def _columns_of(model: BoundModel, field: BoundField) -> str:
    columns = field.relation.names("fields") if field.relation else None
    return (
        f"use {', '.join(f'`{column.name}`' for column in columns)}"
        if columns and all(column.name in model.fields for column in columns)
        else "use a field that holds a value"
    )


_CLIENT_NAME = re.compile(r"[A-Za-z0-9_]+")


@rule("client-key-name")
def client_names_of_keys_are_free_words(case: Case) -> Iterator[Problem]:
    """What clients call a compound key is a word that no field has."""
    for model, key in case.model_keys():
        if key.field is not None or key.kind not in {KeyKind.ID, KeyKind.UNIQUE}:
            continue
        given = key.attribute.arguments.get("name")
        joined = "_".join(key.names)
        if len(key.names) > 1 and joined in model.fields:
            text = f"clients would call this key `{joined}`, which is a field of `{model.name}`"
            yield Problem(
                text,
                key.attribute.syntax.span,
                f'rename the field, and keep its column with @map("{joined}")',
            )
        if isinstance(given, StringLiteral) and given.value:
            if not _CLIENT_NAME.fullmatch(given.value):
                yield Problem(
                    f'"{given.value}" is no name for a key', given.span, "use letters, digits and _"
                )
            elif given.value in model.fields:
                text = f"clients would call this key `{given.value}`, which is a field of `{model.name}`"
                yield Problem(text, given.span, 'give it another name: name: "..."')


@rule("repeated-key-name")
def client_names_of_keys_are_given_once(case: Case) -> Iterator[Problem]:
    """No two compound keys of a model are called the same by clients."""
    for model in case.binding.models.values():
        seen: set[str] = set()
        for key in model.criteria:
            name = key.attribute.arguments.get("name")
            if isinstance(name, StringLiteral):
                if name.value in seen:
                    yield Problem(
                        f'`{model.name}` has two keys called "{name.value}"', name.span, "rename one"
                    )
                seen.add(name.value)


RULES: tuple[Rule, ...] = (
    models_can_be_told_apart,
    models_have_one_id,
    views_have_no_ids,
    ids_are_required,
    keys_name_columns,
    client_names_of_keys_are_free_words,
    client_names_of_keys_are_given_once,
)
