"""What the databases of a schema can do, all of them: what an editor may offer."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from nicol.catalog import ColumnType
from nicol.dialects.dialect import Dialect
from nicol.editor.world import World
from nicol.schema.provider import Provider
from nicol.schema.schema import ReferentialAction, Scalar, ScalarField, Schema


@dataclass(frozen=True, slots=True)
class NativeWord:
    """A native type and the arguments that it is usually written with, as a snippet."""

    name: str
    snippet: str = ""


def native_types(world: World, scalar: Scalar) -> tuple[NativeWord, ...]:
    """The native types that store a scalar in every database of the schema."""
    first, *others = world.providers or (None,)
    if first is None:
        return ()
    return tuple(
        NativeWord(name)
        for name in first.natives
        if all(_stores(name, scalar, provider) for provider in (first, *others) if provider)
    )


def _stores(name: str, scalar: Scalar, provider: Provider) -> bool:
    native = provider.natives.get(name)
    return native is not None and scalar in native.scalars


def actions(world: World) -> tuple[ReferentialAction, ...]:
    """What a foreign key can do in every database of the schema."""
    return tuple(
        action for action in ReferentialAction if all(action in each.actions for each in world.providers)
    )


def index_methods(world: World) -> tuple[str, ...]:
    """The index algorithms of every database of the schema."""
    if not world.providers:
        return ()
    return tuple(sorted(set[str].intersection(*(set(each.methods) for each in world.providers))))


def has_namespaces(world: World) -> bool:
    """True when a database of the schema has named schemas."""
    return any(provider.namespaces for provider in world.providers)


def columns(world: World, schema: Schema, model: str, field: ScalarField) -> Iterator[str]:
    """The column that stores a field, in the words of each database; not for a native type that a database lacks."""
    key = next((each.primary_key for each in schema.models if each.name == model), None)
    is_only_id = key is not None and tuple(part.name for part in key.fields) == (field.name,)
    for dialect in world.dialects:
        if not _fits(dialect, field):
            continue
        column = dialect.column(field, schema, is_only_id=is_only_id)
        numbered = ", numbered by the database" if column.autoincrement else ""
        null = "" if column.nullable else " NOT NULL"
        yield f"{dialect.name}: `{_spelled(column.type)}{null}`{numbered}"


def _fits(dialect: Dialect, field: ScalarField) -> bool:
    return field.native is None or (
        isinstance(field.type, Scalar) and _stores(field.native.name, field.type, dialect.provider)
    )


def _spelled(type_: ColumnType) -> str:
    arguments = f"({', '.join(map(str, type_.args))})" if type_.args else ""
    return f"{type_.name}{arguments}{'[]' if type_.array else ''}"
