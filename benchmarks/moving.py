"""Rows moved from SQLite to PostgreSQL: Nicol beside the loop that people write with the two drivers."""

from __future__ import annotations

import os
import tempfile
import time
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import apsw
import psycopg

from benchmarks.harness import show
from benchmarks.stage import databases
from nicol.ops.moving.moving import db_copy
from nicol.ops.project import Project, open_project
from nicol.ops.push import db_push
from nicol.ops.questions import Nobody

_SCHEMA = """\
datasource db {
  provider = "postgresql"
}

model Reading {
  id    Int      @id
  place Int
  name  String
  at    DateTime
}
"""


def main(*, quick: bool = False) -> None:
    """Fill a file, and move it three times."""
    count = 200_000 if quick else 1_000_000
    with databases() as urls, tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "schema.prisma").write_text(_SCHEMA)
        (Path(folder) / "nicol.toml").write_text('providers = ["sqlite", "postgresql"]\n')
        source, target = urls["SQLite"], urls["PostgreSQL"]
        project = open_project(Path(folder), os.environ)
        _push(folder, source)
        _fill(source.removeprefix("file:"), count)
        ways: dict[str, Callable[[], object]] = {
            "nicol db copy --no-verify": lambda: _nicol(project, source, target, verify=False),
            "nicol db copy": lambda: _nicol(project, source, target, verify=True),
            "row by row into COPY": lambda: _by_hand(source.removeprefix("file:"), target),
        }
        lines: list[tuple[str, ...]] = []
        for name, move in ways.items():
            _push(folder, target)
            started, spent = time.perf_counter(), time.process_time()
            move()
            seconds, own = time.perf_counter() - started, time.process_time() - spent
            lines.append((name, f"{seconds:.1f}", f"{count / seconds:,.0f}", f"{own:.1f}"))
    show(
        f"Moving {count:,} narrow rows from SQLite to PostgreSQL",
        ("", "seconds", "rows/s", "CPU here"),
        lines,
    )


def _push(folder: str, url: str) -> None:
    db_push(
        open_project(Path(folder), os.environ, url=url), Nobody(), accept_data_loss=True, force_reset=True
    )


def _fill(path: str, count: int) -> None:
    raw = apsw.Connection(path)
    raw.execute("BEGIN")
    raw.executemany(
        'INSERT INTO "Reading" VALUES (?, ?, ?, ?)',
        (
            (n, n % 97, f"place {n}", f"2024-03-{n % 28 + 1:02}T12:00:00.{n % 1000:03}+00:00")
            for n in range(count)
        ),
    )
    raw.execute("COMMIT")
    raw.close()


def _nicol(project: Project, source: str, target: str, *, verify: bool) -> None:
    db_copy(project, source, target, quarantine=project.root / "q.jsonl", verify=verify)


def _by_hand(path: str, target: str) -> None:
    raw = apsw.Connection(path)
    with (
        psycopg.connect(target) as connection,
        connection.cursor() as cursor,
        cursor.copy('COPY "Reading" FROM STDIN') as sink,
    ):
        for number, place, name, at in raw.execute('SELECT * FROM "Reading"'):
            sink.write_row((number, place, name, datetime.fromisoformat(at)))
    raw.close()
