"""A turn of a relay: messages are taken and handed over one by one. Blocking and awaiting relays act it out alike.

A turn is a generator as a program is, whose acts are programs to run and messages to hand over; what goes wrong is thrown
into it.
"""

from __future__ import annotations

import logging
from collections import Counter, deque
from collections.abc import Callable, Generator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal, TypeAlias

from nicol.errors import NicolError
from nicol.masking import masked
from nicol.outbox.messages import Messages
from nicol.outbox.retries import Retries
from nicol.sql.program import Program

_log = logging.getLogger("nicol.outbox")

_ERROR_LENGTH = 1000
"""Characters of an error that are kept with the message."""


@dataclass(frozen=True, slots=True)
class Say:
    """Run a program that writes."""

    program: Program[Any]


@dataclass(frozen=True, slots=True)
class HandOver:
    """Call the handler with a message."""

    message: Any


Outcome: TypeAlias = Literal["delivered", "failed", "dead", "lost"]
Acts: TypeAlias = Generator[Say | HandOver, Any, "Turn"]


@dataclass(frozen=True, slots=True)
class Turn:
    """What became of messages: `delivered`, `failed` to be tried again later, `dead` after their last attempt."""

    delivered: int = 0
    failed: int = 0
    dead: int = 0

    def __bool__(self) -> bool:
        return bool(self.delivered or self.failed or self.dead)

    def __add__(self, other: Turn) -> Turn:
        return Turn(self.delivered + other.delivered, self.failed + other.failed, self.dead + other.dead)


@dataclass(frozen=True, slots=True)
class Terms:
    """How a turn is taken: at most `batch` messages, each held for the time of a `lease` without a word.

    `now` tells the time in UTC, `chance` a number from 0 to 1, and `stopped` whether to end before the next message.
    """

    batch: int
    lease: timedelta
    retries: Retries
    now: Callable[[], datetime]
    chance: Callable[[], float]
    stopped: Callable[[], bool]


def turn(messages: Messages, terms: Terms) -> Acts:
    """Hand over what is due, one after the other, each key in its order."""
    outcomes: Counter[Outcome] = Counter()
    since = terms.now()
    queue = deque((each, since) for each in (yield Say(messages.take(terms.batch, since, terms.lease))))
    room = terms.batch - len(queue)
    while queue:
        if terms.stopped():
            yield Say(messages.give_back([message for message, _ in queue], terms.now()))
            break
        message, since = queue.popleft()
        if terms.now() - since > terms.lease / 10 and not (
            yield Say(messages.renew(message, terms.now(), terms.lease))
        ):
            continue  # it has waited here for so long that somebody else took it
        outcome, following = yield from _handled(messages, terms, message, further=room > 0)
        outcomes[outcome] += 1
        room -= len(following)
        queue.extend((each, terms.now()) for each in following)
    return Turn(outcomes["delivered"] + outcomes["lost"], outcomes["failed"], outcomes["dead"])


def _handled(
    messages: Messages, terms: Terms, message: Any, *, further: bool
) -> Generator[Say | HandOver, Any, tuple[Outcome, list[Any]]]:
    """What became of a message, and the next of its key where that was taken."""
    if terms.retries.pause(message.attempts - 1, 0) is None:
        return (yield from _failed(messages, terms, message, "its relays ended while they handled it")), []
    try:
        yield HandOver(message)
    except Exception as fault:  # noqa: BLE001 - whatever a handler raises is the outcome of the attempt
        return (yield from _failed(messages, terms, message, _told(fault))), []
    kept, following = yield Say(messages.done(message, terms.now(), terms.lease, further=further))
    if not kept:
        _log.warning(
            "message %s was handled for longer than its lease of %s, and may be handled once more",
            message.id,
            terms.lease,
        )
    return "delivered" if kept else "lost", following


def _failed(
    messages: Messages, terms: Terms, message: Any, error: str
) -> Generator[Say | HandOver, Any, Outcome]:
    pause, now = terms.retries.pause(message.attempts, terms.chance()), terms.now()
    if pause is None:
        _log.error("message %s is dead after attempt %d: %s", message.id, message.attempts, error)
        yield Say(messages.bury(message, error, now))
        return "dead"
    _log.warning("message %s waits after attempt %d: %s", message.id, message.attempts, error)
    yield Say(messages.put_off(message, error, now + pause))
    return "failed"


def _told(fault: Exception) -> str:
    said = fault.message if isinstance(fault, NicolError) else f"{type(fault).__name__}: {fault}"
    return masked(said)[:_ERROR_LENGTH]
