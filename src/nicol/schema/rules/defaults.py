"""Rules about defaults: that they are values of their field's type, or functions that can make one."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from nicol.diagnostics import Severity, suggestion
from nicol.schema.bound import BoundField, ModelRef
from nicol.schema.defaults import FUNCTIONS, Unfit, default_of
from nicol.schema.document import Call, Constant, Expression
from nicol.schema.edits import instead
from nicol.schema.provider import Numbering, Provider
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
                    fix = instead(value.span, meant) if isinstance(value, Constant) else ()
                    text = f"`{field.target.name}` has no value `{literal.text}`"
                    yield Problem(text, value.span, way_out, fix=fix)


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
            reason = _misfit(value.name.text, field, case)
            if reason is not None:
                known = value.name.text in FUNCTIONS
                fix = () if known else instead(value.name.span, suggestion(value.name.text, FUNCTIONS))
                yield Problem(reason[0], value.span, reason[1], fix=fix)


def _misfit(name: str, field: BoundField, case: Case) -> tuple[str, str] | None:
    function = FUNCTIONS.get(name)
    if function is None:
        meant = suggestion(name, FUNCTIONS)
        return (
            f"there is no function {name}()",
            f"did you mean {meant}()?" if meant else f"functions are {', '.join(FUNCTIONS)}",
        )
    if function.names and case.provider is not None and not case.provider.sequences:
        return f"{case.provider.title} has no {name}()", "use autoincrement()"
    if isinstance(field.target, Unsupported) and name != "dbgenerated":
        return "a field of an unsupported type has no default but dbgenerated()", 'write dbgenerated("sql")'
    if function.scalars is not None and field.target not in function.scalars:
        types = " or ".join(sorted(function.scalars))
        return f"{name}() makes no {field.syntax.type.name.text}", f"it suits fields of type {types}"
    return None


@rule("default-function-list")
def default_functions_make_no_lists(case: Case) -> Iterator[Problem]:
    """The default of a list is a list: a function other than dbgenerated() makes one value."""
    for field, value in _defaults(case):
        if not isinstance(value, Call) or field.arity is not Arity.LIST:
            continue
        if value.name.text in FUNCTIONS and value.name.text != "dbgenerated":
            text = f"{value.name.text}() makes one value, not a list"
            yield Problem(text, value.span, "write a list, or dbgenerated()", Severity.WARNING)


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
    for name, value in call.named:
        kind = function.names.get(name)
        if kind is None:
            known = ", ".join(function.names)
            return f"{call.name}() has no argument `{name}`, but {known}"
        if type(value) is not kind or not -(2**63) <= value < 2**63:
            return f"`{name}` of {call.name}() is {'true or false' if kind is bool else 'a whole number of 64 bits'}"
    if len(call.args) > (function.argument is not None):
        return f"{call.name}() takes {'one argument' if function.argument else 'no arguments'}"
    return function.argument(call.args[0]) if function.argument and call.args else None


@rule("autoincrement")
def columns_are_numbered_where_the_database_can(case: Case) -> Iterator[Problem]:
    """autoincrement() stands on a column that the database can number."""
    if case.provider is None:
        return
    counts = Counter(field.model for field, value in _defaults(case) if _is_numbering(value))
    for field, value in _defaults(case):
        if _is_numbering(value) and field.target in {Scalar.INT, Scalar.BIGINT}:
            reason = _numbering_fault(field, case, case.provider, counts[field.model])
            if reason is not None:
                yield Problem(reason[0], value.span, reason[1])


def _is_numbering(value: Expression) -> bool:
    return isinstance(value, Call) and value.name.text == "autoincrement"


def _numbering_fault(field: BoundField, case: Case, provider: Provider, count: int) -> tuple[str, str] | None:
    model = case.binding.models[field.model]
    if field.target not in provider.numbered:
        types = " or ".join(provider.numbered)
        other = ", or write sequence()" if provider.sequences else ""
        return f"{provider.title} numbers fields of type {types} only", f"make `{field.name}` {types}{other}"
    match provider.numbering:
        case Numbering.ANY:
            return None
        case Numbering.ONLY_ID:
            if model.id is not None and model.id.names == (field.name,):
                return None
            way_out = f"make `{field.name}` the @id, or number it yourself"
            return f"{provider.title} numbers only an id of one field", way_out
        case Numbering.ONE_LEADING_A_KEY:
            if count > 1:
                return (
                    f"{provider.title} numbers one field of a model",
                    "remove autoincrement() from the others",
                )
            if any(key.names[:1] == (field.name,) for key in model.keys):
                return None
            return f"{provider.title} numbers only a field that begins a key", f"add @@index([{field.name}])"


@rule("default-out-of-range")
def whole_defaults_are_in_range(case: Case) -> Iterator[Problem]:
    """The default of an Int has 32 bits."""
    for field, value in _defaults(case):
        for literal in _literals(_read(field, value)) if field.target is Scalar.INT else ():
            if isinstance(literal.value, int) and not -(2**31) <= literal.value < 2**31:
                text = f"{literal.text} does not fit 32 bits"
                yield Problem(text, value.span, "use BigInt or Decimal", Severity.WARNING)


RULES: tuple[Rule, ...] = (
    defaults_are_values_of_their_type,
    enum_defaults_are_values_of_the_enum,
    default_functions_suit_their_fields,
    default_functions_make_no_lists,
    default_functions_have_arguments_that_fit,
    columns_are_numbered_where_the_database_can,
    whole_defaults_are_in_range,
)
