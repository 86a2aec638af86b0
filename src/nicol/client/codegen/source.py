"""How generated Python is spelled: typed dictionaries, literals and docstrings."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

BANNER = "# Written by `nicol generate` from the schema: changes made here are lost."


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


def typed_dict(name: str, keys: Iterable[Key], *, total: bool = False) -> list[str]:
    """The lines of a typed dictionary whose keys need not be there unless they say so, or all are there (`total`).

    The functional form takes every word as a key. It is also what keeps mypy fast: the dictionaries of a schema refer to
    each other, and mypy walks all of them once for each dictionary in this form, but once for each key of a class and
    of its bases.
    """
    entries = [f'    "{key.name}": {key.annotation},' for key in keys]
    end = "})" if total else "}, total=False)"
    if not entries:
        return [f'{name} = TypedDict("{name}", {{{end}', ""]
    return [f'{name} = TypedDict("{name}", {{', *entries, end, ""]


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
