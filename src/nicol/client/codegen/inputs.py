"""The generated stub `types.pyi`: what a schema's calls take, as typed dictionaries. Its size is linear in the schema."""

from __future__ import annotations

import re

from nicol.client import inputs as client_inputs
from nicol.client.codegen.filters import enum_filters, model_filters
from nicol.client.codegen.groups import enum_groups, model_groups
from nicol.client.codegen.orders import model_orders
from nicol.client.codegen.selection import model_selection
from nicol.client.codegen.source import BANNER, json_imports
from nicol.client.codegen.values import Shown, shown_models
from nicol.client.codegen.writes import enum_writes, model_writes
from nicol.client.names import BLOCK
from nicol.schema.schema import Enum, Schema

# pyright counts each typed dictionary in the form of a call as complexity, and calls a file with a hundred of them too complex.
_HEAD = """\
{banner}
# pyright: reportGeneralTypeIssues=false
\"\"\"What the client's calls take.\"\"\"

from collections.abc import {collections}
{datetime}{decimal}from typing import {typing}
{imports}{enums}{json}"""

_INPUTS = frozenset(client_inputs.__all__)
_WORD = re.compile(r"\w+")


def render_inputs(schema: Schema) -> str:
    """The text of `types.pyi`; the runtime executes the blocks of it that are asked for."""
    lines: list[str] = []
    for enum in schema.enums:
        lines += ["", f"{BLOCK}{enum.name}", "", *_enum(enum)]
    for shown in shown_models(schema):
        lines += ["", f"{BLOCK}{shown.name}", "", *_model(shown)]
    body = "\n".join(lines)
    return _head(body, schema) + body


def _enum(enum: Enum) -> list[str]:
    return [*enum_filters(enum), *enum_writes(enum), *enum_groups(enum)]


def _model(shown: Shown) -> list[str]:
    return [
        *model_filters(shown),
        *model_orders(shown),
        *model_writes(shown),
        *model_selection(shown),
        *model_groups(shown),
    ]


def _head(body: str, schema: Schema) -> str:
    """The banner and the imports that the body needs.

    Not `from . import enums`: it would make the package wait for this module while this module waits for the package, and
    a type checker would read both several times.
    """
    used = set(_WORD.findall(body))
    return _HEAD.format(
        banner=BANNER,
        imports=_imported(used.intersection(_INPUTS)),
        enums="".join(f"from .enums import {enum.name} as _{enum.name}\n" for enum in schema.enums),
        json="".join(f"{line}\n" for line in json_imports(schema)),
        typing=", ".join(
            sorted({"TypedDict", *used.intersection({"Any", "Literal", "Never", "Required", "TypeAlias"})})
        ),
        collections=", ".join(sorted({"Sequence", *used.intersection({"Mapping"})})),
        decimal="from decimal import Decimal\n" if "Decimal" in used else "",
        datetime="from datetime import datetime\n" if "datetime" in used else "",
    )


def _imported(names: set[str]) -> str:
    lines = "".join(f"    {name},\n" for name in sorted(names))
    return f"\nfrom nicol.client.inputs import (\n{lines})\n" if names else ""
