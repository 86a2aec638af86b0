"""The generated stub `__init__.pyi`: the two clients, and every class that a user names."""

from __future__ import annotations

from nicol.client.codegen.source import BANNER, docstring
from nicol.client.names import PACKAGE_WORDS, delegate_name, visible_models
from nicol.schema.schema import Model, Schema


def package_stub(schema: Schema, *, has_queries: bool = False) -> str:
    """The text of `__init__.pyi`."""
    models = visible_models(schema)
    names = [enum.name for enum in schema.enums if enum.name not in PACKAGE_WORDS]
    records = [model.name for model in models if model.name not in PACKAGE_WORDS]
    lines = [
        BANNER,
        "from datetime import timedelta as _timedelta",
        "",
        "import nicol.client as _nicol",
        "from nicol.client.modules import Modules as _Modules",
        "",
        "from . import delegates as delegates, enums as enums, models as models, types as types",
        "from . import delegates as _delegates",
        *(["from . import queries as queries", "from . import queries as _queries"] if has_queries else []),
        *(f"from .enums import {name} as {name}" for name in names),
        *(f"from .models import {name} as {name}" for name in records),
        "",
        "__nicol__: _Modules",
        "",
        *_client("Client", "", models, has_queries=has_queries),
        *_client("AsyncClient", "Async", models, has_queries=has_queries),
    ]
    return "\n".join(lines)


def _client(name: str, kind: str, models: tuple[Model, ...], *, has_queries: bool) -> list[str]:
    lines = [f"class {name}(_nicol.{name}):"]
    if has_queries:
        lines += [
            "    @property",
            f"    def sql(self) -> _queries.{kind}Queries:",
            *docstring("Typed SQL.", "        "),
        ]
    lines += [
        "    def batch(",
        "        self, *, timeout: float | _timedelta | None = None, isolation_level: str | None = None",
        f"    ) -> _delegates.{kind}Batch:",
        *docstring("Calls that happen together at the end of the block.", "        "),
    ]
    for model in models:
        described = docstring(model.documentation, "        ")
        lines += [
            "    @property",
            f"    def {delegate_name(model.name)}(self) -> _delegates.{kind}{model.name}Delegate:"
            + ("" if described else " ..."),
            *described,
        ]
    return [*lines, *([] if len(lines) > 1 else ["    pass"]), ""]
