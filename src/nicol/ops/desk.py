"""What lies on the table while a history is worked on: the project, its schema, its database, its history."""

from __future__ import annotations

from dataclasses import dataclass

from nicol.migrate.history import History, check_lock
from nicol.ops.databases import Target, target_of
from nicol.ops.histories import read_history
from nicol.ops.project import Project
from nicol.ops.replay import Places, places_of
from nicol.ops.schemas import ReadSchema, read_schema


@dataclass(frozen=True, slots=True)
class Desk:
    """One project, read; `places` are where its history can be replayed."""

    project: Project
    read: ReadSchema
    target: Target
    history: History
    places: Places


def open_desk(project: Project) -> Desk:
    """Read what a project has; MigrationError where its history is written for other databases."""
    read = read_schema(project)
    target = target_of(project, read)
    history = read_history(project.migrations)
    check_lock(history.lock, read.providers)
    return Desk(project, read, target, history, places_of(project, read, target))
