"""What `count`, `aggregate` and `group_by` take and answer: names of measured fields, keys of groups, and their rows."""

from __future__ import annotations

from collections.abc import Iterable

from nicol.client.codegen.source import Key, alias, literal, one_or_many, typed_dict
from nicol.client.codegen.values import Shown, family, value
from nicol.schema.schema import Arity, Enum, EnumRef, RelationField, Scalar, ScalarField

_NUMBERS = {Scalar.INT: "int", Scalar.BIGINT: "int", Scalar.FLOAT: "float", Scalar.DECIMAL: "Decimal"}
_MEANS = {**_NUMBERS, Scalar.INT: "float", Scalar.BIGINT: "float"}
_VALUES = {
    **_NUMBERS,
    Scalar.STRING: "str",
    Scalar.BOOLEAN: "bool",
    Scalar.DATETIME: "datetime",
    Scalar.JSON: "Any",
    Scalar.BYTES: "bytes",
}


def enum_groups(enum: Enum) -> list[str]:
    """What `having` says of an enum's field."""
    name, one = enum.name, f"{enum.name}Value"
    compare = [
        Key("equals", f"{one} | None"),
        Key("not", f"{one} | {name}Filter | None"),
        Key("in", f"Sequence[{one}]"),
        Key("not_in", f"Sequence[{one}]"),
        Key("_count", "IntWhere"),
        Key("_count_distinct", "IntWhere"),
        Key("_min", f"Nullable{name}Where"),
        Key("_max", f"Nullable{name}Where"),
    ]
    return typed_dict(f"{name}Having", compare)


def model_groups(shown: Shown) -> list[str]:
    """The parameters of a delegate that are about many rows together (`codegen.delegates.INPUTS`)."""
    return [*_names(shown), *_by(shown), *_having(shown), *_orders(shown), *_answers(shown)]


# ---- what is measured ------------------------------------------------------------------------------------------------


def _distinct(shown: Shown) -> list[ScalarField]:
    return [
        field
        for field in shown.scalars
        if field.arity is not Arity.LIST and field.type is not Scalar.JSON and field.encrypted is None
    ]


def compared(shown: Shown) -> list[ScalarField]:
    """The fields that have a least and a greatest value."""
    return [field for field in _distinct(shown) if field.type is not Scalar.BYTES]


def numbers(shown: Shown) -> list[ScalarField]:
    """The fields that have a sum and a mean."""
    return [field for field in _distinct(shown) if field.type in _NUMBERS]


def _keys(shown: Shown) -> list[ScalarField]:
    return [field for field in shown.scalars if field.type is not Scalar.JSON and field.encrypted is None]


def _names(shown: Shown) -> list[str]:
    name = shown.name
    return [
        *alias(f"{name}CountName", literal(["_all", *(field.name for field in shown.scalars)])),
        *_name(f"{name}DistinctName", _distinct(shown)),
        *_name(f"{name}NumberName", numbers(shown)),
        *_name(f"{name}ComparedName", compared(shown)),
    ]


def _name(name: str, fields: list[ScalarField]) -> list[str]:
    return alias(name, literal(field.name for field in fields) if fields else "Never")


# ---- what is asked ---------------------------------------------------------------------------------------------------


def _by(shown: Shown) -> list[str]:
    """`By`: names of fields, units of time, and fields of relations to one row.

    No alias stands on the circle of these dictionaries: mypy follows every way that leads an alias back to itself, and there
    are millions of them among a dozen models that have each other as relations to one row.
    """
    name = shown.name
    keys = [
        *(Key(field.name, _by_field(field)) for field in _keys(shown)),
        *(Key(field.name, _by_related(field.model)) for field in _ones(shown)),
    ]
    return [
        *_name(f"{name}GroupName", _keys(shown)),
        *typed_dict(f"{name}ByFields", keys),
        *alias(f"{name}By", f"{name}GroupName | {name}ByFields | Sequence[{name}GroupName | {name}ByFields]"),
    ]


def _by_field(field: ScalarField) -> str:
    is_moment = field.type is Scalar.DATETIME and field.arity is not Arity.LIST
    return "TimeGroup | Literal[True]" if is_moment else "Literal[True]"


def _by_related(name: str) -> str:
    return f"{name}GroupName | Sequence[{name}GroupName] | {name}ByFields"


