"""Kill -9 before and after every statement of every kind of operation; the next deploy has to reach the head, with every row.

Each case is a process of its own that ends itself with SIGKILL at one place, and one that deploys again after it. Both are
forked from this process, which has everything imported, so that thousands of them take minutes.
"""

from __future__ import annotations

import argparse
import os
import shutil
import signal
import sqlite3
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NoReturn

from campaigns.execution.operations import BEFORE, OPERATIONS, Operation
from campaigns.execution.servers import Postgres, embedded
from nicol.cli import screen  # noqa: F401

# what the forked processes need, imported once
from nicol.cli.main import main as nicol
from nicol.drivers.postgres import PostgresConnection
from nicol.drivers.sqlite import SqliteConnection
from nicol.ops import applying, deploy, leases  # noqa: F401
from nicol.sql.program import Command, Result

SCHEMA = """\
datasource db {
  provider = "postgresql"
  url      = env("DATABASE_URL")
}
"""
FIRST, SECOND = "20260101000000_before", "20260102000000_operation"


@dataclass
class Tally:
    """What was counted: killed processes, and those after which the next deploy did not reach the head."""

    kills: int = 0
    broken: list[str] = field(default_factory=list)


# ---- processes -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Blow:
    """Where a process ends itself: before or after its n-th statement."""

    number: int
    after: bool

    def __str__(self) -> str:
        return f"{'after' if self.after else 'before'} statement {self.number}"


def deployed(project: Path, url: str, blow: Blow | None = None) -> tuple[int, int, str]:
    """Run `nicol migrate deploy` in a process: how it ended (an exit code, or minus a signal), its statements, its words."""
    reading, writing = os.pipe()
    log = project / "output"
    child = os.fork()
    if child == 0:
        os.close(reading)
        _child(project, url, blow, writing, log)
    os.close(writing)
    with os.fdopen(reading, "rb") as pipe:
        said = pipe.read()
    _, status = os.waitpid(child, 0)
    return os.waitstatus_to_exitcode(status), int(said or 0), log.read_text()


def _child(project: Path, url: str, blow: Blow | None, pipe: int, log: Path) -> NoReturn:
    code = 70
    count = [0]
    try:
        output = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
        nothing = os.open(os.devnull, os.O_RDONLY)
        for number, stream in ((0, nothing), (1, output), (2, output)):
            os.dup2(stream, number)
        os.chdir(project)
        os.environ["DATABASE_URL"] = url
        _arm(blow, count)
        nicol(["migrate", "deploy", "--wait", "30s"])
    except SystemExit as end:
        code = end.code if isinstance(end.code, int) else 1
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os.write(pipe, str(count[0]).encode())
        os._exit(code)


def _arm(blow: Blow | None, count: list[int]) -> None:
    """Let this process count what it says to a database, and die at one place."""
    for driver in (SqliteConnection, PostgresConnection):
        driver.say = _counting(driver.say, blow, count)  # type: ignore[method-assign]


def _counting(
    say: Callable[[Any, Command], Result], blow: Blow | None, count: list[int]
) -> Callable[[Any, Command], Result]:
    def counted(connection: Any, command: Command) -> Result:
        count[0] += 1
        here = blow is not None and blow.number == count[0]
        if blow is not None and here and not blow.after:
            os.kill(os.getpid(), signal.SIGKILL)
        result = say(connection, command)
        if here:
            os.kill(os.getpid(), signal.SIGKILL)
        return result

    return counted


# ---- databases -------------------------------------------------------------------------------------------------------


class Files:
    """Fresh SQLite files, each a copy of another one."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._count = 0

    def fresh(self, template: str | None = None) -> str:
        """The URL of a new file."""
        self._count += 1
        path = self._folder / f"{self._count}.db"
        if template is not None:
            with sqlite3.connect(template.removeprefix("file:")) as source, sqlite3.connect(path) as target:
                source.backup(target)
            source.close()
            target.close()
        return f"file:{path}"

    def drop(self, url: str) -> None:
        """Take a file away."""
        for suffix in ("", "-wal", "-shm"):
            Path(url.removeprefix("file:") + suffix).unlink(missing_ok=True)

    def holds(self, url: str) -> list[object]:
        """All that a file holds: its schema, its rows, the words of the ledger."""
        with sqlite3.connect(url.removeprefix("file:")) as connection:
            things = connection.execute("SELECT type, name, sql FROM sqlite_master ORDER BY 1, 2").fetchall()
            tables = [name for kind, name, _ in things if kind == "table" and name != "_prisma_migrations"]
            rows = [
                (name, connection.execute(f'SELECT * FROM "{name}" ORDER BY 1').fetchall()) for name in tables
            ]
            ledger = connection.execute(
                "SELECT migration_name, checksum, applied_steps_count, finished_at IS NOT NULL, rolled_back_at, logs"
                " FROM _prisma_migrations ORDER BY 1"
            ).fetchall()
        connection.close()
        return [things, rows, ledger]


def project_of(folder: Path, provider: str, operation: Operation) -> Path:
    """A project whose history is `BEFORE`, and the operation."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    (folder / "schema.prisma").write_text(SCHEMA.replace("postgresql", provider))
    for name, script in ((FIRST, BEFORE[provider]), (SECOND, operation.script)):
        (folder / "migrations" / name).mkdir(parents=True)
        (folder / "migrations" / name / "migration.sql").write_text(script)
    (folder / "migrations" / "migration_lock.toml").write_text(f'provider = "{provider}"\n')
    if operation.python is not None:
        (folder / "migrations" / SECOND / "migrate.py").write_text(operation.python)
    return folder


