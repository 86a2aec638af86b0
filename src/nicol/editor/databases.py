"""What the databases of a schema can do, all of them: what an editor may offer."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Literal, TypeAlias

from nicol.catalog import ColumnType
from nicol.dialects.dialect import Dialect
from nicol.editor.world import World
from nicol.schema.bound import BoundField
from nicol.schema.provider import ANY_LIST, Constraint, Provider
from nicol.schema.schema import Arity, ReferentialAction, Scalar, ScalarField, Schema
from nicol.schema.settings import build_datasource


@dataclass(frozen=True, slots=True)
class NativeWord:
    """A native type and the arguments that it is usually written with, as a snippet."""

    name: str
    snippet: str = ""


_USUAL: Mapping[Scalar, tuple[str, ...]] = {
    Scalar.STRING: ("255",),
    Scalar.BYTES: ("255",),
    Scalar.DECIMAL: ("10", "2"),
    Scalar.DATETIME: ("3",),
    Scalar.BOOLEAN: ("1",),
}


def native_types(world: World, scalar: Scalar) -> tuple[NativeWord, ...]:
    """The native types that store a scalar in every database of the schema."""
    names = [list(provider.natives) for provider in world.providers]
    return tuple(
        NativeWord(name, _arguments(world, name, scalar))
        for name in (names[0] if names else ())
        if all(_stores(name, scalar, provider) for provider in world.providers)
    )


def _stores(name: str, scalar: Scalar, provider: Provider) -> bool:
    native = provider.natives.get(name)
    return native is not None and scalar in native.scalars


def _arguments(world: World, name: str, scalar: Scalar) -> str:
    """The arguments of a native type as stops of the cursor."""
    count = max(len(provider.natives[name].limits or ()) for provider in world.providers)
    usual = (*_USUAL.get(scalar, ()), *("1" for _ in range(count)))[:count]
    stops = ", ".join(f"${{{number}:{value}}}" for number, value in enumerate(usual, 1))
    return f"({stops})" if stops else ""


def actions(world: World) -> tuple[ReferentialAction, ...]:
    """What can be done to the rows of a relation in every database of the schema."""
    source = world.binding.datasource
    emulated = source is not None and build_datasource(source).relation_mode == "prisma"
    able = [each.emulated if emulated else each.actions for each in world.providers]
    return tuple(action for action in ReferentialAction if all(action in each for each in able))


def index_methods(world: World) -> tuple[str, ...]:
    """The index algorithms of every database of the schema."""
    if not world.providers:
        return ()
    return tuple(sorted(set[str].intersection(*(set(each.methods) for each in world.providers))))


def operator_classes(world: World, method: str | None, field: BoundField | None) -> tuple[str, ...]:
    """The operator classes by which an index algorithm (None: the usual one) can order a field."""
    columns = _columns(field)
    found = [
        {name for name, takes in (known.classes or {}).items() if columns is None or columns & takes}
        for each in world.providers
        if (known := each.methods.get(method or "BTree")) is not None
    ]
    return tuple(sorted(set[str].intersection(*found))) if found else ()


def _columns(field: BoundField | None) -> frozenset[str] | None:
    """A field as the tables of operator classes name it."""
    if field is None:
        return None
    native = f"@{field.native.name.text.partition('.')[2]}" if field.native else field.syntax.type.name.text
    return frozenset({native, *((ANY_LIST,) if field.arity is Arity.LIST else ())})


Ability: TypeAlias = Literal[
    "extensions",
    "foreign key names",
    "fulltext",
    "id names",
    "namespaces",
    "partial",
    "prefixes",
    "sequences",
]

_ABILITIES: Mapping[Ability, Callable[[Provider], bool]] = {
    "extensions": lambda each: each.extensions,
    "foreign key names": lambda each: Constraint.FOREIGN_KEY in each.named,
    "fulltext": lambda each: each.fulltext,
    "id names": lambda each: Constraint.ID in each.named,
    "namespaces": lambda each: each.namespaces,
    "partial": lambda each: each.partial,
    "prefixes": lambda each: each.prefixes,
    "sequences": lambda each: each.sequences,
}


def can(world: World, ability: Ability) -> bool:
    """True when every database of the schema can do something; also where none is named."""
    return all(_ABILITIES[ability](provider) for provider in world.providers)


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
