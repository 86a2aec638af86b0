"""`doctor`: everything that can be wrong with a project and its database, each with what mends it. Nothing is changed."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from nicol.catalog import Catalog, Table
from nicol.dialects.health import Complaint, Weight
from nicol.drivers.database import sizes_for
from nicol.errors import ConnectionFailed, NicolError, SchemaInvalid
from nicol.ops.backups.restoring import db_backups
from nicol.ops.databases import Conversation, Target, exists, talk, target_of
from nicol.ops.leases import session_of
from nicol.ops.project import Project
from nicol.ops.reminders import has_reminders, reminders
from nicol.ops.retention import retention_plan
from nicol.ops.schemas import ReadSchema, read_schema
from nicol.ops.status import migrate_status

_SLACK = 7
"""Days by which retention may be behind."""
_BACKUP_AGE = timedelta(days=2)
_OTHERS = 0o077


@dataclass(frozen=True, slots=True)
class Looked:
    """One thing that was looked at: what was seen in words, and what is wrong with it."""

    name: str
    seen: str
    complaints: tuple[Complaint, ...] = ()


def doctor(project: Project) -> tuple[Looked, ...]:
    """Look at everything. What cannot be looked at is a complaint of its own, and what needs it is left out."""
    looked = [_environment(project)]
    try:
        read = read_schema(project)
    except SchemaInvalid as error:
        return (*looked, _failed("schema", error, "nicol validate"))
    except NicolError as error:
        return (*looked, _failed("schema", error, "nicol init"))
    looked.append(Looked("schema", f"{len(read.schema.models)} models, {len(read.schema.enums)} enums"))
    try:
        target = target_of(project, read)
        if not exists(target):
            raise ConnectionFailed(
                f"there is no database {target.shown}", code="P1003", help="nicol migrate deploy"
            )
    except NicolError as error:
        return (*looked, _failed("connection", error, ""))
    return (*looked, *_inside(project, read, target))


def _inside(project: Project, read: ReadSchema, target: Target) -> Iterator[Looked]:
    try:
        with talk(target) as conversation:
            catalog = conversation.catalog(read.schema)
            yield _connection(conversation, catalog)
            yield _pooler(conversation, project, read)
            yield _structure(catalog)
    except NicolError as error:
        yield _failed("connection", error, "")
        return
    for name, look in _LOOKS:
        try:
            yield look(project, read)
        except NicolError as error:
            yield _failed(name, error, "")


def _failed(name: str, error: NicolError, fix: str) -> Looked:
    code = (error.code or name).lower()
    return Looked(
        name, "cannot be looked at", (Complaint(code, Weight.ERROR, error.message, fix or error.help or ""),)
    )


# ---- environment -----------------------------------------------------------------------------------------------------


def _environment(project: Project) -> Looked:
    files = [
        path
        for folder in dict.fromkeys((project.root, project.schema.parent))
        if (path := folder / ".env").is_file()
    ]
    complaints = tuple(each for path in files for each in _env_file(path))
    return Looked("environment", ", ".join(map(str, files)) or "no .env file", complaints)


def _env_file(path: Path) -> Iterator[Complaint]:
    """Secrets stand in it: it is for one pair of eyes, and not for the repository."""
    if path.stat().st_mode & _OTHERS:
        yield Complaint(
            "env-readable", Weight.WARNING, f"others on this machine may read {path}", f"chmod 600 {path}"
        )
    if _git(path, "ls-files", "--error-unmatch"):
        text = f"{path} is in the repository, with all secrets that it ever held"
        yield Complaint(
            "env-committed", Weight.ERROR, text, f"git rm --cached {path.name}, and change the secrets"
        )
    elif _git(path, "rev-parse", "--git-dir") and not _git(path, "check-ignore", "--quiet"):
        text = f"git does not ignore {path}: the next `git add` takes it along"
        yield Complaint("env-not-ignored", Weight.WARNING, text, f"echo {path.name} >> .gitignore")
    names = re.findall(
        r"^\s*(?:export\s+)?(\w+)\s*=", path.read_text("utf-8", errors="replace"), re.MULTILINE
    )
    for name in sorted({each for each in names if names.count(each) > 1}):
        text = f"{path} sets {name} {names.count(name)} times; the last one counts"
        yield Complaint("env-twice", Weight.WARNING, text, "remove the others")


def _git(path: Path, *arguments: str) -> bool:
    """True when git says yes; without git, or outside of a repository, it says no."""
    words = [] if arguments[0] == "rev-parse" else ["--", path.name]
    try:
        asked = subprocess.run(
            ["git", *arguments, *words], cwd=path.parent, capture_output=True, timeout=10, check=False
        )
    except (OSError, subprocess.SubprocessError):
        return False
    return asked.returncode == 0


# ---- database --------------------------------------------------------------------------------------------------------


def _connection(conversation: Conversation, catalog: Catalog) -> Looked:
    target = conversation.target
    health = conversation.run(target.dialect.health(catalog, sizes_for(target.address).writers))
    return Looked("database", f"{target.shown} answers: {health.version}", health.complaints)


def _pooler(conversation: Conversation, project: Project, read: ReadSchema) -> Looked:
    """A pooler that changes sessions between statements breaks what migrations hold on to."""
    if conversation.connection.announced is None or session_of(conversation) is not None:
        return Looked("pooler", "none between")
    direct = read.schema.datasource is not None and read.schema.datasource.direct_url is not None
    if direct or project.configuration.direct_url_env is not None:
        return Looked("pooler", "a transaction pooler, and a direct URL for migrations")
    text = "a transaction pooler stands between, and migrations have no way past it"
    fix = "set DIRECT_URL and `direct_url_env`, and `pgbouncer=true` in the URL of the application"
    return Looked("pooler", "a transaction pooler", (Complaint("pooler", Weight.WARNING, text, fix),))


def _structure(catalog: Catalog) -> Looked:
    complaints = tuple(each for table in catalog.tables for each in _table(table))
    return Looked("tables", f"{len(catalog.tables)} tables", complaints)


def _table(table: Table) -> Iterator[Complaint]:
    for index in table.indexes:
        if not index.valid:
            text = f"the index {index.name} of {table.name} is invalid: a build that failed left it behind"
            yield Complaint("invalid-index", Weight.ERROR, text, f'REINDEX INDEX CONCURRENTLY "{index.name}"')
    for key in table.foreign_keys:
        name = f"{table.name}({', '.join(key.columns)})"
        if not key.valid:
            text = f"the foreign key {name} was never checked for the rows that are there"
            yield Complaint(
                "unchecked-key",
                Weight.WARNING,
                text,
                f'ALTER TABLE "{table.name}" VALIDATE CONSTRAINT "{key.name}"',
            )
        if not _led_to(table, key.columns):
            text = f"no index begins with the foreign key {name}: every delete in {key.table} reads all of {table.name}"
            yield Complaint(
                "key-without-index",
                Weight.WARNING,
                text,
                "add @@index with its fields, then nicol migrate dev",
            )


def _led_to(table: Table, columns: tuple[str, ...]) -> bool:
    """True when something that the database can search by begins with these columns, in any order."""
    keys = [tuple(each.name for each in index.columns) for index in table.indexes if index.where is None]
    if table.primary_key is not None:
        keys.append(table.primary_key.columns)
    return any(set(key[: len(columns)]) == set(columns) for key in keys)


# ---- history and care ------------------------------------------------------------------------------------------------


def _migrations(project: Project, read: ReadSchema) -> Looked:  # noqa: ARG001 - all of these take the same
    if not project.migrations.is_dir():
        return Looked("migrations", "no history")
    status = migrate_status(project)
    standing = status.standing
    troubles = (
        ("failed", Weight.ERROR, "failed and is not resolved", "nicol migrate resolve", standing.failed),
        ("missing", Weight.ERROR, "was applied and is not here", "bring its folder back", standing.missing),
        ("changed", Weight.WARNING, "was changed after it was applied", "undo the change", standing.changed),
    )
    complaints = [
        Complaint(f"migration-{code}", weight, f"{name} {words}", fix)
        for code, weight, words, fix, names in troubles
        for name in names
    ]
    complaints += [
        Complaint("migration-halfway", Weight.ERROR, each.sentence, "nicol migrate deploy")
        for each in status.halfway
    ]
    if standing.pending:
        text = f"{len(standing.pending)} pending, from {standing.pending[0]} on"
        complaints.append(Complaint("migration-pending", Weight.WARNING, text, "nicol migrate deploy"))
    if status.unrecorded:
        text = "the database holds tables, but no record of migrations"
        complaints.append(
            Complaint("migration-unrecorded", Weight.WARNING, text, "nicol migrate resolve --applied NAME")
        )
    if not complaints:
        complaints = list(_drift(project))
    return Looked("migrations", f"{len(standing.applied)} of {status.migrations} applied", tuple(complaints))


def _drift(project: Project) -> Iterator[Complaint]:
    found = migrate_status(project, compare=True).drift
    for sentence in (*found.tables, *found.objects) if found else ():
        text = f"the database is not what its migrations made: {sentence}"
        yield Complaint(
            "drift", Weight.ERROR, text, "nicol migrate adopt, or nicol migrate diff to see the SQL"
        )


def _retention(project: Project, read: ReadSchema) -> Looked:
    if not any(model.retention for model in read.schema.models):
        return Looked("retention", "no model has @nicol.retain")
    _, due = retention_plan(project, slack=_SLACK)
    complaints = tuple(
        Complaint(
            "retention-overdue",
            Weight.WARNING,
            f"{each.rows:,} rows of {each.model} should have gone {_SLACK} days ago or before",
            "nicol retention run",
        )
        for each in due
        if each.rows
    )
    return Looked("retention", f"{len(due)} models with @nicol.retain", complaints)


def _reminders(project: Project, read: ReadSchema) -> Looked:
    if not has_reminders(read.schema):
        return Looked("reminders", "no model has @nicol.remind")
    found = reminders(project)
    complaints = tuple(
        Complaint(
            "reminder-overdue",
            Weight.WARNING,
            f"{each.model} {each.name} had to be seen to by {each.at:%Y-%m-%d}",
            "see to it, and set the time of the next; nicol retention plan lists all",
        )
        for each in found
        if each.overdue
    )
    return Looked("reminders", f"{len(found) - len(complaints)} coming", complaints)


def _backups(project: Project, read: ReadSchema) -> Looked:
    place, found = db_backups(project)
    own = [each for each in found if each.provider in read.providers]
    if not own:
        weight = Weight.NOTE if project.configuration.backups is None else Weight.WARNING
        none = Complaint("no-backup", weight, "there is no backup", "nicol db backup --verify")
        return Looked("backups", f"none in {place}", (none,))
    age = datetime.now(UTC) - own[-1].taken
    complaints: list[Complaint] = []
    if age > _BACKUP_AGE:
        text = f"the newest backup is {age.days} days old"
        complaints.append(Complaint("backup-old", Weight.WARNING, text, "nicol db backup --verify"))
    if not any(each.verified for each in own):
        text = "no backup was ever restored for a test"
        complaints.append(Complaint("backup-unverified", Weight.NOTE, text, "nicol db restore --check"))
    return Looked("backups", f"{len(own)} in {place}, the newest {own[-1].name}", tuple(complaints))


_Look = Callable[[Project, ReadSchema], Looked]

_LOOKS: tuple[tuple[str, _Look], ...] = (
    ("migrations", _migrations),
    ("retention", _retention),
    ("reminders", _reminders),
    ("backups", _backups),
)
