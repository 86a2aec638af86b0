"""Snapshots of PostgreSQL by its own tools: `pg_dump` in a snapshot that we hold, `pg_restore` into one transaction."""

from __future__ import annotations

import errno
import os
import subprocess
import tempfile
import time
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, ClassVar, TypeVar

from nicol.drivers.address import PostgresAddress
from nicol.drivers.connection import Connection, run
from nicol.drivers.snapshots.layout import LayOut
from nicol.drivers.snapshots.postgres_copy import (
    LOCK_WAIT,
    CopiedSnapshot,
    alone,
    clearing,
    copied_restore,
    open_connection,
    rights,
)
from nicol.drivers.snapshots.postgres_tools import Tools, find_tools, need_tools
from nicol.drivers.snapshots.snapshot import Told
from nicol.errors import DriverError
from nicol.sql.program import Begin, Program, ask, rows
from nicol.sql.quoting import quote

T = TypeVar("T")

_LISTENING = 0.1


@dataclass(frozen=True, slots=True)
class PostgresSnapshot:
    """An open transaction whose view of the database `pg_dump` shares."""

    address: PostgresAddress
    connection: Connection
    tools: Tools
    name: str
    version: str

    method: ClassVar[str] = "pg_dump"
    suffix: ClassVar[str] = ".dump"

    def run(self, program: Program[T]) -> T:
        """Ask inside the transaction."""
        return run(program, self.connection)

    def save(self, path: Path, lay_out: LayOut, told: Told) -> None:  # noqa: ARG002 - `pg_dump` finds it out itself
        """Run `pg_dump` in its own compressed format."""
        with _service(self.address) as variables:
            namespace = [f"--schema={quote(name)}"] if (name := alone(self.address)) else []
            command = [
                str(self.tools.pg_dump), "--format=custom", "--compress=1", "--no-owner", "--no-privileges", "--no-password",
                f"--lock-wait-timeout={LOCK_WAIT}", f"--snapshot={self.name}", f"--file={path}", *namespace,
                "--dbname=service=nicol",
            ]  # fmt: skip
            with (
                tempfile.TemporaryFile() as said,
                subprocess.Popen(
                    command,
                    env=variables,
                    stdin=subprocess.DEVNULL,
                    stdout=said,
                    stderr=said,
                    restore_signals=False,  # a file that reaches its limit is told, where SIGXFSZ would just end the tool
                ) as process,
            ):
                _follow(process, path, told)
                if process.returncode:
                    raise _unwritten(_refusal("pg_dump", process.returncode, said), path)


def _follow(process: subprocess.Popen[bytes], path: Path, told: Told) -> None:
    """Wait for the end of the tool, telling how much it has written; whoever gives up ends it."""
    try:
        while True:
            try:
                process.wait(_LISTENING)
                return
            except subprocess.TimeoutExpired:
                told(path.stat().st_size if path.exists() else 0, None)
    except BaseException:
        process.terminate()
        raise


def _unwritten(refusal: DriverError, path: Path) -> DriverError | OSError:
    """The refusal, or in its place that the file could not grow."""
    for number in (errno.ENOSPC, errno.EFBIG, errno.EDQUOT):
        if (why := os.strerror(number)) in refusal.message:
            return OSError(number, why, str(path))
    return refusal


@contextmanager
def postgres_snapshot(address: PostgresAddress) -> Generator[PostgresSnapshot | CopiedSnapshot]:
    """Hold a transaction that sees one moment; without fitting tools its rows are read by `COPY`."""
    with open_connection(address) as connection:
        run(ask(Begin(write=False, isolation="REPEATABLE READ")), connection)
        ((name, version),) = run(
            rows("SELECT pg_catalog.pg_export_snapshot(), pg_catalog.current_setting('server_version')"),
            connection,
        )
        version = version.split()[0]
        tools = find_tools(_major(version))
        if tools is None:
            yield CopiedSnapshot(address, connection, version)
        else:
            yield PostgresSnapshot(address, connection, tools, name, version)


