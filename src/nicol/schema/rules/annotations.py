"""Rules about annotations as such: that they exist, are read, stand where they may, and take what they are given."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from nicol.diagnostics import Edit, Severity, suggestion
from nicol.schema.annotations.place import BoundAnnotation
from nicol.schema.annotations.scan import BareWord, Fault, Miss, Unread
from nicol.schema.annotations.table import (
    ANNOTATIONS,
    SPACE,
    AnnotationSignature,
    Parameter,
    ParameterKind,
    Place,
)
from nicol.schema.annotations.values import NOT_DISTINCT, items_of, text_of, word_of
from nicol.schema.document import (
    Constant,
    Expression,
    NumberLiteral,
    ObjectExpression,
    StringLiteral,
)
from nicol.schema.rules.rule import Case, Problem, Rule, rule
from nicol.schema.schema import NullsOrder


def label(annotation: BoundAnnotation) -> str:
    """What findings call an annotation."""
    return f"@{SPACE}.{annotation.name}"


def known(case: Case) -> Iterator[tuple[BoundAnnotation, AnnotationSignature]]:
    """Every annotation that exists and stands where it may."""
    for annotation in case.binding.annotations.bound:
        if annotation.signature and annotation.holder.place in annotation.signature.places:
            yield annotation, annotation.signature


@rule("annotation-syntax")
def annotations_can_be_read(case: Case) -> Iterator[Problem]:
    """An annotation is written `@nicol.name(arguments)`, on one line."""
    for found in case.binding.annotations.others:
        if isinstance(found, Fault):
            yield Problem(found.message, found.span, found.help)


@rule("annotation-misspelt")
def the_name_space_is_spelt_well(case: Case) -> Iterator[Problem]:
    """What looks like an annotation of Nicol's is one, to the letter."""
    for found in case.binding.annotations.others:
        if isinstance(found, Miss):
            way_out = f"did you mean {found.meant}? Words that are meant as prose stand in `backquotes`"
            yield Problem(
                "this is almost an annotation", found.span, way_out, fix=(Edit(found.span, found.meant),)
            )


@rule("annotation-without-name-space")
def bare_words_have_an_owner(case: Case) -> Iterator[Problem]:
    """An annotation without name space is one of which the configuration says whose it is."""
    for found in case.binding.annotations.others:
        if isinstance(found, BareWord):
            name = found.name
            way_out = (
                f'write @{SPACE}.{name}, or say whose it is in the configuration: [annotations] {name} = "{SPACE}",'
                " or the name of the tool that reads it"
            )
            yield Problem(f"@{name} does nothing", found.span, way_out, Severity.WARNING)


@rule("annotation-in-plain-comment")
def annotations_are_documentation(case: Case) -> Iterator[Problem]:
    """An annotation stands in a comment that begins with ///."""
    for found in case.binding.annotations.others:
        if isinstance(found, Unread):
            yield Problem(
                "annotations are read in /// comments only",
                found.span,
                "begin the comment with ///, or remove it",
            )


@rule("annotation-of-nothing")
def annotations_stand_on_something(case: Case) -> Iterator[Problem]:
    """An annotation stands right above a declaration or behind it."""
    for annotation in case.binding.annotations.stray:
        way_out = "write it right above a model, field, enum, value or index, with no blank line between, or behind it"
        yield Problem("this annotation belongs to nothing", annotation.span, way_out)


@rule("unknown-annotation")
def annotations_exist(case: Case) -> Iterator[Problem]:
    """An annotation is one that Nicol has."""
    for annotation in case.binding.annotations.bound:
        if annotation.signature is None:
            meant = suggestion(annotation.name, ANNOTATIONS)
            way_out = (
                f"did you mean @{SPACE}.{meant}?"
                if meant
                else f"annotations are {', '.join(sorted(ANNOTATIONS))}"
            )
            span = annotation.syntax.name.span
            fix = (Edit(span, meant),) if meant else ()
            yield Problem(f"there is no annotation {label(annotation)}", span, way_out, fix=fix)


@rule("annotation-place")
def annotations_stand_where_they_may(case: Case) -> Iterator[Problem]:
    """An annotation stands on what it can be said of."""
    for annotation in case.binding.annotations.bound:
        signature, place = annotation.signature, annotation.holder.place
        if signature is not None and place not in signature.places:
            places = [each.value for each in Place if each in signature.places]
            text = f"{label(annotation)} cannot stand on {place.value}"
            yield Problem(text, annotation.syntax.span, f"it belongs on {' or '.join(places)}")


@rule("repeated-annotation")
def annotations_are_given_once(case: Case) -> Iterator[Problem]:
    """An annotation is given once in one place, but for checks and indexes of a model."""
    seen: set[tuple[object, str]] = set()
    for annotation, signature in known(case):
        holder = annotation.holder
        if (holder.anchor, annotation.name) in seen and holder.place not in signature.repeatable:
            yield Problem(f"{label(annotation)} is given twice", annotation.syntax.span, "keep one of them")
        seen.add((holder.anchor, annotation.name))


# ---- arguments -------------------------------------------------------------------------------------------------------


