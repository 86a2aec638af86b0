"""`db drop`: the whole database goes, with everything in it."""

from __future__ import annotations

from nicol.drivers import drop_database
from nicol.ops.databases import Target, exists, explained, target_of
from nicol.ops.project import Project
from nicol.ops.questions import Question, Questioner, agreed
from nicol.ops.schemas import read_schema


def db_drop(project: Project, questioner: Questioner, *, force: bool = False) -> tuple[Target, bool]:
    """Drop the project's database; whether there was one. Asks unless `force` is given."""
    target = target_of(project, read_schema(project))
    if not exists(target):
        return target, False
    question = Question(
        f"The database {target.shown} will be dropped with all that it holds. Go on?", "--force"
    )
    agreed(questioner, question, beforehand=force)
    with explained(target):
        drop_database(target.address)
    return target, True
