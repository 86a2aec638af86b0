"""Rows of raw statements as objects of a class: of a model, by the schema's types, or of any other by its own annotations."""

from __future__ import annotations

from types import GenericAlias
from typing import TYPE_CHECKING, Any, Protocol, TypeVar, cast

from nicol.client.raw import rows
from nicol.errors import QueryInvalid

if TYPE_CHECKING:
    from collections.abc import Mapping

    from nicol.query.engine import Engine
    from nicol.sql.program import Result

T = TypeVar("T")


class _Validated(Protocol):
    """A pydantic model."""

    @classmethod
    def model_validate(cls, obj: Mapping[str, Any]) -> Any:
        """An object from a dictionary."""
        ...


def cast_rows(engine: Engine, result: Result, into: type[T]) -> list[T]:
    """Every row as an object of `into`; QueryInvalid where the columns or the values are not those of the class."""
    model = getattr(into, "__nicol_model__", None)
    if model is not None:
        return engine.objects(model, result.columns, result.rows)
    if hasattr(into, "__pydantic_validator__"):
        return _validated(cast("type[_Validated]", into), rows(result))
    return _converted(into, rows(result))


def _converted(into: type[T], found: list[dict[str, Any]]) -> list[T]:
    import msgspec

    names: tuple[str, ...] | None = getattr(
        into, "_fields", None
    )  # of a named tuple, which has places and no keys
    given = found if names is None else [[row[name] for name in names if name in row] for row in found]
    try:
        converted: list[T] = msgspec.convert(given, GenericAlias(list, (into,)), strict=False)
    except (msgspec.ValidationError, TypeError) as error:
        raise QueryInvalid(f"the rows are no {into.__name__}: {error}") from None
    return converted


def _validated(into: type[_Validated], found: list[dict[str, Any]]) -> list[Any]:
    from pydantic import ValidationError

    try:
        return [into.model_validate(row) for row in found]
    except ValidationError as error:
        told = "; ".join(
            f"{each['msg']} - at `{'.'.join(map(str, each['loc']))}`"
            for each in error.errors(include_input=False, include_url=False)
        )
        name = cast("type[Any]", into).__name__
        raise QueryInvalid(f"the rows are no {name}: {told}") from None
