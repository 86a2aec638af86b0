"""What a backup of a large SQLite file costs who writes meanwhile: the longest that one small transaction takes."""

from __future__ import annotations

import shutil
import tempfile
import threading
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

import apsw

from benchmarks.harness import show
from nicol.dialects import named
from nicol.drivers import open_database, parse_address
from nicol.drivers.snapshots import snapshot
from nicol.ops.backups.layout import layout_of
from nicol.sql.program import Statement, ask

GIGABYTE, MEGABYTES_QUICK = 1024, 64


def main(*, quick: bool = False) -> None:
    """Make the file, then write while nothing else happens, while Nicol copies it, and while it is copied under a lock."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "large.db"
        _fill(file, MEGABYTES_QUICK if quick else GIGABYTE)
        lines = [("nicol db backup", *_while(file, lambda: _nicol(file, Path(folder))))]
        seconds = float(lines[0][1])  # the longest of many is longer than that of few
        lines.append(("nobody copies", *_while(file, lambda: time.sleep(seconds))))
        lines.append(("copied under a lock", *_while(file, lambda: _locked(file, Path(folder)))))
        size = file.stat().st_size / 1e6
    show(
        f"Writing to a SQLite file of {size:,.0f} MB while it is copied",
        ("", "seconds", "writes", "p99", "longest"),
        lines,
    )


def _fill(file: Path, megabytes: int) -> None:
    with open_database(f"file:{file}") as database:
        database.run(ask(Statement("CREATE TABLE t (id INTEGER PRIMARY KEY, v BLOB)")), write=True)
        for _ in range(megabytes // 16):
            database.run(
                ask(
                    Statement(
                        "INSERT INTO t (v) SELECT randomblob(4000) FROM (WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL "
                        "SELECT i + 1 FROM n WHERE i < 4096) SELECT i FROM n)"
                    )
                ),
                write=True,
            )


def _while(file: Path, copy: Callable[[], None]) -> tuple[str, str, str, str]:
    over, times = threading.Event(), list[float]()

    def write() -> None:
        with open_database(f"file:{file}") as database:
            while not over.is_set():
                started = time.perf_counter()
                database.run(
                    ask(Statement("UPDATE t SET v = randomblob(4000) WHERE id = abs(random()) % 10000 + 1")),
                    write=True,
                )
                times.append(time.perf_counter() - started)
                time.sleep(0.001)

    thread = threading.Thread(target=write)
    thread.start()
    started = time.perf_counter()
    copy()
    seconds = time.perf_counter() - started
    over.set()
    thread.join()
    ordered = sorted(times)
    p99 = ordered[int(len(ordered) * 0.99)]
    return f"{seconds:.1f}", f"{len(times):,}", f"{p99 * 1000:.1f} ms", f"{ordered[-1] * 1000:.1f} ms"


def _nicol(file: Path, folder: Path) -> None:
    staged = folder / "staged"
    staged.mkdir()
    with snapshot(parse_address(f"file:{file}"), staged) as frozen:
        frozen.save(staged / "data.gz", partial(layout_of, named("sqlite")), lambda _done, _total: None)
    shutil.rmtree(staged)


def _locked(file: Path, folder: Path) -> None:
    """What people write in scripts: nobody may write while the file is copied."""
    # not by Python's own module: two libraries in one process do not see each other's locks
    connection = apsw.Connection(str(file))
    connection.set_busy_timeout(10_000)
    connection.execute("BEGIN IMMEDIATE")
    shutil.copyfile(file, folder / "copy.db")
    connection.execute("ROLLBACK")
    connection.close()
    (folder / "copy.db").unlink()
