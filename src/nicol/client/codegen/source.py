"""How generated Python is spelled: typed dictionaries, literals and docstrings."""

from __future__ import annotations

import keyword
import re
from collections.abc import Iterable
from dataclasses import dataclass

from nicol.client.json_types import json_alias
from nicol.client.names import visible_models, visible_scalars
from nicol.schema.schema import Schema

BANNER = "# Written by `nicol generate` from the schema: changes made here are lost."


_WORD = re.compile(r"\w+")


def json_imports(schema: Schema) -> list[str]:
    """The imports of the types that Json fields hold, under names that hide no others."""
    types = {
        field.json_type
        for model in visible_models(schema)
        for field in visible_scalars(model)
        if field.json_type
    }
    return sorted(f"from {of.module} import {of.name} as {json_alias(of)}" for of in types)


@dataclass(frozen=True, slots=True)
class Key:
    """One key of a typed dictionary and the type of its value."""

    name: str
    type: str
    required: bool = False

    @property
    def annotation(self) -> str:
        """The type, marked where the key must be there."""
        return f"Required[{self.type}]" if self.required else self.type


def typed_dict(name: str, keys: Iterable[Key], base: str = "TypedDict", *, total: bool = False) -> list[str]:
    """The lines of a typed dictionary whose keys need not be there unless they say so, or all are there (`total`).

    It is a class, which costs pyright less stack than the other form; keys that a class body cannot spell, and those that
    would hide the types of others, are in a base of the other form.
    """
    every = sorted(keys, key=_depth)
    types = {word for key in every for word in _WORD.findall(key.annotation)}
    apart = [key for key in every if keyword.iskeyword(key.name) or key.name in types]
    spelled = [f"    {key.name}: {key.annotation}" for key in every if key not in apart]
    end = "" if total else ", total=False"
    if apart and not spelled and base == "TypedDict":
        return _functional(name, apart, end)
    bases = [*([f"_{name}Words"] if apart else []), *([base] if base != "TypedDict" or not apart else [])]
    words = _functional(f"_{name}Words", apart, end) if apart else []
    return [*words, f"class {name}({', '.join(bases)}{end}):", *(spelled or ["    pass"]), ""]


def _functional(name: str, keys: Iterable[Key], end: str) -> list[str]:
    """The lines of a typed dictionary in the form that takes every word as a key."""
    entries = [f'    "{key.name}": {key.annotation},' for key in keys]
    return [f'{name} = TypedDict("{name}", {{', *entries, f"}}{end})", ""]


_LAYERS = (("Where", "Filter", "Counting"), ("Order",), ("Create", "Connect"))


def _depth(key: Key) -> int:
    """How late a key is read: filters first, then orders, then what is created.

    pyright reads all that a dictionary leads to while it reads the dictionary, from model to model: the circles of filters,
    of orders and of creations must not be open at the same time, or a hundred models in a ring leave it without a stack.
    """
    found = (depth for depth, words in enumerate(_LAYERS) if any(word in key.type for word in words))
    return next(found, len(_LAYERS))


def alias(name: str, type: str) -> list[str]:  # noqa: A002
    """The lines of a name for a type."""
    return [f"{name}: TypeAlias = {type}", ""]


def one_or_many(type: str) -> str:  # noqa: A002
    """A type that is another one or a sequence of it."""
    return f"{type} | Sequence[{type}]"


def docstring(text: str | None, indent: str = "    ") -> list[str]:
    """The lines of a docstring; none where there is nothing to say."""
    if not text:
        return []
    escaped = text.replace("\\", "\\\\").replace('"""', '\\"\\"\\"')
    first, *rest = escaped.splitlines()
    if not rest:
        return [f'{indent}"""{first}{" " if first.endswith(chr(34)) else ""}"""']
    return [f'{indent}"""{first}', *(f"{indent}{line}".rstrip() for line in rest), f'{indent}"""']


def literal(values: Iterable[str]) -> str:
    """A type that is one of some strings."""
    return f"Literal[{', '.join(f'{chr(34)}{value}{chr(34)}' for value in values)}]"
