"""Runs of scheduled jobs: each job does its work once in each time slot, however often and from wherever it is called.

A table of Nicol's own remembers them. A run holds its slot until it ends or its time is over, so that the work of a process
that was killed is taken up by the next call; the token of who took it keeps the former one from writing a result.
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

from nicol.dialects.dialect import Dialect, Fault
from nicol.errors import DriverError
from nicol.ops.databases import Conversation
from nicol.sql.program import Program, Statement, rows, transaction

TABLE = "_nicol_runs"
KEPT = 90 * 86400.0
"""Seconds for which runs are remembered."""

_CREATE = f"""
CREATE TABLE IF NOT EXISTS {TABLE} (
  job TEXT NOT NULL, slot BIGINT NOT NULL, token TEXT NOT NULL, state TEXT NOT NULL,
  until DOUBLE PRECISION NOT NULL, started DOUBLE PRECISION NOT NULL, finished DOUBLE PRECISION, result TEXT,
  PRIMARY KEY (job, slot)
)
"""
_CLAIM = f"""
INSERT INTO {TABLE} (job, slot, token, state, until, started) VALUES (:job, :slot, :token, 'running', :until, :now)
ON CONFLICT (job, slot) DO UPDATE SET token = excluded.token, state = 'running', until = excluded.until,
  started = excluded.started, finished = NULL, result = NULL
WHERE {TABLE}.state = 'failed' OR ({TABLE}.state = 'running' AND {TABLE}.until < excluded.started)
RETURNING job
"""
_SEE = f"SELECT state, result FROM {TABLE} WHERE job = :job AND slot = :slot"
_FINISH = f"""
UPDATE {TABLE} SET state = :state, finished = :now, result = :result
WHERE job = :job AND slot = :slot AND token = :token AND state = 'running'
"""
_FORGET = f"DELETE FROM {TABLE} WHERE started < :before"


@dataclass(frozen=True, slots=True)
class Claim:
    """The right to do a job's work in a slot, which begins at `slot` seconds of the epoch."""

    job: str
    slot: int
    token: str


@dataclass(frozen=True, slots=True)
class Running:
    """Somebody else is at it."""


@dataclass(frozen=True, slots=True)
class Done:
    """It was done before in this slot, with this result."""

    result: Any


Turn: TypeAlias = Claim | Running | Done


def take_turn(conversation: Conversation, job: str, slot: float | None, timeout: float) -> Turn:
    """Ask for the work of a job, which may take `timeout` seconds, in the present slot of so many (None: one of its own).

    The database's clock decides which slot it is, so that machines need not agree about the time.
    """
    return conversation.run(_turn(conversation.target.dialect, job, slot, timeout))


def _turn(dialect: Dialect, job: str, length: float | None, timeout: float) -> Program[Turn]:
    ((now,),) = yield from rows(dialect.ledger.now)
    slot = -int(now * 1000) if length is None else int(now // length * length)
    token = uuid.uuid4().hex
    values = {"job": job, "slot": slot, "token": token, "until": float(now) + timeout, "now": float(now)}
    if (yield from _claim(dialect, values)):
        yield from _say(dialect, _FORGET, {"before": float(now) - KEPT})
        return Claim(job, slot, token)
    ((state, result),) = yield from _say(dialect, _SEE, values)
    return Running() if state == "running" else Done(json.loads(result))


def _claim(dialect: Dialect, values: dict[str, Any]) -> Program[bool]:
    """True when the slot is ours. The first run of all makes the table; of several at once one makes it for all."""
    try:
        return bool((yield from _say(dialect, _CLAIM, values)))
    except DriverError as error:
        meaning = dialect.meaning_of(error)
        if meaning is None or meaning.fault is not Fault.TABLE_MISSING:
            raise
    try:
        yield Statement(_CREATE, prepare=False)
    except DriverError as error:
        refused = error  # another one was faster, or we may not: trying again tells
    else:
        refused = None
    try:
        return bool((yield from _say(dialect, _CLAIM, values)))
    except DriverError:
        if refused is not None:
            raise refused from None
        raise


def finish(conversation: Conversation, claim: Claim, result: Any, *, failed: bool = False) -> None:
    """Remember how a run ended; a failed one may be tried again in its slot. Who has lost the slot writes nothing."""
    conversation.run(transaction(_finish(conversation.target.dialect, claim, result, failed)))


def _finish(dialect: Dialect, claim: Claim, result: Any, failed: bool) -> Program[None]:
    ((now,),) = yield from rows(dialect.ledger.now)
    values = {
        "job": claim.job,
        "slot": claim.slot,
        "token": claim.token,
        "now": float(now),
        "state": "failed" if failed else "done",
        "result": json.dumps(result),
    }
    yield from _say(dialect, _FINISH, values)


def _say(dialect: Dialect, text: str, values: dict[str, Any]) -> Program[Sequence[tuple[Any, ...]]]:
    bound, names = dialect.bound(text, values.keys())
    return (yield from rows(bound, *(values[name] for name in names)))
