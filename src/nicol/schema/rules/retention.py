"""Rules about `retain` and `remind`: that they have a time, that rows are found by it, and that old ones can go."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import chain

from nicol.diagnostics import Severity
from nicol.schema.annotations.values import word_of
from nicol.schema.bound import BoundField, ModelRef
from nicol.schema.relations import action_of
from nicol.schema.rules.annotated import annotated_fields, named, no_field
from nicol.schema.rules.relations import foreign_keys
from nicol.schema.rules.rule import Case, Problem, Rule, rule
from nicol.schema.schema import Arity, ReferentialAction, Scalar


@rule("retention-field")
def retention_counts_from_a_time(case: Case) -> Iterator[Problem]:
    """`retain` counts from a DateTime of its model; `unless` is a Boolean or an optional field of it."""
    yield from _unfit(case, "retain", (_BY, _UNLESS))


@rule("reminder-field")
def reminders_have_a_time_and_a_name(case: Case) -> Iterator[Problem]:
    """`remind` has a DateTime of its model, `name` a field that may be shown, `unless` a Boolean or an optional field."""
    yield from _unfit(case, "remind", (_AT, _NAME, _UNLESS))
    hidden = {(model.name, field.name) for _, model, field in annotated_fields(case, "encrypted")}
    for annotation, model in named(case, "remind"):
        given = annotation.arguments.get("name")
        if model is not None and given is not None and (model.name, word_of(given)) in hidden:
            text = f"`{word_of(given)}` is encrypted, and reminders are read by many"
            yield Problem(text, given.span, "name a field that may be shown")


_Wanted = tuple[str, Callable[[BoundField], bool], str, str]
"""An argument, what its field has to be, what is wrong with another one, and the way out."""


def _unfit(case: Case, annotated: str, wanted: tuple[_Wanted, ...]) -> Iterator[Problem]:
    for annotation, model in named(case, annotated):
        for argument, fits, reason, way_out in wanted:
            given = annotation.arguments.get(argument)
            name = word_of(given)
            if model is None or given is None or name is None:
                continue
            field = model.fields.get(name)
            if field is None:
                yield no_field(model, name, given.span, "name a field of this model")
            elif not fits(field):
                yield Problem(f"`{name}` {reason}", given.span, way_out)


def _is_time(field: BoundField) -> bool:
    day = field.native is None or not field.native.name.text.endswith((".Time", ".Timetz"))
    return field.target is Scalar.DATETIME and field.arity is not Arity.LIST and day


def _is_exception(field: BoundField) -> bool:
    if isinstance(field.target, ModelRef):
        return False
    return field.arity is Arity.OPTIONAL or (field.target is Scalar.BOOLEAN and field.arity is Arity.REQUIRED)


def _is_shown(field: BoundField) -> bool:
    return not isinstance(field.target, ModelRef) and field.arity is not Arity.LIST


_BY: _Wanted = ("by", _is_time, "is no DateTime to count days from", "name one, like `createdAt`")
_AT: _Wanted = ("at", _is_time, "is no DateTime to remind of", "name one, like `rotateAt`")
_NAME: _Wanted = ("name", _is_shown, "names no row", "name a field that holds one value")
_UNLESS: _Wanted = (
    "unless",
    _is_exception,
    "says of no row that it is left alone",
    "name a Boolean, or an optional field that holds a value in such rows",
)


@rule("retention-index")
def an_index_leads_to_the_oldest_rows(case: Case) -> Iterator[Problem]:
    """The time of `retain` and `remind` begins an index: without one every run reads the whole table."""
    times = ((each, "by") for each in named(case, "retain")), ((each, "at") for each in named(case, "remind"))
    for (annotation, model), argument in chain(*times):
        given = annotation.arguments.get(argument)
        name = word_of(given)
        field = model.fields.get(name or "") if model else None
        if model is None or given is None or field is None or not _is_time(field):
            continue
        if not any(key.names[:1] == (name,) for key in model.keys):
            text = f"no index begins with `{name}`: every run reads all rows of `{model.name}`"
            yield Problem(text, given.span, f"add @@index([{name}])", Severity.WARNING)


_FORBIDS = (ReferentialAction.RESTRICT, ReferentialAction.NO_ACTION)


@rule("retention-guard")
def old_rows_can_go(case: Case) -> Iterator[Problem]:
    """No foreign key forbids to delete the rows that `retain` lets go; those that are pointed at would stay."""
    retained = {model.name: annotation for annotation, model in named(case, "retain") if model is not None}
    for child, parent, fields, _ in foreign_keys(case):
        annotation = retained.get(parent.model)
        if annotation is None:
            continue
        required = any(field.arity is Arity.REQUIRED for field in fields)
        usual = ReferentialAction.RESTRICT if required else ReferentialAction.SET_NULL
        if (action_of(child, "onDelete") or usual) in _FORBIDS and child.model not in retained:
            text = f"rows that a `{child.model}` points at stay for ever: `{child.model}.{child.name}` forbids to delete them"
            way_out = "give that relation another onDelete, or that model @nicol.retain too"
            yield Problem(text, annotation.syntax.span, way_out, Severity.WARNING)


RULES: tuple[Rule, ...] = (
    retention_counts_from_a_time,
    reminders_have_a_time_and_a_name,
    an_index_leads_to_the_oldest_rows,
    old_rows_can_go,
)
