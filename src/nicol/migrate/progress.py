"""How far a migration in several stages has come, and who works on it: a value, kept as text in the row of the ledger."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256

import msgspec

from nicol.dialects.scripts import Stage

LEASE = 20.0
"""Seconds for which nobody else may go on with a migration, unless who works on it is known to be gone."""

_MARK = "nicol"


@dataclass(frozen=True, slots=True)
class Worker:
    """Who works on a migration: a process on a machine, and its session on the server where the server knows sessions."""

    machine: str
    process: int
    session: str | None = None

    @property
    def shown(self) -> str:
        """The worker as it may be named in messages."""
        return f"process {self.process} on {self.machine.partition('/')[0]}"


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a migration has come. The row's number of steps says how many stages are done.

    `total` stages there are. The `worker`'s lease ends at `until`, in seconds of the database's clock; 0: nobody works on it.
    `begun`: the next stage may have had its effect already, or half of it. `done` is the fingerprint of the stages
    that are done. `error` is what stopped the next one.
    """

    total: int
    worker: Worker
    until: float
    done: str
    begun: bool = False
    error: str | None = None

    @property
    def text(self) -> str:
        """The progress as the ledger keeps it."""
        return msgspec.json.encode({_MARK: self}).decode()


def progress_of(text: str | None) -> Progress | None:
    """The progress that a ledger keeps; None for what others wrote there."""
    try:
        return msgspec.json.decode(text or "null", type=dict[str, Progress])[_MARK]
    except (msgspec.MsgspecError, KeyError):
        return None


def fingerprint(stages: Sequence[Stage]) -> str:
    """What tells whether the stages that were done are still those of the script."""
    text = "\0".join(statement for stage in stages for statement in (*stage.statements, ""))
    return sha256(text.encode()).hexdigest()[:32]
