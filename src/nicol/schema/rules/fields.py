"""Rules about fields: their types, what their database can hold, and the attributes that suit them."""

from __future__ import annotations

from collections.abc import Iterator

from nicol.diagnostics import suggestion
from nicol.schema.attributes import BoundAttribute
from nicol.schema.bound import BoundField, ModelRef
from nicol.schema.edits import Edits, instead, without
from nicol.schema.rules.rule import Case, Problem, Rule, rule
from nicol.schema.schema import Arity, Scalar, Unsupported

_COLUMN_ONLY = ("id", "unique", "default", "updatedAt", "map", "shardKey")


@rule("unknown-type")
def types_exist(case: Case) -> Iterator[Problem]:
    """The type of a field is a scalar, an enum or a model."""
    declared = (*case.binding.models, *case.binding.enums, *Scalar)
    for field in case.fields():
        if field.target is None:
            name = field.syntax.type.name.text
            meant = suggestion(name, declared)
            scalars = ", ".join(Scalar)
            way_out = (
                f"did you mean `{meant}`?"
                if meant
                else f"declare a model or enum of that name, or use one of {scalars}"
            )
            span = field.syntax.type.name.span
            yield Problem(f"there is no type `{name}`", span, way_out, fix=instead(span, meant))


@rule("scalar-list")
def lists_are_for_databases_that_have_them(case: Case) -> Iterator[Problem]:
    """A column holds a list only where the database can."""
    if case.provider is None:
        return
    lists = case.provider.lists
    for field in case.fields():
        target = field.target
        if field.arity is not Arity.LIST or target is None or isinstance(target, ModelRef):
            continue
        if not lists or (isinstance(target, Scalar) and target not in lists):
            values = f"{target} values" if lists else "values"
            text = f"{case.provider.title} has no lists of {values}"
            yield Problem(
                text, field.syntax.type.span, "use a Json field, or a model of its own with a relation"
            )


@rule("updated-at-type")
def updated_at_is_a_time(case: Case) -> Iterator[Problem]:
    """@updatedAt stands on a DateTime that is no list."""
    for field in case.fields():
        attribute = field.attributes.get("updatedAt")
        if attribute and (field.target is not Scalar.DATETIME or field.arity is Arity.LIST):
            yield Problem(
                "@updatedAt needs a DateTime",
                attribute.syntax.span,
                f"write `{field.name} DateTime @updatedAt`",
            )


@rule("column-attribute-on-relation")
def relation_fields_are_no_columns(case: Case) -> Iterator[Problem]:
    """A field that leads to a model has no attributes of columns."""
    for field in case.fields():
        if isinstance(field.target, ModelRef):
            for name in _COLUMN_ONLY:
                if name in field.attributes:
                    text = f"`{field.name}` is a relation, which has no column for @{name}"
                    span, way_out = field.attributes[name].syntax.span, _on_the_column(field, name)
                    fix = without(span, case.binding.documents) if way_out.startswith("remove") else ()
                    yield Problem(text, span, way_out, fix=fix)


def _on_the_column(field: BoundField, name: str) -> str:
    columns = field.relation.names("fields") if field.relation else None
    return f"put it on `{columns[0].name}`" if columns else f"remove @{name}"


@rule("relation-on-column")
def columns_are_no_relations(case: Case) -> Iterator[Problem]:
    """@relation stands on a field that leads to a model."""
    for field in case.fields():
        relation = field.relation
        if relation and field.target is not None and not isinstance(field.target, ModelRef):
            text = f"`{field.name}` holds a value and leads to no model"
            yield Problem(text, relation.syntax.span, "move @relation to the field whose type is the model")


@rule("ignored-field")
def ignoring_says_something(case: Case) -> Iterator[Problem]:
    """@ignore hides a field that clients would see otherwise."""
    for field in case.fields():
        attribute = field.attributes.get("ignore")
        if attribute is None:
            continue
        if isinstance(field.target, Unsupported):
            text = "a field of an unsupported type is hidden as it is"
            yield Problem(text, attribute.syntax.span, "remove @ignore", fix=_removed(attribute, case))
        elif (
            not isinstance(field.target, ModelRef) and "ignore" in case.binding.models[field.model].attributes
        ):
            text = f"all of `{field.model}` is ignored"
            yield Problem(text, attribute.syntax.span, "remove @ignore", fix=_removed(attribute, case))


def _removed(attribute: BoundAttribute, case: Case) -> Edits:
    return without(attribute.syntax.span, case.binding.documents)


RULES: tuple[Rule, ...] = (
    types_exist,
    lists_are_for_databases_that_have_them,
    updated_at_is_a_time,
    relation_fields_are_no_columns,
    columns_are_no_relations,
    ignoring_says_something,
)
