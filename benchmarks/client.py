"""The client beside the bare drivers and its peers: every work in turn, round by round, as ratios to the bare driver."""

from __future__ import annotations

import asyncio
import json
import os
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from importlib import import_module
from typing import Any, NamedTuple

from benchmarks.harness import Timing, measure, micro, show
from benchmarks.peers import bare
from benchmarks.peers.nicol_clients import MANY, Awaiting, Blocking
from benchmarks.peers.shop import SCHEMA, Peer, rows
from benchmarks.stage import client_of, databases, push, schema_of
from nicol.drivers import open_database
from nicol.sql.program import Batch, ask


class Target(NamedTuple):
    """What Nicol wants to be below, as a ratio to the bare driver; `path` leads into what is included."""

    sqlite: float | None
    postgres: float | None
    path: tuple[str, ...] = ()


WORKS: Mapping[str, Target] = {
    "by key": Target(2.2, 1.35),
    "by unique field": Target(2.2, 1.35),
    "1,000 rows": Target(1.5, 1.35),
    "a page of 20": Target(1.5, 1.35),
    "one parent and its rows": Target(None, 1.35, ("posts",)),
    "include one level": Target(1.5, 1.35, ("posts",)),
    "include two levels": Target(1.5, 1.35, ("posts", "comments")),
    "create": Target(2.0, 1.35),
    "update": Target(2.0, 1.35),
    "upsert": Target(2.0, 1.35),
    "create 1,000": Target(None, 1.1),
    "nested create": Target(None, None),
    "transaction of ten": Target(2.5, None),
}
READS = ("by key", "by unique field", "1,000 rows", "a page of 20", "include one level", "include two levels")
AWAITED = {"by key": Target(4.0, None)}
BARE, BLOCKING, AWAITING = "bare", "Nicol", "awaited"

PEERS = {
    "SA Core": ("benchmarks.peers.sqlalchemy_peer", "Core"),
    "SA ORM": ("benchmarks.peers.sqlalchemy_peer", "Orm"),
    "Peewee": ("benchmarks.peers.peewee_peer", "Peewee"),
}
"""Those that are installed are measured: `pip install --group bench`."""


def main(*, quick: bool = False, as_json: bool = False) -> None:
    """Measure on both databases; as a table, or as JSON for machines."""
    schema, found = schema_of(SCHEMA), dict[str, Any]()
    with _pinned() as pin, databases() as urls, client_of(schema) as new, asyncio.Runner() as runner:
        pin()
        for name, url in urls.items():
            push(schema, url)
            _fill(name, url)
            timings = _measure(name, url, new, runner, rounds=5 if quick else 15)
            found[name] = {work: _plain(each) for work, each in timings.items()}
            if not as_json:
                _print(name, timings)
    if as_json:
        print(json.dumps(found, indent=2))


@contextmanager
def _pinned() -> Iterator[Callable[[], None]]:
    """The server on one core and this process on another, so that all contenders pay the same for a trip to it."""
    if not hasattr(os, "sched_setaffinity") or len(cores := sorted(os.sched_getaffinity(0))) < 2:
        yield lambda: None
        return
    os.sched_setaffinity(0, {cores[0]})
    try:
        yield lambda: os.sched_setaffinity(0, {cores[1]})
    finally:
        os.sched_setaffinity(0, set(cores))


def _fill(name: str, url: str) -> None:
    with open_database(url) as database:
        for table, columns, data in rows():
            marks = (
                ["?"] * len(columns) if name == "SQLite" else [f"${n}" for n in range(1, len(columns) + 1)]
            )
            listed = ", ".join(f'"{column}"' for column in columns)
            text = f'INSERT INTO "{table}" ({listed}) VALUES ({", ".join(marks)})'
            database.run(ask(Batch(text, [_stored(name, row) for row in data])), write=True)
            if name == "PostgreSQL" and table != "Counter":
                _advance(database, table, len(data))


def _advance(database: Any, table: str, last: int) -> None:
    from nicol.sql.program import Statement

    text = f"""SELECT setval(pg_get_serial_sequence('"{table}"', 'id'), {last})"""
    database.run(ask(Statement(text)), write=True)
    database.run(ask(Statement("ANALYZE")), write=True)


