"""Rules about attributes and their arguments: that they exist, are given once, and are of the right kind."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

from nicol.diagnostics import Severity, suggestion
from nicol.schema.attributes import (
    ENUM_ATTRIBUTES,
    FIELD_ATTRIBUTES,
    KEY_OPTIONS,
    MODEL_ATTRIBUTES,
    VALUE_ATTRIBUTES,
    Signature,
    is_a,
)
from nicol.schema.document import Argument, Attribute, Call, ListExpression
from nicol.schema.edits import instead, without
from nicol.schema.rules.rule import Case, Problem, Rule, rule

_Table = Mapping[str, Signature]


def _attribute_lists(case: Case) -> Iterator[tuple[tuple[Attribute, ...], _Table, str]]:
    """Every place where attributes stand: they, what may stand there, and its mark."""
    for model in case.binding.models.values():
        yield model.syntax.attributes, MODEL_ATTRIBUTES, "@@"
        for field in model.syntax.fields:
            yield field.attributes, FIELD_ATTRIBUTES, "@"
    for enum in case.binding.enums.values():
        yield enum.syntax.attributes, ENUM_ATTRIBUTES, "@@"
        for value in enum.syntax.values:
            yield value.attributes, VALUE_ATTRIBUTES, "@"


def _known(case: Case) -> Iterator[tuple[Attribute, Signature, str]]:
    """Every attribute that exists where it stands, its signature, and what to call it."""
    for attributes, table, mark in _attribute_lists(case):
        for attribute in attributes:
            signature = table.get(attribute.name.text)
            if signature is not None:
                yield attribute, signature, mark + attribute.name.text


ANNOTATION = "Nicol's annotations are comments above what they speak of: /// @nicol.name(...)"


@rule("unknown-attribute")
def attributes_exist(case: Case) -> Iterator[Problem]:
    """An attribute is one of the language's."""
    for attributes, table, mark in _attribute_lists(case):
        for attribute in attributes:
            name = attribute.name.text
            if name not in table and not (table is FIELD_ATTRIBUTES and "." in name):
                way_out = _instead(name, table, mark)
                meant = suggestion(name, table) if way_out.startswith("did you mean") else None
                fix = instead(attribute.name.span, meant)
                yield Problem(f"there is no attribute {mark}{name} here", attribute.span, way_out, fix=fix)


def _instead(name: str, table: _Table, mark: str) -> str:
    if name.partition(".")[0] == "nicol":
        return ANNOTATION
    other = {"@": ("@@", MODEL_ATTRIBUTES), "@@": ("@", FIELD_ATTRIBUTES)}[mark]
    if name in other[1] and table in (FIELD_ATTRIBUTES, MODEL_ATTRIBUTES):
        return f"{other[0]}{name} belongs {'on its own line in the block' if mark == '@' else 'on a field'}"
    meant = suggestion(name, table)
    return (
        f"did you mean {mark}{meant}?"
        if meant
        else f"expected one of {', '.join(mark + known for known in table)}"
    )


@rule("repeated-attribute")
def attributes_are_given_once(case: Case) -> Iterator[Problem]:
    """An attribute is given once, but for uniques and indexes of a block."""
    for attributes, _, mark in _attribute_lists(case):
        if len(attributes) < 2:
            continue
        seen: set[str] = set()
        for attribute in attributes:
            name = attribute.name.text if "." not in attribute.name.text else "a native type"
            repeatable = mark == "@@" and name in {"unique", "index", "fulltext", "id"}
            if name in seen and not repeatable:
                yield Problem(
                    f"{mark}{attribute.name.text} is given twice",
                    attribute.span,
                    "keep one of them",
                    fix=without(attribute.span, case.binding.documents) if mark == "@" else (),
                )
            seen.add(name)


@rule("unknown-argument")
def arguments_exist(case: Case) -> Iterator[Problem]:
    """An attribute has no arguments but its own."""
    for attribute, signature, label in _known(case):
        yield from _strangers(attribute.arguments, signature, label)


