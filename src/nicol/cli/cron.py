"""`nicol cron …`: scheduled jobs, served or run by hand."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Annotated

import typer

from nicol.cli.options import JsonOption

if TYPE_CHECKING:
    from nicol.cron import Cron

AppOption = Annotated[
    str | None,
    typer.Option(
        "--app", metavar="MODULE:NAME", help="The `Cron` with your jobs; without it there is only retention."
    ),
]
ProjectUrlOption = Annotated[
    str | None, typer.Option("--url", metavar="URL", help="The database, where no --app says it.")
]


def group() -> typer.Typer:
    """The commands of the group."""
    app = typer.Typer(help="Scheduled jobs behind an endpoint.", no_args_is_help=True, rich_markup_mode=None)
    app.command("serve")(serve)
    app.command("run")(run)
    app.command("jobs")(jobs)
    return app


def serve(
    app: AppOption = None,
    host: Annotated[str, typer.Option("--host", help="The address to listen on.")] = "127.0.0.1",
    port: Annotated[
        int, typer.Option("--port", min=0, max=65535, help="The port; 0 takes a free one.")
    ] = 8787,
    url: ProjectUrlOption = None,
) -> None:
    """Serve POST /cron/<job> until Ctrl-C; CRON_SECRET holds the secret that callers say."""
    from nicol.cli.screen import say, tell_error
    from nicol.cron.serving import serve as serve_cron

    cron = _cron(app, url)
    if not cron.open:
        tell_error(
            "no secret is set, so that every call is refused",
            None,
            "put a secret of at least 16 characters into CRON_SECRET; "
            "python -c 'import secrets; print(secrets.token_urlsafe(32))' makes one",
        )
        raise typer.Exit(1)
    serve_cron(
        cron,
        host,
        port,
        lambda address: say(f"Serving {', '.join(cron.jobs)} at {address}/cron/… (Ctrl-C ends it)"),
    )


def run(
    job: Annotated[str, typer.Argument(help="The job.")],
    app: AppOption = None,
    again: Annotated[bool, typer.Option("--again", help="Even if it was done in this time slot.")] = False,
    as_json: JsonOption = False,
    url: ProjectUrlOption = None,
) -> None:
    """Do a job's work now, as a call of the endpoint would: once in its time slot."""
    import asyncio

    from nicol.cli.screen import answer, tell_error
    from nicol.errors import ConfigurationError

    cron = _cron(app, url)
    if job not in cron.jobs:
        raise ConfigurationError(f"there is no job `{job}`", help=f"the jobs are {', '.join(cron.jobs)}")
    outcome = asyncio.run(cron.run(job, again=again))
    if outcome.error is not None:
        if not as_json:
            tell_error(f"{job} failed: {outcome.error}", None, None)
        else:
            answer({"job": job, **outcome.value})
        raise typer.Exit(1)
    words = {
        "done": "done",
        "repeated": "was done before in this time slot",
        "running": "is under way elsewhere",
    }
    answer({"job": job, **outcome.value}, f"{job}: {words[outcome.state]}: {outcome.result}")


def jobs(app: AppOption = None, as_json: JsonOption = False, url: ProjectUrlOption = None) -> None:
    """List the jobs."""
    from nicol.cli.screen import answer, table

    cron = _cron(app, url)
    if not as_json:
        table(
            {
                name: (f"once in {job.slot:g} s", f"at most {job.timeout:g} s")
                for name, job in cron.jobs.items()
            }
        )
    answer(
        {
            "jobs": [
                {"name": name, "slot": job.slot, "timeout": job.timeout} for name, job in cron.jobs.items()
            ]
        }
    )


def _cron(where: str | None, url: str | None) -> Cron:
    """The `Cron` that was named, or one with retention alone."""
    from nicol.errors import ConfigurationError, MissingExtra

    try:
        from nicol.cron import Cron
    except ModuleNotFoundError:
        raise MissingExtra("The endpoint for scheduled jobs", "cron") from None
    if where is None:
        return Cron(url=url, environment=os.environ)
    from nicol.ops.named import named

    cron: Cron = named(where, Cron)
    if url is not None:
        raise ConfigurationError("--url and --app cannot be given both", help="the `Cron` says its database")
    return cron
