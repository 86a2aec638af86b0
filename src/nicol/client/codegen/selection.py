"""What says which fields and relations a call answers."""

from __future__ import annotations

from collections.abc import Iterable

from nicol.client.codegen.source import Key, one_or_many, typed_dict
from nicol.client.codegen.values import Shown
from nicol.schema.schema import Arity, RelationField


def model_selection(shown: Shown) -> list[str]:
    """`Include`, `Select`, `Omit`, and what relations that lead to the model take in them.

    That is `OneArgs` and `ManyArgs`; `OneTree` and `ManyTree` where the model leads to itself.
    """
    name = shown.name
    fields = [Key(field.name, "bool") for field in shown.scalars]
    relations = [*(_relation(name, field) for field in shown.relations), *_count(shown)]
    return [
        *typed_dict(f"{name}Include", relations),
        *typed_dict(f"{name}Select", fields, f"{name}Include"),  # read once for both
        *typed_dict(f"{name}Omit", fields),
        *_counts(shown),
        *(line for end, keys in _arguments(shown) for line in typed_dict(f"{name}{end}", keys)),
    ]


def _arguments(shown: Shown) -> Iterable[tuple[str, list[Key]]]:
    """The arguments of relations that lead to the model, as far as there are some."""
    name = shown.name
    where, order, selected = Key("where", f"{name}WhereInput"), _order(name), _selected(name)
    depth = Key("depth", 'int | Literal["all"]', required=True)
    own = {field.arity is Arity.LIST for field in shown.relations if field.model == name}
    if False in shown.led_to:
        yield "OneArgs", [where, *selected]
    if True in shown.led_to:
        yield "ManyArgs", [where, order, *_cut(name), *selected]
    if False in own:
        yield "OneTree", [depth, where, *selected]
    if True in own:
        yield "ManyTree", [depth, where, order, *selected]


def _selected(name: str) -> list[Key]:
    """The arguments that say what comes of each row."""
    return [Key("select", f"{name}Select"), Key("omit", f"{name}Omit"), Key("include", f"{name}Include")]


def _order(name: str) -> Key:
    return Key("order", f'{one_or_many(f"{name}OrderByInput")} | Literal["random"]')


def _cut(name: str) -> list[Key]:
    """The arguments that say which of the rows come."""
    return [
        Key("cursor", f"{name}WhereUniqueInput"),
        Key("take", "int"),
        Key("skip", "int"),
        Key("distinct", one_or_many(f"{name}FieldName")),
    ]


def _relation(name: str, field: RelationField) -> Key:
    end = "Many" if field.arity is Arity.LIST else "One"
    tree = f" | {name}{end}Tree" if field.model == name else ""
    return Key(field.name, f"bool | {field.model}{end}Args{tree}")


def _many(shown: Shown) -> list[RelationField]:
    return [field for field in shown.relations if field.arity is Arity.LIST]


def _count(shown: Shown) -> list[Key]:
    return [Key("_count", f"bool | {shown.name}Count")] if _many(shown) else []


def _counts(shown: Shown) -> list[str]:
    """What is counted, and how relations to many rows of the model are counted elsewhere."""
    keys = [Key(field.name, f"bool | {field.model}Counting") for field in _many(shown)]
    counting = typed_dict(f"{shown.name}Counting", [Key("where", f"{shown.name}WhereInput")])
    return [
        *(typed_dict(f"{shown.name}Count", keys) if keys else []),
        *(counting if True in shown.led_to else []),
    ]