@rule("unknown-annotation-argument")
def arguments_of_annotations_exist(case: Case) -> Iterator[Problem]:
    """An annotation has no arguments but its own."""
    for annotation, signature in known(case):
        parameters = signature.parameters_on(annotation.holder.place)
        for argument in annotation.syntax.arguments:
            if argument.name is None and signature.unnamed is None:
                text = f"{label(annotation)} takes no argument without a name"
                yield Problem(text, argument.span, _arguments_are(parameters))
            elif argument.name is not None and argument.name.text not in parameters:
                name = argument.name.text
                if name in signature.parameters:
                    text = f"`{name}` cannot be given on {annotation.holder.place.value}"
                    yield Problem(text, argument.span, _elsewhere(signature.parameters[name]))
                    continue
                meant = suggestion(name, parameters)
                way_out = f"did you mean `{meant}`?" if meant else _arguments_are(parameters)
                fix = (Edit(argument.name.span, meant),) if meant else ()
                yield Problem(
                    f"{label(annotation)} has no argument `{name}`", argument.span, way_out, fix=fix
                )


def _arguments_are(parameters: Mapping[str, Parameter]) -> str:
    return f"arguments are {', '.join(parameters)}" if parameters else "it takes none: remove it"


def _elsewhere(parameter: Parameter) -> str:
    places = " or ".join(place.value for place in Place if parameter.stands_on(place))
    return f"it is for an annotation on {places}; an index says it in its own words"


@rule("repeated-annotation-argument")
def arguments_of_annotations_are_given_once(case: Case) -> Iterator[Problem]:
    """An argument of an annotation is given once, by name or by place."""
    for annotation, signature in known(case):
        seen: set[str | None] = set()
        for argument in annotation.syntax.arguments:
            name = argument.name.text if argument.name else signature.unnamed
            if name is not None and name in seen:
                yield Problem(f"`{name}` of {label(annotation)} is given twice", argument.span, "keep one")
            seen.add(name)


@rule("missing-annotation-argument")
def needed_arguments_of_annotations_are_given(case: Case) -> Iterator[Problem]:
    """An annotation has the arguments that it cannot do without."""
    for annotation, signature in known(case):
        for name, parameter in signature.parameters_on(annotation.holder.place).items():
            if parameter.required and name not in annotation.arguments:
                text = f"{label(annotation)} needs its argument `{name}`: {parameter.about}"
                yield Problem(
                    text, annotation.syntax.span, f"write {spelt(annotation.name, signature, name)}"
                )


def spelt(name: str, signature: AnnotationSignature, argument: str) -> str:
    """An annotation with one argument, as it could be written."""
    given = "" if argument == signature.unnamed else f"{argument}: "
    return f"@{SPACE}.{name}({given}{signature.parameters[argument].example})"


@rule("annotation-argument-kind")
def arguments_of_annotations_are_of_their_kind(case: Case) -> Iterator[Problem]:
    """An argument of an annotation is of the kind that it must be."""
    for annotation, signature in known(case):
        for name, value in annotation.arguments.items():
            parameter = signature.parameters[name]
            if not _is_a(value, parameter):
                text = f"`{name}` of {label(annotation)} is {_kind(parameter)}"
                meant = suggestion(word_of(value) or text_of(value) or "", parameter.words)
                way_out = f"did you mean {meant}?" if meant else f"write it like {parameter.example}"
                fix = (Edit(value.span, meant),) if meant else ()
                yield Problem(text, value.span, way_out, fix=fix)


def _kind(parameter: Parameter) -> str:
    return " or ".join(parameter.words) if parameter.words else parameter.kind.value


_PLACES_OF_NULLS = frozenset(order.value for order in NullsOrder)


def _is_a(value: Expression, parameter: Parameter) -> bool:
    match parameter.kind:
        case ParameterKind.SQL | ParameterKind.TEXT:
            return isinstance(value, StringLiteral)
        case ParameterKind.SQLS:
            items = items_of(value)
            return bool(items) and all(isinstance(item, StringLiteral) for item in items)
        case ParameterKind.DAYS:
            return isinstance(value, NumberLiteral) and value.text.isdigit() and int(value.text) > 0
        case ParameterKind.FLAG:
            return word_of(value) in {"true", "false"}
        case ParameterKind.WORD:
            return word_of(value) in parameter.words if parameter.words else isinstance(value, Constant)
        case ParameterKind.FIELD:
            return isinstance(value, Constant)
        case ParameterKind.FIELDS:
            items = items_of(value)
            return bool(items) and all(isinstance(item, Constant) for item in items)
        case ParameterKind.TYPE:
            return "." in (word_of(value) or "")
        case ParameterKind.NULLS:
            return _are_nulls(value)


def _are_nulls(value: Expression) -> bool:
    if not isinstance(value, ObjectExpression):
        return word_of(value) in {*_PLACES_OF_NULLS, NOT_DISTINCT}
    return bool(value.entries) and all(
        entry.name is not None and word_of(entry.value) in _PLACES_OF_NULLS for entry in value.entries
    )


@rule("empty-annotation-text")
def texts_of_annotations_are_not_empty(case: Case) -> Iterator[Problem]:
    """A text in an annotation has at least one character that can be seen."""
    for annotation, _ in known(case):
        for name, value in annotation.arguments.items():
            for item in items_of(value):
                if isinstance(item, StringLiteral) and not item.value.strip():
                    yield Problem(
                        f"`{name}` of {label(annotation)} is empty", item.span, "fill it, or remove it"
                    )


RULES: tuple[Rule, ...] = (
    annotations_can_be_read,
    the_name_space_is_spelt_well,
    bare_words_have_an_owner,
    annotations_are_documentation,
    annotations_stand_on_something,
    annotations_exist,
    annotations_stand_where_they_may,
    annotations_are_given_once,
    arguments_of_annotations_exist,
    arguments_of_annotations_are_given_once,
    needed_arguments_of_annotations_are_given,
    arguments_of_annotations_are_of_their_kind,
    texts_of_annotations_are_not_empty,
)