def _major(version: str) -> int:
    return int(version.partition(".")[0])


@contextmanager
def _service(address: PostgresAddress) -> Generator[dict[str, str]]:
    """The environment of a tool that finds the database by itself: neither argument nor variable holds the password.

    https://www.postgresql.org/docs/current/libpq-pgservice.html
    """
    with tempfile.TemporaryDirectory(prefix="nicol-") as folder:
        file = Path(folder) / "service.conf"
        file.touch(mode=0o600)
        lines = [f"{name}={value}" for name, value in address.settings.items()]
        file.write_text("\n".join(["[nicol]", *lines, ""]))
        yield _environment(file)


def _environment(service: Path) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PG")}
    return {**kept, "PGSERVICEFILE": str(service), "LC_MESSAGES": "C"}


# ---- back ------------------------------------------------------------------------------------------------------------


def postgres_restore(address: PostgresAddress, path: Path, told: Told) -> None:
    """Run what `pg_restore` writes through `psql`, between our own `BEGIN` and `COMMIT`, after all that was there is gone."""
    if path.name.endswith(CopiedSnapshot.suffix):
        copied_restore(address, path, told)
        return
    with open_connection(address) as connection:
        ((version,),) = run(rows("SELECT pg_catalog.current_setting('server_version')"), connection)
        opening, kept = run(clearing(address), connection), run(rights(address), connection)
    tools = need_tools(_major(version.split()[0]))
    with _service(address) as variables:
        _pour(tools, variables, path, _script("BEGIN", *opening), _script(*kept, "COMMIT"), told)


def _script(*statements: str) -> str:
    return "".join(f"{statement};\n" for statement in statements)


def _pour(
    tools: Tools, variables: dict[str, str], path: Path, opening: str, closing: str, told: Told
) -> None:
    """The script goes from one tool to the other; `closing`, which ends with `COMMIT`, is said when both have done well."""
    reading = [
        str(tools.pg_restore),
        "--no-owner",
        "--no-privileges",
        "--exit-on-error",
        "--file=-",
        str(path),
    ]
    writing = [
        str(tools.psql), "--no-psqlrc", "--quiet", "--no-password", "--set=ON_ERROR_STOP=1", "--output=/dev/null",
        "--dbname=service=nicol", "--file=-",
    ]  # fmt: skip
    with (
        tempfile.TemporaryFile() as read_said,
        tempfile.TemporaryFile() as said,
        subprocess.Popen(
            reading, env=variables, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=read_said
        ) as source,
        subprocess.Popen(writing, env=variables, stdin=subprocess.PIPE, stderr=said) as target,
    ):
        assert source.stdout is not None and target.stdin is not None
        try:
            _pump(source.stdout, target.stdin, opening, told)
            if source.wait():
                raise _refusal("pg_restore", source.returncode, read_said)
            target.stdin.write(f"\n{closing}".encode())
            target.stdin.close()
        except BrokenPipeError:
            source.terminate()
        except BaseException:
            target.kill()  # without `COMMIT` the server undoes everything
            source.terminate()
            raise
        if target.wait():
            raise _refusal("psql", target.returncode, said)


def _pump(source: IO[bytes], target: IO[bytes], opening: str, told: Told) -> None:
    target.write(opening.encode())
    done, heard = 0, time.monotonic()
    while block := source.read(1 << 16):
        target.write(block)
        done += len(block)
        if time.monotonic() - heard > _LISTENING:
            heard = time.monotonic()
            told(done, None)


def _refusal(tool: str, code: int, said: IO[bytes]) -> DriverError:
    """The first thing that a tool complained about."""
    said.seek(0)
    lines = [line.strip() for line in said.read().decode("utf-8", "replace").splitlines() if line.strip()]
    first = next(
        (line for line in lines if "error" in line.lower()), lines[0] if lines else f"exit code {code}"
    )
    message = first.removeprefix(f"{tool}: ").removeprefix("error: ")
    return DriverError(f"{tool}: {message}", state="TOOL")
