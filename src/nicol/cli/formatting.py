"""The command that writes schemas in canonical form."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from nicol.cli.options import ConfigOption, SchemaOption, named_project

STDIN = Path("-")


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("format")(format_schema)


def format_schema(
    paths: Annotated[
        list[Path] | None,
        typer.Argument(
            metavar="[PATH]...",
            help="Schema files or folders; - reads standard input. Without any: the project's schema.",
        ),
    ] = None,
    check: Annotated[
        bool, typer.Option("--check", help="Change nothing; name what is not formatted and exit with 1.")
    ] = False,
    stdin: Annotated[
        bool, typer.Option("--stdin", help="Format standard input to standard output, like the path -.")
    ] = False,
    schema: SchemaOption = None,
    config: ConfigOption = None,
) -> None:
    """Write the schema in canonical form: aligned, and with the other sides of its relations."""
    if stdin or paths == [STDIN]:
        if stdin and paths:
            raise typer.BadParameter("--stdin takes no paths")
        _format_stdin(check=check)
    else:
        _format_files(paths, schema, config, check=check)


def _format_stdin(*, check: bool) -> None:
    from nicol.cli.screen import say
    from nicol.schema.format import format_text

    text = sys.stdin.buffer.read().decode("utf-8")
    formatted = format_text(text)
    if not check:
        sys.stdout.buffer.write(formatted.encode("utf-8"))
    elif formatted != text:
        say("standard input is not formatted")
        raise typer.Exit(1)


def _format_files(paths: list[Path] | None, schema: Path | None, config: Path | None, *, check: bool) -> None:
    from nicol.cli.screen import done, say
    from nicol.ops.formatting import format_path, format_project, write_formatted

    if paths:
        files = [file for path in paths for file in format_path(path)]
    else:
        files = list(format_project(named_project(schema, config)))
    changed = [file.path for file in files if file.changed] if check else write_formatted(files)
    for path in changed:
        say(f"{path} is not formatted" if check else f"Formatted {path}")
    if not changed:
        done(f"{len(files)} {'file is' if len(files) == 1 else 'files are'} formatted.")
    elif check:
        raise typer.Exit(1)
