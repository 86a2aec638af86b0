"""Which rows are there: filters, keys, orders and pages, judged by rows that are there."""

from __future__ import annotations

from typing import assert_never

from msgspec.structs import replace

from nicol.query import query as q
from nicol.query.faults import invalid
from nicol.query.models import Link, Model, Models
from nicol.query.scope.guards import Guard, Guards


class Scoped:
    """The rewriting of queries for one set of guards."""

    def __init__(self, models: Models, guards: Guards) -> None:
        self.models = models
        self._guards = dict(guards.of)

    def guard(self, model: Model) -> Guard:
        """The guard of a model; QueryInvalid where it cannot be reached."""
        guard = self._guards.get(model.name)
        if guard is None:
            raise invalid(
                f"model `{model.name}` cannot be reached by this scoped client: its scope says nothing of it",
                model=model.name,
                hint=f'give it a rule, or name it in `shared`: Scope(…, shared=["{model.name}"])',
            )
        return guard

    def target(self, model: Model, field: str) -> tuple[Link, Model, Guard]:
        """The other end of a relation."""
        link = model.links[field]
        target = self.models.target(link)
        return link, target, self.guard(target)


# ---- pages -----------------------------------------------------------------------------------------------------------


def guarded_page(scoped: Scoped, model: Model, page: q.Page) -> q.Page:
    """The rows of the page that are there, in an order that tells of no others."""
    return replace(
        page,
        where=guarded_filter(scoped, model, page.where),
        order=tuple(_order(scoped, model, each) for each in page.order),
        cursor=None if page.cursor is None else guarded_key(scoped, model, page.cursor),
        selection=guarded_selection(scoped, model, page.selection),
    )


def guarded_selection(scoped: Scoped, model: Model, selection: q.Selection | None) -> q.Selection | None:
    """What comes with rows, as far as it is there."""
    if selection is None:
        return None
    return replace(
        selection,
        include=tuple(
            replace(each, page=guarded_page(scoped, scoped.target(model, each.field)[1], each.page))
            for each in selection.include
        ),
        counts=tuple(
            replace(each, where=guarded_filter(scoped, scoped.target(model, each.field)[1], each.where))
            for each in selection.counts
        ),
    )


def _order(scoped: Scoped, model: Model, order: q.OrderBy) -> q.OrderBy:
    """The order, by rows of relations that are there: all others order as if there were none."""
    guards = _steps(scoped, model, order.path)
    if order.measure is None:
        return replace(order, guards=guards) if guards else order
    for name in order.path:
        _, model, _ = scoped.target(model, name)
    _, target, _ = scoped.target(model, order.field)
    return replace(order, guards=guards, where=guarded_filter(scoped, target, order.where or q.ALL))


def guarded_group(scoped: Scoped, model: Model, key: q.GroupKey) -> q.GroupKey:
    """What rows have in common, by rows of relations that are there."""
    return replace(key, guards=_steps(scoped, model, key.path)) if key.path else key


def _steps(scoped: Scoped, model: Model, path: tuple[str, ...]) -> tuple[q.Filter, ...]:
    """The guards of the rows that a path leads to, step by step."""
    guards: list[q.Filter] = []
    for name in path:
        _, model, guard = scoped.target(model, name)
        guards.append(guard.where)
    return tuple(guards)


# ---- filters ---------------------------------------------------------------------------------------------------------


def guarded_key(scoped: Scoped, model: Model, key: q.Key) -> q.Key:
    """The row of a key, where it is there."""
    return replace(key, rest=guarded_filter(scoped, model, key.rest))


def guarded_filter(scoped: Scoped, model: Model, given: q.Filter) -> q.Filter:
    """Rows of a filter that are there, judged by rows that are there."""
    return both(scoped.guard(model).where, inner_filter(scoped, model, given))


def inner_filter(scoped: Scoped, model: Model, given: q.Filter) -> q.Filter:
    """The filter itself, judged by rows of relations that are there."""
    match given:
        case q.Compare() | q.CompareField() | q.JsonCompare() | q.JsonMissing() | q.Null() | q.Empty():
            return given
        case q.All(items=items):
            return q.All(tuple(inner_filter(scoped, model, each) for each in items))
        case q.Any(items=items):
            return q.Any(tuple(inner_filter(scoped, model, each) for each in items))
        case q.Not(of=of):
            return q.Not(inner_filter(scoped, model, of))
        case q.Related(field=field, where=where):
            _, target, guard = scoped.target(model, field)
            return replace(given, where=inner_filter(scoped, target, where), among=guard.where)
        case q.Measured(field=field, where=where):
            return replace(given, where=guarded_filter(scoped, scoped.target(model, field)[1], where))
        case q.Alone(field=field):
            guard = scoped.target(model, field)[2]
            return given if guard.where == q.ALL else q.Related(field, "none", q.ALL, guard.where)
        case _:
            assert_never(given)


def both(first: q.Filter, second: q.Filter) -> q.Filter:
    """Both, without what asks nothing."""
    wanted = [each for each in (first, second) if each != q.ALL]
    return wanted[0] if len(wanted) == 1 else q.All(tuple(wanted))
