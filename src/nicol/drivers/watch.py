"""The thread that stops blocking work whose time is over: one for the process, asleep while nobody has a deadline."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Generator
from contextlib import contextmanager
from time import monotonic, sleep
from typing import Final

from nicol.drivers.connection import Connection
from nicol.errors import TimedOut

_TICK: Final = 0.02
"""Seconds between two looks at the clock, at most, while somebody has a deadline."""
_AGAIN: Final = 0.02
"""Seconds after which something is stopped once more: the first time may have come before it had begun."""


_ringing = threading.Lock()


class Alarm:
    """A moment, and what is done then, in a thread of its own, again and again until `end`."""

    __slots__ = ("_act", "_done", "_ended", "_thread", "at", "rang")

    def __init__(self, at: float, act: Callable[[], None]) -> None:
        self.at = at
        self.rang = False
        self._act = act
        self._done = False
        self._thread: threading.Thread | None = None

    def ring(self) -> None:
        """The moment has come."""
        with _ringing:
            if not self._done:
                self._ended = threading.Event()
                self.rang = True
                self._thread = threading.Thread(target=self._insist, name="nicol-deadline", daemon=True)
                self._thread.start()

    def instead(self, at: float, act: Callable[[], None]) -> Alarm:
        """The alarm for another moment and act; another one where this has rung."""
        self._act, self.at = act, at
        if not self.rang:
            return self
        self.end()
        return alarm(at, act)

    def end(self) -> None:
        """It is not needed any more; what has begun has ended when this returns."""
        self._done = True
        _ALARMS.discard(self)
        if not self.rang:
            return  # should it ring in this very moment, its thread finds that it has ended
        with _ringing:
            thread = self._thread
        if thread is not None and thread is not threading.current_thread():
            self._ended.set()
            thread.join()

    def _insist(self) -> None:
        while not self._done:
            self._act()
            self._ended.wait(_AGAIN)


_ALARMS: Final[set[Alarm]] = set()


class _Watch:
    """The thread, started when it is needed, and again in a forked child."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._wake = threading.Event()
        self._asleep = True
        self._started = False

    def add(self, alarm: Alarm) -> None:
        """Look after an alarm."""
        _ALARMS.add(alarm)
        if self._asleep:
            self._rouse()

    def _rouse(self) -> None:
        with self._lock:
            if not self._started:
                self._started = True
                threading.Thread(target=self._look, name="nicol-watch", daemon=True).start()
            self._asleep = False
            self._wake.set()

    def _look(self) -> None:
        while True:
            if not _ALARMS:
                self._sleep()
            pause = _TICK
            for alarm in list(_ALARMS):
                left = alarm.at - monotonic()
                if left <= 0:
                    _ALARMS.discard(alarm)
                    alarm.ring()
                pause = min(pause, max(left, 0.001))
            sleep(pause)

    def _sleep(self) -> None:
        with self._lock:
            self._wake.clear()
            self._asleep = not _ALARMS
            if not self._asleep:
                return
        self._wake.wait()


_watch = _Watch()


def _in_child() -> None:
    global _watch, _ringing  # threads do not survive a fork
    _ALARMS.clear()
    _watch, _ringing = _Watch(), threading.Lock()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_in_child)


def alarm(at: float, act: Callable[[], None]) -> Alarm:
    """Do something at a moment of the monotonic clock, unless the alarm has been ended before."""
    made = Alarm(at, act)
    _watch.add(made)
    return made


@contextmanager
def watched(connection: Connection, seconds: float, at: float) -> Generator[None]:
    """Interrupt a connection at a moment; what the block raises after it is TimedOut. `seconds`: what was asked for."""
    rings = alarm(at, connection.interrupt)
    try:
        yield
    except Exception as error:
        if rings.rang:
            raise overdue(seconds) from error
        raise
    finally:
        rings.end()
        connection.resume()


def overdue(seconds: float) -> TimedOut:
    """The error of a call that took longer than it might."""
    return TimedOut(
        f"the call took longer than its {seconds:g} s and was stopped",
        code="P1008",
        help="allow more with timeout=…, or look at what the statement waits for",
    )
