"""How often a message is tried, and after which pauses."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from nicol.errors import ConfigurationError


@dataclass(frozen=True, slots=True)
class Retries:
    """Pauses that double from `first` to `longest`, of which `jitter` (a share from 0 to 1) is left to chance.

    After so many `attempts` in vain a message is dead and its key goes on without it; None: it is tried for ever, and all
    messages of its key wait. ConfigurationError for numbers that make no sense.
    """

    attempts: int | None = 10
    first: timedelta = timedelta(seconds=1)
    longest: timedelta = timedelta(minutes=5)
    jitter: float = 0.5

    def __post_init__(self) -> None:
        if self.attempts is not None and self.attempts < 1:
            raise ConfigurationError("`attempts` must be at least 1, or None for ever")
        if not timedelta(0) < self.first <= self.longest or not 0 <= self.jitter <= 1:
            raise ConfigurationError(
                "the pauses of `Retries` make no sense",
                help="`first` is more than nothing and at most `longest`, `jitter` from 0 to 1",
            )

    def delay(self, attempts: int) -> timedelta:
        """The longest pause after so many attempts."""
        return self.longest if attempts > 40 else min(self.first * 2 ** (attempts - 1), self.longest)

    def pause(self, attempts: int, chance: float) -> timedelta | None:
        """The pause after so many attempts, where `chance` (from 0 to 1) may shorten it; None: there was one too many."""
        if self.attempts is not None and attempts >= self.attempts:
            return None
        return self.delay(attempts) * (1 - self.jitter * chance)
