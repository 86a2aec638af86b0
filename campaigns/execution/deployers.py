"""Many deployers at once: all end well, and each migration is applied exactly once; also when the one that works is stopped.

The history holds plain migrations, one in steps and one in Python; every migration leaves a row that only one may leave.
"""

from __future__ import annotations

import argparse
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from campaigns.execution.pooler import PROGRAM, pooled
from campaigns.execution.servers import Postgres, debian, embedded
from nicol.drivers import open_database
from nicol.sql.program import rows

NICOL = [sys.executable, "-m", "campaigns.execution.halting"]
LONE = {
    "sqlite": "VACUUM",
    "postgresql": "CREATE UNIQUE INDEX CONCURRENTLY once_n ON once (n)",
}
SCHEMA = 'datasource db {{\n  provider = "{}"\n  url      = env("DATABASE_URL")\n}}\n'


@dataclass(frozen=True)
class Place:
    """A kind of database: what it is called, its provider, and a fresh one's URL."""

    label: str
    provider: str
    url: str


def history(folder: Path, provider: str) -> Path:
    """A project of six migrations."""
    folder.mkdir()
    (folder / "schema.prisma").write_text(SCHEMA.format(provider))
    (folder / "migrations").mkdir()
    (folder / "migrations" / "migration_lock.toml").write_text(f'provider = "{provider}"\n')
    scripts = ["CREATE TABLE once (n INTEGER);\nINSERT INTO once VALUES (0);"]
    scripts += [f"CREATE TABLE t{n} (n INTEGER);\nINSERT INTO once VALUES ({n});" for n in (1, 2)]
    scripts += [
        f"CREATE TABLE t3 (n INTEGER);\n{LONE[provider]};\nINSERT INTO once VALUES (3);\nCREATE TABLE t3b (n INTEGER);"
    ]
    scripts += [
        "-- This is an empty migration.",
        "CREATE TABLE t5 (n INTEGER);\nINSERT INTO once VALUES (5);",
    ]
    for number, script in enumerate(scripts):
        path = folder / "migrations" / f"2026010{number}000000_m"
        path.mkdir()
        (path / "migration.sql").write_text(script)
    module = "def up(tx):\n    tx.execute('INSERT INTO once VALUES (:n)', n=4)\n"
    (folder / "migrations" / "20260104000000_m" / "migrate.py").write_text(module)
    return folder


