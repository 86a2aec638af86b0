"""`migrate dev`: bring the database up to its history, plan what the schema asks beyond it, write it down and apply it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import chain
from pathlib import Path

from nicol.catalog import Catalog
from nicol.migrate.data import SKELETON
from nicol.migrate.history import (
    Migration,
    latest_snapshot,
    migration_name,
    snapshot_text,
    stamp,
)
from nicol.migrate.ledger import LedgerRow, standing
from nicol.migrate.phases import breaks, phases
from nicol.ops.agreement import refuse_drift, settled
from nicol.ops.applying import apply_all, latecomers, open_ledger, refuse_clashing
from nicol.ops.databases import Conversation, Target, ensure_database, talk
from nicol.ops.desk import Desk, open_desk
from nicol.ops.drift import drift
from nicol.ops.hazards import consent, weigh
from nicol.ops.histories import write_migration, write_snapshot
from nicol.ops.manner import manner_of
from nicol.ops.planning import Plans, plan_all
from nicol.ops.project import Project
from nicol.ops.questions import Cancelled, Questioner
from nicol.ops.renaming import NOTHING_SAID, Renaming, Said, made_in
from nicol.ops.replay import catalog_after


@dataclass(frozen=True, slots=True)
class Development:
    """What `migrate dev` did. `caught_up` are migrations of the history that were applied first.

    `created` is the new migration's name, `folder` its place, `contract` the name of its second half, `applied` whether it
    was applied, too. `remarks` are doubts and losses that people should know of.
    """

    target: Target
    created_database: bool
    caught_up: tuple[str, ...] = ()
    created: str | None = None
    folder: Path | None = None
    contract: str | None = None
    applied: bool = False
    remarks: tuple[str, ...] = ()


def migrate_dev(
    project: Project,
    questioner: Questioner,
    now: datetime,
    *,
    name: str = "",
    create_only: bool = False,
    python: bool = False,
    accept_data_loss: bool = False,
    expand: bool = False,
    out_of_order: bool = False,
    renames: Said = NOTHING_SAID,
    told: Callable[[str], None] = lambda _: None,
    warned: Callable[[Iterable[str]], None] = lambda _: None,
) -> Development:
    """Apply what is pending, then make one migration of what the schema asks beyond the history, and apply it.

    `create_only` writes the migration without applying it, `python` a `migrate.py` beside its SQL. `renames` tells what is
    renamed and what is not. `expand`: what breaks running code becomes two migrations. `out_of_order`: apply migrations of
    other branches even where their order matters. `now` stamps the migration's name, in UTC. `told` hears the name of each
    migration when it is applied, `warned` each remark before anything comes of it.
    """
    desk = open_desk(project)
    read, target, history = desk.read, desk.target, desk.history
    title = migration_name(stamp(now, history), name)
    created_database = ensure_database(target)
    with talk(target) as conversation:
        expected, remarks = _examine(desk, conversation, out_of_order=out_of_order)
        renaming = Renaming(
            read.schema, renames, questioner, made_in(history.migrations, target.dialect.name)
        )
        plans = plan_all(read, history, desk.places, {target.dialect.name: expected}, renaming)
        broken = _broken(plans)
        remarks = (*remarks, *plans.remarks)
        if history.migrations and not expand:
            remarks += tuple(map(_to_expand, broken))
        warned(remarks)
        caught_up = _catch_up(desk, conversation, told)
        done = Development(target, created_database, caught_up, remarks=remarks)
        if plans.empty and not create_only:
            _keep_snapshot(desk)
            return done
        in_two = expand and bool(broken)
        hazards = weigh(conversation, plans.of[target.dialect.name].steps)
        later = hazards.impossible if in_two else ()  # rows have time until the second half
        hazards = replace(hazards, impossible=()) if in_two else hazards
        agreed = consent(hazards, questioner, accept_data_loss=accept_data_loss, only_written=create_only)
        agreed = (*agreed, *(_waits(f"{title}_contract", found.sentence) for found in later))
        warned(agreed)
        made = _written(desk, title, plans, SKELETON if python else None, in_two=in_two)
        if not create_only:
            apply_all(conversation, made[:1] if later else made, told, manner_of(project))
    return Development(
        target,
        created_database,
        caught_up,
        title,
        project.migrations / title,
        made[1].name if len(made) > 1 else None,
        not create_only,
        (*remarks, *agreed),
    )


def _waits(contract: str, why: str) -> str:
    return f"{contract} waits here, too: {why} Fill what is missing, and `nicol migrate dev` applies it."


def _broken(plans: Plans) -> tuple[str, ...]:
    """What running code would stumble over, on any of the databases."""
    found = (breaks(each.before, each.after, each.renames, each.dialect) for each in plans.of.values())
    return tuple(dict.fromkeys(chain.from_iterable(found)))


def _to_expand(broken: str) -> str:
    way = "--expand makes two migrations, and a time for both versions"
    return f"{broken}: code that still runs fails until it is replaced; {way}"


def _examine(
    desk: Desk, conversation: Conversation, *, out_of_order: bool
) -> tuple[Catalog, tuple[str, ...]]:
    """Stop where the database is not what its record says; else what the whole history stands for, and remarks."""
    stand = settled(conversation, desk)
    late = latecomers(desk.history, stand, desk.target.dialect)
    if not out_of_order:
        refuse_clashing(late)
    dialect, schema = desk.target.dialect, desk.read.schema
    everything = catalog_after(desk.history.migrations, dialect, schema, desk.places)
    applied = [migration for migration in desk.history.migrations if migration.name in stand.applied]
    expected = catalog_after(applied, dialect, schema, desk.places) if stand.pending else everything
    found = drift(expected, conversation.catalog(schema))
    refuse_drift(found, desk.target)
    differences = tuple(f"the database differs from its history: {line}" for line in found.objects)
    return everything, (*(each.sentence for each in late), *differences)


def _catch_up(desk: Desk, conversation: Conversation, told: Callable[[str], None]) -> tuple[str, ...]:
    ledger: tuple[LedgerRow, ...] = open_ledger(conversation, desk.read.schema)
    pending = standing(desk.history, ledger, desk.target.dialect.name).pending
    missing = [each for each in desk.history.migrations if each.name in pending]
    return apply_all(conversation, missing, told, manner_of(desk.project))


def _written(desk: Desk, name: str, plans: Plans, python: str | None, *, in_two: bool) -> list[Migration]:
    """The new migrations: one, or two halves."""
    if in_two:
        halves = {
            provider: phases(each.before, each.after, each.renames, each.dialect)
            for provider, each in plans.of.items()
        }
        first = {provider: each.expand for provider, each in halves.items()}
        second = {provider: each.contract for provider, each in halves.items()}
        return [
            _write(desk, name, first, python, snapshot=None),
            _write(
                desk, f"{name}_contract", second, None, snapshot=_snapshot(desk, name, f"{name}_contract")
            ),
        ]
    scripts = {provider: each.text for provider, each in plans.of.items()}
    return [_write(desk, name, scripts, python, snapshot=_snapshot(desk, name))]


def _snapshot(desk: Desk, *names: str) -> str | None:
    return snapshot_text(desk.read.text, (*desk.history.names, *names)) if desk.read.portable else None


def _write(
    desk: Desk, name: str, scripts: Mapping[str, str], python: str | None, *, snapshot: str | None
) -> Migration:
    if desk.history.get(name) is not None:
        raise Cancelled(f"there is a migration {name} already", help="run the command again")
    write_migration(desk.project.migrations, name, scripts, desk.read.providers, snapshot, python)
    return Migration(name, tuple(scripts.items()), snapshot, python)


def _keep_snapshot(desk: Desk) -> None:
    """After a merge, remember what the merged history stands for: it was just found equal to the schema."""
    history = desk.history
    if desk.read.portable and history.migrations and latest_snapshot(history) is None:
        write_snapshot(
            desk.project.migrations, history.names[-1], snapshot_text(desk.read.text, history.names)
        )
