"""From rows to objects: one constructor generated for each shape of a result, so that no row pays for what it lacks.

Objects are built from the leaves up: rows of included relations become objects first, are grouped by the key that leads
to their parents, and every parent is then built once, complete.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import starmap
from typing import Any, TypeAlias

from nicol.errors import ValueInvalid
from nicol.query.faults import wrong_stored
from nicol.query.models import Field, Model
from nicol.schema.schema import Arity
from nicol.sql.program import Row

Groups: TypeAlias = Mapping[Any, Any]
Build: TypeAlias = Callable[[Sequence[Row], Sequence[Groups]], list[Any]]


@dataclass(frozen=True, slots=True)
class Attached:
    """An included relation: the places in a parent's row of the key that leads to its group, and whether it is a list."""

    key: tuple[int, ...]
    many: bool


@dataclass(frozen=True, slots=True)
class Counted:
    """So many counts that were read apart: the places in a parent's row of the key that leads to them."""

    key: tuple[int, ...]
    size: int


def builder(
    new: Callable[..., Any],
    fields: Sequence[Field],
    attached: Sequence[Attached | Counted],
    width: int,
    counts: Sequence[int] = (),
) -> Build:
    """What builds the objects of rows that have `width` columns, of which the first are those of `fields`.

    `counts` are the places of columns that come as they are, behind the fields. What is attached comes last.
    """
    plain = [*range(len(fields)), *counts] == list(range(width))
    if plain and not attached and not any(map(_is_decoded, fields)):
        return lambda rows, _: list(starmap(new, rows))
    names: dict[str, Any] = {"new": new}
    arguments = [_argument(index, field, names) for index, field in enumerate(fields)]
    arguments += [f"v{place}" for place in counts]
    arguments += [_attachment(index, each) for index, each in enumerate(attached)]
    row = "".join(f"v{index}," for index in range(width))
    groups = "".join(f"g{index}," for index in range(len(attached)))
    unpack = f"({groups}) = groups; " if groups else ""
    source = f"def build(rows, groups): {unpack}return [new({', '.join(arguments)}) for {row} in rows]"
    exec(source, names)  # noqa: S102 - the text is made of numbers alone, as dataclasses make theirs
    build: Build = names["build"]
    return build


def _is_decoded(field: Field) -> bool:
    return field.decode is not None or field.arity is Arity.LIST


def _argument(index: int, field: Field, names: dict[str, Any]) -> str:
    value = f"v{index}"
    if field.decode is not None:
        names[f"d{index}"] = field.decode
        value = f"d{index}(v{index})"
    match field.arity:
        case Arity.LIST:
            return f"[] if v{index} is None else {value}"
        case Arity.OPTIONAL if field.decode is not None:
            return f"None if v{index} is None else {value}"
        case _:
            return value


def _attachment(index: int, attached: Attached | Counted) -> str:
    places = ", ".join(f"v{place}" for place in attached.key)
    key = places if len(attached.key) == 1 else f"({places})"
    if isinstance(attached, Counted):
        return f"*g{index}.get({key}, {(0,) * attached.size})"
    found = f"g{index}.get({key})"
    return f"{found} or []" if attached.many else found


def faulty(model: Model, fields: Sequence[Field], rows: Sequence[Row]) -> ValueInvalid | None:
    """The first stored value that its field cannot be, when the objects of these rows cannot be built."""
    for row in rows:
        for field, value in zip(fields, row, strict=False):
            if field.decode is None or (value is None and not field.required):
                continue
            try:
                field.decode(value)
            except (TypeError, ValueError, LookupError, ArithmeticError) as error:
                return wrong_stored(error, model=model.name, field=field.name)
    return None
