"""Rules about defaults: that they are values of their field's type, or functions that can make one."""

from __future__ import annotations

from collections.abc import Iterator

from nicol.diagnostics import Severity, suggestion
from nicol.schema.bound import BoundField, KeyKind, ModelRef
from nicol.schema.defaults import FUNCTIONS, Unfit, default_of
from nicol.schema.document import Call, Expression
from nicol.schema.rules.rule import Case, Problem, Rule, rule
from nicol.schema.schema import (
    Arity,
    Default,
    EnumRef,
    FunctionCall,
    ListLiteral,
    Literal,
    Scalar,
    Unsupported,
)


def _defaults(case: Case) -> Iterator[tuple[BoundField, Expression]]:
    """The fields that have a default and could have one, with it."""
    for field in case.fields():
        attribute = field.attributes.get("default")
        value = attribute.arguments.get("value") if attribute else None
        if value is not None and field.target is not None and not isinstance(field.target, ModelRef):
            yield field, value


def _read(field: BoundField, value: Expression) -> Default | None:
    if field.target is None or isinstance(field.target, ModelRef):
        return None
    try:
        return default_of(value, field.target, field.arity)
    except Unfit:
        return None


@rule("default-value")
def defaults_are_values_of_their_type(case: Case) -> Iterator[Problem]:
    """A default is a value of its field's type."""
    for field, value in _defaults(case):
        if field.target is None or isinstance(field.target, ModelRef):
            continue
        try:
            default_of(value, field.target, field.arity)
        except Unfit as reason:
            message, _, way_out = str(reason).partition(": ")
            yield Problem(message, value.span, way_out or None)


@rule("default-enum-value")
def enum_defaults_are_values_of_the_enum(case: Case) -> Iterator[Problem]:
    """The default of an enum field is one of the enum's values."""
    for field, value in _defaults(case):
        if isinstance(field.target, EnumRef):
            known = case.binding.enums[field.target.name].values
            for literal in _literals(_read(field, value)):
                if literal.text not in known:
                    meant = suggestion(literal.text, known)
                    way_out = f"did you mean `{meant}`?" if meant else f"its values are {', '.join(known)}"
                    yield Problem(f"`{field.target.name}` has no value `{literal.text}`", value.span, way_out)


def _literals(default: Default | None) -> tuple[Literal, ...]:
    match default:
        case Literal():
            return (default,)
        case ListLiteral(items=items):
            return items
        case _:
            return ()


@rule("default-function")
def default_functions_suit_their_fields(case: Case) -> Iterator[Problem]:
    """A default that is a function is one of the language's and makes values of its field's type."""
    for field, value in _defaults(case):
        if isinstance(value, Call):
            reason = _misfit(value.name.text, field)
            if reason is not None:
                yield Problem(reason[0], value.span, reason[1])


def _misfit(name: str, field: BoundField) -> tuple[str, str] | None:
    function = FUNCTIONS.get(name)
    if function is None:
        meant = suggestion(name, FUNCTIONS)
        return (
            f"there is no function {name}()",
            f"did you mean {meant}()?" if meant else f"functions are {', '.join(FUNCTIONS)}",
        )
    if name == "dbgenerated":
        return None
    if field.arity is Arity.LIST:
        return f"{name}() makes one value, not a list", "write a list, or dbgenerated()"
    if isinstance(field.target, Unsupported):
        return "a field of an unsupported type has no default but dbgenerated()", 'write dbgenerated("sql")'
    if field.target not in function.scalars:
        types = " or ".join(sorted(function.scalars))
        return f"{name}() makes no {field.syntax.type.name.text}", f"it suits fields of type {types}"
    return None


@rule("default-function-argument")
def default_functions_have_arguments_that_fit(case: Case) -> Iterator[Problem]:
    """A default's function has the arguments that it takes."""
    for field, value in _defaults(case):
        default = _read(field, value)
        if isinstance(default, FunctionCall) and default.name in FUNCTIONS:
            reason = _argument_fault(default)
            if reason is not None:
                yield Problem(reason, value.span, f"the usual form is {default.name}()")


def _argument_fault(call: FunctionCall) -> str | None:
    function = FUNCTIONS[call.name]
    stranger = next((name for name, _ in call.named if name not in function.names), None)
    if stranger is not None:
        return f"{call.name}() has no argument `{stranger}`"
    if len(call.args) > (function.argument is not None):
        return f"{call.name}() takes {'one argument' if function.argument else 'no arguments'}"
    return function.argument(call.args[0]) if function.argument and call.args else None


@rule("sequence")
def sequences_belong_to_cockroachdb(case: Case) -> Iterator[Problem]:
    """sequence() is for CockroachDB."""
    if case.provider is not None:
        for _, value in _defaults(case):
            if isinstance(value, Call) and value.name.text == "sequence":
                text = f"{case.provider.name} has no sequence()"
                yield Problem(text, value.span, "use autoincrement()")


@rule("autoincrement")
def autoincrement_numbers_an_id_where_it_must(case: Case) -> Iterator[Problem]:
    """Where only ids are numbered by the database, autoincrement() stands on a single-field id."""
    if case.provider is None or not case.provider.autoincrement_needs_id:
        return
    for field, value in _defaults(case):
        if isinstance(value, Call) and value.name.text == "autoincrement" and not _is_single_id(field, case):
            text = f"{case.provider.name} numbers only an id of one field"
            yield Problem(text, value.span, f"make `{field.name}` the @id, or number it yourself")


def _is_single_id(field: BoundField, case: Case) -> bool:
    keys = case.binding.models[field.model].keys
    return any(key.kind is KeyKind.ID and key.names == (field.name,) for key in keys)


_RANGES = {Scalar.INT: 32, Scalar.BIGINT: 64}


@rule("default-out-of-range")
def whole_defaults_are_in_range(case: Case) -> Iterator[Problem]:
    """The default of an Int has 32 bits, that of a BigInt 64."""
    for field, value in _defaults(case):
        bits = _RANGES.get(field.target) if isinstance(field.target, Scalar) else None
        for literal in _literals(_read(field, value)) if bits else ():
            if (
                bits
                and isinstance(literal.value, int)
                and not -(2 ** (bits - 1)) <= literal.value < 2 ** (bits - 1)
            ):
                text = f"{literal.text} does not fit {bits} bits"
                yield Problem(text, value.span, "use BigInt or Decimal", Severity.WARNING)


RULES: tuple[Rule, ...] = (
    defaults_are_values_of_their_type,
    enum_defaults_are_values_of_the_enum,
    default_functions_suit_their_fields,
    default_functions_have_arguments_that_fit,
    sequences_belong_to_cockroachdb,
    autoincrement_numbers_an_id_where_it_must,
    whole_defaults_are_in_range,
)
