"""How often work is done again, and after how long a pause: once for both kinds of client."""

from __future__ import annotations

from collections.abc import Callable

from nicol.errors import ClientError, QueryInvalid

_FIRST, _LONGEST = 0.01, 1.0


class Attempts:
    """So many attempts in all. Only errors that tell so (`retryable`) are worth another one."""

    def __init__(self, count: int, chance: Callable[[], float] | None = None) -> None:
        if chance is None:
            from random import random

            chance = random
        if count < 1:
            raise QueryInvalid("`attempts` must be at least 1")
        self._left = count
        self._longest = _FIRST
        self._chance = chance

    def pause_after(self, error: ClientError) -> float:
        """Seconds to wait before the next attempt: by chance, so that two who collided do not do so again; else the error."""
        self._left -= 1
        if not error.retryable or not self._left:
            raise error
        longest, self._longest = self._longest, min(self._longest * 2, _LONGEST)
        return longest * self._chance()
