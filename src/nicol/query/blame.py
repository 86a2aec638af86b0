"""Which foreign key a failed write may have broken, for databases that do not say: the query knows what it touched."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from nicol.query import query as q
from nicol.query.models import Models
from nicol.schema.schema import ForeignKeyRelation, ReferentialAction, Schema

_FOLLOWING = (ReferentialAction.CASCADE, ReferentialAction.SET_NULL)
"""What a database does itself, so that nothing is broken."""

_PARTS = ("data", "create", "update", "bulk")


def broken_key(query: q.Query, models: Models, schema: Schema) -> ForeignKeyRelation | None:
    """The one foreign key that the query can have broken; None when there are several."""
    keys = [each for each in schema.between_models() if isinstance(each, ForeignKeyRelation)]
    touched = list(_touched(query, query.model, models))
    found = [key for key in keys if any(_breaks(key, *each) for each in touched)]
    return found[0] if len(found) == 1 else None


def _breaks(key: ForeignKeyRelation, model: str, fields: frozenset[str] | None) -> bool:
    """True when rows that got new values for these fields, or went (None), can break the key."""
    if fields is None:
        return key.parent == model and key.on_delete not in _FOLLOWING
    points = key.child == model and not fields.isdisjoint(key.fields)
    moves = key.parent == model and not fields.isdisjoint(key.references)
    return points or (moves and key.on_update not in _FOLLOWING)


def _touched(node: Any, model: str, models: Models) -> Iterator[tuple[str, frozenset[str] | None]]:
    """The models of rows that a part of a query writes, with the fields that are given."""
    match node:
        case q.Data(assigns=assigns, acts=acts):
            yield model, frozenset(assign.field for assign in assigns)
            yield from _beside(acts, model, models)
        case q.Bulk(rows=rows, before=before, after=after):
            yield from ((model, frozenset(each.fields)) for each in rows)
            yield from _beside((*before, *after), model, models)
        case q.Delete() | q.DeleteMany() | q.DeleteRelated() | q.DeleteManyRelated():
            yield model, None
        case _:
            for part in (getattr(node, name, None) for name in _PARTS):
                if isinstance(part, q.Data | q.Bulk):
                    yield from _touched(part, model, models)


def _beside(acts: Iterable[q.Act], model: str, models: Models) -> Iterator[tuple[str, frozenset[str] | None]]:
    for act in acts:
        yield from _touched(act, models.by_name[model].links[act.field].target, models)
