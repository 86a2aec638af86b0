"""`nicol secrets …`: the keys of encrypted fields."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from nicol.cli.options import ConfigOption, JsonOption, SchemaOption, UrlOption, named_project

if TYPE_CHECKING:
    from nicol.ops.secrets import Kept, Turned


def group() -> typer.Typer:
    """The commands of the group."""
    app = typer.Typer(
        help="Keys of encrypted fields: make, turn over, and check what they keep.",
        no_args_is_help=True,
        rich_markup_mode=None,
    )
    app.command("key")(key)
    app.command("status")(status)
    app.command("scan")(scan)
    app.command("rotate")(rotate)
    return app


def key(
    name: Annotated[
        str | None,
        typer.Option("--name", metavar="NAME", help="What the key is called; the date by default."),
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Make a key and print it; it is kept nowhere else."""
    from nicol.cli.screen import answer
    from nicol.ops.secrets import new_key

    made = new_key(name)
    answer({"name": made.name, "key": made.spelled()}, made.spelled())


def status(
    as_json: JsonOption = False,
    schema: SchemaOption = None,
    config: ConfigOption = None,
    url: UrlOption = None,
) -> None:
    """Count the values of each encrypted field by the key that they are encrypted with."""
    _survey("status", schema, config, url)


def scan(
    as_json: JsonOption = False,
    schema: SchemaOption = None,
    config: ConfigOption = None,
    url: UrlOption = None,
) -> None:
    """Open every value; exit 1 where one is plain text, or was moved, changed, or encrypted with a key that is gone."""
    _survey("scan", schema, config, url)


def _survey(which: str, schema: SchemaOption, config: ConfigOption, url: UrlOption) -> None:
    import msgspec

    from nicol.cli.progress import counted
    from nicol.cli.screen import answer, table, warn
    from nicol.ops import secrets

    look = secrets.secrets_scan if which == "scan" else secrets.secrets_status
    with counted("Reading") as told:
        found = look(named_project(schema, config, url), told)
    warn(line for kept in found.fields for line in _warnings(kept))
    old = sum(count for kept in found.fields for name, count in kept.by_key.items() if name != found.newest)
    table({kept.name: (_counts(kept),) for kept in found.fields})
    answer(
        msgspec.to_builtins(found),
        "No field has @nicol.encrypted."
        if not found.fields
        else f"{old:,} values are under older keys; `nicol secrets rotate` encrypts them with `{found.newest}`."
        if old
        else f"Everything that is encrypted is so with `{found.newest}`.",
    )
    if which == "scan" and any(kept.plain or kept.unreadable for kept in found.fields):
        raise typer.Exit(1)


def _counts(kept: Kept) -> str:
    counts = [f"{count:,} with `{name}`" for name, count in kept.by_key.items()]
    return ", ".join(counts + ([f"{kept.plain:,} in plain text"] if kept.plain else [])) or "no values"


def _warnings(kept: Kept) -> list[str]:
    found: list[str] = []
    if kept.plain:
        found.append(
            f"{kept.name}: {kept.plain:,} values are plain text (rows {'; '.join(kept.plain_rows)}…);"
            " `nicol secrets rotate --plain` encrypts them"
        )
    if kept.unreadable:
        found.append(
            f"{kept.name}: {kept.unreadable:,} values cannot be opened (rows {'; '.join(kept.unreadable_rows)}…):"
            f" {kept.reason}"
        )
    return found


def rotate(
    only: Annotated[
        list[str] | None, typer.Option("--field", metavar="MODEL.FIELD", help="Only this field; repeatable.")
    ] = None,
    plain: Annotated[bool, typer.Option("--plain", help="Encrypt what is there in plain text, too.")] = False,
    digests: Annotated[
        bool, typer.Option("--digests", help="Make the digests of blind indexes anew, too.")
    ] = False,
    as_json: JsonOption = False,
    schema: SchemaOption = None,
    config: ConfigOption = None,
    url: UrlOption = None,
) -> None:
    """Encrypt every value with the newest key, while others read and write; it may be ended and begun again at any time."""
    import msgspec

    from nicol.cli.progress import counted
    from nicol.cli.screen import answer, warn
    from nicol.ops.secrets import secrets_rotate

    with counted("Encrypting") as told:
        target, newest, done = secrets_rotate(
            named_project(schema, config, url),
            plain=plain,
            digests=digests,
            only=tuple(only or ()),
            told=told,
        )
    warn(
        f"{each.name}: {each.plain:,} values are plain text; --plain encrypts them"
        for each in done
        if each.plain
    )
    warn(
        f"{each.name}: {each.unreadable:,} values cannot be opened; `nicol secrets scan` says why"
        for each in done
        if each.unreadable
    )
    answer(
        {"database": target.shown, "newest": newest, "fields": msgspec.to_builtins(done)},
        *map(_turned, done),
        f"Everything that could be opened is encrypted with `{newest}`."
        if done
        else "No field has @nicol.encrypted.",
    )
    if any(each.plain or each.unreadable for each in done):
        raise typer.Exit(1)


def _turned(each: Turned) -> str:
    overtaken = f", {each.overtaken:,} written by others meanwhile" if each.overtaken else ""
    fresh = f", {each.encrypted:,} that were plain text" if each.encrypted else ""
    return f"{each.name}: {each.rotated:,} values in {each.seconds:.1f} s{fresh}{overtaken}"
