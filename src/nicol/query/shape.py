"""From rows to objects: one constructor generated for each shape of a result, so that no row pays for what it lacks.

Objects are built from the leaves up: rows of included relations become objects first, are grouped by the key that leads
to their parents, and every parent is then built once, complete.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import starmap
from types import MappingProxyType
from typing import Any, TypeAlias

from nicol.errors import ValueInvalid
from nicol.query.faults import wrong_stored
from nicol.query.models import Field, Model
from nicol.schema.schema import Arity
from nicol.sql.moments import read_moment
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


Bonds: TypeAlias = Mapping[int, Sequence[int]]
"""For the places of encrypted fields in a row those of the fields that tell the row."""

NO_BONDS: Bonds = MappingProxyType({})


def bonds_of(model: Model, fields: Sequence[Field], columns: Sequence[str]) -> Bonds:
    """The bonds of fields that are the first of a row with these columns; ValueError where one is not there."""
    return {
        index: [columns.index(name) for name in model.columns(field.sealed.row)]
        for index, field in enumerate(fields)
        if field.sealed is not None
    }


def builder(
    new: Callable[..., Any],
    fields: Sequence[Field],
    attached: Sequence[Attached | Counted],
    width: int,
    counts: Sequence[int] = (),
    bonds: Bonds = NO_BONDS,
) -> Build:
    """What builds the objects of rows that have `width` columns, of which the first are those of `fields`.

    `counts` are the places of columns that come as they are, behind the fields. What is attached comes last. `bonds`: of
    encrypted fields the places of what their values are bound to.
    """
    plain = [*range(len(fields)), *counts] == list(range(width))
    if plain and not attached and not any(map(_is_decoded, fields)):
        return lambda rows, _: list(starmap(new, rows))
    names: dict[str, Any] = {"new": new, "moment": datetime.fromisoformat, "UTC": UTC}
    others = [f"v{place}" for place in counts] + [
        _attachment(index, each) for index, each in enumerate(attached)
    ]
    row = "".join(f"v{index}," for index in range(width))
    groups = "".join(f"g{index}," for index in range(len(attached)))
    unpack = f" ({groups}) = groups\n" if groups else ""

    def listed(argument: Callable[[int, Field, dict[str, Any]], str]) -> str:
        arguments = [
            argument(index, field, names)
            if field.sealed is None
            else _opened(index, field, bonds[index], names)
            for index, field in enumerate(fields)
        ]
        return f"for {row} in rows: add(new({', '.join((*arguments, *others))}))"

    quick, thorough = listed(_quick_argument), listed(_argument)
    if quick != thorough:
        quick = f"""try:
  {quick}
 except (TypeError, ValueError):
  objects.clear()
  {thorough}"""
    # a loop, since a comprehension is a call more on Python 3.11
    text = f"def build(rows, groups):\n objects = []; add = objects.append\n{unpack} {quick}\n return objects"
    exec(text, names)  # noqa: S102 - the text is made of numbers alone, as dataclasses make theirs
    build: Build = names["build"]
    return build


_QUICK: Mapping[Any, str] = {
    bool: "not not {value}",
    float: "{value} * 1.0",
    read_moment: "m if (m := moment({value})).tzinfo is UTC else {decoded}",
}
"""What decoders do with nearly every value, without a call. Where it fails, all rows are decoded again, by the decoders."""


def _is_decoded(field: Field) -> bool:
    return field.decode is not None or field.sealed is not None or field.arity is Arity.LIST


def _opened(index: int, field: Field, bond: Sequence[int], names: dict[str, Any]) -> str:
    """The value of an encrypted field, which its row's key opens."""
    assert field.sealed is not None
    names[f"d{index}"] = field.sealed.read
    row = "".join(f"v{place}," for place in bond)
    return f"None if v{index} is None else d{index}(v{index}, ({row}))"


def _argument(index: int, field: Field, names: dict[str, Any]) -> str:
    """The value of a field as its decoder has it."""
    if field.decode is None:
        return _or_nothing(field, f"v{index}", f"v{index}")
    names[f"d{index}"] = field.decode
    return _or_nothing(field, f"v{index}", f"d{index}(v{index})")


def _quick_argument(index: int, field: Field, names: dict[str, Any]) -> str:
    """The value of a field in the form that nearly all values have."""
    if field.arity is Arity.LIST or field.decode not in _QUICK:
        return _argument(index, field, names)
    value = f"v{index}"
    return _or_nothing(field, value, _QUICK[field.decode].format(value=value, decoded=f"d{index}({value})"))


def _or_nothing(field: Field, value: str, decoded: str) -> str:
    match field.arity:
        case Arity.LIST:
            return f"[] if {value} is None else {decoded}"
        case Arity.OPTIONAL if field.decode is not None:
            return f"None if {value} is None else {decoded}"
        case _:
            return decoded


def _attachment(index: int, attached: Attached | Counted) -> str:
    places = ", ".join(f"v{place}" for place in attached.key)
    key = places if len(attached.key) == 1 else f"({places})"
    if isinstance(attached, Counted):
        return f"*g{index}.get({key}, {(0,) * attached.size})"
    found = f"g{index}.get({key})"
    return f"{found} or []" if attached.many else found


def faulty(
    model: Model, fields: Sequence[Field], rows: Sequence[Row], bonds: Bonds = NO_BONDS
) -> ValueInvalid | None:
    """The first stored value that its field cannot be, when the objects of these rows cannot be built."""
    for row in rows:
        for index, (field, value) in enumerate(zip(fields, row, strict=False)):
            if value is None and not field.required:
                continue
            try:
                if field.sealed is not None:
                    field.sealed.read(value, [row[place] for place in bonds[index]])
                elif field.decode is not None:
                    field.decode(value)
            except (TypeError, ValueError, LookupError, ArithmeticError) as error:
                return wrong_stored(error, model=model.name, field=field.name)
    return None
