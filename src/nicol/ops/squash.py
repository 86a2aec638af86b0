"""`migrate squash`: many migrations become one that leads to the same, and that counts as applied where all of them are."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from nicol.catalog import Catalog
from nicol.dialects.dialect import Dialect
from nicol.errors import MigrationError
from nicol.migrate.history import (
    History,
    Migration,
    check_lock,
    latest_snapshot,
    migration_name,
    replacing,
    snapshot_text,
)
from nicol.migrate.meant import meant_in
from nicol.migrate.plan import script, steps_between
from nicol.migrate.undo import writes_rows
from nicol.ops.databases import target_if_any
from nicol.ops.drift import drift
from nicol.ops.histories import (
    put_in_order,
    read_history,
    set_aside,
    write_migration,
    write_snapshot,
)
from nicol.ops.objects import exchange
from nicol.ops.project import Project
from nicol.ops.questions import Cancelled
from nicol.ops.replay import Places, catalog_after, places_of
from nicol.ops.schemas import ReadSchema, read_schema


@dataclass(frozen=True, slots=True)
class Squash:
    """What was squashed into which migration. `remarks` tell where the old SQL was kept, and why."""

    replaced: tuple[str, ...]
    created: str
    folder: Path
    remarks: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Range:
    """The migrations that become one, with those before and behind them."""

    before: tuple[Migration, ...]
    own: tuple[Migration, ...]
    behind: tuple[Migration, ...]


def migrate_squash(
    project: Project,
    *,
    first: str | None = None,
    last: str | None = None,
    name: str = "",
    keep_sql: bool = False,
) -> Squash:
    """Make one migration of those from `first` to `last` (by default all), and take their folders away.

    Its SQL is planned anew from what they lead to, and replayed to see that it leads to the same; where that cannot be
    done, or with `keep_sql`, it is their own SQL, one after the other.
    """
    read = read_schema(project)
    put_in_order(project.migrations)
    history = read_history(project.migrations)
    check_lock(history.lock, read.providers)
    span = _range(history, first, last)
    _refuse_python(span)
    title = migration_name(span.own[-1].name[:14], name or "squashed")
    if history.get(title) is not None:
        raise Cancelled(f"there is a migration {title} already", help="give another --name")
    places = places_of(project, read, target_if_any(project, read))
    remarks: list[str] = []
    scripts: dict[str, str] = {}
    for dialect in read.dialects:
        reason = "it was asked for" if keep_sql else _obstacle(span, dialect, places)
        planned = None if reason else _planned(span, dialect, read, places)
        if not keep_sql and planned is None:
            remarks.append(f"the SQL for {dialect.name} was kept as it was: {reason or _UNLIKE}")
        scripts[dialect.name] = (
            replacing(each.name for each in span.own)
            + "\n"
            + (_still_meant(span, dialect, planned) + planned if planned else _joined(span, dialect))
        )
    folder = _exchange_folders(project.migrations, history, span, title, scripts, read.providers)
    return Squash(tuple(each.name for each in span.own), title, folder, tuple(remarks))


_UNLIKE = "what was planned from its outcome would not lead to the same"


def _range(history: History, first: str | None, last: str | None) -> _Range:
    names = history.names
    for given in (first, last):
        if given is not None and given not in names:
            raise MigrationError(
                f"there is no migration {given}",
                code="P3017",
                help=f"the last ones are {', '.join(names[-3:])}",
            )
    start = names.index(first) if first is not None else 0
    end = names.index(last) + 1 if last is not None else len(names)
    if end - start < 2:
        raise Cancelled(
            f"there is nothing to squash: {'one migration was' if end - start == 1 else 'no migrations were'} chosen",
            help="--from and --to name the first and the last of two or more",
        )
    migrations = history.migrations
    return _Range(migrations[:start], migrations[start:end], migrations[end:])


def _refuse_python(span: _Range) -> None:
    for migration in span.own:
        if migration.python is not None:
            raise Cancelled(
                f"{migration.name} works on data in Python, which one SQL script cannot replace",
                help="squash up to the migration before it, and from the one behind it",
            )


def _obstacle(span: _Range, dialect: Dialect, places: Places) -> str | None:
    """Why a script cannot be planned from what the migrations lead to."""
    if not places.serve(dialect):
        return f"no {dialect.name} server is at hand"
    for migration in span.own:
        if writes_rows(dialect.split(migration.script(dialect.name))):
            return f"{migration.name} changes rows"
    return None


def _planned(span: _Range, dialect: Dialect, read: ReadSchema, places: Places) -> str | None:
    """A script that leads from before the migrations to behind them; None where it does not lead to the same."""

    def after(migrations: Sequence[Migration]) -> Catalog:
        return catalog_after(migrations, dialect, read.schema, places)

    before, wanted = after(span.before), after((*span.before, *span.own))
    swap = exchange(before, before, wanted, dialect)
    steps = (*swap.gone, *steps_between(swap.held, wanted, dialect), *swap.come)
    if any(hazard for step in steps for hazard in step.hazards):
        return None  # rows would be lost that the migrations kept: a rename, say
    text = script(steps)
    try:
        made = after((*span.before, Migration("squashed", ((dialect.name, text),))))
    except MigrationError:
        return None
    return None if drift(wanted, made) else text


def _still_meant(span: _Range, dialect: Dialect, text: str) -> str:
    """What the scripts say is meant to be on this database only, and still is there."""
    lines = [
        each.text
        for each in meant_in(span.own)
        if each.thing.provider == dialect.name and each.thing.name in text
    ]
    return "".join(dict.fromkeys(lines))


def _joined(span: _Range, dialect: Dialect) -> str:
    return "\n".join(
        f"-- {migration.name}\n\n{migration.script(dialect.name).strip()}\n" for migration in span.own
    )


def _exchange_folders(
    folder: Path,
    history: History,
    span: _Range,
    title: str,
    scripts: dict[str, str],
    providers: Sequence[str],
) -> Path:
    """The old folders step aside under hidden names until the new one is there; `put_in_order` does the rest, also later."""
    migration = Migration(title, tuple(scripts.items()))
    names = tuple(each.name for each in (*span.before, migration, *span.behind))
    schema = latest_snapshot(history)
    snapshot = snapshot_text(schema, names) if schema is not None and not span.behind else None
    try:
        set_aside(folder, (each.name for each in span.own))
        target = write_migration(folder, title, scripts, providers, snapshot)
        if schema is not None and span.behind:
            write_snapshot(folder, names[-1], snapshot_text(schema, names))
    except BaseException:
        shutil.rmtree(folder / title, ignore_errors=True)
        put_in_order(folder)
        raise
    put_in_order(folder)
    return target
