"""`nicol db …`: the database without its history."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from nicol.cli.backups import add_to as add_backups
from nicol.cli.moving import copy
from nicol.cli.options import (
    ConfigOption,
    JsonOption,
    LossOption,
    NoRenameOption,
    RenameOption,
    SchemaOption,
    UrlOption,
    WaitOption,
    named_project,
)


def group() -> typer.Typer:
    """The commands of the group."""
    app = typer.Typer(help="Work on the database itself.", no_args_is_help=True, rich_markup_mode=None)
    app.command("push")(push)
    app.command("pull")(pull)
    app.command("seed", context_settings={"allow_extra_args": True, "ignore_unknown_options": True})(seed)
    app.command("execute")(execute)
    app.command("drop")(drop)
    add_backups(app)
    app.command("copy")(copy)
    return app


def push(
    accept_data_loss: LossOption = False,
    force_reset: Annotated[bool, typer.Option("--force-reset", help="Empty the database first.")] = False,
    rename: RenameOption = None,
    no_rename: NoRenameOption = None,
    wait: WaitOption = None,
    as_json: JsonOption = False,
    schema: SchemaOption = None,
    config: ConfigOption = None,
    url: UrlOption = None,
) -> None:
    """Make the database what the schema says, without migrations: for prototypes."""
    from nicol.cli.prompts import questioner
    from nicol.cli.screen import answer, say, warn
    from nicol.ops.manner import manner_of
    from nicol.ops.push import db_push
    from nicol.ops.renaming import said

    project = named_project(schema, config, url)
    result = db_push(
        project,
        questioner(),
        accept_data_loss=accept_data_loss,
        force_reset=force_reset,
        renames=said(rename or (), no_rename or ()),
        manner=manner_of(project, wait=wait, noted=say),
    )
    warn((*result.remarks, *result.losses))
    if result.created_database:
        say(f"Created the database {result.target.shown}")
    answer(
        {
            "database": result.target.shown,
            "createdDatabase": result.created_database,
            "statements": result.statements,
            "losses": result.losses,
        },
        f"{result.target.shown} {'now matches' if result.statements else 'already matches'} the schema.",
    )


def pull(
    print_only: Annotated[
        bool, typer.Option("--print", help="Write the schema to standard output, and no file.")
    ] = False,
    force: Annotated[
        bool, typer.Option("--force", help="Forget the models of the present schema; keep its settings only.")
    ] = False,
    schemas: Annotated[
        str | None,
        typer.Option("--schemas", metavar="NAMES", help="The schemas of the database to read, with commas."),
    ] = None,
    as_json: JsonOption = False,
    schema: SchemaOption = None,
    config: ConfigOption = None,
    url: UrlOption = None,
) -> None:
    """Write the schema of the live database; what the present one says beyond it is kept."""
    from nicol.cli.screen import answer, say, warn
    from nicol.ops.pull import db_pull

    names = tuple(name.strip() for name in schemas.split(",") if name.strip()) if schemas else ()
    result = db_pull(named_project(schema, config, url), force=force, only_printed=print_only, schemas=names)
    warn(result.remarks)
    if print_only and not as_json:
        sys.stdout.write(result.text)
        return
    for change in result.changes:
        say(change)
    answer(
        {
            "database": result.target.shown,
            "models": result.models,
            "changes": result.changes,
            "written": result.written,
            **({"schema": result.text} if print_only else {}),
        },
        f"Wrote {', '.join(result.written)}: {result.models} model{'s' if result.models != 1 else ''} of {result.target.shown}."
        if result.written
        else f"The schema says what is in {result.target.shown} already.",
    )


def seed(
    arguments: typer.Context,
    as_json: JsonOption = False,
    schema: SchemaOption = None,
    config: ConfigOption = None,
    url: UrlOption = None,
) -> None:
    """Run the configured seed; what follows `--` is given to it."""
    from nicol.cli.screen import answer
    from nicol.ops.seed import db_seed

    result = db_seed(
        named_project(schema, config, url), arguments.args, output=sys.stderr if as_json else None
    )
    sys.stderr.write(result.errors)
    answer({"database": result.target.shown, "command": result.command}, f"Seeded {result.target.shown}.")


def execute(
    file: Annotated[Path | None, typer.Option("--file", metavar="PATH", help="The script.")] = None,
    stdin: Annotated[bool, typer.Option("--stdin", help="Read the script from standard input.")] = False,
    as_json: JsonOption = False,
    schema: SchemaOption = None,
    config: ConfigOption = None,
    url: UrlOption = None,
) -> None:
    """Run a SQL script in one transaction; rows that it answers are not shown."""
    from nicol.cli.screen import answer
    from nicol.ops.scripts import db_execute, read_script

    if (file is None) != stdin:
        raise typer.BadParameter("give one of --file PATH and --stdin")
    script = read_script(file) if file is not None else sys.stdin.read() if sys.stdin is not None else ""
    target = db_execute(named_project(schema, config, url), script)
    answer({"database": target.shown}, f"The script ran on {target.shown}.")


def drop(
    force: Annotated[bool, typer.Option("--force", "-f", help="Do not ask.")] = False,
    as_json: JsonOption = False,
    schema: SchemaOption = None,
    config: ConfigOption = None,
    url: UrlOption = None,
) -> None:
    """Take the whole database away, with everything in it; other connections to it are ended."""
    from nicol.cli.prompts import questioner
    from nicol.cli.screen import answer
    from nicol.ops.drop import db_drop

    target, existed = db_drop(named_project(schema, config, url), questioner(), force=force)
    answer(
        {"database": target.shown, "existed": existed},
        f"The database {target.shown} is gone." if existed else f"There is no database {target.shown}.",
    )
