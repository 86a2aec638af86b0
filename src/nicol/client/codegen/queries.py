"""The generated modules `queries.py` and `queries.pyi`: the rows of typed SQL, and a function for each query."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Sequence

from nicol.client.codegen.source import BANNER, docstring
from nicol.errors import GenerationFailed
from nicol.query.typed import Parameter, SqlType, TypedQuery

_VALUES = {
    "String": "str",
    "Boolean": "bool",
    "Int": "int",
    "BigInt": "int",
    "Float": "float",
    "Decimal": "Decimal",
    "DateTime": "datetime",
    "Json": "Any",
    "Bytes": "bytes",
}
_GIVEN = {**_VALUES, "Decimal": "Decimal | int | str", "Json": "JsonInput"}

_IMPORTS = {
    "Sequence": "from collections.abc import Sequence",
    "datetime": "from datetime import datetime",
    "timedelta": "from datetime import timedelta",
    "Decimal": "from decimal import Decimal",
    "Any": "from typing import Any",
    "TypedDict": "from typing import TypedDict",
    "JsonInput": "from nicol.client import JsonInput",
    "_enums": "from . import enums as _enums",
}
_WORD = re.compile(r"\w+")


def queries_module(queries: Sequence[TypedQuery]) -> str:
    """The text of `queries.py`: the types of rows, for annotations."""
    return _module([line for query in queries for line in _row(query)])


def queries_stub(queries: Sequence[TypedQuery]) -> str:
    """The text of `queries.pyi`: the types of rows, and the functions of both clients."""
    _check_distinct(queries)
    rows = [line for query in queries for line in _row(query)]
    return _module(
        [*rows, *_functions("Queries", "", queries), *_functions("AsyncQueries", "async ", queries)]
    )


def _module(lines: list[str]) -> str:
    words = set(_WORD.findall("\n".join(lines)))
    imports = [line for word, line in _IMPORTS.items() if word in words]
    return "\n".join([BANNER, '"""Typed SQL."""', "", *imports, "", *lines])


def _check_distinct(queries: Sequence[TypedQuery]) -> None:
    for name, count in Counter(row_name(query) for query in queries).items():
        if count > 1:
            same = " and ".join(f"{query.name}.sql" for query in queries if row_name(query) == name)
            raise GenerationFailed(f"{same} would share the type {name}", help="rename one of the files")


def row_name(query: TypedQuery) -> str:
    """The type of a query's rows: `top_authors` has `TopAuthorsRow`."""
    return "".join(word[:1].upper() + word[1:] for word in query.name.split("_")) + "Row"


def _row(query: TypedQuery) -> list[str]:
    if query.columns is None:
        return []
    name = row_name(query)
    keys = [
        f"        {json.dumps(each.name)}: {json.dumps(_spelled(each.type, _VALUES, 'list'))},"
        for each in query.columns
    ]
    return [f"{name} = TypedDict(", f'    "{name}",', "    {", *keys, "    },", ")", ""]


def _functions(name: str, word: str, queries: Sequence[TypedQuery]) -> list[str]:
    lines = [f"class {name}:"]
    for query in queries:
        answer = "int" if query.columns is None else f"list[{row_name(query)}]"
        arguments = ", ".join(["self", "*", *map(_argument, query.parameters), *_timeout(query)])
        lines += [f"    {word}def {query.name}({arguments}) -> {answer}:", *_doc(query)]
    return [*lines, ""]


def _timeout(query: TypedQuery) -> list[str]:
    """How long a call may take, where that is no word of the query itself."""
    own = any(each.name == "timeout" for each in query.parameters)
    return [] if own else ["timeout: float | timedelta | None = None"]


def _argument(parameter: Parameter) -> str:
    default = " = None" if parameter.type.optional else ""
    return f"{parameter.name}: {_spelled(parameter.type, _GIVEN, 'Sequence')}{default}"


def _doc(query: TypedQuery) -> list[str]:
    notes = [f"{each.name}: {each.note}" for each in query.parameters if each.note]
    parts = [query.documentation or f"What {query.name}.sql says.", *(["", *notes] if notes else [])]
    return docstring("\n".join(parts), "        ")


def _spelled(type: SqlType, values: dict[str, str], container: str) -> str:  # noqa: A002
    if type.name is None:
        return "Any"
    one = values.get(type.name) or f"_enums.{type.name}"
    one = f"{one} | str" if values is _GIVEN and type.name not in values else one
    spelled = f"{container}[{one}]" if type.many else one
    return f"{spelled} | None" if type.optional else spelled
