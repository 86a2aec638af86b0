"""How generated Python is spelled: typed dictionaries, docstrings, and the names that a class body would hide."""

from __future__ import annotations

import keyword
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

BANNER = "# Written by `nicol generate` from the schema: changes made here are lost."

# fmt: off
TYPE_WORDS = frozenset({
    "bool", "bytes", "datetime", "float", "int", "str", "Literal", "Required", "Sequence", "TypedDict",
    "TypeAlias", "Decimal", "DecimalInput", "JsonInput", "SortOrder", "NullsOrder", "StringFilter",
    "StringUpdate", "BooleanFilter", "BooleanUpdate", "IntFilter", "IntUpdate", "FloatFilter",
    "FloatUpdate", "DecimalFilter", "DecimalUpdate", "DateTimeFilter", "DateTimeUpdate", "JsonFilter",
    "BytesFilter", "BytesUpdate", "ListFilter", "ListUpdate",
})
# fmt: on
"""The words that annotations of inputs use: a key of that name in a class body would hide them."""


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


def typed_dict(
    name: str, keys: Iterable[Key], bases: Sequence[str] = (), doc: str | None = None
) -> list[str]:
    """The lines of a typed dictionary whose keys need not be there unless they say so.

    Keys that a class body cannot spell go to a base in the functional form.
    """
    spelled, words = _split(keys)
    if words and not spelled and not bases:
        return functional_typed_dict(name, words)
    lines: list[str] = []
    if words:
        lines += functional_typed_dict(f"_{name}Words", words)
        bases = (f"_{name}Words", *bases)
    lines.append(f"class {name}({', '.join(bases or ('TypedDict',))}, total=False):")
    body = [*docstring(doc), *(f"    {key.name}: {key.annotation}" for key in spelled)]
    return [*lines, *(body or ["    pass"]), ""]


def functional_typed_dict(name: str, keys: Sequence[Key]) -> list[str]:
    """The lines of a typed dictionary whose keys need not be words of Python."""
    entries = [f'        "{key.name}": "{key.annotation}",' for key in keys]
    return [
        f"{name} = TypedDict(",
        f'    "{name}",',
        "    {",
        *entries,
        "    },",
        "    total=False,",
        ")",
        "",
    ]


def _split(keys: Iterable[Key]) -> tuple[list[Key], list[Key]]:
    spelled: list[Key] = []
    words: list[Key] = []
    for key in keys:
        hidden = keyword.iskeyword(key.name) or key.name in TYPE_WORDS
        (words if hidden else spelled).append(key)
    return spelled, words


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
