"""Rules about native types: that the database has them, that their arguments fit, and that they store the field's type."""

from __future__ import annotations

from collections.abc import Iterator

from nicol.diagnostics import Severity, suggestion
from nicol.schema.bound import BoundField
from nicol.schema.build import native_type
from nicol.schema.document import Attribute, NumberLiteral
from nicol.schema.edits import instead, without
from nicol.schema.provider import Limits, Native, Provider
from nicol.schema.rules.attributes import ANNOTATION
from nicol.schema.rules.rule import Case, Problem, Rule, rule
from nicol.schema.schema import Scalar


def _with_natives(case: Case) -> Iterator[tuple[BoundField, Attribute]]:
    for field in case.fields():
        if field.native is not None:
            yield field, field.native


def _known(case: Case) -> Iterator[tuple[BoundField, Attribute, Native]]:
    """The scalar fields with a native type that the database has."""
    if case.provider is not None:
        for field, attribute in _with_natives(case):
            native = case.provider.natives.get(native_type(attribute).name)
            if native is not None and isinstance(field.target, Scalar):
                yield field, attribute, native


@rule("native-type-prefix")
def native_types_begin_with_the_datasource(case: Case) -> Iterator[Problem]:
    """A native type is written with the name of the datasource in front, and stands on a field of a scalar type."""
    source = case.binding.datasource
    for field, attribute in _with_natives(case):
        prefix, _, name = attribute.name.text.partition(".")
        if source is not None and prefix != source.name.text:
            way_out = f"native types begin with the datasource's name: @{source.name.text}.{name}"
            fix = instead(attribute.name.span, f"{source.name.text}.{name}")
            if prefix == "nicol":
                way_out, fix = ANNOTATION, ()
            yield Problem(f"`{prefix}` is not the datasource", attribute.name.span, way_out, fix=fix)
        if field.target is not None and not isinstance(field.target, Scalar):
            text = "only fields of a scalar type have native types"
            fix = without(attribute.span, case.binding.documents)
            yield Problem(text, attribute.span, f"remove @{attribute.name.text}", fix=fix)


@rule("native-type")
def native_types_are_the_databases(case: Case) -> Iterator[Problem]:
    """A native type is one of the database's and stores the field's type."""
    if case.provider is None:
        return
    for field, attribute in _with_natives(case):
        name = native_type(attribute).name
        native = case.provider.natives.get(name)
        prefix = attribute.name.text.partition(".")[0]
        if not isinstance(field.target, Scalar) or (native is None and prefix == "nicol"):
            continue
        if native is None:
            text = f"{case.provider.title} has no native type {name}"
            meant = suggestion(name, case.provider.natives)
            fix = instead(attribute.name.span, f"{prefix}.{meant}" if meant else None)
            yield Problem(text, attribute.span, _instead(name, field.target, case.provider), fix=fix)
        elif field.target not in native.scalars:
            stored = " or ".join(native.scalars)
            text = f"native type {name} stores {stored}, not {field.target}"
            yield Problem(text, attribute.span, _suited(field.target, case.provider))


def _instead(name: str, scalar: Scalar, provider: Provider) -> str:
    meant = suggestion(name, provider.natives)
    return f"did you mean {meant}?" if meant else _suited(scalar, provider)


def _suited(scalar: Scalar, provider: Provider) -> str:
    names = [native.name for native in provider.natives.values() if scalar in native.scalars]
    return f"for {scalar} there are {', '.join(names)}" if names else "remove it"


@rule("native-type-argument")
def native_types_have_arguments_that_fit(case: Case) -> Iterator[Problem]:
    """A native type has as many arguments as it takes, whole numbers within its bounds."""
    for field, attribute, native in _known(case):
        if field.target in native.scalars:
            reason = _argument_fault(attribute, native, field.target)
            if reason is not None:
                yield Problem(reason, attribute.span, f"write {_form(attribute, native)}")


def _argument_fault(attribute: Attribute, native: Native, scalar: object) -> str | None:
    if native.limits is None:
        return None
    count, wanted = len(attribute.arguments), len(native.limits)
    if count != wanted and (count or native.needed):
        return f"native type {native.name} takes {_counted(wanted)}, not {count}"
    if not all(
        isinstance(argument.value, NumberLiteral) and argument.value.text.isdigit()
        for argument in attribute.arguments
    ):
        return "the arguments of a native type are whole numbers"
    args = native_type(attribute).args
    only = next((form for stored, form in native.only.items() if stored is scalar), args)
    if args != only:
        return f"{native.name}({', '.join(map(str, only))}) is the only {native.name} that stores {scalar}"
    return _out_of_bounds(native.name, args, native.limits)


_LARGEST = 2**32 - 1
"""Where there is no bound of its own, numbers have 32 bits."""


def _out_of_bounds(name: str, args: tuple[int, ...], limits: Limits) -> str | None:
    for value, (low, high) in zip(args, limits, strict=False):
        if not low <= value <= (_LARGEST if high is None else high):
            bounds = f"at least {low}" if high is None else f"from {low} to {high}"
            return f"the arguments of native type {name} go {bounds}; this is {value}"
    if len(args) == 2 and args[1] > args[0]:
        return f"the scale of native type {name} must not exceed its precision, {args[0]}"
    return None


def _counted(number: int) -> str:
    return {0: "no argument", 1: "one argument"}.get(number, f"{number} arguments")


_DIGITS_OF_A_SECOND = 6


def _form(attribute: Attribute, native: Native) -> str:
    """How the native type is usually written."""
    only = next(iter(native.only.values()), None)
    limits = native.limits or ()
    numbers = [str(max(low, 3 if high == _DIGITS_OF_A_SECOND else 10)) for low, high in limits]
    numbers = [str(one) for one in only] if only else [numbers[0], "2"] if len(numbers) == 2 else numbers
    return f"@{attribute.name.text}" + (f"({', '.join(numbers)})" if numbers else "")


@rule("native-type-capacity")
def native_types_are_within_the_databases_bounds(case: Case) -> Iterator[Problem]:
    """A native type keeps the bounds that the database has, also where Prisma does not look at them."""
    for field, attribute, native in _known(case):
        args = native_type(attribute).args
        if native.capacity and field.target in native.scalars:
            reason = _out_of_bounds(native.name, args, native.capacity)
            if reason is not None and _argument_fault(attribute, native, field.target) is None:
                way_out = "the database will refuse the column: keep within its bounds"
                yield Problem(reason, attribute.span, way_out, Severity.WARNING)


RULES: tuple[Rule, ...] = (
    native_types_begin_with_the_datasource,
    native_types_are_the_databases,
    native_types_have_arguments_that_fit,
    native_types_are_within_the_databases_bounds,
)
