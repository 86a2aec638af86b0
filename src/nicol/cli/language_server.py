"""The command that serves editors."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated

import typer

from nicol.errors import MissingExtra

if TYPE_CHECKING:
    from nicol.lsp.server import Server

LOOPBACK = "127.0.0.1"


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("lsp")(language_server)


def language_server(
    port: Annotated[
        int | None,
        typer.Option(
            "--port",
            min=1,
            max=65535,
            help="Listen on this port of the local machine instead of speaking over standard input and output.",
        ),
    ] = None,
    stdio: Annotated[
        bool, typer.Option("--stdio", help="Speak over standard input and output, as without any option.")
    ] = False,
) -> None:
    """Serve an editor: findings as you type, completion, hover, navigation, rename, format (Language Server Protocol)."""
    if stdio and port is not None:
        raise typer.BadParameter("--stdio and --port exclude each other")
    server = _server()
    if port is None:
        server.start_io()
        return
    sys.stderr.write(f"Listening on {LOOPBACK}:{port}\n")
    server.start_tcp(LOOPBACK, port)


def _server() -> Server:
    try:
        from nicol.lsp.answers import make_server
    except ModuleNotFoundError as error:
        if error.name is None or error.name.partition(".")[0] not in {
            "pygls",
            "lsprotocol",
            "cattrs",
            "attrs",
        }:
            raise
        raise MissingExtra("the language server", "lsp") from None
    from nicol import __version__

    return make_server(__version__)
