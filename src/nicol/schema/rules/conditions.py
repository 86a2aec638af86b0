"""Rules about the conditions of partial indexes."""

from __future__ import annotations

from collections.abc import Iterator

from nicol.diagnostics import suggestion
from nicol.schema.bound import BoundField, BoundModel, ModelRef
from nicol.schema.conditions import is_comparable, unwrapped
from nicol.schema.document import Argument, Call, Constant, NumberLiteral, ObjectExpression, StringLiteral
from nicol.schema.rules.rule import Case, Problem, Rule, rule
from nicol.schema.schema import EnumRef, Scalar, Unsupported

_FLAG = "partialIndexes"
_FORMS = 'write raw("deleted_at IS NULL"), or { deletedAt: null }'
_VALUES = "compare with true, false, null, a string or a number, or with { not: value }"


def _conditions(case: Case) -> Iterator[tuple[BoundModel, Argument]]:
    for model, key in case.model_keys():
        for argument in key.attribute.syntax.arguments:
            if argument.name is not None and argument.name.text == "where":
                yield model, argument


@rule("partial-index")
def partial_indexes_are_for_databases_that_have_them(case: Case) -> Iterator[Problem]:
    """An index has a condition only where the database can, and with the preview feature partialIndexes."""
    for _, argument in _conditions(case):
        if case.provider is not None and not case.provider.partial:
            text = f"{case.provider.title} has no indexes with a condition"
            yield Problem(text, argument.span, "remove `where`")
        elif _FLAG.lower() not in case.flags:
            way_out = f'add previewFeatures = ["{_FLAG}"] to a generator block'
            yield Problem("conditions of indexes are a preview feature", argument.span, way_out)


@rule("index-condition")
def conditions_can_be_read(case: Case) -> Iterator[Problem]:
    """The condition of a partial index is SQL in raw(), or an object that compares fields with values."""
    for _, argument in _conditions(case):
        value = argument.value
        if isinstance(value, Call):
            text = value.arguments[0].value if value.arguments else None
            if not isinstance(text, StringLiteral) or not text.value:
                yield Problem("this condition says nothing", value.span, _FORMS)
        elif isinstance(value, ObjectExpression):
            if not value.entries:
                yield Problem("this condition says nothing", value.span, _FORMS)
            for entry in value.entries:
                compared = unwrapped(entry)[0]
                if entry.name is None or not is_comparable(compared):
                    yield Problem("this is nothing to compare with", compared.span, _VALUES)


@rule("index-condition-field")
def conditions_compare_fields_with_their_values(case: Case) -> Iterator[Problem]:
    """A condition compares fields of its model with values of their types."""
    for model, argument in _conditions(case):
        if isinstance(argument.value, ObjectExpression):
            for entry in argument.value.entries:
                if entry.name is not None:
                    yield from _misfit(entry.name.text, entry, model)


def _misfit(name: str, entry: Argument, model: BoundModel) -> Iterator[Problem]:
    field = model.fields.get(name)
    span = entry.name.span if entry.name else entry.span
    value = unwrapped(entry)[0]
    if field is None:
        meant = suggestion(name, model.fields)
        way_out = f"did you mean `{meant}`?" if meant else "name fields of this model"
        yield Problem(f"`{model.name}` has no field `{name}`", span, way_out)
    elif isinstance(field.target, ModelRef):
        yield Problem(f"`{name}` is a relation, not a column", span, "name the column of its foreign key")
    elif isinstance(value, Constant) and value.name == "null":
        return
    elif isinstance(field.target, Unsupported):
        yield Problem(f"`{name}` has an unsupported type", span, 'write the whole condition in raw("sql")')
    elif is_comparable(value) and not _fits(value, field):
        type_ = field.syntax.type.name.text
        yield Problem(f"`{name}` is {type_}, and this is not", value.span, 'write it so, or use raw("sql")')


_NUMBERS = frozenset({Scalar.INT, Scalar.BIGINT, Scalar.FLOAT, Scalar.DECIMAL})


def _fits(value: object, field: BoundField) -> bool:
    match value:
        case Constant():
            return field.target is Scalar.BOOLEAN
        case NumberLiteral():
            return field.target in _NUMBERS
        case _:
            return field.target in {Scalar.STRING, Scalar.DATETIME} or isinstance(field.target, EnumRef)


RULES: tuple[Rule, ...] = (
    partial_indexes_are_for_databases_that_have_them,
    conditions_can_be_read,
    conditions_compare_fields_with_their_values,
)
