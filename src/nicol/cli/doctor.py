"""`nicol doctor`: what is wrong, and what mends it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from nicol.cli.options import ConfigOption, JsonOption, SchemaOption, UrlOption, named_project

if TYPE_CHECKING:
    from nicol.ops.doctor import Looked


def register(app: typer.Typer) -> None:
    """Make the command known."""
    app.command("doctor")(doctor)


def doctor(
    strict: Annotated[bool, typer.Option("--strict", help="Warnings count as errors.")] = False,
    as_json: JsonOption = False,
    schema: SchemaOption = None,
    config: ConfigOption = None,
    url: UrlOption = None,
) -> None:
    """Look at the project and its database, and say what is wrong and what mends it; nothing is changed."""
    import msgspec

    from nicol.cli.screen import answer, say
    from nicol.ops.doctor import doctor as look

    looked = look(named_project(schema, config, url))
    if not as_json:
        for each in looked:
            _show(each)
        say()
    weights = [complaint.weight.value for each in looked for complaint in each.complaints]
    counts = {weight: weights.count(weight) for weight in ("error", "warning", "note")}
    failed = bool(counts["error"] or (strict and counts["warning"]))
    words = [f"{count} {weight}{'s' if count != 1 else ''}" for weight, count in counts.items() if count]
    answer(
        {"healthy": not failed, "counts": counts, "looked": msgspec.to_builtins(looked)},
        ", ".join(words) or "All is well.",
    )
    if failed:
        raise typer.Exit(1)


def _show(looked: Looked) -> None:
    from nicol.cli.screen import marked, say

    weights = {each.weight.value for each in looked.complaints}
    worst = next((weight for weight in ("error", "warning", "note") if weight in weights), "ok")
    say(f"{marked(worst)} {looked.name:12} {looked.seen}")
    for each in looked.complaints:
        say(f"    {each.weight.value}[{each.code}]: {each.text}")
        if each.fix:
            say(f"      fix: {each.fix}")
