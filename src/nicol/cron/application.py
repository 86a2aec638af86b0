"""The endpoint: `POST /<job>` does the job's work once in each time slot, for who knows the secret."""

from __future__ import annotations

import asyncio
import inspect
import logging
import os
import re
import traceback
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from time import monotonic
from typing import Any, TypeAlias, TypeVar

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from nicol.cron.secrets import LEAST, Secrets
from nicol.errors import ConfigurationError, NicolError
from nicol.masking import masked
from nicol.ops.durations import seconds
from nicol.ops.project import Project, open_project
from nicol.ops.scheduled import Outcome, plan_retention, run_retention, run_scheduled

_log = logging.getLogger("nicol.cron")

Work: TypeAlias = Callable[[], Any] | Callable[[], Awaitable[Any]]
W = TypeVar("W", bound=Callable[..., Any])

_NAME = re.compile(r"[a-z0-9]+(?:[-_][a-z0-9]+)*")


@dataclass(frozen=True, slots=True)
class Job:
    """A job: its work, the seconds of a slot in which it is done once, and the seconds it may take at most.

    `plan`: what the work would do, told without doing it, where a job can.
    """

    name: str
    work: Work
    slot: float
    timeout: float
    plan: Work | None = None


class Cron:
    """Jobs of a project behind an endpoint. The job `retention` is always there.

    `CRON_SECRET` holds the secret of at least 16 characters; `CRON_SECRET_PREVIOUS` is taken too, while it changes. Who calls
    says it as `Authorization: Bearer …` or as `?token=…`. `get` also takes GET, for schedulers that cannot POST.
    """

    def __init__(
        self,
        project: Path | str = ".",
        *,
        url: str | None = None,
        environment: Mapping[str, str] | None = None,
        secret: str = "CRON_SECRET",  # noqa: S107 - the name of a variable
        previous: str = "CRON_SECRET_PREVIOUS",
        retention: str = "5m",
        retention_slot: str = "1h",
        get: bool = False,
    ) -> None:
        """`retention` bounds the time of that job's run. `url` and `environment` are the project's and the process's."""
        variables = os.environ if environment is None else environment
        self._project = open_project(Path(project).resolve(), variables, url=url)
        self._secrets = Secrets(variables, (secret, previous))
        self._jobs: dict[str, Job] = {}
        bound = seconds(retention, "retention")
        self._add(
            Job(
                "retention",
                lambda: run_retention(self._project, bound),
                seconds(retention_slot, "retention_slot"),
                bound + 60,
                lambda: plan_retention(self._project),
            )
        )
        for name in self._secrets.weak:
            _log.error("[cron] %s has fewer than %d characters and opens nothing", name, LEAST)
        methods = ["GET", "POST"] if get else ["POST"]
        self._application = Starlette(routes=[Route("/{job:path}", self._answer, methods=methods)])

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """As an ASGI application."""
        await self._application(scope, receive, send)

    @property
    def open(self) -> bool:
        """True when a secret is set; without one every call is refused."""
        return self._secrets.open

    @property
    def project(self) -> Project:
        """The project whose database remembers the runs."""
        return self._project

    @property
    def jobs(self) -> Mapping[str, Job]:
        """The jobs by their names."""
        return self._jobs

    def job(self, name: str, *, slot: str = "1m", timeout: str = "10m") -> Callable[[W], W]:
        """Register a function, or an `async` one, that takes nothing and returns something that JSON can say.

        In each `slot` it is done once; after `timeout` another call may take over from one that never ended. ConfigurationError
        for a name that no path can have, or that is taken.
        """

        def register(work: W) -> W:
            self._add(Job(name, work, seconds(slot, "slot"), seconds(timeout, "timeout")))
            return work

        return register

    def _add(self, job: Job) -> None:
        if not _NAME.fullmatch(job.name):
            raise ConfigurationError(
                f"{job.name!r} is no name of a job", help="small letters, digits, - and _ make one"
            )
        if job.name in self._jobs:
            raise ConfigurationError(
                f"there is a job `{job.name}` already", help="give this one another name"
            )
        if job.slot < 1 or job.timeout <= 0:
            raise ConfigurationError(
                f"the slot of `{job.name}` has to be a second at least, and its timeout more than nothing"
            )
        self._jobs[job.name] = job

    async def run(self, name: str, *, again: bool = False) -> Outcome:
        """Do a job's work now, unless it was done in this slot; `again`: even then. KeyError for a job that is not there."""
        job = self._jobs[name]
        started = monotonic()
        _log.info("[cron:%s] called", name)
        outcome = await run_scheduled(
            self._project, name, job.slot, job.timeout, lambda: _done(job.work), again=again
        )
        _tell(name, outcome, monotonic() - started)
        return outcome

    async def _answer(self, request: Request) -> Response:
        if not self._secrets.admit(_said(request)):
            return _answer(401, {"ok": False, "error": "unauthorized"}, {"WWW-Authenticate": "Bearer"})
        name = request.path_params["job"]
        if name not in self._jobs:
            return _answer(404, {"ok": False, "error": "unknown job"})
        plan, dry = self._jobs[name].plan, request.query_params.get("dry_run", "false")
        if dry not in ("true", "false") or (dry == "true" and plan is None):
            return _answer(400, {"ok": False, "error": "no dry run"})
        try:
            if plan is not None and dry == "true":
                return _answer(200, {"ok": True, "state": "dry", "result": await _done(plan)})
            outcome = await self.run(name)
        except NicolError as error:
            _log.error("[cron:%s] %s", name, masked(str(error)))
            return _answer(503, {"ok": False, "error": "unavailable"})
        return _answer(_STATUS[outcome.state], outcome.value)


_STATUS = {"done": 200, "repeated": 200, "running": 202, "failed": 500}


def _said(request: Request) -> str | None:
    """The secret that the caller says."""
    in_address = request.query_params.get(
        "token"
    )  # always looked for, so that all refusals take the same time
    kind, _, token = request.headers.get("authorization", "").partition(" ")
    return token.strip() if kind.lower() == "bearer" else in_address


def _answer(status: int, value: Mapping[str, Any], headers: Mapping[str, str] | None = None) -> JSONResponse:
    return JSONResponse(value, status, {"Cache-Control": "no-store", **(headers or {})})


async def _done(work: Work) -> Any:
    """The result of the work; what blocks has a thread of its own."""
    if inspect.iscoroutinefunction(work):
        return await work()
    return await asyncio.to_thread(work)


def _tell(name: str, outcome: Outcome, took: float) -> None:
    match outcome.state:
        case "failed":
            trace = "".join(traceback.format_exception(outcome.error)).rstrip()
            _log.error("[cron:%s] failed after %.1f s: %s", name, took, masked(trace))
        case "done":
            _log.info("[cron:%s] done in %.1f s: %s", name, took, outcome.result)
        case state:
            _log.info("[cron:%s] %s", name, {"repeated": "was done before", "running": "is under way"}[state])
