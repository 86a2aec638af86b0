"""The campaign of calls: random worlds and calls, answered on both databases as plain Python answers them."""

from __future__ import annotations

import argparse
import asyncio
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path

from campaigns.client.shrink import shrink, snippet
from campaigns.client.trial import Outcome, trial
from campaigns.migrations.campaign import database_url

_MEMORY = Path("/dev/shm")
CALLS = 200
"""Calls to each world."""


def main(arguments: Sequence[str]) -> int:
    """Run the campaign; 1 where anything is different."""
    given = _arguments(arguments)
    counts, faults, started, told = Counter[str](), 0, time.monotonic(), 0
    with ExitStack() as stack:
        memory = _MEMORY if _MEMORY.is_dir() else None
        temporary = tempfile.TemporaryDirectory(prefix="nicol-campaign-", dir=memory)
        folder = Path(stack.enter_context(temporary))
        runner = stack.enter_context(asyncio.Runner())
        urls = {"sqlite": f"file:{folder}/world.db"}
        if "postgresql" in given.on:
            urls["postgresql"] = stack.enter_context(database_url("postgresql", given.postgresql))
        worlds = [given.only] if given.only else range(-(-given.calls // CALLS))
        for number in worlds:
            outcome = trial(f"{given.seed}:{number}", urls, CALLS, folder, runner)
            counts += outcome.counts
            counts["worlds"] += 1
            if outcome.fault:
                faults += 1
                print(_shown(outcome, urls, folder, runner, shrunk=faults <= given.shrink), flush=True)
            if faults >= given.faults:
                break
            if _said(counts) - told >= given.every:
                told = _said(counts)
                print(_summary(counts, faults, started), flush=True)
    print(_summary(counts, faults, started))
    print(", ".join(f"{name} {number}" for name, number in sorted(counts.items())))
    return 1 if faults else 0


def _arguments(arguments: Sequence[str]) -> argparse.Namespace:
    reader = argparse.ArgumentParser(prog="python -m campaigns client", description=__doc__)
    reader.add_argument(
        "--calls", type=int, default=50_000, help=f"calls in all, {CALLS} to each world (50,000)"
    )
    reader.add_argument("--seed", default="1", help="another seed, other worlds")
    reader.add_argument("--only", help="the one world of this number")
    reader.add_argument("--on", nargs="+", choices=("sqlite", "postgresql"), default=["sqlite", "postgresql"])
    reader.add_argument(
        "--postgresql", type=int, default=16, help="the version of the embedded server: 16 or 18"
    )
    reader.add_argument(
        "--every", type=int, default=5_000, help="calls after which the counts are told (5,000)"
    )
    reader.add_argument(
        "--faults", type=int, default=10, help="differences after which the campaign ends (10)"
    )
    reader.add_argument("--shrink", type=int, default=5, help="how many differences are made small (5)")
    return reader.parse_args(arguments)


def _said(counts: Counter[str]) -> int:
    others = ("worlds", "refused", "unsettled", "on views")
    return sum(counts.values()) - sum(counts[name] for name in others)


def _summary(counts: Counter[str], faults: int, started: float) -> str:
    seconds = time.monotonic() - started
    return (
        f"{_said(counts)} calls to {counts['worlds']} worlds, {counts['refused']} refused as foreseen; "
        f"{faults} differences; {seconds:.0f} s"
    )


def _shown(
    outcome: Outcome, urls: dict[str, str], folder: Path, runner: asyncio.Runner, *, shrunk: bool
) -> str:
    calls, fault = outcome.calls, outcome.fault
    if shrunk:
        calls, fault = shrink(outcome, urls, folder, runner)
    return f"==== world {outcome.seed}\n{snippet(outcome.world, calls)}\n# ---- {fault}\n"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
