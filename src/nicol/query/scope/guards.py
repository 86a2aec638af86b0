"""Scopes as values: one guard for each model that can be reached, its values in the first slots of every query."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from nicol.query import query as q
from nicol.query.faults import invalid
from nicol.query.models import Model, Models
from nicol.query.nodes.node import Node
from nicol.query.read.data import read_data
from nicol.query.read.where import Values, read_where
from nicol.query.scope.rules import Rule, Scope


class Guard(Node, frozen=True, gc=False):
    """For one model: which rows are there, what new rows hold, and what is written to rows instead of deleting them."""

    where: q.Filter = q.ALL
    sets: tuple[q.Assign, ...] = ()
    gone: tuple[q.Assign, ...] | None = None

    @property
    def fixed(self) -> frozenset[str]:
        """The fields that the scope gives and nobody else."""
        return frozenset(assign.field for assign in self.sets)


class Guards(Node, frozen=True, gc=False):
    """The guards of the models that can be reached. Two scopes that differ in values alone have equal guards."""

    of: tuple[tuple[str, Guard], ...]


def read_guards(models: Models, scopes: Sequence[Scope]) -> tuple[Guards, Values]:
    """What scopes mean together, and their values in the order of their slots."""
    values: Values = []
    found: list[tuple[str, Guard]] = []
    for scope in scopes:
        scope.check(models)
    for model in models.by_name.values():
        rules = _all_rules(model, scopes)
        if rules is not None:
            found.append((model.name, _guard(models, model, rules, values)))
    return Guards(tuple(found)), values


def _all_rules(model: Model, scopes: Sequence[Scope]) -> tuple[Rule, ...] | None:
    """The rules of all scopes; None where one of them lets nobody through."""
    each = [scope.rules_of(model) for scope in scopes]
    return None if None in each else tuple(rule for rules in each for rule in rules or ())


def _guard(models: Models, model: Model, rules: Sequence[Rule], values: Values) -> Guard:
    filters = tuple(read_where(models, model, dict(rule.where), values) for rule in rules if rule.where)
    sets = tuple(assign for rule in rules for assign in _assigns(models, model, rule.data, values, new=True))
    gone = [_assigns(models, model, rule.on_delete, values, new=False) for rule in rules if rule.on_delete]
    if len({assign.field for assign in sets}) < len(sets) or len(gone) > 1:
        raise invalid(f"two rules of a scope write the same field of `{model.name}`", model=model.name)
    where = filters[0] if len(filters) == 1 else q.All(filters)
    return Guard(where, sets, gone[0] if gone else None)


def _assigns(
    models: Models, model: Model, data: Mapping[str, Any], values: Values, *, new: bool
) -> tuple[q.Assign, ...]:
    found = read_data(models, model, dict(data), values, new=new)
    if found.acts:
        raise invalid(
            f"a scope writes scalar fields only: `{model.name}.{found.acts[0].field}` is a relation",
            model=model.name,
            fields=(found.acts[0].field,),
        )
    return found.assigns
