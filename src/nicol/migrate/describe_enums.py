"""Enums where they are no types of the database: what the conditions on columns list, under the names of the present schema."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from nicol.catalog import Catalog
from nicol.dialects.dialect import Dialect
from nicol.migrate.describe_names import BlockNames, free_name, word_of
from nicol.schema.schema import Enum, EnumRef, EnumValue, Schema


@dataclass(frozen=True, slots=True)
class ListedEnums:
    """The enums as they will be, and which of them the columns have that list values, by table and column."""

    enums: tuple[Enum, ...]
    of: Mapping[tuple[str, str], str]


def with_values(base: Enum, mapped: tuple[str, ...]) -> Enum:
    """Values that the enum has stay in its order; a new one stands behind the one before it in the database."""
    values = [value for value in base.values if value.mapped in mapped]
    place = 0
    for text in mapped:
        held = next((at for at, value in enumerate(values) if value.mapped == text), None)
        if held is None:
            word = free_name(word_of(text) or "value", [value.name for value in values])
            values.insert(place, EnumValue(word, text))
        place = (place if held is None else held) + 1
    return replace(base, values=tuple(values))


def listed_enums(catalog: Catalog, dialect: Dialect, present: Schema, names: BlockNames) -> ListedEnums:
    """The enums that columns stand for. One that all its columns list otherwise has changed; what none lists is a new one."""
    live = dict(_listed(catalog, dialect))
    held = dict(_present(present))
    enums = [
        _changed(enum, {live[key] for key in live if held.get(key) == enum.name}) for enum in present.enums
    ]
    of: dict[tuple[str, str], str] = {}
    for key, values in live.items():
        same = [enum.name for enum in enums if tuple(value.mapped for value in enum.values) == values]
        if not same:
            name = names.fresh("_".join(key))
            enums.append(with_values(Enum(name, name, ()), values))
            same = [name]
        of[key] = next((name for name in same if name == held.get(key)), same[0])
    return ListedEnums(tuple(enums), of)


def _changed(enum: Enum, lists: set[tuple[str, ...]]) -> Enum:
    return with_values(enum, lists.pop()) if len(lists) == 1 else enum


def _listed(catalog: Catalog, dialect: Dialect) -> Iterator[tuple[tuple[str, str], tuple[str, ...]]]:
    for table in catalog.tables:
        for column in table.columns:
            if not column.type.enum and (values := dialect.meaning(column).values):
                yield (table.name, column.name), values


def _present(schema: Schema) -> Iterator[tuple[tuple[str, str], str]]:
    for model in schema.models:
        for field in model.scalars:
            if isinstance(field.type, EnumRef):
                yield (model.mapped, field.mapped), field.type.name
