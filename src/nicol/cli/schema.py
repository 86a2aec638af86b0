"""`nicol schema …`: the schema as one text, and as a diagram."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated, Literal, TypeAlias

import typer

from nicol.cli.options import ConfigOption, SchemaOption, named_project

Form: TypeAlias = Literal["svg", "mermaid", "dot"]
OutputOption: TypeAlias = Annotated[
    Path | None,
    typer.Option("--output", "-o", metavar="FILE", help="Write to the file, and not to standard output (-)."),
]
STDOUT = Path("-")
_ENDINGS: dict[str, Form] = {
    ".svg": "svg",
    ".mmd": "mermaid",
    ".mermaid": "mermaid",
    ".dot": "dot",
    ".gv": "dot",
}


def group() -> typer.Typer:
    """The commands of the group."""
    app = typer.Typer(help="Show the schema.", no_args_is_help=True, rich_markup_mode=None)
    app.command("print")(print_schema)
    app.command("erd")(erd)
    return app


def print_schema(
    output: OutputOption = None, schema: SchemaOption = None, config: ConfigOption = None
) -> None:
    """Print the schema, its files merged into one text in canonical form."""
    from nicol.ops.schemas import read_schema
    from nicol.schema.merge import merge

    _write(merge(read_schema(named_project(schema, config)).sources), output)


def erd(
    output: OutputOption = None,
    form: Annotated[
        Form | None,
        typer.Option(
            "--format",
            help="svg, mermaid or dot. Without it: what the file's ending says (.svg, .mmd, .mermaid, .dot, .gv), else svg.",
        ),
    ] = None,
    models: Annotated[
        list[str] | None,
        typer.Option("--models", metavar="NAMES", help="Only these, with commas between; may be repeated."),
    ] = None,
    around: Annotated[
        list[str] | None,
        typer.Option(
            "--around", metavar="NAMES", help="These and the models related to them; may be repeated."
        ),
    ] = None,
    depth: Annotated[
        int, typer.Option("--depth", min=0, metavar="N", help="How many relations --around goes.")
    ] = 1,
    keys_only: Annotated[
        bool, typer.Option("--keys-only", help="Of the columns, only ids, foreign keys and unique ones.")
    ] = False,
    title: Annotated[
        str | None, typer.Option("--title", metavar="TEXT", help="What an SVG diagram is called.")
    ] = None,
    schema: SchemaOption = None,
    config: ConfigOption = None,
) -> None:
    """Draw the entity-relationship diagram of the schema: models, views, enums and relations."""
    from nicol.ops.diagram import draw_diagram

    project = named_project(schema, config)
    text = draw_diagram(
        project,
        form or _form_of(output),
        models=_names(models),
        centres=_names(around),
        depth=depth,
        keys_only=keys_only,
        title=title or f"The schema of {project.root.name or 'the project'}",
    )
    _write(text, output)


def _form_of(output: Path | None) -> Form:
    if output in (None, STDOUT):
        return "svg"
    form = _ENDINGS.get(output.suffix.lower())
    if form is None:
        raise typer.BadParameter(f"the ending of {output} names no format: give --format svg, mermaid or dot")
    return form


def _names(lists: list[str] | None) -> tuple[str, ...]:
    return tuple(name for part in lists or () for name in map(str.strip, part.split(",")) if name)


def _write(text: str, output: Path | None) -> None:
    """A text to a file, or to standard output as it is."""
    from nicol.cli.screen import done
    from nicol.ops.output import write_output

    if output in (None, STDOUT):
        sys.stdout.buffer.write(text.encode("utf-8"))
    else:
        write_output(output, text)
        done(f"Wrote {output}")
