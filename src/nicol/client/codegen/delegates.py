"""The generated stub `delegates.pyi`: the operations of each model, with the model's own types."""

from __future__ import annotations

import re

from nicol.client.codegen.source import BANNER, docstring
from nicol.client.codegen.values import family
from nicol.client.names import attribute_name, delegate_name, visible_models, visible_scalars
from nicol.schema.schema import Arity, EnumRef, Model, ScalarField, Schema

INPUTS = (
    "WhereInput",
    "WhereUniqueInput",
    "CreateInput",
    "CreateManyInput",
    "UpdateInput",
    "UpdateManyInput",
    "OrderByInput",
    "Include",
    "Select",
    "Omit",
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

_WRITTEN = frozenset({"CreateInput", "CreateManyInput", "UpdateInput", "UpdateManyInput", "KeyName"})
"""Those that a view's delegate does without."""

_IMPORTS = {
    "_Sequence": "from collections.abc import Sequence as _Sequence",
    "_nicol": "import nicol.client as _nicol",
    "_FieldRef": "from nicol.client import FieldRef as _FieldRef",
    "_inputs": "from nicol.client import inputs as _inputs",
}
_WORD = re.compile(r"\w+")


def delegates_stub(schema: Schema) -> str:
    """The text of `delegates.pyi`."""
    models = visible_models(schema)
    classes: list[str] = []
    for model in models:
        classes += _fields(model)
        for kind in ("", "Async", "Batch"):
            classes += _delegate(model, kind, is_view=model in schema.views)
    classes += [*_batch("Batch", "BlockingBatch", models), *_batch("AsyncBatch", "AwaitingBatch", models)]
    body = "\n".join(classes)
    words = set(_WORD.findall(body))
    return "\n".join(
        [
            BANNER,
            '"""The operations of each model."""',
            "",
            *(line for word, line in _IMPORTS.items() if word in words),
            *(f"from .models import {model.name} as _{model.name}" for model in models),
            *(
                f"from .enums import {enum.name} as _{enum.name}"
                for enum in schema.enums
                if f"_{enum.name}" in words
            ),
            *(["from .types import *", ""] if models else []),
            body,
        ]
    )


def _batch(name: str, kind: str, models: tuple[Model, ...]) -> list[str]:
    """The block of a batch, whose delegates answer with what is pending."""
    lines = [f"class {name}(_nicol.{kind}):"]
    for model in models:
        lines += [
            "    @property",
            f"    def {delegate_name(model.name)}(self) -> Batch{model.name}Delegate: ...",
        ]
    return [*lines, *([] if models else ["    pass"]), ""]


def _fields(model: Model) -> list[str]:
    """The fields of a model as what other fields are compared with."""
    fields = [f"    {attribute_name(field.name)}: {_reference(field)}" for field in visible_scalars(model)]
    return [f"class _{model.name}Fields:", *(fields or ["    pass"]), ""]


def _reference(field: ScalarField) -> str:
    if isinstance(field.type, EnumRef):
        one = f"_{field.type.name}"
        return f"_FieldRef[{f'_Sequence[{one}]' if field.arity is Arity.LIST else one}]"
    return f"_inputs.{family(field)}{'ListRef' if field.arity is Arity.LIST else 'Ref'}"


def _delegate(model: Model, kind: str, *, is_view: bool) -> list[str]:
    ends = [end for end in INPUTS if end not in _WRITTEN] if is_view else INPUTS
    parameters = [f"_{model.name}", f"_{model.name}Fields", *(f"{model.name}{end}" for end in ends)]
    body = docstring(model.documentation) or ["    pass"]
    return [
        f"class {kind}{model.name}Delegate(",
        f"    _nicol.{kind}{'View' if is_view else ''}Delegate[",
        *(f"        {parameter}," for parameter in parameters),
        "    ]",
        "):",
        *body,
        "",
    ]
