"""What `where` takes: filters of a model's fields and relations, and the ways to name one row."""

from __future__ import annotations

from nicol.client.codegen.groups import compared, numbers
from nicol.client.codegen.source import Key, alias, literal, one_or_many, typed_dict
from nicol.client.codegen.values import Shown, Unique, family, is_searched, nullable, uniques, value
from nicol.schema.schema import Arity, Enum, RelationField, Scalar, ScalarField


def enum_filters(enum: Enum) -> list[str]:
    """The values of an enum, and the filters of its fields."""
    name, one = enum.name, f"{enum.name}Value"
    compare = [
        Key("equals", f"{one} | FieldRef[_{name}] | None"),
        Key("not", f"{one} | {name}Filter | FieldRef[_{name}] | None"),
        Key("in", f"Sequence[{one}] | FieldRef[Sequence[_{name}]]"),
        Key("not_in", f"Sequence[{one}] | FieldRef[Sequence[_{name}]]"),
    ]
    return [
        *alias(one, f"_{name} | {literal(item.name for item in enum.values)}"),
        *typed_dict(f"{name}Filter", compare),
        *alias(f"{name}Where", f"{one} | {name}Filter | FieldRef[_{name}]"),
        *alias(f"Nullable{name}Where", f"{one} | {name}Filter | FieldRef[_{name}] | None"),
    ]


def model_filters(shown: Shown) -> list[str]:
    """`WhereInput`, `WhereUniqueInput`, and the filters of relations that lead to the model."""
    where = f"{shown.name}WhereInput"
    sides = [Key("is", f"{where} | None"), Key("is_not", f"{where} | None")]
    quantities = [Key("some", where), Key("every", where), Key("none", where), *_measures(shown)]
    fields = {field.name: _filter(field) for field in shown.scalars if _is_asked(field)}
    return [
        *typed_dict(where, [*fields.values(), *_shared(shown)]),
        *(typed_dict(f"{shown.name}RelationFilter", sides) if False in shown.led_to else []),
        *(_figures(shown) if True in shown.led_to else []),
        *(typed_dict(f"{shown.name}ListRelationFilter", quantities) if True in shown.led_to else []),
        *_unique_filters(shown, fields),
    ]


def _measures(shown: Shown) -> list[Key]:
    """The keys about what many rows come to."""
    name = shown.name
    return [
        Key("where", f"{name}WhereInput"),
        Key("_count", "IntWhere"),
        Key("_count_distinct", f"Mapping[{name}DistinctName, IntWhere]"),
        *(Key(word, f"{name}TotalWhere") for word in ("_sum", "_avg")),
        *(Key(word, f"{name}ExtremeWhere") for word in ("_min", "_max")),
    ]


def _figures(shown: Shown) -> list[str]:
    """What is said of the sums, means and extremes of fields: nothing is what no row comes to."""
    totals = [Key(field.name, f"Nullable{_total(field)}Where") for field in numbers(shown)]
    extremes = [Key(field.name, f"Nullable{family(field)}Where") for field in compared(shown)]
    return [
        *typed_dict(f"{shown.name}TotalWhere", totals),
        *typed_dict(f"{shown.name}ExtremeWhere", extremes),
    ]


def _total(field: ScalarField) -> str:
    return "Decimal" if field.type is Scalar.DECIMAL else "Float"


def _shared(shown: Shown) -> list[Key]:
    """The keys that every `where` of the model has beside its fields."""
    where = f"{shown.name}WhereInput"
    return [
        *map(_relation_filter, shown.relations),
        Key("AND", one_or_many(where)),
        Key("OR", f"Sequence[{where}]"),
        Key("NOT", one_or_many(where)),
    ]


def _is_asked(field: ScalarField) -> bool:
    """False for what is encrypted and always there: nothing can be asked of it."""
    return is_searched(field) or field.arity is Arity.OPTIONAL


def _filter(field: ScalarField) -> Key:
    if field.encrypted is not None:
        asked = family(field) if is_searched(field) else ""
        return Key(field.name, f"{nullable(field)}Sealed{asked}Where")
    if field.arity is Arity.LIST:
        one = value(field)
        return Key(field.name, f"Sequence[{one}] | ListFilter[{one}] | FieldRef[Sequence[{one}]] | None")
    return Key(field.name, f"{nullable(field)}{family(field)}Where")


def _relation_filter(field: RelationField) -> Key:
    where = f"{field.model}WhereInput"
    match field.arity:
        case Arity.LIST:
            return Key(field.name, f"{field.model}ListRelationFilter")
        case Arity.OPTIONAL:
            return Key(field.name, f"{where} | {field.model}RelationFilter | None")
        case Arity.REQUIRED:
            return Key(field.name, f"{where} | {field.model}RelationFilter")


def _unique_filters(shown: Shown, fields: dict[str, Key]) -> list[str]:
    """One dictionary for each way to name a row; a way may carry the later ones, so that no two fit the same call."""
    name, ways = shown.name, uniques(shown.model)
    alone = {way.key for way in ways if len(way.fields) == 1}
    rest = [*(key for field, key in fields.items() if field not in alone), *_shared(shown)]
    lines: list[str] = []
    for way in ways:
        if len(way.fields) > 1:
            parts = [Key(field, value(shown.model.scalar(field)), required=True) for field in way.fields]
            lines += typed_dict(f"{name}Key_{way.key}", parts)
    for index, way in enumerate(ways):
        later = [_other_key(shown, other, fields) for other in ways[index + 1 :]]
        lines += typed_dict(f"_{name}By_{way.key}", [_own_key(shown, way), *later, *rest])
    union = " | ".join(f"_{name}By_{way.key}" for way in ways) or "Never"
    return [*lines, *alias(f"{name}WhereUniqueInput", union)]


def _own_key(shown: Shown, way: Unique) -> Key:
    """The key that names the row."""
    if len(way.fields) > 1:
        return Key(way.key, f"{shown.name}Key_{way.key}", required=True)
    return Key(way.key, value(shown.model.scalar(way.key)), required=True)


def _other_key(shown: Shown, way: Unique, fields: dict[str, Key]) -> Key:
    """Another key, that may be there beside the one that names the row."""
    return Key(way.key, f"{shown.name}Key_{way.key}") if len(way.fields) > 1 else fields[way.key]
