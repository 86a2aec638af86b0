"""Values of many rows on their way to the database: encoded column by column, said as lists or row by row."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import repeat
from typing import Any, TypeAlias

from nicol.dialects.dialect import Encode
from nicol.query.compile.columns import comparable
from nicol.query.compile.context import Context, Frame, Said
from nicol.query.defaults import Generate, Moment, varies
from nicol.query.faults import invalid, wrong_value
from nicol.query.models import Field, Model
from nicol.schema.schema import Arity, Scalar
from nicol.sql import tree as sql
from nicol.sql.program import Batch, Program, Result

Column: TypeAlias = Sequence[Any]
Places: TypeAlias = Sequence[int]
ROWS = "#rows"
"""What the rows of a sheet are called beside a table."""


@dataclass(frozen=True, slots=True, eq=False)
class Sheet:
    """Columns of values, one for each field, that one statement is said with.

    `first` is the register of the first column: as a whole where the database takes lists, else of one row's value.
    """

    fields: tuple[Field, ...]
    first: int
    listed: bool

    def cell(self, index: int) -> sql.Column | sql.Param:
        """A row's value of one of the fields."""
        if self.listed:
            return sql.Column(f"c{index}", ROWS)
        return sql.Param(self.first + index, self.fields[index].stored.cast)

    def cells(self) -> tuple[sql.Column | sql.Param, ...]:
        """A row's values."""
        return tuple(map(self.cell, range(len(self.fields))))

    def lists(self, ordinal: str | None = None) -> sql.Lists:
        """All rows as a source; `ordinal` names the column of their numbers from 1."""
        return sql.Lists(
            tuple(sql.Param(self.first + index, each.stored.cast) for index, each in enumerate(self.fields)),
            tuple(f"c{index}" for index in range(len(self.fields))),
            ROWS,
            tuple(each.type is Scalar.BYTES for each in self.fields),
            tuple(each.arity is Arity.LIST for each in self.fields),
            ordinal,
        )

    def source(self, ordinal: str | None = None) -> sql.Lists | None:
        """The rows beside the table that is changed, where the database takes lists."""
        return self.lists(ordinal) if self.listed else None


def among(model: Model, of: Sheet) -> sql.Expression:
    """The condition that the fields of a row are those of one of a sheet's rows, as the lists that its registers hold."""
    lists = of.lists()
    columns = tuple(comparable(model, each.name, model.table.name) for each in of.fields)
    if len(columns) == 1:
        return sql.InList(columns[0], lists.lists[0], binary=lists.binary[0])
    return sql.InRows(columns, lists.lists, lists.binary)


SaidOf: TypeAlias = Callable[[Frame, Sequence[Column], int], Program[Result]]
"""Says a statement for the rows of some columns, of which there are so many."""


def sheet(ctx: Context, fields: Iterable[Field], *, listed: bool | None = None) -> Sheet:
    """A sheet of these fields; `listed`: whatever the database does best."""
    found = tuple(fields)
    takes = ctx.renderer.takes_lists if listed is None else listed
    first = ctx.registers(len(found))
    ctx.secrets.update(first + index for index, field in enumerate(found) if field.secret)
    return Sheet(found, first, takes and bool(found))


def saying(ctx: Context, of: Sheet, tree: sql.Tree, *, certain: bool = False, linked: bool = False) -> SaidOf:
    """How a statement is said with a sheet's rows. `certain`, `linked`: as of a `Batch`."""
    said = ctx.say(tree)
    return _listed(ctx, of, said) if of.listed else _row_by_row(of, said, certain=certain, linked=linked)


def _listed(ctx: Context, of: Sheet, said: Said) -> SaidOf:
    pack, first = ctx.renderer.pack, of.first

    def say(frame: Frame, columns: Sequence[Column], _count: int) -> Program[Result]:
        for index, values in enumerate(columns):
            frame[first + index] = pack(values)
        return (yield said.statement(frame))

    return say


def _row_by_row(of: Sheet, said: Said, *, certain: bool, linked: bool) -> SaidOf:
    first, end = of.first, of.first + len(of.fields)

    def say(frame: Frame, columns: Sequence[Column], count: int) -> Program[Result]:
        if not said.slots:
            return (yield Batch(said.text, [()] * count, certain, linked))
        sources = (
            columns[slot - first] if first <= slot < end else repeat(frame[slot], count)
            for slot in said.slots
        )
        return (yield Batch(said.text, list(zip(*sources, strict=True)), certain, linked))

    return say


# ---- values ------------------------------------------------------------------------------------------------------


_OWN: Any = object()


def encoded(
    model: Model,
    field: Field,
    values: Sequence[Any],
    places: Places | None = None,
    encode: Encode | None = _OWN,
) -> Column:
    """A column of given values as the database takes them; an error names the row by its place, where places are given.

    `encode` takes the place of the field's own way to cross.
    """
    every = field.stored.encode_all if encode is _OWN else None
    encode = field.stored.encode if encode is _OWN else encode
    try:
        if None not in values:
            if every is not None:
                return every(values)
            return [encode(value) for value in values] if encode else values
        if not field.required:
            return (
                values if encode is None else [None if value is None else encode(value) for value in values]
            )
    except (TypeError, ValueError, OverflowError):
        pass
    return _told(model, field, values, places, encode)


def _told(
    model: Model, field: Field, values: Sequence[Any], places: Places | None, encode: Encode | None
) -> Column:
    """The first value that cannot be."""
    for index, value in enumerate(values):
        place = None if places is None else places[index]
        if value is None and field.required:
            raise invalid(
                f"`{model.name}.{field.name}` must not be None{'' if place is None else f' (`data[{place}]`)'}",
                model=model.name,
                fields=(field.name,),
                code="P2012",
            )
        try:
            if value is not None and encode:
                encode(value)
        except (TypeError, ValueError, OverflowError) as error:
            raise wrong_value(error, model=model.name, field=field.name, row=place) from None
    raise AssertionError("no value is wrong")


def generated(made: Mapping[str, Generate], model: Model, moment: Moment, count: int) -> list[Column]:
    """Columns of values that the client makes: each its own, or the same for all."""
    return [_generated(model.stored[name], generate, moment, count) for name, generate in made.items()]


def _generated(field: Field, generate: Generate, moment: Moment, count: int) -> Column:
    encode: Callable[[Any], Any] = field.stored.encode or (lambda value: value)
    if varies(field.default):
        return [encode(generate(moment)) for _ in range(count)]
    return [encode(generate(moment))] * count
