"""Encrypted values turned over to a new key: by `nicol secrets rotate`, and row by row as a script of one's own would."""

from __future__ import annotations

import os
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

from benchmarks.harness import show
from benchmarks.stage import databases
from nicol.drivers import open_database
from nicol.ops.project import Project, open_project
from nicol.ops.secrets import new_key, secrets_rotate
from nicol.sealing.keys import KEYS, Key, KeyRing, SpelledKeys
from nicol.sealing.seals import Seal
from nicol.sql.program import Statement, ask, rows, transaction

_SCHEMA = """\
datasource db {
  provider = "postgresql"
}

model Secret {
  id    Int    @id
  /// @nicol.encrypted
  value String
}
"""


def main(*, quick: bool = False) -> None:
    """Encrypt a table with one key, then with another."""
    count = 20_000 if quick else 200_000
    old, new = new_key("old"), new_key("new")
    with databases() as urls, tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "schema.prisma").write_text(_SCHEMA)
        (Path(folder) / "nicol.toml").write_text('providers = ["sqlite", "postgresql"]\n')
        for name, url in urls.items():
            _fill(url, count)
            first = _project(folder, url, old)
            secrets_rotate(first, plain=True)
            some = count // 20
            alone = _timed(partial(_one_by_one, url, some, old, new))
            whole = _timed(partial(secrets_rotate, _project(folder, url, new, old)))
            show(
                f"{name}: {count:,} values turned over",
                ("", "seconds", "values/s"),
                [
                    ("nicol secrets rotate", f"{whole:.2f}", f"{(count - some) / whole:,.0f}"),
                    ("row by row", f"{alone:.2f}", f"{some / alone:,.0f}"),
                ],
            )


def _project(folder: str, url: str, *keys: Key) -> Project:
    return open_project(Path(folder), {KEYS: ",".join(key.spelled() for key in keys)}, url=url)


def _timed(work: Callable[[], object]) -> float:
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def _fill(url: str, count: int) -> None:
    numbers = f"WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < {count - 1})"
    with open_database(url) as database:
        for text in (
            'DROP TABLE IF EXISTS "Secret"',
            'CREATE TABLE "Secret" (id INTEGER PRIMARY KEY, value TEXT NOT NULL)',
            f"INSERT INTO \"Secret\" {numbers} SELECT i, 'a value of some length ' || i FROM n",
        ):
            database.run(transaction(ask(Statement(text))), write=True)


def _one_by_one(url: str, count: int, old: Key, new: Key) -> None:
    before, after = (
        Seal(KeyRing(SpelledKeys({KEYS: key.spelled()}.get)), "Secret.value", os.urandom, same=False)
        for key in (old, new)
    )
    with open_database(url) as database:
        mark = "$" if url.startswith("postgres") else "?"
        text = f'UPDATE "Secret" SET value = {mark}1 WHERE id = {mark}2'
        for number, stored in database.run(
            rows(f'SELECT id, value FROM "Secret" ORDER BY id LIMIT {count}'), write=False
        ):
            row = (str(number),)
            value = after.seal(before.open(stored, row), row)
            database.run(transaction(ask(Statement(text, (value, number)))), write=True)
