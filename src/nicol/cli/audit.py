"""`nicol audit …`: who changed which row, and whether the record of it is whole."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from nicol.cli.options import ConfigOption, JsonOption, SchemaOption, UrlOption, named_project

if TYPE_CHECKING:
    from nicol.ops.audit import Chain, Entry


def group() -> typer.Typer:
    """The commands of the group."""
    app = typer.Typer(
        help="Read, verify and prune what @nicol.audit records.",
        no_args_is_help=True,
        rich_markup_mode=None,
    )
    app.command("log")(log)
    app.command("verify")(verify)
    app.command("prune")(prune)
    return app


def log(
    model: Annotated[str | None, typer.Option("--model", metavar="NAME", help="Only this model.")] = None,
    row: Annotated[
        str | None,
        typer.Option("--row", metavar="KEY", help="Only the row of this id; of several columns a JSON list."),
    ] = None,
    actor: Annotated[
        str | None, typer.Option("--actor", metavar="NAME", help="Only what this one did.")
    ] = None,
    limit: Annotated[
        int, typer.Option("--limit", "-n", metavar="N", min=1, help="At most so many entries.")
    ] = 50,
    as_json: JsonOption = False,
    schema: SchemaOption = None,
    config: ConfigOption = None,
    url: UrlOption = None,
) -> None:
    """Show the newest changes, newest first."""
    from nicol.cli.screen import answer
    from nicol.ops.audit import audit_log

    project = named_project(schema, config, url)
    target, entries = audit_log(project, model=model, row=row, actor=actor, limit=limit)
    told = [line for entry in entries for line in _told(entry)] if not as_json else []
    answer(
        {"database": target.shown, "entries": entries},
        *told,
        f"{len(entries):,} entries." if entries else "No entries.",
    )


def _told(entry: Entry) -> list[str]:
    """An entry in lines: what happened, and the columns that were or are other than they are or were."""
    import msgspec

    cells = dict[str, msgspec.Raw]
    before, after = (
        msgspec.json.decode(image, type=cells) if image is not None else {}
        for image in (entry.before, entry.after)
    )
    where = f"{entry.table} {entry.key}" if entry.key is not None else entry.table
    lines = [f"{entry.id}  {entry.at}  {entry.actor or '-'}  {entry.operation}  {where}"]
    for name in {**before, **after}:
        values = [bytes(image[name]).decode() for image in (before, after) if name in image]
        if len(values) == 1 or values[0] != values[1]:
            lines.append(f"      {name}: {' -> '.join(values)}")
    return lines


def verify(
    as_json: JsonOption = False,
    schema: SchemaOption = None,
    config: ConfigOption = None,
    url: UrlOption = None,
) -> None:
    """Compute the hashes of all chains anew, and look whether everything that records is there; 1 where something is wrong."""
    from nicol.cli.progress import counted
    from nicol.cli.screen import answer, say, tell_error, warn
    from nicol.ops.audit import audit_verify

    with counted("Verifying") as told:
        trail = audit_verify(named_project(schema, config, url), told)
    warn(f"changes go unrecorded, since it is not as the schema wants it: {line}" for line in trail.missing)
    warn(
        f"{chain.table}: {chain.broken} (entry {chain.entry} of _nicol_audit)"
        for chain in trail.chains
        if chain.broken
    )
    warn(
        f"{chain.table}: {chain.outside:,} entries are outside of the chain though they came after its beginning"
        for chain in trail.chains
        if chain.outside
    )
    if not as_json:
        say("".join(f"{_chain(chain)}\n" for chain in trail.chains).rstrip())
    found = {
        "database": trail.target.shown,
        "ok": trail.whole,
        "chains": trail.chains,
        "missing": trail.missing,
    }
    answer(found, *(("The trail is whole.",) * trail.whole))
    if not trail.whole and not as_json:
        tell_error(
            "the audit trail is not whole",
            None,
            "look at what was said above before anything else is written",
        )
    if not trail.whole:
        raise typer.Exit(1)


def _chain(chain: Chain) -> str:
    since = f" from {chain.first} on, those before were pruned" if chain.first > 1 else ""
    return f"{chain.table}: {chain.entries:,} entries{since}, the last is {chain.last} with {chain.hash}"


def prune(
    older_than: Annotated[
        str, typer.Option("--older-than", metavar="SPAN", help="Entries that are older than 365d, say, go.")
    ],
    as_json: JsonOption = False,
    schema: SchemaOption = None,
    config: ConfigOption = None,
    url: UrlOption = None,
) -> None:
    """Delete the oldest entries; only the owner of the table may. Chains can still be verified from there on."""
    from nicol.cli.screen import answer
    from nicol.errors import ConfigurationError
    from nicol.ops.audit import audit_prune
    from nicol.ops.durations import seconds

    days = int(seconds(older_than, "--older-than") // 86400)
    if days < 1:
        raise ConfigurationError("--older-than: entries are kept for a day at least", help="write 365d, say")
    target, gone = audit_prune(named_project(schema, config, url), days)
    answer({"database": target.shown, "deleted": gone}, f"{gone:,} entries deleted.")
