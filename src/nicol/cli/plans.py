"""The plan of a deployment, for people and for programs."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from nicol.ops.deployment_plan import DeploymentPlan, PlannedMigration, PlannedStatement

_WIDTH = 100


def described(plan: DeploymentPlan) -> list[str]:
    """The plan in lines, and what to make of it."""
    if not plan.migrations:
        return [f"Nothing is pending: {plan.target.shown} is up to date."]
    lines = [line for migration in plan.migrations for line in _migration(migration)]
    count = len(plan.migrations)
    verdict = f"{count} migration{'s' if count > 1 else ''} would be applied to {plan.target.shown}"
    if not plan.exists:
        verdict += ", which would be made"
    if plan.stops:
        verdict += "; on the rows that are there it would fail"
    return [*lines, f"{verdict}."]


def _migration(migration: PlannedMigration) -> Iterator[str]:
    count = len(migration.steps)
    yield f"{migration.name}{f' ({count} steps)' if count > 1 else ''}"
    for number, step in enumerate(migration.steps, 1):
        if count > 1 or step.alone:
            kind = "on its own" if step.alone else "in one transaction"
            yield f"  step {number}, {kind}{', done already' if step.done else ''}"
        for statement in step.statements:
            yield from _statement(statement)
    if migration.python:
        yield "  migrate.py, in the same transaction"


def _statement(statement: PlannedStatement) -> Iterator[str]:
    line = " ".join(statement.text.split())
    yield f"    {line if len(line) <= _WIDTH else line[: _WIDTH - 1] + '…'}"
    for lock in statement.locks:
        yield f"      locks {lock.table} ({lock.mode}){f': {lock.waits}' if lock.waits else ''}"
    for sentence in statement.costs:
        yield f"      costs: {sentence}"
    for sentence in statement.stops:
        yield f"      FAILS: {sentence}"


def value_of(plan: DeploymentPlan) -> dict[str, Any]:
    """The plan as a program reads it."""
    return {
        "database": plan.target.shown,
        "exists": plan.exists,
        "fails": plan.stops,
        "migrations": [
            {
                "name": migration.name,
                "python": migration.python,
                "steps": [
                    {
                        "alone": step.alone,
                        "done": step.done,
                        "statements": [
                            {
                                "sql": each.text,
                                "locks": [
                                    {"table": lock.table, "mode": lock.mode, "waits": lock.waits}
                                    for lock in each.locks
                                ],
                                "costs": each.costs,
                                "fails": each.stops,
                            }
                            for each in step.statements
                        ],
                    }
                    for step in migration.steps
                ],
            }
            for migration in plan.migrations
        ],
    }
