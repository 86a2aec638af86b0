"""`migrate adopt`: what was changed in the database by hand becomes a migration, which this database has already."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from nicol.catalog import Catalog
from nicol.migrate.diff import diff
from nicol.migrate.history import ADOPTED, Migration, migration_name, snapshot_text, stamp
from nicol.migrate.lower import lower
from nicol.migrate.plan import script
from nicol.migrate.summary import summary
from nicol.ops.agreement import listed, settled
from nicol.ops.databases import Target, talk
from nicol.ops.desk import Desk, open_desk
from nicol.ops.drift import drift
from nicol.ops.histories import write_migration
from nicol.ops.objects import Exchange, exchange
from nicol.ops.planning import Plans, plan_all
from nicol.ops.project import Project
from nicol.ops.questions import Cancelled, Questioner
from nicol.ops.renaming import NOTHING_SAID, Renaming, Said, made_in
from nicol.ops.replay import catalog_after
from nicol.ops.resolve import mark_applied


@dataclass(frozen=True, slots=True)
class Adoption:
    """What was adopted, in sentences, and the migration that says so; `created` None: there was nothing to adopt."""

    target: Target
    sentences: tuple[str, ...] = ()
    created: str | None = None
    folder: Path | None = None
    remarks: tuple[str, ...] = ()


def migrate_adopt(
    project: Project,
    questioner: Questioner,
    now: datetime,
    *,
    name: str = "adopted",
    renames: Said = NOTHING_SAID,
) -> Adoption:
    """Write down as a migration what the database holds beyond its history; here it counts as applied, elsewhere it is pending.

    The schema must say the same as the database: `nicol db pull` makes it so. `now` stamps the name, in UTC.
    """
    desk = open_desk(project)
    read, target, history = desk.read, desk.target, desk.history
    with talk(target) as conversation:
        stand = settled(conversation, desk)
        live = conversation.catalog(read.schema)
    if stand.pending:
        return _unfinished(desk, stand.pending, live)
    dialect = target.dialect
    expected = catalog_after(history.migrations, dialect, read.schema, desk.places)
    found = drift(expected, live)
    if not found:
        return Adoption(target)
    _refuse_unsaid(desk, live)
    renaming = Renaming(read.schema, renames, questioner, made_in(history.migrations, dialect.name))
    plans = plan_all(read, history, desk.places, {dialect.name: expected}, renaming)
    swap = exchange(expected, expected, live, dialect)
    migration, folder = _write(desk, migration_name(stamp(now, history), name), plans, swap)
    remarks = (*plans.remarks, *swap.left, *_remaining(desk, migration, live), *_elsewhere(desk, swap))
    mark_applied(project, migration.name)
    return Adoption(target, (*found.tables, *found.objects), migration.name, folder, remarks)


def _unfinished(desk: Desk, pending: tuple[str, ...], live: Catalog) -> Adoption:
    """An adoption whose process died before the migration was recorded is finished; all else that is pending is refused."""
    last = desk.history.get(pending[0])
    if len(pending) == 1 and last is not None and last.adopted:
        after = catalog_after(desk.history.migrations, desk.target.dialect, desk.read.schema, desk.places)
        if not drift(after, live):
            mark_applied(desk.project, last.name)
            return Adoption(desk.target, (), last.name, desk.project.migrations / last.name)
    count = f"{len(pending)} migration{'s are' if len(pending) > 1 else ' is'}"
    raise Cancelled(
        f"{count} pending, so that it cannot be told what was changed by hand",
        help="apply them first: `nicol migrate deploy`",
    )


def _refuse_unsaid(desk: Desk, live: Catalog) -> None:
    beyond = summary(diff(live, lower(desk.read.schema, desk.target.dialect)))
    if beyond:
        raise Cancelled(
            f"the schema is not what the database {desk.target.shown} holds. From the database to the schema:"
            + listed(beyond, bullet=""),
            help="take the database's changes into the schema first: `nicol db pull`; nothing was changed",
        )


def _write(desk: Desk, name: str, plans: Plans, swap: Exchange) -> tuple[Migration, Path]:
    own, read = desk.target.dialect.name, desk.read
    scripts = {
        provider: ADOPTED + (script((*swap.gone, *plan.steps, *swap.come)) if provider == own else plan.text)
        for provider, plan in plans.of.items()
    }
    snapshot = snapshot_text(read.text, (*desk.history.names, name)) if read.portable else None
    folder = write_migration(desk.project.migrations, name, scripts, read.providers, snapshot)
    return Migration(name, tuple(scripts.items()), snapshot), folder


def _remaining(desk: Desk, migration: Migration, live: Catalog) -> tuple[str, ...]:
    """What the migration leaves as it was: no SQL of ours says it."""
    after = catalog_after(
        (*desk.history.migrations, migration), desk.target.dialect, desk.read.schema, desk.places
    )
    rest = drift(after, live)
    return tuple(f"not in the migration: {sentence}" for sentence in (*rest.tables, *rest.objects))


def _elsewhere(desk: Desk, swap: Exchange) -> tuple[str, ...]:
    others = [name for name in desk.read.providers if name != desk.target.dialect.name]
    if not others or not (swap.gone or swap.come):
        return ()
    where = " and ".join(others)
    own = desk.target.dialect.name
    sentence = (
        f"triggers, functions and views were written for {own} only; write them for {where} by hand, or say in the script for "
        f"{own} that one is meant so: `-- nicol: only trigger NAME reason`"
    )
    return (sentence,)
