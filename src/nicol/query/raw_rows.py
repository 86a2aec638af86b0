"""Rows of statements that somebody else wrote, as objects of a model: columns are known by their names."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, TypeAlias

from nicol.query.faults import invalid, unknown
from nicol.query.models import Field, Model, Models
from nicol.query.shape import Bonds, bonds_of, builder, faulty
from nicol.sql.program import Row

Objects: TypeAlias = Callable[[Sequence[Row]], list[Any]]


def objects_of(models: Models, model: Model, columns: tuple[str, ...]) -> Objects:
    """What builds a model's objects of rows with these columns, which have the names of fields or of their columns.

    QueryInvalid for columns that the model does not have. Fields that no column gives are not there.
    """
    fields = [_field(model, name) for name in columns]
    names = tuple(field.name for field in fields)
    for name in names:
        if names.count(name) > 1:
            raise invalid(f"two columns of the rows are `{name}`", model=model.name, fields=(name,))
    bonds = _bonds(model, fields)
    build = builder(models.objects.new(model.name, names), fields, (), len(fields), bonds=bonds)

    def objects(rows: Sequence[Row]) -> list[Any]:
        try:
            return build(rows, ())
        except (TypeError, ValueError, LookupError, ArithmeticError) as error:
            raise faulty(model, fields, rows, bonds) or error from error

    return objects


def _bonds(model: Model, fields: Sequence[Field]) -> Bonds:
    """Encrypted values can be read only beside the key of their row."""
    columns = [field.column for field in fields]
    try:
        return bonds_of(model, fields, columns)
    except ValueError:
        missing = sorted(column for column in model.columns(model.bound) if column not in columns)
        raise invalid(
            f"encrypted values of `{model.name}` cannot be read without {', '.join(f'`{each}`' for each in missing)}",
            model=model.name,
            hint="select these columns as well",
        ) from None


def _field(model: Model, name: str) -> Field:
    found = next((field for field in model.fields.values() if field.column == name), model.fields.get(name))
    return found or unknown(
        "column of the rows", name, [field.column for field in model.fields.values()], model=model.name
    )
