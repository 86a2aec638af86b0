"""How the values of a table cross from one database to another: by the codecs of the client, a column at a time."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, TypeAlias

from nicol.catalog import AUDIT
from nicol.dialects.dialect import Codec, Dialect
from nicol.schema.schema import (
    Arity,
    JoinTableRelation,
    Model,
    NativeType,
    Scalar,
    ScalarField,
    Schema,
    Unsupported,
)
from nicol.sql.quoting import quote_full

Row: TypeAlias = tuple[Any, ...]
_FAULTS = (TypeError, ValueError, OverflowError, LookupError, ArithmeticError)


@dataclass(frozen=True, slots=True)
class Column:
    """One column with the codecs of both sides. `required`: it may not be null."""

    name: str
    field: str
    source: Codec
    target: Codec
    required: bool
    is_json: bool

    def moved(self, values: Sequence[Any]) -> Sequence[Any]:
        """The values as the target stores them; one of `_FAULTS` when one of them cannot cross."""
        if self.source.decode is None and self.target.encode is None:
            return values
        if None in values:
            if self.required:
                raise ValueError("the field is required, and the value is null")
            return [None if value is None else self.one(value) for value in values]
        decoded = values if (decode := self.source.decode) is None else list(map(decode, values))
        if self.target.encode_all is not None:
            return self.target.encode_all(decoded)
        return decoded if self.target.encode is None else list(map(self.target.encode, decoded))

    def one(self, value: Any) -> Any:
        """One value that is not null."""
        decoded = value if self.source.decode is None else self.source.decode(value)
        return decoded if self.target.encode is None else self.target.encode(decoded)

    def canonical(self, value: Any) -> Any:
        """A value of the target's in a form that is the same however the database spells it."""
        if value is None:
            return None
        if self.is_json:
            return json.dumps(json.loads(value) if isinstance(value, str | bytes) else value, sort_keys=True)
        found = value if self.target.decode is None else self.target.decode(value)
        return found.normalize() if isinstance(found, Decimal) else found


@dataclass(frozen=True, slots=True)
class Mover:
    """One table: its columns, and the places of its key among them, by which rows are found again."""

    title: str
    table: str
    columns: tuple[Column, ...]
    key: tuple[int, ...]

    @property
    def names(self) -> tuple[str, ...]:
        """The columns' names."""
        return tuple(column.name for column in self.columns)

    def key_of(self, row: Row) -> Row:
        """What tells a row from all others."""
        return tuple(row[place] for place in self.key)

    def moved(self, rows: Sequence[Row]) -> list[Row]:
        """Rows as the target stores them; raises when a value cannot cross."""
        if not rows:
            return []
        pairs = zip(self.columns, zip(*rows, strict=True), strict=True)
        return list(zip(*(column.moved(values) for column, values in pairs), strict=True))

    def sorted_out(self, rows: Sequence[Row]) -> tuple[Sequence[Row], list[Row], list[tuple[Row, str]]]:
        """Rows that cross, what they become, and those that cannot with the reason."""
        try:
            return rows, self.moved(rows), []
        except _FAULTS:
            found = [(row, self._fault(row)) for row in rows]
        good = [row for row, fault in found if fault is None]
        return good, self.moved(good), [(row, fault) for row, fault in found if fault is not None]

    def _fault(self, row: Row) -> str | None:
        for column, value in zip(self.columns, row, strict=True):
            try:
                column.moved([value])
            except _FAULTS as error:
                return f"{column.field}: {error}"
        return None

    @property
    def keys(self) -> tuple[str, ...]:
        """The names of the key's columns."""
        return tuple(self.columns[place].name for place in self.key)


def movers(schema: Schema, source: Dialect, target: Dialect) -> Iterator[Mover]:
    """The tables of a schema in its order, and then those of its implicit relations. An audit trail stays where it was made."""
    for model in schema.models:
        if model.mapped == AUDIT:
            continue
        fields = [field for field in model.scalars if _moves(field)]
        columns = tuple(_column(field, schema, source, target) for field in fields)
        places = [field.name for field in fields]
        yield Mover(
            model.name,
            quote_full(model.namespace, model.mapped),
            columns,
            tuple(places.index(name) for name in _key(model)),
        )
    for relation in schema.relations:
        if isinstance(relation, JoinTableRelation):
            yield _join_table(relation, schema, source, target)


def _moves(field: ScalarField) -> bool:
    return field.generated is None and not isinstance(field.type, Unsupported)


def _key(model: Model) -> tuple[str, ...]:
    key = model.primary_key or next(each for each in model.uniques if each.where is None)
    return tuple(field.name for field in key.fields)


def _column(
    field: ScalarField, schema: Schema, source: Dialect, target: Dialect, name: str | None = None
) -> Column:
    native: NativeType | None = field.native
    return Column(
        name or field.mapped,
        field.name if name is None else name,
        source.codec(field.type, field.arity, native, schema),
        target.codec(field.type, field.arity, native, schema),
        field.arity is Arity.REQUIRED,
        field.type is Scalar.JSON and field.arity is not Arity.LIST,
    )


def _join_table(relation: JoinTableRelation, schema: Schema, source: Dialect, target: Dialect) -> Mover:
    a, b = schema.model(relation.a), schema.model(relation.b)
    columns = tuple(
        _column(_id_of(model), schema, source, target, name) for model, name in ((a, "A"), (b, "B"))
    )
    return Mover(relation.mapped, quote_full(a.namespace, relation.mapped), columns, (0, 1))


def _id_of(model: Model) -> ScalarField:
    names = _key(model)
    return next(field for field in model.scalars if field.name == names[0])
