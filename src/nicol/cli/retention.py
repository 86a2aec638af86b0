"""`nicol retention …`: rows whose time is over."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from nicol.cli.options import ConfigOption, JsonOption, SchemaOption, UrlOption, named_project

if TYPE_CHECKING:
    from nicol.ops.reminders import Reminded
    from nicol.ops.retention import Due

ModelOption = Annotated[
    list[str] | None, typer.Option("--model", metavar="NAME", help="Only this model; repeatable.")
]


def group() -> typer.Typer:
    """The commands of the group."""
    app = typer.Typer(
        help="Delete rows whose time is over, as @nicol.retain says.",
        no_args_is_help=True,
        rich_markup_mode=None,
    )
    app.command("plan")(plan)
    app.command("run")(run)
    return app


def plan(
    model: ModelOption = None,
    as_json: JsonOption = False,
    schema: SchemaOption = None,
    config: ConfigOption = None,
    url: UrlOption = None,
) -> None:
    """Count the rows that may go, and tell what has to be seen to; nothing is deleted."""
    import msgspec

    from nicol.cli.screen import answer, say, table, warn
    from nicol.ops.reminders import reminders
    from nicol.ops.retention import retention_plan

    project = named_project(schema, config, url)
    target, found = retention_plan(project, tuple(model or ()))
    coming = [each for each in reminders(project) if not model or each.model in model]
    if not as_json and found:
        table({due.model: (f"{due.rows:,} rows", _since(due), _kept(due)) for due in found})
        say()
    if not as_json and coming:
        table({f"{each.model} {each.name}": (f"{each.at:%Y-%m-%d %H:%M}", _urgency(each)) for each in coming})
        say()
    warn(
        f"{due.model}: no index begins with `{due.retention.by}`, so that every run reads the whole table"
        for due in found
        if not due.indexed
    )
    total = sum(due.rows for due in found)
    answer(
        {
            "database": target.shown,
            "models": msgspec.to_builtins(found),
            "reminders": msgspec.to_builtins(coming),
        },
        *_seen_to(coming),
        f"{total:,} rows may go; `nicol retention run` deletes them."
        if total
        else "Nothing is due."
        if found
        else "No model has @nicol.retain.",
    )


def _urgency(reminded: Reminded) -> str:
    return "overdue" if reminded.overdue else "coming"


def _seen_to(found: list[Reminded]) -> list[str]:
    overdue = sum(each.overdue for each in found)
    return (
        [f"{overdue} overdue and {len(found) - overdue} coming, of what @nicol.remind tells."]
        if found
        else []
    )


def _since(due: Due) -> str:
    return (
        f"older than {due.retention.days} days, the oldest {due.oldest}" if due.oldest else "nothing is due"
    )


def _kept(due: Due) -> str:
    return f"but for those that {', '.join(due.guards)} points at" if due.guards else ""


def run(
    model: ModelOption = None,
    max_seconds: Annotated[
        str | None,
        typer.Option("--max-time", metavar="SPAN", help="Stop after 30s, 5m… even if more is due."),
    ] = None,
    max_rows: Annotated[
        int | None, typer.Option("--max-rows", metavar="N", min=1, help="Stop after so many rows.")
    ] = None,
    as_json: JsonOption = False,
    schema: SchemaOption = None,
    config: ConfigOption = None,
    url: UrlOption = None,
) -> None:
    """Delete what is due, a few rows at a time; it may be ended and begun again at any time."""
    import msgspec

    from nicol.cli.progress import counted
    from nicol.cli.screen import answer, warn
    from nicol.ops.durations import seconds
    from nicol.ops.retention import Budget, retention_run

    budget = Budget(max_rows, seconds(max_seconds, "--max-time") if max_seconds else None)
    with counted("Deleting") as told:
        target, swept = retention_run(named_project(schema, config, url), budget, tuple(model or ()), told)
    failed = [each for each in swept if each.error]
    warn(f"{each.model}: {each.error}" for each in failed)
    answer(
        {"database": target.shown, "models": msgspec.to_builtins(swept)},
        *(
            f"{each.model}: {each.deleted:,} rows deleted in {each.seconds:.1f} s"
            + (f", {each.remaining:,} still due" if each.remaining else "")
            for each in swept
        ),
        f"{sum(each.deleted for each in swept):,} rows deleted." if swept else "No model has @nicol.retain.",
    )
    if failed:
        raise typer.Exit(1)
