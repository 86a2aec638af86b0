"""From keys, indexes and checks back to attributes and annotations."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import TypeVar

from nicol.catalog import Check as TableCheck
from nicol.catalog import Index, IndexColumn, Table
from nicol.dialects.dialect import Dialect
from nicol.dialects.tokens import Kind, tokens_of
from nicol.migrate.diff import ALL, same_check, same_index
from nicol.migrate.lower import lower_keys
from nicol.schema.constraint_names import shortened
from nicol.schema.schema import (
    Check,
    Enum,
    KeyField,
    Model,
    NullsOrder,
    PrimaryKey,
    Schema,
    SortOrder,
    Unique,
)
from nicol.schema.schema import Index as ModelIndex
from nicol.sql.quoting import quote

T = TypeVar("T")


class Keys:
    """Gives models their keys. `partial`: attributes may have a `where`."""

    def __init__(self, dialect: Dialect, present: Schema, enums: tuple[Enum, ...], *, partial: bool) -> None:
        self.dialect = dialect
        self.schema = replace(present, enums=enums)
        self.present = {model.name: model for model in present.models}
        self.lowered = lower_keys(present, dialect)
        self.partial = partial
        self.remarks: list[str] = []

    def of(self, model: Model, table: Table, lowered: Table | None) -> Model:
        """The model with the keys, indexes and checks of its table; what it has as it is stays."""
        known = {field.mapped: field.name for field in model.scalars}
        was = self.present.get(model.name)
        held = list(self.lowered.get(model.name, ()))
        uniques: list[Unique] = []
        indexes: list[ModelIndex] = []
        for index in table.indexes:
            twin = next((pair for pair in held if _is_same(index, pair[1])), None)
            if twin is not None:
                held.remove(twin)
            key = twin[0] if twin else self.key(model, index, known)
            if isinstance(key, Unique):
                uniques.append(key)
            else:
                indexes.append(key)
        model = replace(
            model,
            primary_key=self.primary_key(model, table, known),
            uniques=_in_order(uniques, was.uniques if was else ()),
            indexes=_in_order(indexes, was.indexes if was else ()),
        )
        told = self.dialect.checks(model, self.schema)
        return replace(model, checks=tuple(self.checks(table, was, lowered, told)))

    def primary_key(self, model: Model, table: Table, known: dict[str, str]) -> PrimaryKey | None:
        """The id; the client's name for it stays as long as its fields do."""
        key = table.primary_key
        if key is None:
            return None
        fields = tuple(KeyField(known[name]) for name in key.columns)
        usual = shortened(table.name, self.dialect.name_limit, "_pkey")
        mapped = key.name if key.name and key.name != usual else None
        present = model.primary_key
        if present and tuple(field.name for field in present.fields) == tuple(field.name for field in fields):
            return replace(present, mapped=mapped)
        return PrimaryKey(fields, None, mapped)

    def key(self, model: Model, index: Index, known: dict[str, str]) -> Unique | ModelIndex:
        """An index described anew: as an attribute where one can say all of it, else as an annotation."""
        if index.options or any(column.collation for column in index.columns):
            self.remarks.append(f"a schema cannot say how the index {index.name} of `{model.name}` is stored")
        if not self.has_attribute(index):
            return self.annotated(index, known)
        fields = tuple(self.key_field(column, known) for column in index.columns)
        include = tuple(known[name] for name in index.include)
        usual = shortened(
            "_".join((model.mapped, *(column.name for column in index.columns))),
            self.dialect.name_limit,
            "_key" if index.unique else "_idx",
        )
        mapped = None if index.name == usual or _is_nameless(index) else index.name
        if index.unique:
            on_field = len(fields) == 1
            return Unique(
                fields, None, mapped, index.where, on_field, include, nulls_distinct=index.nulls_distinct
            )
        method = self.dialect.index_method_word(index.method) if index.method else None
        return ModelIndex(fields, mapped, method, index.where, include)

    def has_attribute(self, index: Index) -> bool:
        """True when an attribute can say it: no expressions, and no words that uniques lack."""
        if any(column.expression for column in index.columns) or (index.where and not self.partial):
            return False
        if index.method and self.dialect.index_method_word(index.method) is None:
            return False
        return not index.unique or not any(column.operator_class for column in index.columns)

    def key_field(self, column: IndexColumn, known: dict[str, str]) -> KeyField:
        """One field of a key, with all that is said of it."""
        kind = column.operator_class
        return KeyField(
            known[column.name],
            SortOrder.DESC if column.descending else None,
            operator_class=(self.dialect.operator_class_word(kind) or kind) if kind else None,
            nulls=None
            if column.nulls_first is None
            else NullsOrder.FIRST
            if column.nulls_first
            else NullsOrder.LAST,
        )

    def annotated(self, index: Index, known: dict[str, str]) -> ModelIndex:
        """An index as only an annotation can say it."""
        method = self.dialect.index_method_word(index.method) if index.method else None
        return ModelIndex(
            (),
            index.name,
            method,
            index.where,
            tuple(known[name] for name in index.include),
            tuple(map(_expression, index.columns)),
            index.unique,
            nulls_distinct=index.nulls_distinct,
        )

    def checks(
        self, table: Table, was: Model | None, lowered: Table | None, told: tuple[TableCheck, ...]
    ) -> Iterator[Check]:
        """Annotations for all that the types do not tell: `told` are the conditions in which they come."""
        present = {check.name: check for check in was.checks} if was else {}
        asked = [check for check in lowered.checks if not check.inherent] if lowered else []
        order = {check.name: place for place, check in enumerate(asked)}
        live = [check for check in table.checks if not any(_is_same_check(check, each) for each in told)]
        for check in sorted(live, key=lambda each: order.get(each.name, len(order))):
            place = next((at for at, each in enumerate(asked) if _is_same_check(each, check)), None)
            if place is not None and was and place < len(was.checks):
                yield was.checks[place]
            else:
                known = present.get(check.name)
                yield Check(_bare(check.sql), check.name, known.field if known else None)


def _is_same_check(one: TableCheck, other: TableCheck) -> bool:
    return same_check(one, other, by_name=True)


def _is_same(live: Index, lowered: Index) -> bool:
    return same_index(live, lowered, ALL) and (live.name == lowered.name or _is_nameless(live))


def _is_nameless(index: Index) -> bool:
    """SQLite names the index of a UNIQUE constraint itself."""
    return index.constraint and index.name.startswith("sqlite_autoindex_")


def _expression(column: IndexColumn) -> str:
    """A column of an index as an annotation writes it, words about order and class included."""
    sql = _bare(column.name) if column.expression else quote(column.name)
    operator_class = f" {column.operator_class}" if column.operator_class else ""
    nulls = "" if column.nulls_first is None else f" NULLS {'FIRST' if column.nulls_first else 'LAST'}"
    return f"{sql}{operator_class}{' DESC' if column.descending else ''}{nulls}"


def _bare(sql: str) -> str:
    """An expression without one pair of parentheses around all of it."""
    if not (sql.startswith("(") and sql.endswith(")")):
        return sql
    depth = 0
    for token in tokens_of(sql)[:-1]:
        depth += {"(": 1, ")": -1}.get(token.text if token.kind is Kind.MARK else "", 0)
        if depth == 0:
            return sql
    return sql[1:-1].strip()


def _in_order(keys: list[T], present: tuple[T, ...]) -> tuple[T, ...]:
    """Those that are present in their order, then the others."""
    return (*(key for key in present if key in keys), *(key for key in keys if key not in present))
