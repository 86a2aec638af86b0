"""The command `nicol` in a forked process that ends itself with SIGKILL at one place: a statement, or a change of a file."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn

from nicol.cli import screen  # noqa: F401

# what the forked processes need, imported once
from nicol.cli.main import main as nicol
from nicol.drivers.postgres import PostgresConnection
from nicol.drivers.sqlite import SqliteConnection
from nicol.ops import adopt, applying, deploy, dev, down, leases, push, squash  # noqa: F401
from nicol.sql.program import Command, Result

DEPLOY = ("migrate", "deploy", "--wait", "30s")


@dataclass(frozen=True)
class Blow:
    """Where a process ends itself: before or after its n-th statement or change of a file."""

    number: int
    after: bool

    def __str__(self) -> str:
        return f"{'after' if self.after else 'before'} place {self.number}"


@dataclass(frozen=True)
class Ended:
    """How a process ended: an exit code, or minus a signal; how many places it has, and what it said."""

    code: int
    places: int
    words: str


def ended(project: Path, url: str, blow: Blow | None = None, words: Sequence[str] = DEPLOY) -> Ended:
    """Run a command in a process of its own. The places in files count, too, unless it is a deployment."""
    reading, writing = os.pipe()
    log = project.parent / f"{project.name}.output"
    child = os.fork()
    if child == 0:
        os.close(reading)
        _child(project, url, blow, writing, log, words)
    os.close(writing)
    with os.fdopen(reading, "rb") as pipe:
        said = pipe.read()
    _, status = os.waitpid(child, 0)
    return Ended(os.waitstatus_to_exitcode(status), int(said or 0), log.read_text())


def _child(
    project: Path, url: str, blow: Blow | None, pipe: int, log: Path, words: Sequence[str]
) -> NoReturn:
    code = 70
    places = _Places(blow)
    try:
        output = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
        nothing = os.open(os.devnull, os.O_RDONLY)
        for number, stream in ((0, nothing), (1, output), (2, output)):
            os.dup2(stream, number)
        os.chdir(project)
        os.environ["DATABASE_URL"] = url
        places.watch_statements()
        if words is not DEPLOY:
            places.watch_files(project)
        nicol(list(words))
    except SystemExit as end:
        code = end.code if isinstance(end.code, int) else 1
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        places.end()
        os.write(pipe, str(places.count).encode())
        os._exit(code)


class _Places:
    """Counts the places that a process comes by, and ends it at one."""

    def __init__(self, blow: Blow | None) -> None:
        self.blow = blow
        self.count = 0
        self.overdue = False

    def here(self) -> bool:
        """Come by a place; true when the process has to end itself there, and has not yet."""
        self.count += 1
        self.end()
        if self.blow is None or self.blow.number != self.count:
            return False
        if not self.blow.after:
            os.kill(os.getpid(), signal.SIGKILL)
        return True

    def end(self) -> None:
        """End the process where that was put off: a change of a file is only heard of before it is made."""
        if self.overdue:
            os.kill(os.getpid(), signal.SIGKILL)

    def watch_statements(self) -> None:
        """Count what the process says to a database."""
        for driver in (SqliteConnection, PostgresConnection):
            driver.say = self._counting(driver.say)  # type: ignore[method-assign]

    def _counting(self, say: Callable[[Any, Command], Result]) -> Callable[[Any, Command], Result]:
        def counted(connection: Any, command: Command) -> Result:
            last = self.here()
            result = say(connection, command)
            if last:
                os.kill(os.getpid(), signal.SIGKILL)
            return result

        return counted

    def watch_files(self, folder: Path) -> None:
        """Count what the process does to the files of a folder."""
        inside = f"{folder}{os.sep}"

        def heard(event: str, arguments: tuple[Any, ...]) -> None:
            if event in _CHANGES and _changes(event, arguments) and _named(arguments[0], folder, inside):
                self.overdue = self.here()

        sys.addaudithook(heard)


_CHANGES = frozenset({"open", "os.rename", "os.remove", "os.mkdir", "os.rmdir"})
_WRITES = os.O_WRONLY | os.O_RDWR | os.O_CREAT


def _changes(event: str, arguments: tuple[Any, ...]) -> bool:
    return event != "open" or bool(isinstance(arguments[2], int) and arguments[2] & _WRITES)


def _named(path: Any, folder: Path, inside: str) -> bool:
    """`shutil.rmtree` speaks of names inside of a folder that it holds open."""
    if not isinstance(path, str | os.PathLike):
        return False
    named = Path(path)
    return not named.is_absolute() or named == folder or str(named).startswith(inside)
