"""Old rows of PostgreSQL deleted by Nicol and by one statement, while somebody writes to the same table every millisecond."""

from __future__ import annotations

import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path

from benchmarks.harness import show
from benchmarks.stage import databases
from nicol.drivers import open_database
from nicol.ops.project import open_project
from nicol.ops.retention import Budget, retention_run
from nicol.sql.program import Statement, ask

_SCHEMA = """\
datasource db {
  provider = "postgresql"
}

/// @nicol.retain(days: 30, by: at)
model Event {
  id Int      @id @default(autoincrement())
  at DateTime
  v  Int
  @@index([at])
}
"""


def main(*, quick: bool = False) -> None:
    """Fill a table, and delete all but what is written meanwhile."""
    count = 200_000 if quick else 1_000_000
    with databases() as urls, tempfile.TemporaryDirectory() as folder:
        url = urls["PostgreSQL"]
        (Path(folder) / "schema.prisma").write_text(_SCHEMA)
        project = open_project(Path(folder), {}, url=url)
        ways: dict[str, Callable[[], object]] = {
            "nobody deletes": lambda: time.sleep(2),
            "nicol retention run": lambda: retention_run(project, Budget()),
            "one DELETE": lambda: _say(url, "DELETE FROM \"Event\" WHERE at < now() - interval '30 days'"),
        }
        lines = [(name, *_while(url, count, delete)) for name, delete in ways.items()]
    show(
        f"Deleting {count:,} rows beside a writer",
        ("", "seconds", "rows/s", "writes", "p99", "longest"),
        lines,
    )


def _say(url: str, text: str) -> None:
    with open_database(url) as database:
        database.run(ask(Statement(text)), write=True)


def _fill(url: str, count: int) -> None:
    _say(url, 'DROP TABLE IF EXISTS "Event"')
    _say(url, 'CREATE TABLE "Event" (id SERIAL PRIMARY KEY, at TIMESTAMP(3) NOT NULL, v INTEGER NOT NULL)')
    old = "now() - interval '60 days' + n * interval '1 second'"
    _say(url, f'INSERT INTO "Event" (at, v) SELECT {old}, n FROM generate_series(1, {count}) n')
    _say(url, 'CREATE INDEX "Event_at_idx" ON "Event" (at)')
    _say(url, 'VACUUM ANALYZE "Event"')


def _while(url: str, count: int, delete: Callable[[], object]) -> tuple[str, ...]:
    _fill(url, count)
    over, times = threading.Event(), list[float]()

    def write() -> None:
        with open_database(url) as database:
            insert = ask(Statement('INSERT INTO "Event" (at, v) VALUES (now(), 1)'))
            while not over.is_set():
                started = time.perf_counter()
                database.run(insert, write=True)
                times.append(time.perf_counter() - started)
                insert = ask(Statement('INSERT INTO "Event" (at, v) VALUES (now(), 1)'))
                time.sleep(0.001)

    thread = threading.Thread(target=write)
    thread.start()
    started = time.perf_counter()
    delete()
    seconds = time.perf_counter() - started
    over.set()
    thread.join()
    ordered = sorted(times)
    p99 = ordered[int(len(ordered) * 0.99)]
    rate = f"{count / seconds:,.0f}"
    return f"{seconds:.1f}", rate, f"{len(times):,}", f"{p99 * 1000:.1f} ms", f"{ordered[-1] * 1000:.1f} ms"