def _strangers(arguments: tuple[Argument, ...], signature: Signature, owner: str) -> Iterator[Problem]:
    for argument in arguments:
        if argument.name is None and signature.unnamed is None:
            way_out = (
                f"arguments are {', '.join(signature.arguments)}" if signature.arguments else "remove it"
            )
            yield Problem(f"{owner} takes no argument without a name", argument.span, way_out)
        elif argument.name is not None and argument.name.text not in signature.arguments:
            meant = suggestion(argument.name.text, signature.arguments)
            way_out = (
                f"did you mean `{meant}`?"
                if meant
                else f"arguments are {', '.join(signature.arguments) or 'none'}"
            )
            yield Problem(
                f"{owner} has no argument `{argument.name.text}`",
                argument.span,
                way_out,
                fix=instead(argument.name.span, meant),
            )


@rule("repeated-argument")
def arguments_are_given_once(case: Case) -> Iterator[Problem]:
    """An argument is given once, by name or by place."""
    for attribute, signature, label in _known(case):
        seen: set[str | None] = set()
        for argument in attribute.arguments:
            name = argument.name.text if argument.name else signature.unnamed
            if name in seen:
                text = f"`{name}` of {label} is given twice"
                yield Problem(
                    text,
                    argument.span,
                    "several fields go in brackets: [a, b]" if name == "fields" else "keep one",
                )
            seen.add(name)


@rule("missing-argument")
def needed_arguments_are_given(case: Case) -> Iterator[Problem]:
    """An attribute has the arguments that it cannot do without."""
    for attribute, signature, label in _known(case):
        given = {
            argument.name.text if argument.name else signature.unnamed for argument in attribute.arguments
        }
        for name in signature.needed:
            if name not in given:
                way_out = f"write {label}({signature.arguments[name].example})"
                yield Problem(f"{label} needs its argument `{name}`", attribute.span, way_out)


@rule("argument-kind")
def arguments_are_of_their_kind(case: Case) -> Iterator[Problem]:
    """An argument is of the kind that it must be."""
    for attribute, signature, label in _known(case):
        for argument in attribute.arguments:
            name = argument.name.text if argument.name else signature.unnamed
            kind = signature.arguments.get(name or "")
            if kind is not None and not is_a(argument.value, kind):
                text = f"`{name}` of {label} is {kind.value}"
                yield Problem(text, argument.value.span, f"write it like {kind.example}")


_OPTIONS = Signature(KEY_OPTIONS)


@rule("key-option")
def options_of_key_fields_exist(case: Case) -> Iterator[Problem]:
    """A field of an id, unique or index has no options but sort, length and ops; others say nothing."""
    for model in case.binding.models.values():
        for attribute in model.syntax.attributes:
            for call in _calls(attribute.arguments):
                for problem in _strangers(call.arguments, _OPTIONS, f"`{call.name.text}`"):
                    yield replace(problem, severity=Severity.WARNING)


@rule("key-option-kind")
def options_of_key_fields_are_of_their_kind(case: Case) -> Iterator[Problem]:
    """The options of a key's field are of the kind that they must be."""
    for model in case.binding.models.values():
        for attribute in model.syntax.attributes:
            for call in _calls(attribute.arguments):
                for argument in call.arguments:
                    kind = KEY_OPTIONS.get(argument.name.text) if argument.name else None
                    if kind is not None and not is_a(argument.value, kind):
                        text, way_out = f"this option is {kind.value}", f"write it like {kind.example}"
                        yield Problem(text, argument.value.span, way_out)


def _calls(arguments: Iterable[Argument]) -> Iterator[Call]:
    for argument in arguments:
        if isinstance(argument.value, ListExpression):
            yield from (item for item in argument.value.items if isinstance(item, Call))


RULES: tuple[Rule, ...] = (
    attributes_exist,
    attributes_are_given_once,
    arguments_exist,
    arguments_are_given_once,
    needed_arguments_are_given,
    arguments_are_of_their_kind,
    options_of_key_fields_exist,
    options_of_key_fields_are_of_their_kind,
)
