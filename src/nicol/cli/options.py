"""Options that many commands share, and the project that they name."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TypeAlias

import typer

if TYPE_CHECKING:
    from nicol.diagnostics import Source
    from nicol.ops.project import Project

SchemaOption: TypeAlias = Annotated[
    Path | None,
    typer.Option("--schema", metavar="PATH", help="The schema file, or the folder of schema files."),
]
ConfigOption: TypeAlias = Annotated[
    Path | None,
    typer.Option(
        "--config", metavar="FILE", help="The configuration file, instead of the nearest one upwards."
    ),
]
UrlOption: TypeAlias = Annotated[
    str | None, typer.Option("--url", metavar="URL", help="The database, instead of the configured one.")
]

ShadowOption: TypeAlias = Annotated[
    str | None,
    typer.Option("--shadow-url", metavar="URL", help="A database that is emptied to replay the history in."),
]

JsonOption: TypeAlias = Annotated[bool, typer.Option("--json", help="Answer in JSON, errors included.")]
"""`main` looks for it before anything is parsed, since wrong arguments are answered in JSON too."""

LossOption: TypeAlias = Annotated[
    bool, typer.Option("--accept-data-loss", help="Go on, without asking, where a change loses data.")
]
RenameOption: TypeAlias = Annotated[
    list[str] | None,
    typer.Option(
        "--rename",
        metavar="OLD=NEW",
        help="What is renamed and keeps its data: User=Account, User.name=fullName, Role.USER=MEMBER. Repeatable.",
    ),
]
WaitOption: TypeAlias = Annotated[
    str | None,
    typer.Option("--wait", metavar="SPAN", help="How long to wait for another deployer: 10m."),
]
ContractOption: TypeAlias = Annotated[
    bool,
    typer.Option(
        "--contract", help="No code of the former version runs any more: take away what only it needed."
    ),
]
OutOfOrderOption: TypeAlias = Annotated[
    bool,
    typer.Option(
        "--out-of-order",
        help="Also apply migrations of another branch whose order matters beside those that are applied.",
    ),
]
EachOption: TypeAlias = Annotated[
    bool, typer.Option("--each", help="Every path is a schema of its own, and not a part of one.")
]
NoRenameOption: TypeAlias = Annotated[
    list[str] | None,
    typer.Option(
        "--no-rename",
        metavar="OLD",
        help="What really goes, however much another thing is like it. Repeatable.",
    ),
]


def named_project(
    schema: Path | None, config: Path | None, url: str | None = None, shadow: str | None = None
) -> Project:
    """The project of the working directory, as the options name it."""
    from nicol.ops.project import open_project

    return open_project(Path.cwd(), os.environ, config=config, schema=schema, url=url, shadow=shadow)


def standard_input() -> Source:
    """The text that is piped in."""
    from nicol.diagnostics import Source
    from nicol.errors import ConfigurationError

    try:
        return Source("<stdin>", sys.stdin.buffer.read().decode("utf-8"))
    except UnicodeDecodeError:
        raise ConfigurationError("standard input is not UTF-8 text", help="send it as UTF-8") from None
