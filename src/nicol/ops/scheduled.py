"""A scheduled job, run once in its time slot, and the job that every project has: retention."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, Literal

import msgspec

from nicol.errors import NicolError
from nicol.ops.databases import Target, talk, target_of
from nicol.ops.project import Project
from nicol.ops.reminders import reminders
from nicol.ops.retention import Budget, retention_plan, retention_run
from nicol.ops.runs import Claim, Done, Running, finish, take_turn
from nicol.ops.schemas import read_schema


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a call: the work was done, or was before (`repeated`), or is `running`, or has failed with `error`."""

    state: Literal["done", "repeated", "running", "failed"]
    result: Any = None
    error: BaseException | None = None

    @property
    def value(self) -> dict[str, Any]:
        """The same for the caller, who need not know how a job failed."""
        if self.state == "failed":
            return {"ok": False, "error": type(self.error).__name__}
        return {"ok": True, "state": self.state, "result": self.result}


async def run_scheduled(
    project: Project,
    name: str,
    slot: float,
    limit: float,
    work: Callable[[], Awaitable[Any]],
    *,
    again: bool = False,
) -> Outcome:
    """Do the work unless it was done in this slot (`again`: even then), in at most `limit` seconds.

    The runs are remembered in the project's database.
    """
    target = target_of(project, read_schema(project))
    turn = await asyncio.to_thread(_turn, target, name, None if again else slot, limit)
    match turn:
        case Running():
            return Outcome("running")
        case Done(result):
            return Outcome("repeated", result)
        case Claim():
            return await _carry_out(target, turn, limit, work)


async def _carry_out(
    target: Target, claim: Claim, limit: float, work: Callable[[], Awaitable[Any]]
) -> Outcome:
    try:
        async with asyncio.timeout(limit):
            result = await work()
        await asyncio.to_thread(_finish, target, claim, result, failed=False)
    except Exception as error:  # noqa: BLE001 - whatever a job raises is its outcome
        await asyncio.to_thread(_finish, target, claim, None, failed=True)
        return Outcome("failed", error=error)
    return Outcome("done", result)


def _turn(target: Target, name: str, slot: float | None, limit: float) -> Claim | Running | Done:
    with talk(target) as conversation:
        return take_turn(conversation, name, slot, limit)


def _finish(target: Target, claim: Claim, result: Any, *, failed: bool) -> None:
    with talk(target) as conversation:
        finish(conversation, claim, result, failed=failed)


def run_retention(project: Project, most: float) -> dict[str, Any]:
    """Delete what is due, for so many seconds at most: the rows that went and those that are due still, by model.

    `reminders`: what somebody has to see to, by name.

    NicolError when the database refused something.
    """
    _, swept = retention_run(project, Budget(seconds=most))
    if refused := [each for each in swept if each.error]:
        raise NicolError(f"{refused[0].model}: {refused[0].error}")
    return {
        "deleted": {each.model: each.deleted for each in swept},
        "remaining": {each.model: each.remaining for each in swept},
        "reminders": msgspec.to_builtins(reminders(project)),
    }


def plan_retention(project: Project) -> dict[str, Any]:
    """What `run_retention` would find: the rows that are due, by model, and the reminders. Nothing goes."""
    _, due = retention_plan(project)
    return {
        "due": {each.model: each.rows for each in due},
        "reminders": msgspec.to_builtins(reminders(project)),
    }
