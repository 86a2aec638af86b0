"""Rules about `audit`: that it names columns, and that a model of the trail is what the trail is."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from nicol.schema.annotations.values import words_of
from nicol.schema.bound import ModelRef
from nicol.schema.rules.annotated import named, no_field
from nicol.schema.rules.rule import Case, Problem, Rule, rule
from nicol.schema.schema import Arity, Scalar


@rule("audit-field")
def audited_fields_are_columns(case: Case) -> Iterator[Problem]:
    """`only` and `except` of `audit` name columns of their model, and only one of the two is given."""
    for annotation, model in named(case, "audit"):
        given = [argument for argument in ("only", "except") if argument in annotation.arguments]
        if len(given) > 1:
            way_out = "keep one: `only` lists what is recorded, `except` what is not"
            yield Problem("`audit` takes `only` or `except`, not both", annotation.syntax.span, way_out)
        for word in (each for argument in given for each in words_of(annotation.arguments[argument])):
            field = model.fields.get(word.name) if model else None
            if model is not None and field is None:
                yield no_field(model, word.name, word.span, "name fields of this model")
            elif field is not None and isinstance(field.target, ModelRef):
                text = f"`{word.name}` is a relation, which is no column"
                yield Problem(text, word.span, "name the fields that hold its key")


TRAIL = "_nicol_audit"
_COLUMNS: Mapping[str, tuple[tuple[Scalar, ...], Arity]] = {
    "id": ((Scalar.INT, Scalar.BIGINT), Arity.REQUIRED),
    "at": ((Scalar.DATETIME,), Arity.REQUIRED),
    "actor": ((Scalar.STRING,), Arity.OPTIONAL),
    "operation": ((Scalar.STRING,), Arity.REQUIRED),
    "table_name": ((Scalar.STRING,), Arity.REQUIRED),
    "row_key": ((Scalar.STRING,), Arity.OPTIONAL),
    "before": ((Scalar.JSON,), Arity.OPTIONAL),
    "after": ((Scalar.JSON,), Arity.OPTIONAL),
    "number": ((Scalar.INT, Scalar.BIGINT), Arity.OPTIONAL),
    "hash": ((Scalar.STRING,), Arity.OPTIONAL),
}


@rule("audit-trail")
def a_model_of_the_trail_has_its_columns(case: Case) -> Iterator[Problem]:
    """A model that is mapped to the table of the audit trail has columns of it only."""
    for model in case.binding.models.values():
        if model.mapped != TRAIL:
            continue
        for field in model.fields.values():
            types, arity = _COLUMNS.get(field.mapped, ((), Arity.REQUIRED))
            if field.target not in types or field.arity is not arity:
                wanted = f"{types[-1].value}{'?' if arity is Arity.OPTIONAL else ''}" if types else None
                text = f'the audit trail has no column "{field.mapped}"'
                told = f'"{field.mapped}" of the audit trail is a {wanted}' if wanted else text
                way_out = (
                    f"write `{field.name} {wanted}`" if wanted else f"its columns are {', '.join(_COLUMNS)}"
                )
                yield Problem(told, field.syntax.span, way_out)


RULES: tuple[Rule, ...] = (audited_fields_are_columns, a_model_of_the_trail_has_its_columns)
