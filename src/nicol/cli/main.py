"""The command `nicol`: its groups and commands, and how every run of it ends."""

from __future__ import annotations

import gc
import os
import sys
from collections.abc import Callable, Sequence

import typer

from nicol.cli import (
    audit,
    cron,
    database,
    doctor,
    formatting,
    language_server,
    migrations,
    outbox,
    project,
    retention,
    schema,
    secrets,
    validation,
)
from nicol.cli.coercion import read_plainly
from nicol.cli.older import modern
from nicol.errors import NicolError

CANCELLED = 130

_COLLECT_AFTER = 200_000

_SETTINGS = {"help_option_names": ["-h", "--help"], "max_content_width": 100}


def application() -> typer.Typer:
    """The command line as a value."""
    app = typer.Typer(
        name="nicol",
        help="The Prisma workflow, native to Python: schema, migrations, client.",
        no_args_is_help=True,
        rich_markup_mode=None,
        pretty_exceptions_enable=False,
        context_settings=_SETTINGS,
    )
    app.callback()(_options)
    project.register(app)
    formatting.register(app)
    validation.register(app)
    doctor.register(app)
    language_server.register(app)
    for name, group in (
        ("migrate", migrations.group()),
        ("db", database.group()),
        ("retention", retention.group()),
        ("audit", audit.group()),
        ("secrets", secrets.group()),
        ("cron", cron.group()),
        ("outbox", outbox.group()),
        ("schema", schema.group()),
    ):
        app.add_typer(group, name=name)
    return app


def _show_version(wanted: bool) -> None:
    if wanted:
        project.version()
        raise typer.Exit


def _options(
    debug: bool = typer.Option(False, "--debug", envvar="NICOL_DEBUG", help="Show the trace of an error."),
    version: bool = typer.Option(
        False, "--version", "-v", is_eager=True, callback=_show_version, help="As the command version."
    ),
) -> None:
    os.environ.pop("NICOL_DEBUG", None)
    if debug:
        os.environ["NICOL_DEBUG"] = "1"


def collect_rarely() -> None:
    """Let Python look for cyclic garbage less often.

    A large schema is a million values that hold no cycles and live until the end; by default the collector walks over them
    again and again, which takes more time than reading the schema.
    """
    gc.set_threshold(_COLLECT_AFTER, 20, 20)


def main(arguments: Sequence[str] | None = None) -> None:
    """Run one command and end the process with its exit code."""
    collect_rarely()
    words = modern(sys.argv[1:] if arguments is None else arguments)
    if "--json" in words[: words.index("--")] if "--" in words else "--json" in words:
        from nicol.cli.screen import listen

        listen(json=True)
    read_plainly()
    command = typer.main.get_command(application())
    code = run(lambda: command.main(words, prog_name="nicol", standalone_mode=False))
    gc.freeze()  # nothing of what is left is worth a last search for cycles
    sys.exit(code)


def run(command: Callable[[], object]) -> int:
    """The exit code of a command; whatever went wrong is told in one message on standard error."""
    try:
        code = command()
    except (KeyboardInterrupt, typer.Abort):
        sys.stderr.write("\ncancelled\n")
        return CANCELLED
    except BrokenPipeError:  # the reader of our output went away, as `head` does
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    except typer.Exit as end:
        return end.exit_code
    except Exception as error:
        if os.environ.get("NICOL_DEBUG"):
            raise
        return _tell(error)
    return code if isinstance(code, int) else 0


def _tell(error: Exception) -> int:
    from nicol.cli.screen import complain

    complain(error)
    return CANCELLED if isinstance(error, NicolError) and _is_cancelled(error) else 1


def _is_cancelled(error: NicolError) -> bool:
    from nicol.ops.questions import Cancelled

    return isinstance(error, Cancelled)