def _stored(name: str, row: tuple[Any, ...]) -> tuple[Any, ...]:
    """A row as Nicol stores it."""
    if name != "SQLite":
        return row
    return tuple(
        value.isoformat(timespec="milliseconds") if hasattr(value, "isoformat") else value for value in row
    )


def _measure(
    name: str, url: str, new: Callable[..., Any], runner: asyncio.Runner, rounds: int
) -> dict[str, list[Timing]]:
    with ExitStack() as stack:
        peers = _peers(name, url, new, runner)
        for peer in peers.values():
            stack.callback(peer.close)
        works = {each: peer.works() for each, peer in peers.items()}
        for work in READS:
            _check(work, {each: calls[work]() for each, calls in works.items() if work in calls})
        timings: dict[str, list[Timing]] = {}
        clock = (
            time.process_time if name == "SQLite" else time.perf_counter
        )  # nothing is waited for in memory
        for work in WORKS:
            contenders = {each: calls[work] for each, calls in works.items() if work in calls}
            found = measure(contenders, rounds, clock)
            timings[work] = [_single(timing) for timing in found]
        return timings


def _single(timing: Timing) -> Timing:
    """The time of one work, where one call stood for many."""
    if timing.name != AWAITING:
        return timing
    return Timing(timing.name, timing.seconds / MANY, timing.ratio / MANY)


def _peers(name: str, url: str, new: Callable[..., Any], runner: asyncio.Runner) -> dict[str, Peer]:
    floor = bare.Apsw if name == "SQLite" else bare.Psycopg
    peers: dict[str, Peer] = {
        BARE: floor(url),
        BLOCKING: Blocking(new(url)),
        AWAITING: Awaiting(new(url, awaiting=True), runner),
    }
    for each, (module, kind) in PEERS.items():
        try:
            peers[each] = getattr(import_module(module), kind)(url)
        except ImportError:
            continue
    return peers


def _check(work: str, answers: Mapping[str, Any]) -> None:
    """What is not the same answer is not measured."""
    path = WORKS[work].path
    outlines = {name: _outline(answer, path) for name, answer in answers.items()}
    wrong = [name for name, outline in outlines.items() if outline != outlines[BARE] and name != AWAITING]
    assert not wrong, (work, wrong)


def _outline(answer: Any, path: tuple[str, ...]) -> Any:
    """The ids of what was answered, as far as it was included."""
    if isinstance(answer, list):
        return sorted((_outline(each, path) for each in answer), key=str)
    if path and isinstance(answer, tuple) and not hasattr(answer, "_fields"):
        return answer[0][0], _outline(answer[1], path[1:])
    if not path:
        return answer[0] if isinstance(answer, tuple) else answer.id
    return answer.id, _outline(list(getattr(answer, path[0])), path[1:])


# ---- telling ---------------------------------------------------------------------------------------------------------


def _plain(timings: list[Timing]) -> dict[str, dict[str, float]]:
    return {
        each.name: {"microseconds": round(each.seconds * 1e6, 2), "ratio": round(each.ratio, 3)}
        for each in timings
    }


def _print(name: str, timings: Mapping[str, list[Timing]]) -> None:
    head = (name, "bare driver", BLOCKING, "target", AWAITING, "target", *PEERS)
    lines: list[list[str]] = []
    for work, found in timings.items():
        by_name = {each.name: each for each in found}
        goal, awaited = (_target(name, table.get(work)) for table in (WORKS, AWAITED))
        lines.append(
            [
                work,
                micro(by_name[BARE].seconds),
                _told(by_name.get(BLOCKING), goal),
                _shown(goal),
                _told(by_name.get(AWAITING), awaited),
                _shown(awaited),
                *(_told(by_name.get(each), None) for each in PEERS),
            ]
        )
    show(f"The client on {name}, times the bare driver (! is above the target)", head, lines)


def _target(name: str, target: Target | None) -> float | None:
    return None if target is None else target.sqlite if name == "SQLite" else target.postgres


def _shown(target: float | None) -> str:
    return "" if target is None else f"≤ {target}"


def _told(timing: Timing | None, target: float | None) -> str:
    if timing is None:
        return "–"
    return f"{timing.ratio:.2f}{'!' if target is not None and timing.ratio > target else ''}"


if __name__ == "__main__":
    main()
