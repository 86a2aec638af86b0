"""Rules about `retain`: that it counts from a time, that the old rows are found, and that they can go."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from nicol.diagnostics import Severity
from nicol.schema.annotations.values import word_of
from nicol.schema.bound import BoundField, ModelRef
from nicol.schema.relations import action_of
from nicol.schema.rules.annotated import named, no_field
from nicol.schema.rules.relations import foreign_keys
from nicol.schema.rules.rule import Case, Problem, Rule, rule
from nicol.schema.schema import Arity, ReferentialAction, Scalar


@rule("retention-field")
def retention_counts_from_a_time(case: Case) -> Iterator[Problem]:
    """`retain` counts from a DateTime of its model; `unless` is a Boolean or an optional field of it."""
    for annotation, model in named(case, "retain"):
        for argument, fits, reason, way_out in _RETENTION_FIELDS:
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


_RETENTION_FIELDS: tuple[tuple[str, Callable[[BoundField], bool], str, str], ...] = (
    ("by", _is_time, "is no DateTime to count days from", "name one, like `createdAt`"),
    (
        "unless",
        _is_exception,
        "says of no row that it is kept",
        "name a Boolean, or an optional field that holds a value in rows that are kept",
    ),
)


@rule("retention-index")
def an_index_leads_to_the_oldest_rows(case: Case) -> Iterator[Problem]:
    """The time that `retain` counts from begins an index: without one every run reads the whole table."""
    for annotation, model in named(case, "retain"):
        given = annotation.arguments.get("by")
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
    an_index_leads_to_the_oldest_rows,
    old_rows_can_go,
)
