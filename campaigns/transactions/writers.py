"""32 writers, as threads, tasks and processes, increment one counter 1,000 times each: in one statement, and by reading first.

The sum must be exact on both databases.
"""

from __future__ import annotations

import argparse
import asyncio
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from campaigns.execution.servers import embedded
from campaigns.transactions.accounts import imported, package_in, prepare

_PATIENT = {"max_wait": 600, "timeout": 600}
_ATTEMPTS = 10_000
"""How often one increment may collide: chance decides who is first."""


def work(db: Any, rounds: int, *, reading: bool) -> None:
    """One writer."""
    for _ in range(rounds):
        if reading:
            db.retrying(_read_and_write, attempts=_ATTEMPTS, isolation_level="Serializable", **_PATIENT)
        else:
            db.account.update(where={"id": 1}, data={"value": {"increment": 1}})


def _read_and_write(tx: Any) -> None:
    row = tx.account.find_unique_or_raise(where={"id": 1})
    tx.account.update(where={"id": 1}, data={"value": row.value + 1})


async def awaited_work(db: Any, rounds: int, *, reading: bool) -> None:
    """One writer that awaits."""

    async def read_and_write(tx: Any) -> None:
        row = await tx.account.find_unique_or_raise(where={"id": 1})
        await tx.account.update(where={"id": 1}, data={"value": row.value + 1})

    for _ in range(rounds):
        if reading:
            await db.retrying(read_and_write, attempts=_ATTEMPTS, isolation_level="Serializable", **_PATIENT)
        else:
            await db.account.update(where={"id": 1}, data={"value": {"increment": 1}})


def threads(folder: Path, url: str, writers: int, rounds: int, *, reading: bool) -> None:
    """Writers that are threads of one client."""
    with imported(folder).Client(url=url) as db, ThreadPoolExecutor(writers) as pool:
        list(pool.map(lambda _: work(db, rounds, reading=reading), range(writers)))


def tasks(folder: Path, url: str, writers: int, rounds: int, *, reading: bool) -> None:
    """Writers that are tasks of one client."""

    async def main() -> None:
        async with imported(folder).AsyncClient(url=url) as db:
            await asyncio.gather(*(awaited_work(db, rounds, reading=reading) for _ in range(writers)))

    asyncio.run(main())


_PROCESS = """
import sys
from pathlib import Path
from campaigns.transactions.accounts import imported
from campaigns.transactions.writers import work
with imported(Path(sys.argv[1])).Client(url=sys.argv[2]) as db:
    work(db, int(sys.argv[3]), reading=sys.argv[4] == "True")
"""


def processes(folder: Path, url: str, writers: int, rounds: int, *, reading: bool) -> None:
    """Writers that are processes with a client each."""
    line = [sys.executable, "-c", _PROCESS, str(folder), url, str(rounds), str(reading)]
    running = [subprocess.Popen(line) for _ in range(writers)]
    failed = [process.wait() for process in running]
    if any(failed):
        raise SystemExit(f"{sum(map(bool, failed))} of {writers} processes failed")


KINDS: dict[str, Callable[..., None]] = {"threads": threads, "tasks": tasks, "processes": processes}


def exact(
    kind: str, package: Any, folder: Path, url: str, writers: int, rounds: int, *, reading: bool
) -> bool:
    """True when the sum is that of all increments."""
    with package.Client(url=url) as db:
        db.account.delete_many()
        db.account.create(data={"id": 1})
        KINDS[kind](folder, url, writers, rounds, reading=reading)
        return bool(db.account.find_unique_or_raise(where={"id": 1}).value == writers * rounds)


def main(arguments: Sequence[str]) -> int:
    """Run the campaign; 1 when a sum was wrong."""
    parser = argparse.ArgumentParser(prog="python -m campaigns writers", description=__doc__)
    parser.add_argument("--writers", type=int, default=32)
    parser.add_argument("--rounds", type=int, default=1000)
    parser.add_argument("--reading-rounds", type=int, default=100, help="rounds of those who read first")
    given = parser.parse_args(arguments)
    wrong = 0
    with tempfile.TemporaryDirectory() as home, embedded(16) as server:
        folder = Path(home)
        package = package_in(folder)
        databases = {
            "SQLite": f"file:{folder / 'accounts.db'}?busy_timeout=600000&pool_timeout=600",
            "PostgreSQL": f"{server}&pool_timeout=600",
        }
        for name, url in databases.items():
            prepare(package, url)
            for kind in KINDS:
                for reading, rounds in ((False, given.rounds), (True, given.reading_rounds)):
                    started = time.monotonic()
                    right = exact(kind, package, folder, url, given.writers, rounds, reading=reading)
                    wrong += not right
                    how = "reading first" if reading else "in one statement"
                    print(
                        f"{name}, {given.writers} {kind}, {rounds} increments each, {how}: "
                        f"{'exact' if right else 'WRONG'} in {time.monotonic() - started:.1f} s",
                        flush=True,
                    )
    return 1 if wrong else 0
