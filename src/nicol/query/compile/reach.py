"""Which rows a nested act may change: those of its own model, and whatever a cascade leads to."""

from __future__ import annotations

from collections.abc import Iterable

from nicol.query import query as q
from nicol.query.models import Model, Models


def reaches(models: Models, model: Model, act: q.Act, wanted: str) -> bool:
    """True when an act on a relation of a model may change rows of the wanted model that are there already."""
    link = model.links[act.field]
    target = models.target(link)
    match act:
        case q.CreateRelated(data=data):
            room = not (link.owns or link.many) and target.name == wanted  # whoever holds the place is let go
            return room or _any(models, target, data.acts, wanted)
        case q.Connect(create=create):
            moved = not link.owns and target.name == wanted
            return moved or (create is not None and _any(models, target, create.acts, wanted))
        case q.CreateBeside(bulk=bulk):
            return bulk_reaches(models, target, bulk, wanted)
        case q.ConnectBeside():
            return not link.owns and target.name == wanted
        case _:
            return True


def bulk_reaches(models: Models, model: Model, bulk: q.Bulk, wanted: str) -> bool:
    """True when what is written beside many rows may change rows of the wanted model that are there already."""
    return _any(models, model, (*bulk.before, *bulk.after), wanted)


def _any(models: Models, model: Model, acts: Iterable[q.Act], wanted: str) -> bool:
    return any(reaches(models, model, act, wanted) for act in acts)