def start(project: Path, url: str, **environment: str) -> subprocess.Popen[str]:
    """A deployer as a process of its own, without a terminal and with its standard input closed."""
    return subprocess.Popen(
        [*NICOL, "migrate", "deploy", "--wait", "2m"],
        cwd=project,
        env={**os.environ, "DATABASE_URL": url, "PYTHONPATH": str(Path(__file__).parents[2]), **environment},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def faults(deployers: Sequence[subprocess.Popen[str]], url: str) -> list[str]:
    """What is wrong when all have ended."""
    found: list[str] = []
    said = ""
    for deployer in deployers:
        out, err = deployer.communicate(timeout=300)
        said += out
        if deployer.returncode != 0:
            found.append(f"exit code {deployer.returncode}: {err.strip()}")
    counts = [said.count(f"Applied 2026010{number}000000_m\n") for number in range(6)]
    return found + ([] if counts == [1] * 6 else [f"they were reported {counts} times"]) + state_faults(url)


def state_faults(url: str) -> list[str]:
    """What is wrong with the database when all six migrations should be applied."""
    with open_database(url) as database:
        marks = [n for (n,) in database.run(rows("SELECT n FROM once ORDER BY n"), write=False)]
        ledger = database.run(
            rows("SELECT migration_name FROM _prisma_migrations WHERE finished_at IS NOT NULL ORDER BY 1"),
            write=False,
        )
    found = [] if marks == [0, 1, 2, 3, 4, 5] else [f"the marks are {marks}"]
    names = [f"2026010{number}000000_m" for number in range(6)]
    return found if [name for (name,) in ledger] == names else [*found, f"the ledger holds {ledger}"]


def crowd(place: Place, folder: Path, count: int) -> list[str]:
    """Start many deployers at once on an empty database."""
    project = history(folder, place.provider)
    return faults([start(project, place.url) for _ in range(count)], place.url)


def halted(place: Place, folder: Path, count: int, halt: str) -> list[str]:
    """Stop the first deployer before a statement, start others, and let it go on when they have ended."""
    project = history(folder, place.provider)
    first = start(project, place.url, HALT_BEFORE=halt)
    try:
        _wait_until_stopped(first)
        others = [start(project, place.url) for _ in range(count)]
        found: list[str] = []
        for other in others:
            _, err = other.communicate(timeout=300)
            if other.returncode != 0:
                found.append(f"exit code {other.returncode}: {err.strip()}")
        found += state_faults(place.url)
        first.send_signal(signal.SIGCONT)
        first.communicate(timeout=300)
        return found + [f"after the first went on: {fault}" for fault in state_faults(place.url)]
    finally:
        if first.poll() is None:
            first.kill()
            first.communicate()


def _wait_until_stopped(process: subprocess.Popen[str]) -> None:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        if process.poll() is not None:
            raise RuntimeError(f"it ended instead of stopping: {process.communicate()}")
        found, status = os.waitpid(process.pid, os.WUNTRACED | os.WNOHANG)
        if found and os.WIFSTOPPED(status):
            return
        time.sleep(0.05)
    raise RuntimeError("it did not stop")


HALTS = {
    "sqlite": ["VACUUM"],
    "postgresql": ["CREATE UNIQUE INDEX CONCURRENTLY", "INSERT INTO once VALUES (1)", "CREATE TABLE t3b"],
}
"""The statements before which the first deployer is stopped. SQLite's lock lives as long as its process, which nobody else
can end; so it is stopped where it holds none."""


@contextmanager
def places(options: argparse.Namespace) -> Iterator[Iterator[tuple[str, str, Files | Postgres]]]:
    """The kinds of databases that are here."""
    with ExitStack() as stack:
        yield _places(stack, options)


@dataclass
class Files:
    """Fresh SQLite files in a folder."""

    folder: Path
    count: int = 0

    def fresh(self) -> str:
        """The URL of a file that does not exist yet."""
        self.count += 1
        return f"file:{self.folder / f'{self.count}.db'}"


def _places(stack: ExitStack, options: argparse.Namespace) -> Iterator[tuple[str, str, Files | Postgres]]:
    chosen: list[str] = options.only or ["sqlite", "16", "18", "15", "pooled"]
    if "sqlite" in chosen:
        yield (
            "sqlite",
            "sqlite",
            Files(Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="nicol-deployers-")))),
        )
    for version in (16, 18):
        if str(version) in chosen:
            yield (
                f"postgresql {version}",
                "postgresql",
                _databases(stack, options.postgres or stack.enter_context(embedded(version))),
            )
    if "15" in chosen and (server := stack.enter_context(debian())) is not None:
        yield "postgresql 15", "postgresql", _databases(stack, server)
    if "pooled" in chosen and PROGRAM is not None:
        direct = options.postgres or stack.enter_context(embedded(16))
        yield (
            "pgbouncer",
            "postgresql",
            Pooled(_databases(stack, direct), stack.enter_context(pooled(direct))),
        )


def _databases(stack: ExitStack, server: str) -> Postgres:
    databases = Postgres(server, f"deployers_{os.getpid()}")
    stack.callback(databases.close)
    return databases


@dataclass
class Pooled:
    """Fresh databases that are reached through a pooler."""

    direct: Postgres
    pooler: str

    def fresh(self) -> str:
        """The URL of a new database, through the pooler."""
        name = self.direct.fresh().partition("?")[0].rpartition("/")[2]
        return f"{self.pooler.rpartition('/')[0]}/{name}"


def main(arguments: Sequence[str]) -> int:
    """Run the campaign."""
    parser = argparse.ArgumentParser(prog="python -m campaigns deployers", description=__doc__)
    parser.add_argument(
        "--count", type=int, action="append", metavar="N", help="how many at once: 8, 16 and 32 without it"
    )
    parser.add_argument(
        "--only", action="append", choices=("sqlite", "16", "18", "15", "pooled"), help="a kind of database"
    )
    parser.add_argument("--postgres", metavar="URL", help="a server to use in place of embedded ones")
    parser.add_argument("--halts", type=int, metavar="N", help="stop at no more than n places")
    parser.add_argument("--no-crowds", action="store_true", help="only the cases in which one is stopped")
    options = parser.parse_args(arguments)
    broken = cases = 0
    counts = [] if options.no_crowds else options.count or [8, 16, 32]
    work = Path(tempfile.mkdtemp(prefix="nicol-deployers-"))
    try:
        with places(options) as found:
            for label, provider, databases in found:
                runs = [(f"{count} at once", count, "") for count in counts]
                runs += [(f"stopped before {halt}", 4, halt) for halt in HALTS[provider][: options.halts]]
                for name, count, halt in runs:
                    cases += 1
                    place = Place(label, provider, databases.fresh())
                    started = time.monotonic()
                    folder = work / str(cases)
                    wrong = halted(place, folder, count, halt) if halt else crowd(place, folder, count)
                    broken += bool(wrong)
                    verdict = "; ".join(wrong) if wrong else "well"
                    print(f"{label:14} {name:55} {time.monotonic() - started:6.1f} s  {verdict}", flush=True)
    finally:
        shutil.rmtree(work, ignore_errors=True)
    print(f"{cases} cases, {broken} of them broken")
    return 1 if broken or not cases else 0