def _ones(shown: Shown) -> list[RelationField]:
    return [field for field in shown.relations if field.arity is not Arity.LIST]


def _having(shown: Shown) -> list[str]:
    having = f"{shown.name}Having"
    keys = [
        *(Key(field.name, _having_of(field)) for field in shown.scalars),
        Key("_count", "IntWhere"),
        Key("AND", one_or_many(having)),
        Key("OR", f"Sequence[{having}]"),
        Key("NOT", one_or_many(having)),
    ]
    return typed_dict(having, keys)


def _having_of(field: ScalarField) -> str:
    if field.arity is Arity.LIST or field.type is Scalar.JSON:
        return "CountHaving"
    return f"{value(field)} | {family(field)}Having | None"


def _orders(shown: Shown) -> list[str]:
    name = shown.name
    counts = f"NullableOrder | Mapping[{name}CountName, NullableOrder]"
    keys = [
        *(Key(field.name, "NullableOrder") for field in _keys(shown)),
        *(Key(field.name, f"{field.model}OrderByInput") for field in _ones(shown)),
        Key("_count", counts),
        Key("_count_distinct", f"Mapping[{name}DistinctName, NullableOrder]"),
        *(Key(word, f"Mapping[{name}NumberName, NullableOrder]") for word in ("_sum", "_avg")),
        *(Key(word, f"Mapping[{name}ComparedName, NullableOrder]") for word in ("_min", "_max")),
    ]
    return typed_dict(f"{name}GroupOrder", keys)


# ---- what is answered ------------------------------------------------------------------------------------------------


def _answers(shown: Shown) -> list[str]:
    """Every key is there, asked for or not: the types of all combinations would not be linear in the schema.

    A group has rows, so that the measures of its required fields are never None.
    """
    name = shown.name
    counts = [Key("_all", "int"), *(Key(field.name, "int") for field in shown.scalars)]
    relations = [Key(field.name, f"{field.model}KeysOfGroup") for field in _ones(shown)]
    rows = [Key(field.name, _answered(field)) for field in _keys(shown)]
    loose = [Key(field.name, _or_none(_one(field))) for field in _keys(shown)]
    return [
        *typed_dict(f"{name}Counted", counts, total=True),
        *_measures(shown, "", exact=False),
        *_measures(shown, "OfGroup", exact=True),
        *typed_dict(f"{name}KeysOfGroup", [*loose, *relations], total=True),
        *typed_dict(f"{name}Aggregated", _measured(name, ""), total=True),
        *typed_dict(f"{name}Grouped", [*rows, *relations, *_measured(name, "OfGroup")], total=True),
    ]


def _measures(shown: Shown, end: str, *, exact: bool) -> list[str]:
    def keys(fields: Iterable[ScalarField], values: dict[Scalar, str]) -> list[Key]:
        return [Key(field.name, _measure(field, values, exact=exact)) for field in fields]

    return [
        *typed_dict(f"{shown.name}Sums{end}", keys(numbers(shown), _VALUES), total=True),
        *typed_dict(f"{shown.name}Means{end}", keys(numbers(shown), _VALUES | _MEANS), total=True),
        *typed_dict(f"{shown.name}Extremes{end}", keys(compared(shown), _VALUES), total=True),
    ]


def _measure(field: ScalarField, values: dict[Scalar, str], *, exact: bool) -> str:
    one = _one(field, values)
    return one if exact and field.arity is Arity.REQUIRED else _or_none(one)


def _measured(name: str, end: str) -> list[Key]:
    return [
        Key("_count", f"{name}Counted"),
        Key("_count_distinct", f"{name}Counted"),
        Key("_sum", f"{name}Sums{end}"),
        Key("_avg", f"{name}Means{end}"),
        Key("_min", f"{name}Extremes{end}"),
        Key("_max", f"{name}Extremes{end}"),
    ]


def _answered(field: ScalarField) -> str:
    return _or_none(_one(field)) if field.arity is Arity.OPTIONAL else _one(field)


def _one(field: ScalarField, values: dict[Scalar, str] | None = None) -> str:
    match field.type:
        case EnumRef(name):
            one = f"_{name}"
        case Scalar():
            one = (values or _VALUES)[field.type]
        case _:
            raise AssertionError(f"{field.name} is not shown")
    return f"list[{one}]" if field.arity is Arity.LIST else one


def _or_none(type: str) -> str:  # noqa: A002
    return f"{type} | None"
