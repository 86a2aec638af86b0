"""`nicol outbox …`: messages that wait for their delivery, dead letters, and relays."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from nicol.cli.options import ConfigOption, JsonOption, SchemaOption, UrlOption, named_project

if TYPE_CHECKING:
    from nicol.ops.outbox import Outbox

ModelOption = Annotated[
    str | None, typer.Option("--model", metavar="NAME", help="The outbox, where the schema has several.")
]


def group() -> typer.Typer:
    """The commands of the group."""
    app = typer.Typer(
        help="Messages of a transactional outbox: how many wait, which are dead, and their relay.",
        no_args_is_help=True,
        rich_markup_mode=None,
    )
    app.command("status")(status)
    app.command("requeue")(requeue)
    app.command("relay")(relay)
    return app


def status(
    model: ModelOption = None,
    letters: Annotated[
        int, typer.Option("--letters", metavar="N", min=0, help="So many dead letters at most.")
    ] = 20,
    as_json: JsonOption = False,
    schema: SchemaOption = None,
    config: ConfigOption = None,
    url: UrlOption = None,
) -> None:
    """Count the messages that wait, and list the dead letters; nothing is changed."""
    import msgspec

    from nicol.cli.screen import answer, say, table
    from nicol.ops.outbox import outbox_status

    target, found = outbox_status(named_project(schema, config, url), model, letters)
    if not as_json:
        for outbox in found:
            say(_counted(outbox))
            table(
                {
                    str(letter.id): (
                        letter.key or "no key",
                        f"attempt {letter.attempts}",
                        letter.error or "",
                    )
                    for letter in outbox.letters
                }
            )
    dead = sum(outbox.count.dead for outbox in found)
    answer(
        {"database": target.shown, "outboxes": msgspec.to_builtins(found)},
        f"{dead:,} dead; `nicol outbox requeue` lets them be tried again."
        if dead
        else "Nothing is dead."
        if found
        else "No model of the schema is an outbox.",
    )


def _counted(outbox: Outbox) -> str:
    count = outbox.count
    since = f", the first since {count.oldest:%Y-%m-%d %H:%M:%S %Z}" if count.oldest else ""
    return f"{outbox.model}: {count.waiting:,} waiting ({count.retrying:,} after an attempt){since}, {count.dead:,} dead"


def requeue(
    ids: Annotated[
        list[int] | None, typer.Argument(metavar="[ID]...", help="The dead letters; status lists them.")
    ] = None,
    every: Annotated[bool, typer.Option("--all", help="All dead letters.")] = False,
    model: ModelOption = None,
    as_json: JsonOption = False,
    schema: SchemaOption = None,
    config: ConfigOption = None,
    url: UrlOption = None,
) -> None:
    """Let dead letters be tried again, from the first attempt on."""
    from nicol.cli.screen import answer
    from nicol.errors import ConfigurationError
    from nicol.ops.outbox import outbox_requeue

    if bool(ids) == every:
        raise ConfigurationError(
            "it has to be said which dead letters",
            help="give their ids, or --all; `nicol outbox status` lists them",
        )
    target, name, count = outbox_requeue(named_project(schema, config, url), ids, model)
    answer(
        {"database": target.shown, "model": name, "requeued": count},
        f"{name}: {count:,} of {len(ids):,} requeued; the others are no dead letters."
        if ids and count < len(ids)
        else f"{name}: {count:,} requeued.",
    )
    if ids and count < len(ids):
        raise typer.Exit(1)


def relay(
    where: Annotated[
        str, typer.Argument(metavar="MODULE:NAME", help="The `Relay` or `AsyncRelay`, like shop.relays:mail.")
    ],
    workers: Annotated[
        int, typer.Option("--workers", metavar="N", min=1, help="Messages that are handled at the same time.")
    ] = 1,
    once: Annotated[bool, typer.Option("--once", help="Deliver what is due and end.")] = False,
    as_json: JsonOption = False,
) -> None:
    """Deliver messages until Ctrl-C or SIGTERM; the message that is being handled is handled to its end."""
    import logging

    import msgspec

    from nicol.cli.screen import answer, say
    from nicol.ops.named import named
    from nicol.outbox import AsyncRelay, Relay
    from nicol.outbox.serving import serve

    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(message)s")
    found: Relay[Any] | AsyncRelay[Any] = named(where, Relay, AsyncRelay)
    if not once:
        say(f"Delivering the messages of {where} (Ctrl-C ends it)")
    turn = serve(found, workers, once=once)
    answer(
        msgspec.to_builtins(turn),
        f"{turn.delivered:,} delivered, {turn.failed:,} attempts failed, {turn.dead:,} dead.",
    )
