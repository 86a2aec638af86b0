"""The generated stub `enums.pyi`."""

from __future__ import annotations

from nicol.client.codegen.source import BANNER, docstring
from nicol.client.names import member_name
from nicol.schema.schema import Enum, Schema

_STR_WORDS = frozenset(name for name in dir(str) if not name.startswith("_"))


def enums_stub(schema: Schema) -> str:
    """The text of `enums.pyi`."""
    lines = [BANNER, *(["from enum import StrEnum as _StrEnum", ""] if schema.enums else [])]
    for enum in schema.enums:
        lines += _enum(enum)
    return "\n".join(lines)


def _enum(enum: Enum) -> list[str]:
    lines = [f"class {enum.name}(_StrEnum):", *docstring(enum.documentation)]
    for value in enum.values:
        name = member_name(value.name)
        excuse = "  # type: ignore[assignment]" if name in _STR_WORDS else ""
        lines += [f'    {name} = "{value.name}"{excuse}', *docstring(value.documentation)]
    return [*lines, ""]
