"""What driving a program costs above the bare drivers: one row by its key, a thousand rows, one update."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

from benchmarks.harness import Call, measure, micro, show
from benchmarks.stage import databases
from nicol.drivers import AsyncDatabase, Database, open_async_database, open_database
from nicol.sql.program import Batch, Statement, ask

ROWS = 1_000
MANY = 20

_TABLE = (
    "CREATE TABLE item (id INTEGER PRIMARY KEY, name TEXT, price DOUBLE PRECISION, stock BIGINT, note TEXT)"
)
_INSERT = "INSERT INTO item VALUES ({0}, {1}, {2}, {3}, {4})"

_WORK = {
    "one row": ("SELECT * FROM item WHERE id = {0}", (500,), False),
    "1,000 rows": ("SELECT * FROM item ORDER BY id", (), False),
    "one update": ("UPDATE item SET stock = stock + 1 WHERE id = {0}", (500,), True),
}

_MARKS = {"SQLite": ["?"] * 5, "PostgreSQL": ["$1", "$2", "$3", "$4", "$5"]}

Execute = Callable[[str, tuple[Any, ...]], object]


def main(*, quick: bool = False) -> None:
    """Measure on both databases."""
    with databases() as urls:
        for name, url in urls.items():
            with open_database(url) as database, asyncio.Runner() as runner:
                _set_up(name, database)
                _measure(name, url, database, runner, rounds=5 if quick else 15)


def _set_up(name: str, database: Database) -> None:
    items = [(i, f"item {i}", i / 7, i, None) for i in range(ROWS)]
    database.run(ask(Statement(_TABLE)), write=True)
    database.run(ask(Batch(_INSERT.format(*_MARKS[name]), items)), write=True)


def _measure(name: str, url: str, database: Database, runner: asyncio.Runner, rounds: int) -> None:
    execute = {"SQLite": _bare_sqlite, "PostgreSQL": _bare_postgres}[name](url)
    tasks = open_async_database(url)
    lines: list[list[str]] = []
    for work, (text, params, write) in _WORK.items():
        statement = Statement(text.format(*_MARKS[name]), params, columns=False)
        contenders = _contenders(execute, database, tasks, runner, statement, write=write)
        bare, blocking, awaiting = measure(contenders, rounds)
        lines.append([work, micro(bare.seconds / MANY), f"{blocking.ratio:.2f}", f"{awaiting.ratio:.2f}"])
    runner.run(tasks.close())
    show(f"Drivers on {name}", ("", "bare driver", "blocking, times it", "awaiting, times it"), lines)


def _contenders(
    execute: Execute,
    database: Database,
    tasks: AsyncDatabase,
    runner: asyncio.Runner,
    said: Statement,
    *,
    write: bool,
) -> dict[str, Call]:
    """The same work, many times one after the other."""

    def bare() -> None:
        for _ in range(MANY):
            execute(said.text, said.params)

    def blocking() -> None:
        for _ in range(MANY):
            database.run(ask(said), write)

    async def awaiting() -> None:
        for _ in range(MANY):
            await tasks.run(ask(said), write)

    return {"bare": bare, "blocking": blocking, "awaiting": lambda: runner.run(awaiting())}


def _bare_sqlite(url: str) -> Execute:
    import apsw

    cursor = apsw.Connection(url.removeprefix("file:")).cursor()
    return lambda text, params: cursor.execute(text, params).fetchall()


def _bare_postgres(url: str) -> Execute:
    import psycopg

    cursor = psycopg.RawCursor(psycopg.connect(url, autocommit=True, prepare_threshold=1))

    def execute(text: str, params: tuple[Any, ...]) -> object:
        cursor.execute(text.encode(), params)
        return cursor.fetchall() if cursor.description else None

    return execute


if __name__ == "__main__":
    main()
