"""`nicol db backup | backups | restore`."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Annotated

import typer

from nicol.cli.options import ConfigOption, JsonOption, SchemaOption, UrlOption, named_project

if TYPE_CHECKING:
    from nicol.ops.backups.manifest import Manifest
    from nicol.ops.backups.rotation import Keep
    from nicol.ops.project import Project

PlaceOption = Annotated[
    str | None,
    typer.Option(
        "--from", metavar="PLACE", help="The place of the backups: a folder, or s3://bucket/prefix."
    ),
]


def add_to(app: typer.Typer) -> None:
    """Make the commands known to the group `db`."""
    app.command("backup")(backup)
    app.command("backups")(backups)
    app.command("restore")(restore)


def backup(
    to: Annotated[
        str | None,
        typer.Option(
            "--to",
            metavar="PLACE",
            help="Where it goes: a folder, or s3://bucket/prefix. `backups` configures it.",
        ),
    ] = None,
    verify: Annotated[
        bool,
        typer.Option("--verify", help="Restore it into a scratch database and compare, before it counts."),
    ] = False,
    keep: Annotated[
        int | None,
        typer.Option(
            "--keep", metavar="N", min=1, help="Keep the newest N of this database, and remove others."
        ),
    ] = None,
    keep_for: Annotated[
        str | None,
        typer.Option(
            "--keep-for",
            metavar="SPAN",
            help="Keep those of the last 30d; with --keep, whoever fulfils one stays.",
        ),
    ] = None,
    as_json: JsonOption = False,
    schema: SchemaOption = None,
    config: ConfigOption = None,
    url: UrlOption = None,
) -> None:
    """Copy the database into a backup while others work with it."""
    from nicol.cli.progress import told
    from nicol.cli.screen import answer
    from nicol.ops.backups.taking import db_backup

    project = named_project(schema, config, url)
    with told("Copying") as progress:
        taken = db_backup(project, to=to, keep=_keep(project, keep, keep_for), verify=verify, told=progress)
    removed = len(taken.removed)
    sentences = [f"Removed {removed} old backup{'s' if removed != 1 else ''}."] if removed else []
    answer(
        {"place": taken.place, "backup": _value(taken.manifest), "removed": taken.removed},
        *sentences,
        f"{taken.manifest.name}: {_words(taken.manifest)}{', verified' if taken.manifest.verified else ''}, in {taken.place}.",
    )


def _keep(project: Project, number: int | None, span: str | None) -> Keep:
    from nicol.ops.backups.rotation import Keep
    from nicol.ops.durations import seconds

    text, name = (span, "--keep-for") if span else (project.configuration.keep_backups, "keep_backups")
    if number is not None and span is None:
        return Keep(number)
    return Keep(number, timedelta(seconds=seconds(text, name)) if text else None)


def backups(
    place: PlaceOption = None,
    as_json: JsonOption = False,
    schema: SchemaOption = None,
    config: ConfigOption = None,
) -> None:
    """List the backups that there are."""
    from nicol.cli.screen import answer, say, table
    from nicol.ops.backups.restoring import db_backups

    shown, found = db_backups(named_project(schema, config), place)
    if not as_json:
        table(
            {
                each.name: (
                    _size(each.size),
                    f"{each.rows:,} rows",
                    each.head or "no migrations",
                    _proof(each),
                )
                for each in found
            }
        )
        say()
    answer(
        {"place": shown, "backups": list(map(_value, found))},
        f"{len(found)} backup{'s' if len(found) != 1 else ''} in {shown}.",
    )


def restore(
    name: Annotated[
        str, typer.Argument(metavar="[NAME]", help="The backup; without it the latest one.")
    ] = "latest",
    place: PlaceOption = None,
    check: Annotated[
        bool, typer.Option("--check", help="Only restore it into a scratch database, compare, and drop that.")
    ] = False,
    force: Annotated[bool, typer.Option("--force", "-f", help="Do not ask.")] = False,
    as_json: JsonOption = False,
    schema: SchemaOption = None,
    config: ConfigOption = None,
    url: UrlOption = None,
) -> None:
    """Replace the database by a backup, as a whole or not at all."""
    from nicol.cli.progress import told
    from nicol.cli.prompts import questioner
    from nicol.cli.screen import answer
    from nicol.ops.backups.restoring import db_restore

    with told("Restoring") as progress:
        done = db_restore(
            named_project(schema, config, url),
            questioner(),
            name=name,
            source=place,
            force=force,
            check=check,
            told=progress,
        )
    answer(
        {
            "database": done.target.shown,
            "backup": _value(done.manifest),
            "pending": done.pending,
            "restored": not done.checked,
        },
        *(
            [f"Pending since then: {', '.join(done.pending)}. `nicol migrate deploy` applies them."]
            if done.pending
            else []
        ),
        f"{done.manifest.name} can be restored: {_words(done.manifest)}."
        if done.checked
        else f"{done.target.shown} is as it was at {done.manifest.taken:%Y-%m-%d %H:%M:%S} UTC: {_words(done.manifest)}.",
    )


def _value(manifest: Manifest) -> dict[str, object]:
    import msgspec

    return msgspec.to_builtins(manifest)


def _words(manifest: Manifest) -> str:
    count = len(manifest.tables)
    way = ", by COPY" if manifest.method == "copy" else ""
    return (
        f"{manifest.rows:,} rows of {count} table{'s' if count != 1 else ''} in {_size(manifest.size)}{way}"
    )


def _proof(manifest: Manifest) -> str:
    return f"verified {manifest.verified:%Y-%m-%d}" if manifest.verified else "not verified"


def _size(count: float) -> str:
    for unit in ("bytes", "kB", "MB"):
        if count < 1000:
            return f"{count:.0f} {unit}" if unit == "bytes" else f"{count:.1f} {unit}"
        count /= 1000
    return f"{count:.1f} GB"
