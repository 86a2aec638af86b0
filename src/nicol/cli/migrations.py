"""`nicol migrate …`: making migrations, applying them, and looking at where a database stands."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from nicol.cli.options import (
    ConfigOption,
    JsonOption,
    LossOption,
    NoRenameOption,
    RenameOption,
    SchemaOption,
    UrlOption,
    named_project,
)

if TYPE_CHECKING:
    from nicol.migrate.ledger import Standing
    from nicol.ops.databases import Target
    from nicol.ops.project import Project
    from nicol.ops.status import Status

DIFFERENT = 2


def group() -> typer.Typer:
    """The commands of the group."""
    from nicol.cli import histories

    app = typer.Typer(help="Make, apply and inspect migrations.", no_args_is_help=True, rich_markup_mode=None)
    for command in (dev, deploy, status, diff, resolve, reset, *histories.COMMANDS):
        app.command(command.__name__)(command)
    return app


def dev(
    name: Annotated[str, typer.Option("--name", "-n", help="What the migration is called.")] = "",
    create_only: Annotated[
        bool,
        typer.Option(
            "--create-only", help="Write the migration without applying it, so that it can be edited."
        ),
    ] = False,
    python: Annotated[
        bool,
        typer.Option(
            "--python", help="With --create-only: write a migrate.py for the data beside the SQL, too."
        ),
    ] = False,
    accept_data_loss: LossOption = False,
    rename: RenameOption = None,
    no_rename: NoRenameOption = None,
    as_json: JsonOption = False,
    schema: SchemaOption = None,
    config: ConfigOption = None,
    url: UrlOption = None,
) -> None:
    """Make a migration of what has changed in the schema, and apply it, with all that is pending, to your database."""
    from nicol.cli.prompts import questioner
    from nicol.cli.screen import answer, warn
    from nicol.ops.dev import migrate_dev
    from nicol.ops.renaming import said

    if python and not create_only:
        raise typer.BadParameter("--python writes a file to be filled in: give --create-only with it")
    result = migrate_dev(
        named_project(schema, config, url),
        questioner(),
        datetime.now(UTC),
        name=name,
        create_only=create_only,
        python=python,
        accept_data_loss=accept_data_loss,
        renames=said(rename or (), no_rename or ()),
        told=_applied,
        warned=warn,
    )
    if result.folder is None:
        sentence = f"The {'new ' if result.created_database else ''}database {result.target.shown} is in sync with the schema."
    elif result.applied:
        sentence = (
            f"Created {result.folder} and applied it to {_place(result.target, new=result.created_database)}."
        )
    else:
        sentence = f"Created {result.folder}; edit it if you like, then run `nicol migrate dev` to apply it."
    answer(
        {
            "database": result.target.shown,
            "createdDatabase": result.created_database,
            "caughtUp": result.caught_up,
            "created": result.created,
            "folder": str(result.folder) if result.folder is not None else None,
            "applied": result.applied,
        },
        sentence,
    )


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
    wait: Annotated[
        str | None,
        typer.Option("--wait", metavar="SPAN", help="How long to wait for another deployer: 10m."),
    ] = None,
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
        _show_plan(project, exit_code=exit_code)
        return
    manner = manner_of(
        project, lock_timeout=lock_timeout, statement_timeout=statement_timeout, wait=wait, noted=say
    )
    result = migrate_deploy(project, _applied, manner)
    warn(_doubts(result.before))
    shown = _place(result.target, new=result.created)
    answer(
        {
            "database": result.target.shown,
            "createdDatabase": result.created,
            "applied": result.applied,
            "changed": result.before.changed,
            "missing": result.before.missing,
        },
        f"Applied {_migrations(len(result.applied))} to {shown}."
        if result.applied
        else f"Nothing is pending: {shown} is up to date.",
    )


FAILING = 3


def _show_plan(project: Project, *, exit_code: bool) -> None:
    from nicol.cli.plans import described, value_of
    from nicol.cli.screen import answer, warn
    from nicol.ops.deployment_plan import plan_deployment

    found = plan_deployment(project)
    warn(_doubts(found.before))
    answer(value_of(found), *described(found))
    if exit_code and found.migrations:
        raise typer.Exit(FAILING if found.stops else DIFFERENT)


def _place(target: Target, *, new: bool) -> str:
    return f"the new database {target.shown}" if new else target.shown


def _migrations(count: int) -> str:
    return f"{count} migration{'s' if count != 1 else ''}"


def _applied(name: str) -> None:
    from nicol.cli.screen import say

    say(f"Applied {name}")


def _doubts(standing: Standing) -> list[str]:
    return [
        *(f"{name} was edited after it had been applied" for name in standing.changed),
        *(f"{name} is applied, but not in the history" for name in standing.missing),
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
        *(f"  drift    {line}" for line in _drifted(found)),
        *(f"  {doubt}" for doubt in _doubts(stand)),
    ]
    if not found.clean:
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
    if standing.pending:
        return "`nicol migrate deploy` applies what is pending."
    if standing.changed or standing.missing:
        return "Restore the files of the history from version control."
    return "The database is not what its migrations made of it; `nicol migrate diff` tells what leads back."


def diff(
    before: Annotated[
        str,
        typer.Option("--from", metavar="SIDE", help="empty, schema, migrations, url or config-datasource."),
    ] = "migrations",
    after: Annotated[
        str,
        typer.Option(
            "--to", metavar="SIDE", help="The same. schema=FILE, migrations=FOLDER, url=URL name others."
        ),
    ] = "schema",
    script: Annotated[bool, typer.Option("--script", help="Answer with SQL instead of words.")] = False,
    output: Annotated[Path | None, typer.Option("--output", "-o", help="Write into a file.")] = None,
    exit_code: Annotated[
        bool, typer.Option("--exit-code", help="2 when there is a difference, 0 when not.")
    ] = False,
    provider: Annotated[
        str | None, typer.Option(help="Which database's SQL, where both sides leave it open.")
    ] = None,
    from_empty: Annotated[bool, typer.Option("--from-empty", help="As --from empty.")] = False,
    to_empty: Annotated[bool, typer.Option("--to-empty", help="As --to empty.")] = False,
    from_schema: Annotated[str | None, typer.Option("--from-schema", help="As --from schema=PATH.")] = None,
    to_schema: Annotated[str | None, typer.Option("--to-schema", help="As --to schema=PATH.")] = None,
    from_migrations: Annotated[
        str | None, typer.Option("--from-migrations", help="As --from migrations=PATH.")
    ] = None,
    to_migrations: Annotated[
        str | None, typer.Option("--to-migrations", help="As --to migrations=PATH.")
    ] = None,
    from_url: Annotated[str | None, typer.Option("--from-url", help="As --from url=URL.")] = None,
    to_url: Annotated[str | None, typer.Option("--to-url", help="As --to url=URL.")] = None,
    from_datasource: Annotated[
        bool, typer.Option("--from-config-datasource", help="As --from config-datasource.")
    ] = False,
    to_datasource: Annotated[
        bool, typer.Option("--to-config-datasource", help="As --to config-datasource.")
    ] = False,
    as_json: JsonOption = False,
    rename: RenameOption = None,
    no_rename: NoRenameOption = None,
    schema: SchemaOption = None,
    config: ConfigOption = None,
    url: UrlOption = None,
) -> None:
    """Compare schema, history and database, any two of them, and tell what leads from one to the other."""
    from nicol.cli.screen import answer, say, warn
    from nicol.ops.difference import Side, migrate_diff
    from nicol.ops.histories import write_atomically
    from nicol.ops.renaming import said

    sides = (
        _side(
            before,
            empty=from_empty,
            schema=from_schema,
            migrations=from_migrations,
            url=from_url,
            own=from_datasource,
        ),
        _side(
            after, empty=to_empty, schema=to_schema, migrations=to_migrations, url=to_url, own=to_datasource
        ),
    )
    found = migrate_diff(
        named_project(schema, config, url),
        Side.parse(sides[0]),
        Side.parse(sides[1]),
        provider,
        said(rename or (), no_rename or ()),
    )
    warn(found.remarks)
    text = found.script or "-- This is an empty migration.\n" if script else found.summary
    if output is not None:
        write_atomically(output, text)
    elif not as_json:
        say(text.rstrip("\n"))
    answer(
        {
            "empty": found.empty,
            "provider": found.dialect.name,
            "tables": found.found.tables,
            "objects": found.found.objects,
            "script": found.script,
        }
    )
    if exit_code and not found.empty:
        raise typer.Exit(DIFFERENT)


def _side(
    usual: str, *, empty: bool, schema: str | None, migrations: str | None, url: str | None, own: bool
) -> str:
    given = [
        *(["empty"] if empty else []),
        *([f"schema={schema}"] if schema is not None else []),
        *([f"migrations={migrations}"] if migrations is not None else []),
        *([f"url={url}"] if url is not None else []),
        *(["config-datasource"] if own else []),
    ]
    if len(given) > 1:
        raise typer.BadParameter(f"only one side can be given, not {' and '.join(given)}")
    return given[0] if given else usual


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


def reset(
    force: Annotated[bool, typer.Option("--force", "-f", help="Do not ask.")] = False,
    as_json: JsonOption = False,
    schema: SchemaOption = None,
    config: ConfigOption = None,
    url: UrlOption = None,
) -> None:
    """Empty the database and apply the whole history anew. All data is lost."""
    from nicol.cli.prompts import questioner
    from nicol.cli.screen import answer
    from nicol.ops.reset import migrate_reset

    result = migrate_reset(named_project(schema, config, url), questioner(), force=force, told=_applied)
    answer(
        {"database": result.target.shown, "applied": result.applied},
        f"{result.target.shown} was emptied, then {_migrations(len(result.applied))} applied to it.",
    )
