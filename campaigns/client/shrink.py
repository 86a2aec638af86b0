"""A difference made small: fewer calls, then fewer arguments, for as long as there is a difference."""

from __future__ import annotations

import asyncio
import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from campaigns.client.calls import Call
from campaigns.client.memory import Memory
from campaigns.client.trial import Outcome, answering, reset, said
from campaigns.client.worlds import World, spelled

LIMIT = 250
"""How many times the calls are said again."""


def shrink(
    outcome: Outcome, urls: dict[str, str], folder: Path, runner: asyncio.Runner
) -> tuple[list[Call], str]:
    """The fewest and smallest calls that still end in a difference, and that difference."""
    world, left = outcome.world, LIMIT
    with answering(world, urls, folder, "", runner) as clients:

        def fault_of(calls: Sequence[Call]) -> str:
            nonlocal left
            left -= 1
            memory = Memory(world)
            for client in clients:
                _empty(world, client)
            for call in calls:
                try:
                    memory, fault = said(call, memory, clients, Counter())
                except Exception:  # noqa: BLE001 - a call without what it needs is no example
                    return ""
                if fault:
                    return fault if call is calls[-1] and kind(fault) == kind(outcome.fault) else ""
            return ""

        def still(calls: Sequence[Call]) -> bool:
            return left > 0 and bool(calls) and bool(fault_of(calls))

        calls = list(outcome.calls)
        if not still(calls):
            return calls, outcome.fault  # a client that awaits, or a plan that was kept, is needed for it
        calls = _fewer(calls, still)
        for place in reversed(range(len(calls))):
            calls = _smaller(calls, place, still)
        left = 1
        return calls, fault_of(calls)


def kind(fault: str) -> tuple[str, ...]:
    """What must stay the same of a difference: whose it is, and the errors in it."""
    return (fault.partition(":")[0], *re.findall(r"(?:expected|got) (?:the error \S+|\w+: |)", fault))


def _empty(world: World, client: Any) -> None:
    reset(world, client.name, client.url) if client.name == "sqlite" else None
    client.close()
    if client.name != "sqlite":
        reset(world, client.name, client.url)


def _fewer(calls: list[Call], still: Callable[[Sequence[Call]], bool]) -> list[Call]:
    size = max(1, len(calls) // 2)
    while True:
        at, before = 0, len(calls)
        while at < len(calls) - 1:
            rest = calls[:at] + calls[min(at + size, len(calls) - 1) :]
            if still(rest):
                calls = rest
            else:
                at += size
        if size == 1 and len(calls) == before:
            return calls
        size = max(1, size // 2)


def _smaller(calls: list[Call], place: int, still: Callable[[Sequence[Call]], bool]) -> list[Call]:
    while True:
        for args in _without(calls[place].args):
            rest = [*calls[:place], replace(calls[place], args=args), *calls[place + 1 :]]
            if still(rest):
                calls = rest
                break
        else:
            return calls


_EMPTY_TOO = ("data", "create", "update", "some", "every", "none", "is", "is_not")
"""What means something when it is empty; a key that is empty is none."""


def _without(value: Any) -> Iterator[Any]:
    """The value with one of its parts left out, the greater parts first."""
    if isinstance(value, dict):
        for name in value:
            yield {other: each for other, each in value.items() if other != name}
        for name, nested in value.items():
            for smaller in _without(nested):
                if smaller or name in _EMPTY_TOO:
                    yield {**value, name: smaller}
    elif isinstance(value, list):
        for place in range(len(value)):
            yield value[:place] + value[place + 1 :]
        for place, nested in enumerate(value):
            for smaller in _without(nested):
                yield [*value[:place], smaller, *value[place + 1 :]]


def snippet(world: World, calls: Sequence[Call]) -> str:
    """The calls as a program that a person can run, once the schema is pushed and its client generated as `world`."""
    lines = [
        "import datetime", "from decimal import Decimal", "from world import Client", "", 'db = Client(url="…")',
        *map(str, calls[:-1]), f"print({calls[-1]})",
    ]  # fmt: skip
    return (
        f"# ---- schema{' (portable)' if world.portable else ''}\n{spelled(world)}\n# ---- calls\n"
        + "\n".join(lines)
    )
