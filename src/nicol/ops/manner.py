"""How migrations are applied: how long one waits for what, and who hears of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from nicol.dialects.scripts import LIMITS, Limits
from nicol.ops.durations import seconds
from nicol.ops.project import Project

PATIENCE = 60.0
"""Seconds for which an act waits for locks, all in all."""
QUEUE = 600.0
"""Seconds for which a deployer waits for another one."""


@dataclass(frozen=True, slots=True)
class Manner:
    """How migrations are applied.

    `limits` bound a statement, `patience` the seconds spent on trying again where locks were in the way, `queue` those
    spent on waiting for another deployer. `root`: the folder whose code a `migrate.py` may import. `noted` hears
    sentences on the way.
    """

    limits: Limits = LIMITS
    patience: float = PATIENCE
    queue: float = QUEUE
    root: Path = field(default_factory=Path.cwd)
    noted: Callable[[str], None] = lambda _: None


def manner_of(
    project: Project,
    *,
    lock_timeout: str | None = None,
    statement_timeout: str | None = None,
    wait: str | None = None,
    noted: Callable[[str], None] = lambda _: None,
) -> Manner:
    """How the project's migrations are applied: as given here, else as its configuration says, else as usual."""
    given = {"lock_timeout": lock_timeout, "statement_timeout": statement_timeout, "wait": wait}
    spans = {name: _seconds(project, name, text) for name, text in given.items()}
    queue = spans["wait"]
    return Manner(
        limits=Limits(spans["lock_timeout"], spans["statement_timeout"]),
        queue=QUEUE if queue is None else queue,
        patience=PATIENCE if queue is None else min(PATIENCE, queue),
        root=project.root,
        noted=noted,
    )


def _seconds(project: Project, name: str, text: str | None) -> float | None:
    if text is not None:
        return seconds(text, f"--{name.replace('_', '-')}")
    configured: str | None = getattr(project.configuration, name)
    return None if configured is None else seconds(configured, f"{name} in {project.configuration.path}")