# ---- the campaign ----------------------------------------------------------------------------------------------------


def attack(
    databases: Files | Postgres, folder: Path, provider: str, operation: Operation, every: int, tally: Tally
) -> None:
    """Kill one operation at its places, and look what the next deploy makes of it."""
    project = project_of(folder / "project", provider, operation)
    (project / "migrations" / SECOND).rename(folder / "later")
    before = databases.fresh()
    _expect(deployed(project, before), operation, "the history before")
    (folder / "later").rename(project / "migrations" / SECOND)
    whole = databases.fresh(before)
    code, statements, words = deployed(project, whole)
    _expect((code, statements, words), operation, "the operation alone")
    goal = databases.holds(whole)
    for blow in _blows(statements, every):
        url = databases.fresh(before)
        code, _, words = deployed(project, url, blow)
        if code != -signal.SIGKILL:
            raise AssertionError(f"{operation.name}: {blow}: ended with {code}, not by the blow: {words}")
        tally.kills += 1
        code, _, words = deployed(project, url)
        found = databases.holds(url) if code == 0 else None
        if found != goal:
            tally.broken.append(
                f"{provider}, {operation.name}, {blow}: {code} {words} {_first_difference(found, goal)}"
            )
        databases.drop(url)
    for url in (before, whole):
        databases.drop(url)


def _blows(statements: int, every: int) -> Iterator[Blow]:
    places = [Blow(number, after) for number in range(1, statements + 1) for after in (False, True)]
    yield from places[::every]


def _expect(ended: tuple[int, int, str], operation: Operation, what: str) -> None:
    code, _, words = ended
    if code != 0:
        raise AssertionError(f"{operation.name}: {what} failed: {words}")


def _first_difference(found: Sequence[object] | None, goal: Sequence[object]) -> str:
    if found is None:
        return ""
    return next(
        (f"{one} instead of {other}" for one, other in zip(found, goal, strict=False) if one != other), ""
    )[:500]


def main(arguments: Sequence[str]) -> int:
    """Run the campaign."""
    parser = argparse.ArgumentParser(prog="python -m campaigns kills", description=__doc__)
    parser.add_argument(
        "--only", action="append", default=[], metavar="NAME", help="an operation; may be repeated"
    )
    parser.add_argument("--every", type=int, default=1, metavar="N", help="every n-th place instead of all")
    parser.add_argument(
        "--provider", choices=("sqlite", "postgresql"), action="append", help="only this database"
    )
    parser.add_argument(
        "--postgres", metavar="URL", help="a server to use; without it 16 and 18 are started in turn"
    )
    options = parser.parse_args(arguments)
    tally = Tally()
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="nicol-kills-")))
        for provider in options.provider or ("sqlite", "postgresql"):
            for label, databases in _databases(stack, provider, options.postgres, folder):
                for operation in OPERATIONS[provider]:
                    if options.only and operation.name not in options.only:
                        continue
                    kills, started = tally.kills, time.monotonic()
                    attack(databases, folder, provider, operation, options.every, tally)
                    print(
                        f"{label:14} {operation.name:40} {tally.kills - kills:4} kills  {time.monotonic() - started:5.1f} s",
                        flush=True,
                    )
    for line in tally.broken:
        print(f"BROKEN {line}")
    print(f"{tally.kills} processes killed, {len(tally.broken)} left broken")
    return 1 if tally.broken or not tally.kills else 0


def _databases(
    stack: ExitStack, provider: str, server: str | None, folder: Path
) -> Iterator[tuple[str, Files | Postgres]]:
    if provider == "sqlite":
        yield "sqlite", Files(folder)
    elif server is not None:
        databases = Postgres(server, f"kills_{os.getpid()}")
        stack.callback(databases.close)
        yield "postgresql", databases
    else:
        for version in (16, 18):
            with embedded(version) as url:
                yield f"postgresql {version}", Postgres(url)
