"""Whether a field of a program's own class can hold what a field of the schema holds, and what must be done for it."""

from __future__ import annotations

import enum
import types
import typing
from collections.abc import Callable, Collection, Iterable, Sequence
from datetime import date
from typing import Annotated, Any, Literal, TypeAlias, Union, cast, get_args, get_origin
from uuid import UUID

from nicol.client.json_types import plain as plain_json
from nicol.client.package import Package
from nicol.schema.schema import Arity, EnumRef, RelationField, Scalar, ScalarField

Convert: TypeAlias = Callable[[Any], Any]

_LISTS = (list, Sequence, Collection, Iterable)
_UNIONS = (Union, types.UnionType)


class Misfit(Exception):
    """A type that cannot hold the values of a field; the message says why."""


def converter(package: Package, field: ScalarField, annotation: Any) -> Convert | None:
    """What makes a field's value one of this type; None: it is one already. Misfit where it cannot be."""
    one, nullable = unwrapped(annotation)
    if field.arity is Arity.OPTIONAL and not nullable:
        raise Misfit(f"it may be null, so the type must be `{spelled(one)} | None`")
    if field.arity is Arity.LIST:
        return _list_converter(package, field, one)
    return _one_converter(package, field, one)


def nested_class(field: RelationField, annotation: Any) -> type[Any]:
    """The class of the rows that a relation leads to; Misfit where the type says a list of one, or one of a list."""
    one, nullable = unwrapped(annotation)
    if field.arity is Arity.LIST:
        items = get_args(one)
        if get_origin(one) not in _LISTS or len(items) != 1:
            raise Misfit(
                f"it leads to many rows, so the type must be a list of a class, not `{spelled(one)}`"
            )
        item: type[Any] = unwrapped(items[0])[0]
        return item
    if get_origin(one) in _LISTS:
        raise Misfit(f"it leads to one row, not to a list of them: write `{spelled(get_args(one)[0])}`")
    if field.arity is Arity.OPTIONAL and not nullable:
        raise Misfit(f"there may be no row, so the type must be `{spelled(one)} | None`")
    row: type[Any] = one
    return row


def unwrapped(annotation: Any) -> tuple[Any, bool]:
    """A type without None and without what is annotated on it, and whether None was among it."""
    while True:
        if get_origin(annotation) is Annotated:
            annotation = get_args(annotation)[0]
        elif hasattr(annotation, "__supertype__"):  # a NewType
            annotation = annotation.__supertype__
        elif get_origin(annotation) in (typing.Required, typing.NotRequired):
            annotation = get_args(annotation)[0]
        else:
            break
    if annotation is Any or annotation is object:
        return Any, True
    if get_origin(annotation) not in _UNIONS:
        return annotation, annotation is None
    others = [each for each in get_args(annotation) if each is not type(None)]
    nullable = len(others) < len(get_args(annotation))
    if len(others) == 1:
        return unwrapped(others[0])[0], nullable
    return Union[tuple(others)], nullable  # noqa: UP007 - made of what is there


def spelled(annotation: Any) -> str:
    """A type as a program writes it."""
    return (
        annotation.__name__ if isinstance(annotation, type) and not get_args(annotation) else str(annotation)
    )


def _list_converter(package: Package, field: ScalarField, annotation: Any) -> Convert | None:
    if annotation is Any:
        return None
    if get_origin(annotation) not in _LISTS:
        if annotation in _LISTS:
            return None
        raise Misfit(f"it is a list, not `{spelled(annotation)}`")
    convert = _one_converter(package, field, unwrapped(get_args(annotation)[0])[0])
    return None if convert is None else lambda values: [convert(each) for each in values]


def _one_converter(package: Package, field: ScalarField, annotation: Any) -> Convert | None:
    if annotation is Any:
        return None
    if field.json_type is not None:
        return _from_typed(package.json_class(field.json_type).type, annotation)
    if field.type is Scalar.JSON:
        return json_converter(annotation)
    held = package.python_type(field.type)
    options = get_args(annotation) if get_origin(annotation) in _UNIONS else (annotation,)
    if any(_holds(option, held) for option in options):
        return None
    if isinstance(field.type, EnumRef) or field.type is Scalar.STRING:
        for option in options:
            convert = _of_text(option)
            if convert is not None:
                return convert
    raise Misfit(f"it is `{spelled(held)}`, not `{spelled(annotation)}`")


def _holds(option: Any, held: type) -> bool:
    """True when values of a type are values of another one. A moment is no date, for all that it inherits from it."""
    if option is float and held is int:
        return True
    return isinstance(option, type) and issubclass(held, option) and option is not date


def _of_text(option: Any) -> Convert | None:
    """What makes a text one of a type that texts stand for."""
    if get_origin(option) is Literal:
        allowed = {value: value for value in get_args(option)}
        return allowed.__getitem__
    if isinstance(option, type) and (issubclass(option, enum.Enum) or option is UUID):
        return cast("Convert", option)
    return None


def _from_typed(declared: Any, annotation: Any) -> Convert | None:
    """What makes an object of a Json field's own type one of another, by the way of JSON."""
    if annotation is declared:
        return None
    convert = json_converter(annotation)
    return plain_json if convert is None else lambda value: convert(plain_json(value))


def json_converter(annotation: Any) -> Convert | None:
    """What makes a Json value one of a type: pydantic for its models, msgspec for all others."""
    if annotation in (dict, list) or (get_origin(annotation) is dict and get_args(annotation) == (str, Any)):
        return None
    if hasattr(annotation, "__pydantic_validator__"):
        return cast("Convert", annotation.__pydantic_validator__.validate_python)
    import msgspec

    return lambda value: msgspec.convert(value, annotation)
