"""Rules about annotations that not every database can carry out."""

from __future__ import annotations

from collections.abc import Iterator

from nicol.diagnostics import Edit, Severity, Span, suggestion
from nicol.schema.annotations.values import NOT_DISTINCT, flag, word_of
from nicol.schema.provider import Power
from nicol.schema.rules.annotated import annotated_fields, named
from nicol.schema.rules.rule import Case, Problem, Rule, rule


@rule("index-annotation-support")
def databases_have_what_index_annotations_ask_for(case: Case) -> Iterator[Problem]:
    """The database carries columns along in an index, orders nulls, and tells them apart, where an annotation wants it."""
    provider = case.provider
    if provider is None:
        return
    for annotation, _ in named(case, "index"):
        include, nulls = (annotation.arguments.get(name) for name in ("include", "nulls"))
        if include is not None and Power.INDEX_INCLUDES not in provider.powers:
            yield _made_without(f"indexes of {provider.title} carry no columns along", include.span)
        if nulls is None:
            continue
        if word_of(nulls) != NOT_DISTINCT:
            if Power.NULLS_ORDER not in provider.powers:
                yield _made_without(f"indexes of {provider.title} give nulls no place", nulls.span)
        elif Power.NULLS_NOT_DISTINCT not in provider.powers:
            text = f"{provider.title} takes every row without a value for another one"
            way_out = 'make the fields required, or write on the model: @nicol.index(expression: ["coalesce(…)"], unique: true)'
            yield Problem(text, nulls.span, way_out)


@rule("index-annotation-type")
def algorithms_of_index_annotations_exist(case: Case) -> Iterator[Problem]:
    """The type of an index on an expression is one that the database has."""
    if case.provider is None:
        return
    methods = case.provider.methods
    for annotation, _ in named(case, "index"):
        given = annotation.arguments.get("type")
        name = word_of(given)
        if given is not None and name is not None and name not in methods:
            meant = suggestion(name, methods)
            way_out = (
                f"did you mean {meant}?" if meant else f"write one of {', '.join(methods)}, or leave it out"
            )
            fix = (Edit(given.span, meant),) if meant else ()
            yield Problem(f"there are no indexes of type {name}", given.span, way_out, fix=fix)


def _made_without(reason: str, span: Span) -> Problem:
    return Problem(f"{reason}: it is made without", span, None, Severity.WARNING)


@rule("comment-support")
def databases_keep_comments(case: Case) -> Iterator[Problem]:
    """The database keeps comments, where annotations give some."""
    if case.provider is None or Power.COMMENTS in case.provider.powers:
        return
    for annotation, _ in named(case, "comment"):
        text = f"{case.provider.title} keeps no comments: they are left out there"
        yield Problem(text, annotation.syntax.span, None, Severity.NOTE)
        return


@rule("generated-support")
def databases_compute_columns_at_each_reading(case: Case) -> Iterator[Problem]:
    """Every version of the database computes columns at each reading, where an annotation wants it."""
    if case.provider is None or Power.COMPUTED_AT_READING in case.provider.powers:
        return
    for annotation, _, field in annotated_fields(case, "generated"):
        if not flag(annotation, "stored", otherwise=True):
            text = f"only newer versions of {case.provider.title} compute `{field.name}` at each reading"
            way_out = "leave `stored: false` out where older ones are served"
            yield Problem(text, annotation.arguments["stored"].span, way_out, Severity.WARNING)


RULES: tuple[Rule, ...] = (
    databases_have_what_index_annotations_ask_for,
    algorithms_of_index_annotations_exist,
    databases_keep_comments,
    databases_compute_columns_at_each_reading,
)
