"""Commands about the project as a whole: init, generate, config, version."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from nicol.cli.options import ConfigOption, JsonOption, SchemaOption, UrlOption, named_project


def register(app: typer.Typer) -> None:
    """Add the commands."""
    for command in (init, generate, config, version):
        app.command(command.__name__)(command)


def init(
    provider: Annotated[
        str | None,
        typer.Option(
            "--datasource-provider",
            metavar="NAME",
            help="sqlite or postgresql; without it, what --url says, or sqlite.",
        ),
    ] = None,
    url: Annotated[
        str | None, typer.Option("--url", metavar="URL", help="The database, to be written into .env.")
    ] = None,
    portable: Annotated[
        bool, typer.Option("--portable", help="One schema and one history for SQLite and for PostgreSQL.")
    ] = False,
    output: Annotated[
        str, typer.Option("--output", metavar="PATH", help="Where the client is generated.")
    ] = "./client",
    with_model: Annotated[
        bool, typer.Option("--with-model", help="Write a first model to begin with.")
    ] = False,
    schema: Annotated[
        Path | None, typer.Option("--schema", metavar="PATH", help="Where the schema is written.")
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Begin a project: write schema.prisma, nicol.toml, .env and .gitignore. Nothing that is there is overwritten."""
    from nicol.cli.screen import answer, say, warn
    from nicol.ops.init import Wish, init_project
    from nicol.ops.prisma_settings import prisma_settings

    found = init_project(Path.cwd(), Wish(provider, url, output, portable, with_model), schema)
    for kept in found.kept:
        say(f"Kept {kept}")
    if (prisma := prisma_settings(Path.cwd())) is not None:
        warn((prisma.sentence,))
    answer(
        {"provider": found.provider, "written": found.written, "kept": found.kept},
        f"Wrote {', '.join(found.written)}.",
        "Next: "
        + ("" if with_model else "write models into the schema, then ")
        + "`nicol migrate dev --name init` and `nicol generate`.",
    )


def generate(
    generator: Annotated[
        list[str] | None, typer.Option("--generator", metavar="NAME", help="Only this one; may be repeated.")
    ] = None,
    sql: Annotated[
        bool,
        typer.Option(
            "--sql", help="Also make functions of the files in `sql`, checked against the database."
        ),
    ] = False,
    schema: SchemaOption = None,
    config: ConfigOption = None,
    url: UrlOption = None,
) -> None:
    """Write the clients that the schema's generator blocks ask for."""
    from nicol.cli.screen import done, say
    from nicol.ops.generate import check_sql
    from nicol.ops.generate import generate as write_clients

    project = named_project(schema, config, url)
    typed = check_sql(project) if sql else None
    for name in typed.unchecked if typed else ():
        say(f"Not checked on {name}: no database of it is at hand (give its URL with --url).")
    for result in write_clients(project, tuple(generator or ()), typed):
        if result.skipped:
            say(f"Skipped {result.generator}: {result.skipped}")
        elif result.written or result.removed:
            done(
                f"Wrote {result.folder} ({result.written} of {result.files} files changed, {result.removed} removed)."
            )
        else:
            done(f"{result.folder} is up to date.")


def config(
    as_json: JsonOption = False,
    schema: SchemaOption = None,
    config: ConfigOption = None,
    url: UrlOption = None,
) -> None:
    """Show every setting with its value and where it comes from."""
    from nicol.cli.screen import say_json, table
    from nicol.ops.schemas import datasource_of
    from nicol.ops.settings import settings

    project = named_project(schema, config, url)
    found = settings(project, datasource_of(project))
    if as_json:
        say_json(
            {name: {"value": setting.value, "origin": setting.origin} for name, setting in found.items()}
        )
    else:
        table({name: (setting.value, setting.origin) for name, setting in found.items()})


def version(as_json: JsonOption = False) -> None:
    """Show the versions of Nicol and of what it stands on."""
    from nicol.cli.screen import say_json, table
    from nicol.ops.versions import versions

    found = versions()
    if as_json:
        say_json(found)
    else:
        table({name: (number,) for name, number in found.items()})
