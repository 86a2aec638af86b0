"""What says which fields and relations a call answers."""

from __future__ import annotations

from nicol.client.codegen.source import Key, one_or_many, typed_dict
from nicol.client.codegen.values import Shown
from nicol.schema.schema import Arity, RelationField


def model_selection(shown: Shown) -> list[str]:
    """`Include`, and what a relation that leads to the model takes in one: `OneArgs` and `ManyArgs`."""
    name = shown.name
    return [
        *typed_dict(f"{name}Include", map(_relation, shown.relations)),
        *(typed_dict(f"{name}OneArgs", _selected(name)) if False in shown.led_to else []),
        *(typed_dict(f"{name}ManyArgs", [*_page(name), *_selected(name)]) if True in shown.led_to else []),
    ]


def _selected(name: str) -> list[Key]:
    """The arguments that say what comes of each row."""
    return [Key("include", f"{name}Include")]


def _page(name: str) -> list[Key]:
    """The arguments that say which rows come."""
    return [
        Key("where", f"{name}WhereInput"),
        Key("order", one_or_many(f"{name}OrderByInput")),
        Key("cursor", f"{name}WhereUniqueInput"),
        Key("take", "int"),
        Key("skip", "int"),
        Key("distinct", one_or_many(f"{name}FieldName")),
    ]


def _relation(field: RelationField) -> Key:
    args = "ManyArgs" if field.arity is Arity.LIST else "OneArgs"
    return Key(field.name, f"bool | {field.model}{args}")
