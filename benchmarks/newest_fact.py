"""The newest fact of each type of a shop, and all that its page shows: as fast for a million facts as for a thousand?"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from benchmarks.harness import Call, measure, micro, show
from benchmarks.stage import client_of, databases, push, schema_of
from nicol.drivers import Database, open_database
from nicol.sql.program import rows

EXAMPLE = Path(__file__).parent.parent / "examples" / "control_center"
VIEWS = EXAMPLE / "migrations" / "20260421090000_pages_in_three_statements"
SHOP = "demo.myshopify.com"
TYPES = 20
PAST = 28

_MOMENTS = {
    "SQLite": "strftime('%Y-%m-%dT%H:%M:%f+00:00', 1767225600 + i * 7 % 9999991, 'unixepoch')",
    "PostgreSQL": "timestamp '2026-01-01' + i * 7 % 9999991 * interval '1 s'",
}
"""Moments in no order, so that the newest fact is not the one with the greatest id."""

_MARKS = {"SQLite": "?", "PostgreSQL": "$1"}

_FILL = """
WITH RECURSIVE n(i) AS (SELECT {first} UNION ALL SELECT i + 1 FROM n WHERE i < {last})
INSERT INTO "DashboardFact" ("shopDomain", "factType", "value", "createdAt", "updatedAt")
SELECT '{shop}', 'source.domain.metric' || {type}, '{{"total": 1}}', {moment}, {moment} FROM n
"""

_TYPE = f"(CASE WHEN i <= {TYPES} THEN i WHEN i % 10 = 0 THEN 1 + i / 10 % {TYPES} ELSE 1 END)"
"""Nine facts of ten are of one type."""

_WINDOW = """
SELECT id, "factType", "createdAt" FROM (
  SELECT *, row_number() OVER (PARTITION BY "factType" ORDER BY "createdAt" DESC, id DESC) AS place
  FROM "DashboardFact" WHERE "shopDomain" = {mark}
) AS ranked WHERE place = 1 ORDER BY "createdAt" DESC, id DESC
"""


def main(*, quick: bool = False) -> None:
    """Measure on both databases, with the tables and the client of the Operator Control Center."""
    sizes = (1_000, 10_000, 100_000) if quick else (1_000, 10_000, 100_000, 1_000_000)
    schema = schema_of((EXAMPLE / "schema.prisma").read_text())
    with databases() as urls, client_of(schema) as connect:
        for name, url in urls.items():
            push(schema, url)
            with open_database(url) as database, connect(url) as client:
                client.execute_raw((VIEWS / f"migration.{name.lower()}.sql").read_text())
                _measure(name, database, client, sizes)


def _measure(name: str, database: Database, client: Any, sizes: tuple[int, ...]) -> None:
    lines: list[list[str]] = []
    done = 0
    for size in sizes:
        _fill(name, database, done + 1, size)
        done = size
        contenders = {
            "one": _one(client),
            "newest": _newest(client),
            "shown": _shown(client),
            "window": _window(name, database),
        }
        _check(contenders)
        _, newest, shown, window = measure(contenders, rounds=9)
        lines.append(
            [
                f"{size:,}",
                micro(newest.seconds),
                f"{newest.ratio:.1f}",
                f"{window.ratio:,.0f}",
                micro(shown.seconds),
            ]
        )
    show(
        f"The newest fact of each of {TYPES} types on {name}",
        (
            "facts",
            "client",
            "times one fact by its id",
            "a window function, times it",
            f"the last {PAST} of each",
        ),
        lines,
    )


def _one(client: Any) -> Call:
    """A yardstick that does not depend on the number of facts, nor on how busy the machine is."""
    return lambda: client.dashboard_fact.find_unique(where={"id": 1})


def _newest(client: Any) -> Call:
    return lambda: client.dashboard_fact.find_many(
        where={"shopDomain": SHOP}, distinct=["factType"], order=[{"createdAt": "desc"}, {"id": "desc"}]
    )


def _shown(client: Any) -> Call:
    """What the shop's page reads, from the view that the example's history makes."""
    return lambda: client.shown_fact.find_many(
        where={"shopDomain": SHOP}, order=[{"createdAt": "desc"}, {"id": "desc"}]
    )


def _window(name: str, database: Database) -> Call:
    text = _WINDOW.format(mark=_MARKS[name])
    return lambda: database.run(rows(text, SHOP), write=False)


def _check(contenders: dict[str, Callable[[], Any]]) -> None:
    found, expected = contenders["newest"](), contenders["window"]()
    assert [fact.id for fact in found] == [row[0] for row in expected]
    assert len(found) == TYPES
    assert {fact.id for fact in found} < {fact.id for fact in contenders["shown"]()}


def _fill(name: str, database: Database, first: int, last: int) -> None:
    text = _FILL.format(first=first, last=last, shop=SHOP, type=_TYPE, moment=_MOMENTS[name])
    database.run(rows(text), write=True)
    database.run(rows("ANALYZE"), write=True)


if __name__ == "__main__":
    main()
