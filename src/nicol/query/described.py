"""A call in words for errors and logs: its model, its operation and the keys of its arguments, never a value.

Only words of the client and names of the schema are shown: the keys of a Json value are values too.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import islice
from typing import Any

from nicol.query.models import Models
from nicol.query.read.kinds import is_dict, is_list

# fmt: off
_WORDS = frozenset({
    "where", "data", "select", "omit", "include", "order", "order_by", "take", "skip", "cursor", "distinct",
    "skip_duplicates", "create", "update", "into", "lock", "limit", "timeout", "key", "by", "having", "depth",
    "batch", "fields", "AND", "OR", "NOT", "equals", "not", "in", "not_in", "lt", "lte", "gt", "gte", "contains",
    "startswith", "endswith", "mode", "path", "has", "has_every", "has_some", "is_empty", "string_contains",
    "string_starts_with", "string_ends_with", "array_contains", "array_starts_with", "array_ends_with", "some",
    "every", "none", "is", "is_not", "sort", "nulls", "_count", "_sum", "_avg", "_min", "_max", "_all", "connect",
    "connect_or_create", "create_many", "disconnect", "set", "delete", "delete_many", "update_many", "upsert",
    "increment", "decrement", "multiply", "divide", "push", "merge", "set_path", "remove", "value", "bucket", "zone",
    "count", "count_distinct", "sum", "avg", "min", "max", "_count_distinct",
})
# fmt: on
"""The words of calls; one that is missing here is shown as `…`."""

_DEPTH, _KEYS, _LENGTH = 6, 30, 300


def describe_call(models: Models, model: str, operation: str, arguments: Mapping[str, Any]) -> str:
    """`User.create(data={email, posts: {create: [{title}]}})`; what is long or deep is cut."""
    known = _WORDS | names_of(models)
    listed = ", ".join(_argument(name, value, known) for name, value in islice(arguments.items(), _KEYS))
    text = f"{model}.{operation}({listed})"
    return text if len(text) <= _LENGTH else f"{text[: _LENGTH - 1]}…"


def names_of(models: Models) -> frozenset[str]:
    """Every name that a call may use."""
    return frozenset(
        name for model in models.by_name.values() for name in (*model.fields, *model.links, *model.keys)
    )


def _argument(name: Any, value: Any, known: frozenset[str]) -> str:
    shown = _shape(value, known, _DEPTH)
    return f"{_key(name, known)}={shown}" if shown else _key(name, known)


def _shape(value: Any, known: frozenset[str], depth: int) -> str:
    """The keys of dictionaries and of lists of them; nothing for a value."""
    if is_dict(value):
        return "{" + ", ".join(_entries(value.items(), known, depth - 1) if depth else "…") + "}"
    if is_list(value) and value and is_dict(value[0]):
        rest = ", …" if len(value) > 1 else ""
        return f"[{_shape(value[0], known, depth)}{rest}]"
    return ""


def _entries(items: Iterable[tuple[Any, Any]], known: frozenset[str], depth: int) -> Iterable[str]:
    for name, value in islice(items, _KEYS):
        shown = _shape(value, known, depth)
        yield f"{_key(name, known)}: {shown}" if shown else _key(name, known)


def _key(name: Any, known: frozenset[str]) -> str:
    return name if isinstance(name, str) and name in known else "…"
