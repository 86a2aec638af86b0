"""Kill -9 before and after every statement of every kind of operation; the next run has to reach the goal, with every row.

Each case is a process of its own that ends itself with SIGKILL at one place, and one that runs the same command again after
it. Both are forked from this process, which has everything imported, so that thousands of them take minutes. Kinds of
operations are migrations that are deployed; acts are the other commands, which are killed at changes of files, too.
"""

from __future__ import annotations

import argparse
import os
import shutil
import signal
import sqlite3
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

from campaigns.execution.acts import ACTS, Act, files_of, made, timeless
from campaigns.execution.killing import Blow, Ended, ended
from campaigns.execution.operations import BEFORE, OPERATIONS, Operation
from campaigns.execution.servers import Postgres, embedded
from campaigns.progress import Progress

SCHEMA = """\
datasource db {
  provider = "postgresql"
  url      = env("DATABASE_URL")
}
"""
FIRST, SECOND = "20260101000000_before", "20260102000000_operation"


@dataclass
class Tally:
    """What was counted: killed processes, those after which the next run did not reach the goal, and places not reached.

    How many statements a run needs depends on time where it waits or renews a lease; a shorter run never comes by the last.
    """

    kills: int = 0
    missed: int = 0
    broken: list[str] = field(default_factory=list)
    progress: Progress = field(default_factory=Progress)

    def told(self, what: str, place: int, places: int) -> None:
        """Say how far it is, now and then."""
        line = (
            f"{what}: place {place} of {places}; {self.kills} killed in all, {len(self.broken)} left broken"
        )
        self.progress.tell(line)


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
                "SELECT migration_name, checksum, applied_steps_count, finished_at IS NOT NULL,"
                " rolled_back_at IS NOT NULL, logs FROM _prisma_migrations ORDER BY 1"
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
    _expect(ended(project, before), operation.name, "the history before")
    (folder / "later").rename(project / "migrations" / SECOND)
    whole = databases.fresh(before)
    alone = ended(project, whole)
    _expect(alone, operation.name, "the operation alone")
    goal = databases.holds(whole)

    def struck(blow: Blow) -> tuple[str, Ended]:
        url = databases.fresh(before)
        return url, ended(project, url, blow)

    for blow in _blows(alone.places, every):
        url = _killed(struck, databases, operation.name, blow, tally)
        if url is None:
            continue
        end = ended(project, url)
        found = databases.holds(url) if end.code == 0 else None
        if found != goal:
            tally.broken.append(
                f"{provider}, {operation.name}, {blow}: {end.code} {end.words} {_first_difference(found, goal)}"
            )
        databases.drop(url)
        tally.told(operation.name, blow.number, alone.places)
    for url in (before, whole):
        databases.drop(url)


def attack_act(
    databases: Files | Postgres, folder: Path, provider: str, act: Act, every: int, tally: Tally
) -> None:
    """Kill a command at its places in database and files, and look what the same command makes of it."""
    before = databases.fresh()
    template, words = made(act, folder / "template", provider, before)
    project = folder / "project"

    def state(url: str) -> list[object]:
        held = [_timeless(each) for each in databases.holds(url)]
        return [*held, *files_of(project)]

    def anew() -> str:
        shutil.rmtree(project, ignore_errors=True)
        shutil.copytree(template, project)
        return databases.fresh(before)

    whole = anew()
    alone = ended(project, whole, words=words)
    _expect(alone, act.name, "the command alone")
    goal = state(whole)

    def struck(blow: Blow) -> tuple[str, Ended]:
        url = anew()
        return url, ended(project, url, blow, words)

    for blow in _blows(alone.places, every):
        url = _killed(struck, databases, act.name, blow, tally)
        if url is None:
            continue
        end = ended(project, url, words=words)
        found = state(url) if end.code in act.done else None
        if found != goal:
            tally.broken.append(
                f"{provider}, {act.name}, {blow}: {end.code} {end.words} {_first_difference(found, goal)}"
            )
        databases.drop(url)
        tally.told(act.name, blow.number, alone.places)
    for url in (before, whole):
        databases.drop(url)


def _timeless(held: object) -> object:
    if isinstance(held, str):
        return timeless(held)
    return [_timeless(each) for each in held] if isinstance(held, list | tuple) else held


_TRIES = 3


def _killed(
    strike: Callable[[Blow], tuple[str, Ended]],
    databases: Files | Postgres,
    name: str,
    blow: Blow,
    tally: Tally,
) -> str | None:
    """The URL of a database on which the blow hit; None where several runs never came by that place, but ended well."""
    for _ in range(_TRIES):
        url, end = strike(blow)
        if end.code == -signal.SIGKILL:
            tally.kills += 1
            return url
        if end.code != 0:
            raise AssertionError(f"{name}: {blow}: ended with {end.code}, not by the blow: {end.words}")
        databases.drop(url)
    tally.missed += 1
    return None


def _blows(places: int, every: int) -> Iterator[Blow]:
    blows = [Blow(number, after) for number in range(1, places + 1) for after in (False, True)]
    yield from blows[::every]


def _expect(end: Ended, name: str, what: str) -> None:
    if end.code != 0:
        raise AssertionError(f"{name}: {what} failed: {end.words}")


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
        "--only",
        action="append",
        default=[],
        metavar="NAME",
        help="an operation or a command; may be repeated",
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
                for each in (*OPERATIONS[provider], *ACTS):
                    if options.only and each.name not in options.only:
                        continue
                    kills, started = tally.kills, time.monotonic()
                    if isinstance(each, Act):
                        attack_act(databases, folder, provider, each, options.every, tally)
                    else:
                        attack(databases, folder, provider, each, options.every, tally)
                    print(
                        f"{label:14} {each.name:40} {tally.kills - kills:4} kills  {time.monotonic() - started:5.1f} s",
                        flush=True,
                    )
    for line in tally.broken:
        print(f"BROKEN {line}")
    print(
        f"{tally.kills} processes killed, {len(tally.broken)} left broken; {tally.missed} places were not come by again"
    )
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
