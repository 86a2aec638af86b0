"""How things are timed: all contenders in turn, round by round, so that a busy machine is busy for all of them alike."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from statistics import median

Call = Callable[[], object]

ROUND = 0.02
"""Seconds that one contender gets in one round."""


@dataclass(frozen=True, slots=True)
class Timing:
    """The median time of a contender, and the median of its ratios to the first contender of the same round."""

    name: str
    seconds: float
    ratio: float


Clock = Callable[[], float]


def measure(
    contenders: Mapping[str, Call], rounds: int = 15, clock: Clock = time.perf_counter
) -> list[Timing]:
    """Time contenders against the first of them. Each is called once before it counts.

    `clock`: where nothing is waited for, the process's own time does not count what others do on the machine.
    """
    repeats = {name: _repeats(call, clock) for name, call in contenders.items()}
    times: dict[str, list[float]] = {name: [] for name in contenders}
    for _ in range(rounds):
        for name, call in contenders.items():
            times[name].append(_time(call, repeats[name], clock))
    first = times[next(iter(contenders))]
    return [
        Timing(name, median(own), median(mine / base for mine, base in zip(own, first, strict=True)))
        for name, own in times.items()
    ]


def _repeats(call: Call, clock: Clock) -> int:
    call()
    return max(1, round(ROUND / max(_time(call, 3, clock), 1e-7)))


def _time(call: Call, repeats: int, clock: Clock) -> float:
    started = clock()
    for _ in range(repeats):
        call()
    return (clock() - started) / repeats


def show(title: str, head: Sequence[str], lines: Sequence[Sequence[str]]) -> None:
    """Print a table: the first column to the left, the others to the right."""
    widths = [max(len(row[index]) for row in (head, *lines)) for index in range(len(head))]
    print(f"\n{title}\n")
    for row in (head, ["-" * width for width in widths], *lines):
        first, *others = (
            text.ljust(width) if index == 0 else text.rjust(width)
            for index, (text, width) in enumerate(zip(row, widths, strict=True))
        )
        print("  ".join((first, *others)))


def micro(seconds: float) -> str:
    """Seconds in microseconds, as text."""
    return f"{seconds * 1e6:,.1f} µs" if seconds < 1e-4 else f"{seconds * 1e6:,.0f} µs"
