"""Applying a migration stage by stage: who holds it renews the lease meanwhile, and gives it back when a stage fails."""

from __future__ import annotations

import os
import socket
import sys
import threading
import uuid
from collections.abc import Callable, Generator
from contextlib import contextmanager, suppress
from pathlib import Path

from nicol.dialects.scripts import Stage
from nicol.drivers import open_database
from nicol.errors import DriverError, MigrationBusy, MigrationError
from nicol.migrate.apply import blamed, is_outage
from nicol.migrate.history import Migration
from nicol.migrate.ledger import LedgerRow
from nicol.migrate.progress import LEASE, Worker
from nicol.migrate.stepwise import Claim, Task, carry_out, claim, let_go, renew, turn
from nicol.ops.databases import Conversation, Target
from nicol.ops.manner import Manner
from nicol.sql.program import Program, rows


def apply_stepwise(
    conversation: Conversation,
    migration: Migration,
    stages: tuple[Stage, ...],
    work: Callable[[], Program[None]] | None,
    manner: Manner,
) -> bool:
    """Apply a migration from its first stage that is not done; False when another deployer had done all of it."""
    task = Task(
        migration, stages, conversation.target.dialect, worker_of(conversation), str(uuid.uuid4()), work
    )
    held = conversation.run(claim(task, is_gone))
    if held is None:
        return False
    if held.done:
        manner.noted(f"Going on with {migration.name} at step {held.done + 1} of {len(stages)}")
    with _renewed(conversation.target, task):
        for number in range(held.done, len(stages)):
            _carry_out(conversation, task, number, held, manner)
    return True


def _carry_out(conversation: Conversation, task: Task, number: int, held: Claim, manner: Manner) -> None:
    """One stage. What its failure leaves is told, and the lease given back, so that nobody has to wait for its end."""
    again = held.again and number == held.done
    fate, way_out = _fate(task, number)
    try:
        with blamed(task.migration, task.dialect, fate, way_out=way_out):
            conversation.run(carry_out(task, number, again=again, limits=manner.limits))
    except MigrationBusy:
        raise
    except (DriverError, MigrationError) as error:
        _let_go(conversation, task, error, fate)
        raise


def _fate(task: Task, number: int) -> tuple[str, str]:
    """What is said of a failed stage, and the way out."""
    kept = ("nothing of it was kept", "the step before it is done and stays")
    done = kept[number] if number < len(kept) else f"the {number} steps before it are done and stay"
    way_out = (
        f"{done}. Correct what stopped it, in the data or in this part of the SQL, and run the command again: "
        f"it goes on with step {number + 1}"
    )
    return f"failed in step {number + 1} of {len(task.stages)}", way_out


def _let_go(conversation: Conversation, task: Task, error: Exception, fate: str) -> None:
    """Where the connection is gone, or the migration taken over, there is nothing to give back.

    The ledger keeps the cause alone: which migration failed where, its row says.
    """
    passing = isinstance(error, DriverError) and is_outage(task.dialect, error)
    said = str(getattr(error, "message", error)).removeprefix(f"the migration {task.migration.name} {fate}: ")
    with suppress(DriverError, MigrationError):
        conversation.run(let_go(task, None if passing else said))


# ---- who -------------------------------------------------------------------------------------------------------------


def turn_of(conversation: Conversation, known: tuple[LedgerRow, ...] | None = None) -> Program[bool]:
    """What a change that is no migration says first in its transaction, so that it queues with deployers."""
    return turn(conversation.target.dialect, worker_of(conversation), is_gone, known)


def worker_of(conversation: Conversation) -> Worker:
    """This process, with its session on the server where that is its own and not a pooler's."""
    return Worker(_machine(), os.getpid(), session_of(conversation))


def session_of(conversation: Conversation) -> str | None:
    """The identity of the connection's session; None where there is none, or a pooler stands between.

    A pooler answers for the server when a connection is opened, and so gives another number than the session has.
    """
    announced, own = conversation.connection.announced, conversation.target.dialect.sessions.own
    if announced is None or not own:
        return None
    ((session,),) = conversation.run(rows(own))
    return str(session) if str(session).split("/")[0] == announced else None


def _machine(namespace: Path = Path("/proc/self/ns/pid")) -> str:
    """The machine, and where there are several, the world of processes on it: numbers mean something only there."""
    try:
        return f"{socket.gethostname()}/{namespace.readlink()}"
    except OSError:
        return socket.gethostname()


def is_gone(worker: Worker) -> bool:
    """True when a worker's process is known to have ended; false where that cannot be told."""
    if worker.machine != _machine() or sys.platform == "win32":  # where signal 0 is no question
        return False
    try:
        os.kill(worker.process, 0)
    except ProcessLookupError:
        return True
    except PermissionError:
        return False
    return False


# ---- renewing --------------------------------------------------------------------------------------------------------


@contextmanager
def _renewed(target: Target, task: Task) -> Generator[None]:
    """Renew the lease as long as the block runs, on a connection of its own."""
    if target.address.in_memory:  # nobody else can reach it
        yield
        return
    stopped = threading.Event()
    heart = threading.Thread(target=_beat, args=(target, task, stopped), daemon=True)
    heart.start()
    try:
        yield
    finally:
        stopped.set()
        heart.join()


def _beat(target: Target, task: Task, stopped: threading.Event) -> None:
    """A beat that fails is made up for by the next; when all fail the lease ends, and the worker finds itself replaced."""
    while not stopped.wait(LEASE / 4):
        with suppress(DriverError, MigrationError), open_database(target.address.for_scripts()) as database:
            database.run(renew(task), write=True)
