"""What writing many rows costs beside the bare driver: rows made, made or changed, changed each in its own way, and trees."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from benchmarks.harness import Call, measure, micro, show
from benchmarks.stage import client_of, databases, push, schema_of
from nicol.schema.schema import Schema

SCHEMA = """
datasource db {
  provider = "sqlite"
  url      = "file:./bench.db"
}

model Note {
  id    Int    @id @default(autoincrement())
  title String
  text  String
  rank  Int
  price Float
  lines Line[]
}

model Line {
  id     Int    @id @default(autoincrement())
  text   String
  note   Note   @relation(fields: [noteId], references: [id])
  noteId Int
}

model Stock {
  id    Int    @id
  name  String
  count Int
}
"""

NOTE = {"title": "a note", "text": "of some length, but not long", "rank": 7, "price": 1.25}
NOTES = [{**NOTE, "rank": rank} for rank in range(1_000)]
STOCKS = [{"id": number, "name": f"thing {number}", "count": number} for number in range(1_000)]
TREES = [
    {**NOTE, "rank": rank, "lines": {"create": [{"text": f"{line}"} for line in range(3)]}}
    for rank in range(100)
]

_INSERT = 'INSERT INTO "Note" ("title", "text", "rank", "price") VALUES ({0}, {1}, {2}, {3})'
_LINE = 'INSERT INTO "Line" ("text", "noteId") VALUES ({0}, {1})'
_UPSERT = (
    'INSERT INTO "Stock" ("id", "name", "count") VALUES ({0}, {1}, {2})'
    ' ON CONFLICT ("id") DO UPDATE SET "name" = excluded."name", "count" = excluded."count"'
)
_UPDATE = 'UPDATE "Stock" SET "count" = "count" + {0} WHERE "id" = {1}'

Many = Callable[[str, Sequence[tuple[Any, ...]]], list[tuple[Any, ...]]]
"""Says a statement for each of many rows, in one transaction; what they return."""


def main(*, quick: bool = False) -> None:
    """Measure on both databases."""
    schema = schema_of(SCHEMA)
    with databases() as urls, client_of(schema) as new, asyncio.Runner() as runner:
        for name, url in urls.items():
            _measure(name, url, schema, new, runner, rounds=5 if quick else 15)


def _measure(
    name: str, url: str, schema: Schema, new: Callable[..., Any], runner: asyncio.Runner, rounds: int
) -> None:
    push(schema, url)
    marks = ["?"] * 4 if name == "SQLite" else ["%s"] * 4
    bare = _bare({"SQLite": _sqlite, "PostgreSQL": _postgres}[name](url), marks)
    blocking, awaiting = new(url), new(url, awaiting=True)
    lines: list[list[str]] = []
    for work, call in _works(blocking).items():
        awaited = _works(awaiting)[work]
        contenders: dict[str, Call] = {
            "bare": bare[work],
            "Nicol": call,
            "awaited": lambda awaited=awaited: runner.run(_await(awaited())),
        }
        floor, mine, theirs = measure(contenders, rounds)
        lines.append([work, micro(floor.seconds), f"{mine.ratio:.2f}", f"{theirs.ratio:.2f}"])
    blocking.disconnect()
    runner.run(awaiting.disconnect())
    show(
        f"Many rows on {name}, times the bare driver's executemany",
        ("", "bare driver", "Nicol", "awaited"),
        lines,
    )


async def _await(answer: Any) -> Any:
    return await answer


def _works(db: Any) -> Mapping[str, Callable[[], Any]]:
    changes = [{"id": stock["id"], "count": {"increment": 1}} for stock in STOCKS]
    return {
        "create 1,000": lambda: db.note.create_many(data=NOTES),
        "create 1,000 and return": lambda: db.note.create_many_and_return(data=NOTES),
        "upsert 1,000": lambda: db.stock.upsert_many(data=STOCKS, key="id"),
        "update each of 1,000": lambda: db.stock.update_each(data=changes, key="id"),
        "create 100 trees of 4": lambda: db.note.create_many(data=TREES),
    }


def _bare(many: Many, marks: Sequence[str]) -> Mapping[str, Call]:
    notes = [tuple(note.values()) for note in NOTES]
    stocks = [tuple(stock.values()) for stock in STOCKS]
    returning = f"{_INSERT.format(*marks)} RETURNING *"

    def trees() -> None:
        made = many(returning, notes[:100])
        many(_LINE.format(*marks), [(str(line), row[0]) for row in made for line in range(3)])

    return {
        "create 1,000": lambda: many(_INSERT.format(*marks), notes),
        "create 1,000 and return": lambda: many(returning, notes),
        "upsert 1,000": lambda: many(_UPSERT.format(*marks), stocks),
        "update each of 1,000": lambda: many(_UPDATE.format(*marks), [(1, stock[0]) for stock in stocks]),
        "create 100 trees of 4": trees,
    }


def _sqlite(url: str) -> Many:
    import apsw

    connection = apsw.Connection(url.removeprefix("file:"))
    connection.pragma("foreign_keys", True)
    cursor = connection.cursor()

    def many(text: str, rows: Sequence[tuple[Any, ...]]) -> list[tuple[Any, ...]]:
        with connection:
            return cursor.executemany(text, rows).fetchall()

    return many


def _postgres(url: str) -> Many:
    import psycopg

    connection = psycopg.connect(url)
    cursor = connection.cursor()

    def many(text: str, rows: Sequence[tuple[Any, ...]]) -> list[tuple[Any, ...]]:
        returns = "RETURNING" in text
        with connection.transaction():
            cursor.executemany(text.encode(), rows, returning=returns)
            found: list[tuple[Any, ...]] = []
            while returns:
                found += cursor.fetchall()
                returns = bool(cursor.nextset())
        return found

    return many


if __name__ == "__main__":
    main()
