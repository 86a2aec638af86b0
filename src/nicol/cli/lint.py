"""`nicol migrate lint`: what the SQL of migrations may do to a database in use."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal, TypeAlias

import typer

from nicol.cli.options import ConfigOption, JsonOption, SchemaOption, UrlOption, named_project

if TYPE_CHECKING:
    from nicol.diagnostics import Source
    from nicol.ops.lint import Choice, Linted
    from nicol.ops.project import Project

STDIN = Path("-")
Format: TypeAlias = Literal["text", "json", "github", "sarif"]


def lint(
    paths: Annotated[
        list[Path] | None,
        typer.Argument(
            metavar="PATH",
            help="SQL files and folders; - reads standard input. Without any: the migrations that are not applied yet.",
        ),
    ] = None,
    everything: Annotated[bool, typer.Option("--all", help="Judge the whole history.")] = False,
    since: Annotated[
        str | None, typer.Option("--since", metavar="NAME", help="Judge the migrations behind this one.")
    ] = None,
    git_base: Annotated[
        str | None,
        typer.Option(
            "--git-base",
            metavar="REV",
            help="Judge what is new or changed since the branch left this revision of git.",
        ),
    ] = None,
    provider: Annotated[
        str | None,
        typer.Option(
            "--provider", metavar="NAME", help="The database that the SQL is for, or one of several."
        ),
    ] = None,
    as_json: JsonOption = False,
    form: Annotated[
        Format | None,
        typer.Option(
            "--format",
            help="How findings are told: text, json, github (annotations) or sarif; in GitHub Actions, text with annotations.",
        ),
    ] = None,
    strict: Annotated[bool, typer.Option("--strict", help="Warnings fail, like --max-warnings 0.")] = False,
    max_warnings: Annotated[
        int | None, typer.Option("--max-warnings", min=0, metavar="N", help="More warnings than N fail.")
    ] = None,
    schema: SchemaOption = None,
    config: ConfigOption = None,
    url: UrlOption = None,
) -> None:
    """Judge the SQL of migrations: lost rows, long locks, broken code, and the safe way. Ends with 1 where it has errors."""
    from nicol.cli.screen import listen
    from nicol.ops.lint import Choice

    if as_json and form not in (None, "json"):
        raise typer.BadParameter(f"--json and --format {form} ask for different things")
    if form == "json":
        listen(json=True)
    choice = Choice(everything, since, git_base)
    if sum((bool(paths), everything, since is not None, git_base is not None)) > 1:
        raise typer.BadParameter("give one of paths, --all, --since and --git-base")
    linted = _linted(named_project(schema, config, url), paths or [], choice, provider)
    allowed = 0 if strict else max_warnings
    _tell(linted, "json" if as_json else form, allowed)
    if _failed(linted, allowed):
        raise typer.Exit(1)


def _linted(project: Project, paths: list[Path], choice: Choice, provider: str | None) -> Linted:
    from nicol.ops.lint import lint_given, lint_history

    if not paths:
        return lint_history(project, choice, provider)
    given = [_standard_input() if path == STDIN else path for path in paths]
    return lint_given(project, given, provider)


def _standard_input() -> Source:
    from nicol.diagnostics import Source
    from nicol.errors import ConfigurationError

    try:
        return Source("<stdin>", sys.stdin.buffer.read().decode("utf-8"))
    except UnicodeDecodeError:
        raise ConfigurationError("standard input is not UTF-8 text", help="send it as UTF-8") from None


def _failed(linted: Linted, allowed: int | None) -> bool:
    from nicol.cli.findings import counts

    found = counts(linted.findings)
    return found["errors"] > 0 or (allowed is not None and found["warnings"] > allowed)


def _tell(linted: Linted, form: Format | None, allowed: int | None) -> None:
    from nicol.cli.screen import say_json, show_findings, warn

    if form == "json":
        say_json(_json(linted, ok=not _failed(linted, allowed)))
        return
    warn(linted.remarks)
    if form == "sarif":
        from nicol.cli.sarif import as_sarif
        from nicol.ops.lint import sentences

        say_json(as_sarif(linted.findings, linted.sources, Path.cwd(), sentences(linted.providers)))
        return
    if form != "github":
        show_findings(linted.findings, linted.sources)
    if form == "github" or (form is None and os.environ.get("GITHUB_ACTIONS") == "true"):
        _annotate(linted)
    _summarize(linted, allowed)


def _annotate(linted: Linted) -> None:
    from nicol.cli.findings import as_annotations
    from nicol.cli.screen import say

    root = os.environ.get("GITHUB_WORKSPACE")
    for line in as_annotations(linted.findings, linted.sources, Path(root) if root else None):
        say(line)


def _json(linted: Linted, *, ok: bool) -> dict[str, object]:
    from nicol.cli.findings import as_json, counts

    return {
        "ok": ok,
        "counts": counts(linted.findings),
        "chosen": linted.chosen,
        "providers": linted.providers,
        "files": [source.path for source in linted.sources],
        "findings": as_json(linted.findings, linted.sources),
        "warnings": linted.remarks,
    }


def _summarize(linted: Linted, allowed: int | None) -> None:
    from nicol.cli.findings import counts, spoken
    from nicol.cli.screen import done, tell_error

    found = counts(linted.findings)
    if not linted.chosen:
        done(f"There is no migration to judge ({linted.why}); --all judges the whole history.")
        return
    number = len(linted.sources)
    what = f"{number} script{'s' if number != 1 else ''} ({linted.why})"
    if found["errors"]:
        help_ = "`-- nicol: ignore <code> <reason>` before a statement says why it is as it must be"
        tell_error(f"{what}: {spoken(found)}", None, help_)
        return
    done(f"Judged {what}: {spoken(found) or 'nothing was found'}.")
    if allowed is not None and found["warnings"] > allowed:
        tell_error(f"{spoken({'warnings': found['warnings']})}, and {allowed} are allowed", None, None)
