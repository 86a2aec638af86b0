"""`nicol db copy`: moving house."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from nicol.cli.options import ConfigOption, JsonOption, SchemaOption, named_project

LEFT_BEHIND = 2
"""The exit code when rows stayed behind."""


def copy(
    source: Annotated[str, typer.Option("--from", metavar="URL", help="The database whose rows are read.")],
    target: Annotated[
        str, typer.Option("--to", metavar="URL", help="The database that they go to: migrated, and empty.")
    ],
    quarantine: Annotated[
        Path,
        typer.Option("--quarantine", metavar="FILE", help="Where rows are noted that cannot be carried."),
    ] = Path("quarantine.jsonl"),
    verify: Annotated[
        bool,
        typer.Option("--verify/--no-verify", help="Read both sides again and compare counts and checksums."),
    ] = True,
    as_json: JsonOption = False,
    schema: SchemaOption = None,
    config: ConfigOption = None,
) -> None:
    """Copy every row of one database into another, of the same kind or not; a killed run goes on where it was."""
    import msgspec

    from nicol.cli.progress import counted
    from nicol.cli.screen import answer, table, tell_error
    from nicol.ops.moving.moving import db_copy

    with counted("Copying") as told:
        move = db_copy(
            named_project(schema, config), source, target, quarantine=quarantine, verify=verify, told=told
        )
    stayed, came = sum(each.stayed for each in move.tables), sum(each.came for each in move.tables)
    if not as_json:
        table(
            {
                each.name: (
                    f"{each.came:,} rows",
                    f"{each.stayed:,} stayed behind" if each.stayed else "",
                    "" if each.compared is None else "equal" if each.compared.equal else "DIFFERENT",
                )
                for each in move.tables
            }
        )
    words = f"{came:,} rows in {move.seconds:.1f} s ({came / max(move.seconds, 0.001):,.0f} rows/s)"
    answer(
        {
            "from": move.source,
            "to": move.target,
            "equal": move.equal,
            "resumed": move.resumed,
            "seconds": move.seconds,
            "quarantine": str(move.quarantine) if stayed else None,
            "tables": msgspec.to_builtins(move.tables),
        },
        *([f"{stayed:,} rows stayed behind; {move.quarantine} says which and why."] if stayed else []),
        f"{move.target} has the rows of {move.source}: {words}.",
    )
    if not move.equal:
        tell_error(
            "the two sides differ",
            None,
            "was the source written to meanwhile? Copy again into an empty database",
        )
        raise typer.Exit(1)
    if stayed:
        raise typer.Exit(LEFT_BEHIND)
