"""The generated stub `delegates.pyi`: the operations of each model, with the model's own types."""

from __future__ import annotations

from nicol.client.codegen.source import BANNER, docstring
from nicol.client.names import visible_models
from nicol.schema.schema import Model, Schema

INPUTS = (
    "WhereInput",
    "WhereUniqueInput",
    "CreateInput",
    "CreateManyInput",
    "UpdateInput",
    "UpdateManyInput",
    "OrderByInput",
    "Include",
    "FieldName",
    "KeyName",
    "By",
    "Having",
    "GroupOrder",
    "CountName",
    "DistinctName",
    "NumberName",
    "ComparedName",
    "Counted",
    "Aggregated",
    "Grouped",
)
"""The parameters of a delegate behind its record, as the ends of the names in `types.pyi`; `nicol/client/delegate.pyi` has them
in the same order."""


def delegates_stub(schema: Schema) -> str:
    """The text of `delegates.pyi`."""
    models = visible_models(schema)
    lines = [
        BANNER,
        '"""The operations of each model."""',
        "",
        "import nicol.client as _nicol",
        "",
        *(f"from .models import {model.name} as _{model.name}" for model in models),
        *(["from .types import *", ""] if models else []),
    ]
    for model in models:
        lines += [*_delegate(model, ""), *_delegate(model, "Async")]
    return "\n".join(lines)


def _delegate(model: Model, kind: str) -> list[str]:
    parameters = [f"_{model.name}", *(f"{model.name}{end}" for end in INPUTS)]
    body = docstring(model.documentation) or ["    pass"]
    return [
        f"class {kind}{model.name}Delegate(",
        f"    _nicol.{kind}Delegate[",
        *(f"        {parameter}," for parameter in parameters),
        "    ]",
        "):",
        *body,
        "",
    ]
