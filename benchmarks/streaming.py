"""What a stream of a million rows costs: seconds, and the most memory that the process ever had."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path

from benchmarks.harness import show
from benchmarks.stage import databases, push, schema_of, write_client
from nicol.drivers import open_database
from nicol.sql.program import Statement, ask

ROWS = 1_000_000
LIMIT = 60
"""Megabytes that a process must stay below."""

SCHEMA = """
model Reading {
  id    Int      @id @default(autoincrement())
  place String
  value Float
  taken DateTime
}
"""

_FILL = {
    "SQLite": (
        'WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {rows}) INSERT INTO "Reading"'
        ' ("place", "value", "taken") SELECT \'place \' || (i % 100), i / 7.0, \'2024-01-01T00:00:00.000+00:00\' FROM n'
    ),
    "PostgreSQL": (
        'INSERT INTO "Reading" ("place", "value", "taken")'
        " SELECT 'place ' || (i % 100), i / 7.0, '2024-01-01' FROM generate_series(1, {rows}) i"
    ),
}

_PROGRAM = """
import pathlib, resource, sys, time
sys.path.insert(0, {folder!r})
from stream_db import AsyncClient, Client

def peak():
    status = pathlib.Path("/proc/self/status")  # what `resource` says counts the parent on Linux
    if status.exists():
        return int(status.read_text().partition("VmHWM:")[2].split()[0]) // 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // (1024 if sys.platform != "darwin" else 1024 * 1024)

def blocking():
    count = 0
    with Client(url={url!r}) as db:
        for row in db.reading.stream(order={{"id": "asc"}}):
            count += 1
            assert row.id == count
    return count

async def awaiting():
    count = 0
    async with AsyncClient(url={url!r}) as db:
        async for row in db.reading.stream(order={{"id": "asc"}}):
            count += 1
    return count

started = time.perf_counter()
if {awaited!r}:
    import asyncio
    count = asyncio.run(awaiting())
else:
    count = blocking()
print(count, time.perf_counter() - started, peak())
"""


def main(*, quick: bool = False) -> None:
    """Measure on both databases, blocking and awaited."""
    rows, schema, lines = ROWS // 10 if quick else ROWS, schema_of(SCHEMA), list[list[str]]()
    with databases() as urls, tempfile.TemporaryDirectory(prefix="nicol-bench-") as folder:
        write_client(schema, Path(folder), "stream_db")
        for name, url in urls.items():
            push(schema, url)
            fill(name, url, rows)
            for awaited in (False, True):
                count, seconds, peak = streamed(Path(folder), url, awaited=awaited)
                kind = "awaited" if awaited else "blocking"
                lines.append([f"{name}, {kind}", f"{count:,}", f"{count / seconds:,.0f}", f"{peak} MB"])
    show(f"Streams (the process stays below {LIMIT} MB)", ("", "rows", "rows a second", "most memory"), lines)


def fill(name: str, url: str, rows: int) -> None:
    """Write so many rows."""
    with open_database(url) as database:
        database.run(ask(Statement(_FILL[name].format(rows=rows))), write=True)


def streamed(folder: Path, url: str, *, awaited: bool) -> tuple[int, float, int]:
    """Stream all rows in a process of its own: how many, the seconds, and its greatest memory in megabytes."""
    program = _PROGRAM.format(folder=str(folder), url=url, awaited=awaited)
    done = subprocess.run([sys.executable, "-c", program], check=True, capture_output=True, text=True)
    count, seconds, peak = done.stdout.split()
    return int(count), float(seconds), int(peak)


if __name__ == "__main__":
    main()
