"""Typed SQL as programs: values checked and encoded by their declared types, rows decoded by theirs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any, NoReturn

from nicol.dialects.dialect import Dialect
from nicol.query.answers import Answer, answer
from nicol.query.faults import invalid, wrong_stored, wrong_value
from nicol.query.models import Field, Models, loose_field
from nicol.query.typed import Column, Parameter, SqlType, TypedQuery
from nicol.schema.schema import Arity, EnumRef, FieldType, NativeType, Scalar, Schema
from nicol.sql.program import Result, Row


@dataclass(frozen=True, slots=True, eq=False)
class TypedPlan:
    """A typed query on one kind of database."""

    query: TypedQuery
    text: str
    order: tuple[str, ...]
    parameters: Mapping[str, tuple[Parameter, Field | None]]
    columns: Sequence[Field]
    answer: Answer | None

    @property
    def name(self) -> str:
        """How messages call it."""
        return f"sql.{self.query.name}"

    def values(self, given: Mapping[str, Any]) -> tuple[Any, ...]:
        """The values of a call as the database takes them; QueryInvalid and ValueInvalid say what is wrong with one."""
        for name in given:
            if name not in self.parameters:
                self._unknown(name)
        encoded = {name: self._encoded(name, given) for name in self.parameters}
        return tuple(encoded[name] for name in self.order)

    def _unknown(self, name: str) -> NoReturn:
        near = get_close_matches(name, self.parameters, 1, 0.6)
        known = ", ".join(self.parameters) or "nothing"
        raise invalid(
            f"`{self.name}` has no argument `{name}`",
            hint=f"did you mean `{near[0]}`?" if near else f"it takes {known}",
        )

    def _encoded(self, name: str, given: Mapping[str, Any]) -> Any:
        parameter, field = self.parameters[name]
        value = given.get(name)
        if value is None:
            if parameter.type.optional:
                return None
            raise invalid(f"`{self.name}` needs the argument `{name}`", code="P2012")
        encode = None if field is None else field.encode
        try:
            return value if encode is None else encode(value)
        except (TypeError, ValueError, OverflowError) as error:
            raise wrong_value(error, model=self.name, field=name) from None

    def answered(self, result: Result) -> list[dict[str, Any]] | int:
        """The rows as dictionaries, or how many were written where there are none."""
        if self.answer is None:
            return result.affected
        try:
            return self.answer(result.rows, [])
        except (TypeError, ValueError, LookupError, ArithmeticError) as error:
            raise self._faulty(result.rows, error) from error

    def _faulty(self, rows: Sequence[Row], error: Exception) -> Exception:
        for row in rows:
            for field, value in zip(self.columns, row, strict=False):
                try:
                    _ = value if value is None or field.decode is None else field.decode(value)
                except (TypeError, ValueError, LookupError, ArithmeticError) as fault:
                    return wrong_stored(fault, model=self.name, field=field.name)
        return wrong_stored(error, model=self.name, field="?")


def typed_plan(query: TypedQuery, models: Models, schema: Schema, dialect: Dialect) -> TypedPlan:
    """The plan of a query for one kind of database."""
    spelling = query.spellings.get(dialect.name)
    if spelling is None:
        raise invalid(
            f"`sql.{query.name}` is not written for {dialect.name}",
            hint="write a file for it and generate again",
        )

    def field(item: Parameter | Column) -> Field:
        type_, arity, native = _kind(item.type)
        return loose_field(item.name, type_, arity, native, schema, dialect, models.objects)

    parameters = {
        each.name: (each, None if each.type.name is None else field(each)) for each in query.parameters
    }
    columns = [_raw(each) if each.type.name is None else field(each) for each in query.columns or ()]
    built = answer([(each.name,) for each in columns], columns, [None] * len(columns)) if columns else None
    return TypedPlan(query, spelling.text, spelling.parameters, parameters, columns, built)


def _kind(type: SqlType) -> tuple[FieldType, Arity, NativeType | None]:  # noqa: A002
    arity = Arity.LIST if type.many else Arity.OPTIONAL if type.optional else Arity.REQUIRED
    native = None if type.native is None else NativeType(*type.native)
    assert type.name is not None
    scalar = next((each for each in Scalar if each.value == type.name), None)
    return scalar or EnumRef(type.name), arity, native


def _raw(column: Column) -> Field:
    """A column of which nobody knows the type: its values come as the database gives them."""
    from nicol.dialects.dialect import Codec

    return Field(
        column.name, column.name, Scalar.STRING, Arity.OPTIONAL, None, None, Codec(), None, False, False
    )
