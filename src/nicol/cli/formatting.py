"""The command that writes schemas in canonical form."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from nicol.cli.options import ConfigOption, EachOption, SchemaOption, named_project, standard_input

if TYPE_CHECKING:
    from nicol.ops.formatting import FormattedFile

STDIN = Path("-")


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("format")(format_schema)


def format_schema(
    paths: Annotated[
        list[Path] | None,
        typer.Argument(
            metavar="PATH",
            help="Schema files and folders, together one schema; - reads standard input. Without any: the project's.",
        ),
    ] = None,
    check: Annotated[
        bool, typer.Option("--check", help="Change nothing; name what is not formatted and exit with 1.")
    ] = False,
    each: EachOption = False,
    stdin: Annotated[
        bool, typer.Option("--stdin", help="Format standard input to standard output, like the path -.")
    ] = False,
    schema: SchemaOption = None,
    config: ConfigOption = None,
) -> None:
    """Write the schema in canonical form: aligned, and with the other sides of its relations."""
    if stdin and paths:
        raise typer.BadParameter("--stdin takes no paths")
    if paths and STDIN in paths and len(paths) > 1:
        raise typer.BadParameter("- goes to standard output, and takes no other paths beside it")
    if paths and schema:
        raise typer.BadParameter("give paths or --schema, not both")
    if stdin or paths == [STDIN]:
        _format_stdin(check=check)
    else:
        _format_files(_read(paths or [], schema, config, each=each), check=check)


def _format_stdin(*, check: bool) -> None:
    from nicol.cli.screen import say, show_findings
    from nicol.ops.formatting import unreadable
    from nicol.schema.format import format_text

    source = standard_input()
    formatted = format_text(source.text)
    if not check:
        sys.stdout.buffer.write(formatted.encode("utf-8"))
    elif formatted != source.text:
        say("standard input is not formatted")
        raise typer.Exit(1)
    if unread := unreadable(source):
        show_findings(unread, (source,))
        raise typer.Exit(1)


def _read(
    paths: Sequence[Path], schema: Path | None, config: Path | None, *, each: bool
) -> tuple[FormattedFile, ...]:
    from nicol.ops.formatting import format_paths, format_project

    return format_paths(paths, each=each) if paths else format_project(named_project(schema, config))


def _format_files(files: Sequence[FormattedFile], *, check: bool) -> None:
    from nicol.cli.screen import done, say, show_findings
    from nicol.ops.formatting import write_formatted

    changed = [file.path for file in files if file.changed] if check else write_formatted(files)
    for path in changed:
        say(f"{path} is not formatted" if check else f"Formatted {path}")
    unread = [each for file in files for each in file.unread]
    show_findings(unread, [file.source for file in files])
    if unread:
        say("What can be read is formatted; what the findings are about was left as it is.")
        raise typer.Exit(1)
    if not changed:
        done(f"{len(files)} {'file is' if len(files) == 1 else 'files are'} formatted.")
    elif check:
        raise typer.Exit(1)
