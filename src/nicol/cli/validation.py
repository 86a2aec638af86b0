"""The command that checks schemas."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal, TypeAlias

import typer

from nicol.cli.options import (
    ConfigOption,
    EachOption,
    JsonOption,
    SchemaOption,
    named_project,
    standard_input,
)

if TYPE_CHECKING:
    from nicol.diagnostics import Diagnostic
    from nicol.ops.project import Project
    from nicol.ops.schemas import ReadSchema

STDIN = Path("-")
Format: TypeAlias = Literal["text", "json", "github"]


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("validate")(validate)


def validate(
    paths: Annotated[
        list[Path] | None,
        typer.Argument(
            metavar="PATH",
            help="Schema files and folders, together one schema; - reads standard input. Without any: the project's.",
        ),
    ] = None,
    each: EachOption = False,
    as_json: JsonOption = False,
    form: Annotated[
        Format | None,
        typer.Option(
            "--format",
            help="How findings are told: text, json, or github (annotations); in GitHub Actions, text with annotations.",
        ),
    ] = None,
    strict: Annotated[bool, typer.Option("--strict", help="Warnings fail, like --max-warnings 0.")] = False,
    max_warnings: Annotated[
        int | None, typer.Option("--max-warnings", min=0, metavar="N", help="More warnings than N fail.")
    ] = None,
    schema: SchemaOption = None,
    config: ConfigOption = None,
) -> None:
    """Check the schema, for every database that the project serves. Ends with 1 where it has errors."""
    if as_json and form not in (None, "json"):
        raise typer.BadParameter(f"--json and --format {form} ask for different things")
    if form == "json":
        _listen()
    if paths and schema:
        raise typer.BadParameter("give paths or --schema, not both")
    read = _read(named_project(schema, config), paths or [], each=each)
    allowed = 0 if strict else max_warnings
    _tell(read, "json" if as_json else form, allowed)
    if _failed(read, allowed):
        raise typer.Exit(1)


def _listen() -> None:
    from nicol.cli.screen import listen

    listen(json=True)


def _read(project: Project, paths: Sequence[Path], *, each: bool) -> tuple[ReadSchema, ...]:
    from nicol.ops.validate import validate_given, validate_project

    if not paths:
        return (validate_project(project),)
    return validate_given(project, [standard_input() if path == STDIN else path for path in paths], each=each)


def _failed(read: Sequence[ReadSchema], allowed: int | None) -> bool:
    from nicol.cli.findings import counts

    found = counts(_findings(read))
    return found["errors"] > 0 or (allowed is not None and found["warnings"] > allowed)


def _findings(read: Sequence[ReadSchema]) -> list[Diagnostic]:
    return [finding for one in read for finding in one.findings]


def _tell(read: Sequence[ReadSchema], form: Format | None, allowed: int | None) -> None:
    from nicol.cli.screen import say_json, show_findings

    if form == "json":
        say_json(_json(read, ok=not _failed(read, allowed)))
        return
    if form != "github":
        for one in read:
            show_findings(one.findings, one.sources)
    if form == "github" or (form is None and os.environ.get("GITHUB_ACTIONS") == "true"):
        _annotate(read)
    _summarize(read, allowed)


def _annotate(read: Sequence[ReadSchema]) -> None:
    from nicol.cli.findings import as_annotations
    from nicol.cli.screen import say

    root = os.environ.get("GITHUB_WORKSPACE")
    for one in read:
        for line in as_annotations(one.findings, one.sources, Path(root) if root else None):
            say(line)


def _json(read: Sequence[ReadSchema], *, ok: bool) -> dict[str, object]:
    from nicol.cli.findings import as_json, counts

    return {
        "ok": ok,
        "counts": counts(_findings(read)),
        "schemas": [
            {"files": [source.path for source in one.sources], "providers": list(one.providers)}
            for one in read
        ],
        "findings": [finding for one in read for finding in as_json(one.findings, one.sources)],
        "warnings": [],
    }


def _summarize(read: Sequence[ReadSchema], allowed: int | None) -> None:
    """One line for each schema without errors on standard output; what fails is told on standard error."""
    from nicol.cli.findings import counts, spoken
    from nicol.cli.screen import done, tell_error

    for one in read:
        found = counts(one.findings)
        if found["errors"]:
            which = f"the schema {_place(one)}" if len(read) > 1 else "the schema"
            tell_error(f"{which} has {spoken(found)}", "P1012", _advice(one, read))
            continue
        databases = f" for {' and '.join(one.providers)}" if one.providers else ""
        remarks = f", with {spoken(found)}" if any(found.values()) else ""
        done(f"The schema {_place(one)} is valid{databases}{remarks}.")
    warnings = counts(_findings(read))["warnings"]
    if allowed is not None and warnings > allowed:
        tell_error(f"{spoken({'warnings': warnings})}, and {allowed} are allowed", None, None)


def _place(one: ReadSchema) -> str:
    first = one.sources[0].path
    return f"at {first}" if len(one.sources) == 1 else f"in {len(one.sources)} files, {first} the first,"


def _advice(one: ReadSchema, read: Sequence[ReadSchema]) -> str | None:
    """Where several files hold a datasource, they may be several schemas."""
    from nicol.schema.document import SettingsKind
    from nicol.schema.parse import parse

    if len(read) > 1 or len(one.sources) == 1:
        return None
    blocks = [
        block
        for source in one.sources
        for block in parse(source).value.settings
        if block.kind is SettingsKind.DATASOURCE
    ]
    if len(blocks) < 2:
        return None
    return "several of the files have a datasource: if each path is a schema of its own, say --each"
