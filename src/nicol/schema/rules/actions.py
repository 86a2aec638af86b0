"""Rules about referential actions: that they exist, that the database can do them, and what they need."""

from __future__ import annotations

from collections.abc import Iterator

from nicol.diagnostics import Severity, suggestion
from nicol.schema.bound import BoundField
from nicol.schema.edits import instead
from nicol.schema.relations import action_of
from nicol.schema.rules.relations import foreign_keys, place_of
from nicol.schema.rules.rule import Case, Problem, Rule, rule
from nicol.schema.schema import Arity, ReferentialAction


@rule("unknown-action")
def referential_actions_exist(case: Case) -> Iterator[Problem]:
    """An action is one that the language has."""
    for field in case.fields():
        for argument in ("onDelete", "onUpdate"):
            word = field.relation.constant(argument) if field.relation else None
            if word is None:
                continue
            action, known = action_of(field, argument), list(ReferentialAction)
            if action is None:
                meant = suggestion(word, known)
                way_out = f"did you mean {meant}?" if meant else f"actions are {', '.join(known)}"
                span = place_of(field, argument)
                yield Problem(f"there is no action {word}", span, way_out, fix=instead(span, meant))


@rule("action-unavailable")
def referential_actions_can_be_done(case: Case) -> Iterator[Problem]:
    """An action is one that the database can do, or that can be done in its place without foreign keys."""
    if case.provider is None:
        return
    emulated = case.emulates
    can = case.provider.emulated if emulated else case.provider.actions
    for field, argument, action in _actions(case):
        place = 'with relationMode = "prisma"' if emulated else f"by {case.provider.title}"
        if action not in can:
            way_out = f"use one of {', '.join(sorted(can))}"
            yield Problem(f"{action} cannot be done {place}", place_of(field, argument), way_out)
        elif action in case.provider.doubtful and not emulated:
            reason = f"{case.provider.title} does not do {action}: {case.provider.doubtful[action]}"
            yield Problem(reason, place_of(field, argument), "use another action", Severity.WARNING)


def _actions(case: Case) -> Iterator[tuple[BoundField, str, ReferentialAction]]:
    for field in case.fields():
        for argument in ("onDelete", "onUpdate"):
            action = action_of(field, argument)
            if action is not None:
                yield field, argument, action


@rule("emulated-relation-without-index")
def emulated_relations_have_an_index(case: Case) -> Iterator[Problem]:
    """Without foreign keys (`relationMode = "prisma"`), the fields of a relation begin an index."""
    if not case.emulates:
        return
    for child, parent, fields, _ in foreign_keys(case):
        names = tuple(field.name for field in fields)
        if not any(key.names[: len(names)] == names for key in case.binding.models[child.model].keys):
            listed = ", ".join(names)
            text = (
                f"no index helps to find the `{child.model}` of a `{parent.model}`: none begins with {listed}"
            )
            yield Problem(text, place_of(child, "fields"), f"add @@index([{listed}])", Severity.WARNING)


@rule("set-null-on-required")
def set_null_is_for_columns_that_can_be_null(case: Case) -> Iterator[Problem]:
    """SetNull is for foreign keys that can be null."""
    refused = case.emulates or (case.provider is not None and case.provider.refuses_set_null_on_required)
    severity = Severity.ERROR if refused else Severity.WARNING
    for child, _, fields, _ in foreign_keys(case):
        required = [field.name for field in fields if field.arity is Arity.REQUIRED]
        for argument in ("onDelete", "onUpdate"):
            if required and action_of(child, argument) is ReferentialAction.SET_NULL:
                text = f"SetNull would fail: `{required[0]}` is required"
                way_out = f"make `{required[0]}` optional, or use another action"
                yield Problem(text, place_of(child, argument), way_out, severity)


RULES: tuple[Rule, ...] = (
    referential_actions_exist,
    referential_actions_can_be_done,
    emulated_relations_have_an_index,
    set_null_is_for_columns_that_can_be_null,
)
