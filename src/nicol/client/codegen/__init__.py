"""What writes a generated client: a pure function from a schema to files. The runtime never loads it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from nicol.client.codegen.delegates import delegates_stub
from nicol.client.codegen.enums import enums_stub
from nicol.client.codegen.inputs import render_inputs
from nicol.client.codegen.options import Options, read_options
from nicol.client.codegen.package import package_stub
from nicol.client.codegen.queries import queries_module, queries_stub
from nicol.client.codegen.records import models_stub
from nicol.client.codegen.source import BANNER
from nicol.client.names import PYDANTIC_WORDS, attribute_name, delegate_name, visible_fields, visible_models
from nicol.client.package import QUERIES_FILE, SCHEMA_FILE
from nicol.errors import GenerationFailed
from nicol.query.typed import TypedQuery, write_queries
from nicol.schema import stored
from nicol.schema.schema import Generator, Schema

__all__ = ["PROVIDER", "Options", "read_options", "render_package"]

PROVIDER = "nicol"
"""The provider of the generator blocks that this package answers."""


def render_package(
    schema: Schema,
    generator: Generator,
    *,
    portable: bool = False,
    base: str = ".",
    queries: Sequence[TypedQuery] = (),
) -> dict[str, str | bytes]:
    """The files of a client package by their paths in it; GenerationFailed where the schema has no Python face.

    `portable`: the project runs on several databases. `base`: the folder, seen from the package's, against which
    relative paths in database URLs are resolved. `queries` are those of files of SQL.
    """
    options = read_options(generator)
    _check_names(schema)
    if options.models == "pydantic":
        _check_pydantic_names(schema)
    settings = "".join(
        [
            ", portable=True" if portable else "",
            f", base={base!r}" if base != "." else "",
            f', models="{options.models}"' if options.models != "struct" else "",
        ]
    )
    return {
        "__init__.py": _INIT.format(
            delegates="".join(f"\n    {delegate_name(model.name)!r}," for model in visible_models(schema)),
            settings=settings,
        ),
        "__init__.pyi": package_stub(schema, has_queries=bool(queries)),
        "delegates.py": _MODULE.format(what="operations of each model", kind="delegate"),
        "delegates.pyi": delegates_stub(schema),
        "models.py": _MODULE.format(what="records of the models", kind="model"),
        "models.pyi": models_stub(schema, options.models),
        "enums.py": _MODULE.format(what="enums", kind="enum"),
        "enums.pyi": enums_stub(schema),
        "types.py": _MODULE.format(what="typed dictionaries", kind="type"),
        "types.pyi": render_inputs(schema),
        "py.typed": "",
        SCHEMA_FILE: stored.dump(schema),
        **(_queries(queries) if queries else {}),
    }


def _queries(queries: Sequence[TypedQuery]) -> dict[str, str | bytes]:
    return {
        "queries.py": queries_module(queries),
        "queries.pyi": queries_stub(queries),
        QUERIES_FILE: write_queries(queries),
    }


_INIT = f'''\
{BANNER}
"""The client of the schema."""

from nicol.client.modules import Modules

_delegates = [{{delegates}}
]
__nicol__ = Modules(__name__, __file__, _delegates{{settings}})
__getattr__ = __nicol__.attribute
__dir__ = __nicol__.names
'''

_MODULE = f'''\
{BANNER}
"""The schema's {{what}}, made on first use."""

from . import __nicol__

__getattr__ = __nicol__.{{kind}}_attribute
__dir__ = __nicol__.{{kind}}_names
'''


def _check_names(schema: Schema) -> None:
    models = visible_models(schema)
    _check_distinct("delegate", {model.name: delegate_name(model.name) for model in models}, "models")
    for model in models:
        attributes = {field.name: attribute_name(field.name) for field in visible_fields(schema, model)}
        _check_distinct("attribute", attributes, f"fields of {model.name}")


def _check_pydantic_names(schema: Schema) -> None:
    for model in visible_models(schema):
        for field in visible_fields(schema, model):
            if attribute_name(field.name) in PYDANTIC_WORDS or field.name == "counts":
                raise GenerationFailed(
                    f"the field {model.name}.{field.name} is called as something that pydantic's models need for themselves",
                    help='rename it and keep its name in the database with @map, or leave models = "pydantic" out',
                )


def _check_distinct(kind: str, names: dict[str, str], what: str) -> None:
    for name, count in Counter(names.values()).items():
        if count > 1:
            clashing = " and ".join(given for given, python in names.items() if python == name)
            raise GenerationFailed(
                f"the {what} {clashing} would share the {kind} {name} in Python",
                help="rename one of them and keep its name in the database with @map or @@map",
            )
