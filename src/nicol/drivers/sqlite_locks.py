"""The wait for a lock that another process holds on a SQLite file: in steps, so that it can be given up."""

from __future__ import annotations

import random
import time

_STEPS = (0.001, 0.002, 0.005, 0.01, 0.015, 0.02)
"""Seconds between looks. Others wait as well: each step is cut by chance, so that they do not all look at once."""


class LockWait:
    """Called by SQLite while a file is locked, with the number of calls before: True to look again.

    `patience` is how many seconds to wait for a lock; `given_up` ends the wait at once.
    """

    def __init__(self, patience: float) -> None:
        self.patience = patience
        self.given_up = False
        self._since = 0.0

    def __call__(self, calls: int) -> bool:
        now = time.monotonic()
        if calls == 0:
            self._since = now
        if self.given_up or now - self._since >= self.patience:
            return False
        time.sleep(_STEPS[min(calls, len(_STEPS) - 1)] * random.uniform(0.5, 1))  # noqa: S311 - no secret
        return True
