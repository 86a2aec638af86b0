"""`nicol migrate …`: making migrations, applying them, and looking at where a database stands."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from nicol.cli.deployments import DIFFERENT, applied, deploy, migrations, place, resolve, status
from nicol.cli.lint import lint
from nicol.cli.options import (
    ConfigOption,
    JsonOption,
    LossOption,
    NoRenameOption,
    OutOfOrderOption,
    RenameOption,
    SchemaOption,
    ShadowOption,
    UrlOption,
    WaitOption,
    named_project,
)


def group() -> typer.Typer:
    """The commands of the group."""
    from nicol.cli import histories

    app = typer.Typer(help="Make, apply and inspect migrations.", no_args_is_help=True, rich_markup_mode=None)
    for command in (dev, deploy, status, diff, resolve, reset, *histories.COMMANDS):
        app.command(command.__name__)(command)
    app.command("lint")(lint)
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
    expand: Annotated[
        bool,
        typer.Option(
            "--expand",
            help="Make two migrations of what breaks running code: one for both versions, one for `deploy --contract`.",
        ),
    ] = False,
    accept_data_loss: LossOption = False,
    out_of_order: OutOfOrderOption = False,
    rename: RenameOption = None,
    no_rename: NoRenameOption = None,
    as_json: JsonOption = False,
    schema: SchemaOption = None,
    config: ConfigOption = None,
    url: UrlOption = None,
    shadow: ShadowOption = None,
) -> None:
    """Make a migration of what has changed in the schema, and apply it, with all that is pending, to your database."""
    from nicol.cli.prompts import questioner
    from nicol.cli.screen import answer, warn
    from nicol.ops.dev import migrate_dev
    from nicol.ops.renaming import said

    if python and not create_only:
        raise typer.BadParameter("--python writes a file to be filled in: give --create-only with it")
    result = migrate_dev(
        named_project(schema, config, url, shadow),
        questioner(),
        datetime.now(UTC),
        name=name,
        create_only=create_only,
        python=python,
        accept_data_loss=accept_data_loss,
        expand=expand,
        out_of_order=out_of_order,
        renames=said(rename or (), no_rename or ()),
        told=applied,
        warned=warn,
    )
    if result.folder is None:
        sentence = f"The {'new ' if result.created_database else ''}database {result.target.shown} is in sync with the schema."
    elif result.applied:
        sentence = (
            f"Created {result.folder} and applied it to {place(result.target, new=result.created_database)}."
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
            "contract": result.contract,
            "applied": result.applied,
        },
        sentence,
        *_window(result.contract),
    )


def _window(contract: str | None) -> list[str]:
    """What to do with a change in two migrations."""
    if contract is None:
        return []
    return [
        f"Deploy it, then the code. {contract} waits for `nicol migrate deploy --contract`:",
        "run that when no code of the former version runs. Until then both versions work, and the way back needs no migration.",
    ]


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
    shadow: ShadowOption = None,
) -> None:
    """Compare schema, history and database, any two of them, and tell what leads from one to the other."""
    from nicol.cli.screen import answer, say, warn
    from nicol.ops.difference import Side, migrate_diff
    from nicol.ops.renaming import said
    from nicol.ops.writing import write_atomically

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
    one, other = map(Side.parse, sides)
    found = migrate_diff(
        named_project(schema, config, url, shadow),
        one,
        other,
        provider,
        said(rename or (), no_rename or ()),
    )
    warn(found.remarks)
    text = found.script or "-- This is an empty migration.\n" if script else found.summary
    if found.empty and not script:
        text = f"No difference between {' and '.join(side.kind for side in (one, other))}."
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


def reset(
    force: Annotated[bool, typer.Option("--force", "-f", help="Do not ask.")] = False,
    wait: WaitOption = None,
    as_json: JsonOption = False,
    schema: SchemaOption = None,
    config: ConfigOption = None,
    url: UrlOption = None,
) -> None:
    """Empty the database and apply the whole history anew. All data is lost."""
    from nicol.cli.prompts import questioner
    from nicol.cli.screen import answer, say
    from nicol.ops.manner import manner_of
    from nicol.ops.reset import migrate_reset

    project = named_project(schema, config, url)
    manner = manner_of(project, wait=wait, noted=say)
    result = migrate_reset(project, questioner(), force=force, told=applied, manner=manner)
    answer(
        {"database": result.target.shown, "applied": result.applied},
        f"{result.target.shown} was emptied, then {migrations(len(result.applied))} applied to it.",
    )
