"""`db execute`, and running a script as a whole: all of it takes effect or nothing."""

from __future__ import annotations

from pathlib import Path

from nicol.errors import ConfigurationError
from nicol.migrate.apply import run_whole
from nicol.ops.databases import Conversation, Target, talk, target_of
from nicol.ops.project import Project
from nicol.ops.schemas import read_schema
from nicol.sql.program import Program


def db_execute(project: Project, script: str) -> Target:
    """Run a script on the project's database in one transaction. Rows that it answers are not shown."""
    target = target_of(project, read_schema(project))
    with talk(target) as conversation:
        run_script(conversation, script)
    return target


def read_script(file: Path) -> str:
    """The text of a script; ConfigurationError where there is none."""
    try:
        return file.read_text("utf-8")
    except OSError as error:
        raise ConfigurationError(f"the script {file} cannot be read: {error.strerror or error}") from None
    except UnicodeDecodeError:
        raise ConfigurationError(
            f"the script {file} is not UTF-8 text", help="save the file as UTF-8"
        ) from None


def run_script(conversation: Conversation, script: str, first: Program[bool] | None = None) -> None:
    """Run a script in one transaction, after what is said `first`."""
    conversation.run(run_whole(script, conversation.target.dialect, first))
