"""`nicol migrate …` on whole histories: the way back, proof that all databases agree, adopting changes, squashing."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated

import typer

from nicol.cli.deployments import migrations
from nicol.cli.options import (
    ConfigOption,
    JsonOption,
    LossOption,
    NoRenameOption,
    RenameOption,
    SchemaOption,
    ShadowOption,
    UrlOption,
    named_project,
)

_MEND = "write what is missing into the migration where nobody has applied it yet, else into a new one"


def down(
    name: Annotated[
        str | None,
        typer.Argument(
            metavar="NAME", help="The migration that becomes the newest one again.", show_default=False
        ),
    ] = None,
    steps: Annotated[
        int | None,
        typer.Option("--steps", min=1, help="How many to take back; without NAME, one.", show_default=False),
    ] = None,
    everything: Annotated[bool, typer.Option("--all", help="Take all of them back.")] = False,
    plan: Annotated[bool, typer.Option("--plan", help="Only show the SQL and what it costs.")] = False,
    accept_data_loss: LossOption = False,
    as_json: JsonOption = False,
    schema: SchemaOption = None,
    config: ConfigOption = None,
    url: UrlOption = None,
    shadow: ShadowOption = None,
) -> None:
    """Take applied migrations back, the newest first; their files stay and are pending again.

    The way back is computed from the history. It is one transaction, keeps every row that the older tables can hold, and
    is refused where rows would be lost.
    """
    from nicol.cli.prompts import questioner
    from nicol.cli.screen import answer, say, warn
    from nicol.ops.down import Goal, migrate_down
    from nicol.ops.manner import manner_of

    if sum((name is not None, steps is not None, everything)) > 1:
        raise typer.BadParameter("give one of NAME, --steps and --all")
    project = named_project(schema, config, url, shadow)
    goal = Goal(name, None if everything or name else steps or 1)
    way = migrate_down(
        project,
        questioner(),
        goal,
        accept_data_loss=accept_data_loss,
        only_shown=plan,
        warned=warn,
        manner=manner_of(project, noted=say),
    )
    if plan and not as_json:
        say(way.script.rstrip() or "-- This is an empty migration.")
    answer(
        {
            "database": way.target.shown,
            "undone": way.undone,
            "last": way.last,
            "script": way.script,
            "done": way.taken,
        },
        *([f"Took back {each}" for each in way.undone] if way.taken else []),
        _end(way.last)
        if way.taken or not way.undone
        else f"{migrations(len(way.undone))} would be taken back; nothing was changed.",
    )


def _end(last: str | None) -> str:
    return f"The newest migration of the database is {last}." if last else "No migration is applied any more."


def verify(
    as_json: JsonOption = False,
    schema: SchemaOption = None,
    config: ConfigOption = None,
    url: UrlOption = None,
    shadow: ShadowOption = None,
) -> None:
    """Prove that the history leads to the same on all its databases, and to the schema. Exit code 1 if it does not."""
    from nicol.cli.screen import answer, say, tell_error, warn
    from nicol.ops.verify import migrate_verify

    found = migrate_verify(named_project(schema, config, url, shadow), say)
    lines = [
        f"{each.migration}{f' ({each.provider})' if each.provider else ''}: {each.sentence}"
        for each in found.mismatches
    ]
    count, places = (
        f"{found.migrations} migration{'s' if found.migrations != 1 else ''}",
        " and ".join(found.providers),
    )
    if not as_json:
        warn(lines)
    end = f"{count} verified on {places}: they lead to the same, and to the schema."
    answer(
        {
            "equivalent": not lines,
            "providers": found.providers,
            "migrations": found.migrations,
            "mismatches": [
                {"migration": each.migration, "provider": each.provider, "message": each.sentence}
                for each in found.mismatches
            ],
        },
        *([] if lines else [end]),
    )
    if lines and not as_json:
        tell_error(f"{count} on {places}: they do not lead to the same, or not to the schema", None, _MEND)
    raise typer.Exit(1 if lines else 0)


def adopt(
    name: Annotated[str, typer.Option("--name", "-n", help="What the migration is called.")] = "adopted",
    rename: RenameOption = None,
    no_rename: NoRenameOption = None,
    as_json: JsonOption = False,
    schema: SchemaOption = None,
    config: ConfigOption = None,
    url: UrlOption = None,
    shadow: ShadowOption = None,
) -> None:
    """Make a migration of what was changed in the database by hand; run `nicol db pull` before it.

    The database that it was found in has it already; all others get it with the next deploy.
    """
    from nicol.cli.prompts import questioner
    from nicol.cli.screen import answer, warn
    from nicol.ops.adopt import migrate_adopt
    from nicol.ops.renaming import said

    found = migrate_adopt(
        named_project(schema, config, url, shadow),
        questioner(),
        datetime.now(UTC),
        name=name,
        renames=said(rename or (), no_rename or ()),
    )
    warn(found.remarks)
    answer(
        {
            "database": found.target.shown,
            "created": found.created,
            "folder": str(found.folder) if found.folder is not None else None,
            "changes": found.sentences,
        },
        *found.sentences,
        f"Created {found.folder}, which {found.target.shown} has already."
        if found.created
        else f"There is nothing to adopt: {found.target.shown} is what its history says.",
    )


def squash(
    first: Annotated[
        str | None, typer.Option("--from", metavar="NAME", help="The first one; by default the oldest.")
    ] = None,
    last: Annotated[
        str | None, typer.Option("--to", metavar="NAME", help="The last one; by default the newest.")
    ] = None,
    name: Annotated[str, typer.Option("--name", "-n", help="What the new migration is called.")] = "squashed",
    keep_sql: Annotated[
        bool,
        typer.Option("--keep-sql", help="Keep their SQL, one after the other, instead of planning it anew."),
    ] = False,
    as_json: JsonOption = False,
    schema: SchemaOption = None,
    config: ConfigOption = None,
    url: UrlOption = None,
    shadow: ShadowOption = None,
) -> None:
    """Make one migration of several. Databases that have all of them count as having the new one; no database is changed."""
    from nicol.cli.screen import answer, warn
    from nicol.ops.squash import migrate_squash

    done = migrate_squash(
        named_project(schema, config, url, shadow), first=first, last=last, name=name, keep_sql=keep_sql
    )
    warn(done.remarks)
    answer(
        {"replaced": done.replaced, "created": done.created, "folder": str(done.folder)},
        f"Created {done.folder} from {len(done.replaced)} migrations.",
    )


COMMANDS = (down, verify, adopt, squash)
"""What the group `migrate` has of this file."""
