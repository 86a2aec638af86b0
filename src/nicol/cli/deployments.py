"""`nicol migrate deploy`, `status` and `resolve`: bringing a database up to its history, and looking at where it stands."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from nicol.cli.options import (
    ConfigOption,
    ContractOption,
    JsonOption,
    OutOfOrderOption,
    SchemaOption,
    UrlOption,
    WaitOption,
    named_project,
)

if TYPE_CHECKING:
    from nicol.migrate.late import Late
    from nicol.migrate.ledger import Standing
    from nicol.ops.databases import Target
    from nicol.ops.project import Project
    from nicol.ops.status import Status

DIFFERENT, FAILING = 2, 3


def deploy(
    plan: Annotated[
        bool,
        typer.Option(
            "--plan", help="Show what would be applied, its locks and what it costs; apply nothing."
        ),
    ] = False,
    exit_code: Annotated[
        bool,
        typer.Option("--exit-code", help="With --plan: 2 when something is pending, 3 when it would fail."),
    ] = False,
    lock_timeout: Annotated[
        str | None,
        typer.Option(
            "--lock-timeout",
            metavar="SPAN",
            help="How long a statement waits for a lock before it tries again: 3s.",
        ),
    ] = None,
    statement_timeout: Annotated[
        str | None,
        typer.Option(
            "--statement-timeout",
            metavar="SPAN",
            help="How long a statement may take (PostgreSQL); 0: no limit.",
        ),
    ] = None,
    contract: ContractOption = False,
    out_of_order: OutOfOrderOption = False,
    wait: WaitOption = None,
    as_json: JsonOption = False,
    schema: SchemaOption = None,
    config: ConfigOption = None,
    url: UrlOption = None,
) -> None:
    """Apply all pending migrations: in production, in tests, in CI. Asks nothing and never loses data by itself."""
    from nicol.cli.screen import answer, say, warn
    from nicol.ops.deploy import migrate_deploy
    from nicol.ops.manner import manner_of

    if exit_code and not plan:
        raise typer.BadParameter("--exit-code says something about --plan: give both")
    project = named_project(schema, config, url)
    if plan:
        _show_plan(project, exit_code=exit_code, contract=contract, out_of_order=out_of_order)
        return
    manner = manner_of(
        project, lock_timeout=lock_timeout, statement_timeout=statement_timeout, wait=wait, noted=say
    )
    result = migrate_deploy(project, applied, manner, contract=contract, out_of_order=out_of_order)
    warn([*doubts(result.before), *(each.sentence for each in result.late)])
    shown = place(result.target, new=result.created)
    answer(
        {
            "database": result.target.shown,
            "createdDatabase": result.created,
            "applied": result.applied,
            "changed": result.before.changed,
            "missing": result.before.missing,
            "late": late_values(result.late),
            "held": result.held,
        },
        f"Applied {migrations(len(result.applied))} to {shown}."
        if result.applied
        else f"Nothing is due: {shown} is up to date but for what waits."
        if result.held
        else f"Nothing is pending: {shown} is up to date.",
        *waiting(result.held),
    )


def _show_plan(project: Project, *, exit_code: bool, contract: bool, out_of_order: bool) -> None:
    from nicol.cli.plans import described, value_of
    from nicol.cli.screen import answer, warn
    from nicol.ops.deployment_plan import plan_deployment

    found = plan_deployment(project, contract=contract)
    warn([*doubts(found.before), *(each.sentence for each in found.late)])
    refused = found.clashing and not out_of_order
    refusal = ("`nicol migrate deploy` would refuse that order, and change nothing.",) if refused else ()
    more = {"late": late_values(found.late), "held": found.held}
    answer({**value_of(found), **more}, *described(found), *waiting(found.held), *refusal)
    if exit_code and found.migrations:
        raise typer.Exit(FAILING if found.stops or refused else DIFFERENT)


def place(target: Target, *, new: bool) -> str:
    """A database, and that it is new where it is."""
    return f"the new database {target.shown}" if new else target.shown


def migrations(count: int) -> str:
    """A number of migrations in words."""
    return f"{count} migration{'s' if count != 1 else ''}"


def applied(name: str) -> None:
    """Tell that a migration is applied."""
    from nicol.cli.screen import say

    say(f"Applied {name}")


def doubts(standing: Standing) -> list[str]:
    """What history and database do not agree on."""
    return [
        *(f"{name} was edited after it had been applied" for name in standing.changed),
        *(f"{name} is applied, but not in the history" for name in standing.missing),
    ]


def waiting(held: tuple[str, ...]) -> list[str]:
    """What is still pending, and until when."""
    return [
        f"{name} waits: `nicol migrate deploy --contract` applies it, when no code of the former version runs."
        if place == 0
        else f"{name} waits behind it."
        for place, name in enumerate(held)
    ]


def late_values(late: Iterable[Late]) -> list[dict[str, Any]]:
    """Migrations that come behind others which follow them by name, for programs."""
    return [
        {
            "name": each.name,
            "behind": each.behind,
            "clashes": [{"migration": clash.other, "about": clash.about} for clash in each.clashes],
        }
        for each in late
    ]


def status(
    drift: Annotated[
        bool,
        typer.Option(
            "--drift", help="Also compare what the database holds with what its migrations lead to."
        ),
    ] = False,
    as_json: JsonOption = False,
    schema: SchemaOption = None,
    config: ConfigOption = None,
    url: UrlOption = None,
) -> None:
    """Tell which migrations are applied, pending, changed or failed. Exit code 1 unless all is well."""
    from nicol.cli.screen import answer
    from nicol.ops.status import migrate_status

    found = migrate_status(named_project(schema, config, url), compare=drift)
    stand = found.standing
    answer(
        {
            "database": found.target.shown,
            "exists": found.exists,
            "unrecorded": found.unrecorded,
            "clean": found.clean,
            "applied": stand.applied,
            "pending": stand.pending,
            "changed": stand.changed,
            "missing": stand.missing,
            "failed": stand.failed,
            "halfway": [
                {
                    "name": each.name,
                    "done": each.done,
                    "total": each.total,
                    "worker": each.worker,
                    "error": each.error,
                }
                for each in found.halfway
            ],
            "late": late_values(found.late),
            "held": found.held,
            "drift": {"tables": found.drift.tables, "objects": found.drift.objects}
            if found.drift is not None
            else None,
        },
        *_described(found),
    )
    raise typer.Exit(0 if found.clean else 1)


def _described(found: Status) -> list[str]:
    stand = found.standing
    lines = [
        f"Database   {found.target.shown}{'' if found.exists else ' (does not exist yet)'}",
        f"Migrations {found.migrations} in the history, {len(stand.applied)} applied",
        *(
            f"  {word:8} {name}"
            for word, names in (("pending", _untouched(stand)), ("failed", stand.failed))
            for name in names
        ),
        *(f"  half done {halfway.sentence}" for halfway in found.halfway),
        *(f"  late     {late.sentence}" for late in found.late),
        *(f"  drift    {line}" for line in _drifted(found)),
        *(f"  {doubt}" for doubt in doubts(stand)),
    ]
    if not found.clean:
        if found.held and stand.pending == found.held:
            return [*lines, *waiting(found.held)]
        return [*lines, _advice(stand, unrecorded=found.unrecorded)]
    return [*lines, "The database is up to date." if found.migrations else "There is no migration yet."]


def _drifted(found: Status) -> tuple[str, ...]:
    return (*found.drift.tables, *found.drift.objects) if found.drift is not None else ()


def _untouched(standing: Standing) -> list[str]:
    return [name for name in standing.pending if name not in standing.halfway]


def _advice(standing: Standing, *, unrecorded: bool) -> str:
    if unrecorded:
        return "The database has tables but no record of migrations; `nicol migrate resolve --applied NAME` makes one."
    if standing.failed:
        return (
            "Look at the database, then run `nicol migrate resolve --rolled-back NAME` or `--applied NAME`."
        )
    if standing.halfway:
        return "`nicol migrate deploy` goes on where it stopped, and applies what is pending."
    if standing.changed or standing.missing:
        return "Restore the files of the history from version control."
    if standing.pending:
        return "`nicol migrate deploy` applies what is pending."
    return (
        "The database is not what its migrations made of it. `nicol db pull` and then `nicol migrate adopt` make a migration "
        "of that; `nicol migrate diff --from config-datasource --to migrations --script` writes the SQL that leads back."
    )


def resolve(
    applied: Annotated[
        str | None, typer.Option("--applied", metavar="NAME", help="This migration took effect.")
    ] = None,
    rolled_back: Annotated[
        str | None,
        typer.Option("--rolled-back", metavar="NAME", help="This failed migration left nothing behind."),
    ] = None,
    as_json: JsonOption = False,
    schema: SchemaOption = None,
    config: ConfigOption = None,
    url: UrlOption = None,
) -> None:
    """Correct what the database remembers of a migration; its tables are not touched."""
    from nicol.cli.screen import answer
    from nicol.ops.resolve import mark_applied, mark_rolled_back

    if (applied is None) == (rolled_back is None):
        raise typer.BadParameter("give one of --applied NAME and --rolled-back NAME")
    project = named_project(schema, config, url)
    if applied is not None:
        name = Path(applied).name
        target, state = mark_applied(project, name), "applied"
        sentence = f"{name} is recorded as applied."
    else:
        name = Path(rolled_back or "").name
        target, state = mark_rolled_back(project, name), "rolledBack"
        sentence = f"{name} is recorded as rolled back, and pending again."
    answer({"database": target.shown, "migration": name, "state": state}, sentence)
