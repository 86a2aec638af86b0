"""The connection is cut at every message of a transaction, before the server hears it and before its answer comes back.

Whatever happens, the work is there whole or not at all, a client that was told that it is kept is right, and one that was told
that it is not kept is right too; who cannot know says so.
"""

from __future__ import annotations

import argparse
import asyncio
import tempfile
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from campaigns.execution.servers import embedded
from campaigns.transactions.accounts import package_in, prepare
from campaigns.transactions.line import Line, Moment
from nicol.errors import ClientError, CommitUnknown

ROWS = 3


def _tx(db: Any) -> None:
    with db.tx() as tx:
        for number in range(ROWS):
            tx.account.create(data={"id": number})


def _batch(db: Any) -> None:
    with db.batch() as batch:
        for number in range(ROWS):
            batch.account.create(data={"id": number})


def _many(db: Any) -> None:
    db.account.create_many(data=[{"id": number} for number in range(ROWS)])


def _nested(db: Any) -> None:
    with db.tx() as tx:
        tx.account.create(data={"id": 0})
        with tx.tx() as inner:
            for number in range(1, ROWS):
                inner.account.create(data={"id": number})


async def _awaited_tx(db: Any) -> None:
    async with db.tx() as tx:
        for number in range(ROWS):
            await tx.account.create(data={"id": number})


async def _awaited_batch(db: Any) -> None:
    async with db.batch() as batch:
        for number in range(ROWS):
            batch.account.create(data={"id": number})


BLOCKING: dict[str, Callable[[Any], None]] = {
    "tx": _tx,
    "batch": _batch,
    "create_many": _many,
    "nested": _nested,
}
AWAITING: dict[str, Callable[[Any], Any]] = {"awaited tx": _awaited_tx, "awaited batch": _awaited_batch}


def outcome(package: Any, line: Line, name: str, message: int, moment: Moment) -> str:
    """What the client was told: `kept`, `unknown` or `undone`."""
    try:
        if name in BLOCKING:
            with package.Client(url=line.url) as db:
                db.account.count()
                line.cut(message, moment)
                BLOCKING[name](db)
        else:
            asyncio.run(_awaited(package, line, AWAITING[name], message, moment))
    except CommitUnknown:
        return "unknown"
    except ClientError:
        return "undone"
    finally:
        line.mend()
    return "kept"


async def _awaited(package: Any, line: Line, act: Callable[[Any], Any], message: int, moment: Moment) -> None:
    async with package.AsyncClient(url=line.url) as db:
        await db.account.count()
        line.cut(message, moment)
        await act(db)


def trial(package: Any, direct: Any, line: Line, name: str) -> tuple[Counter[str], list[str]]:
    """All cuts of one kind of work: how often each pair of what was told and what was there came, and what was wrong."""
    seen: Counter[str] = Counter()
    wrong: list[str] = []
    moments: tuple[Moment, ...] = ("unheard", "unanswered")
    for moment in moments:
        for message in range(40):
            direct.account.delete_many()
            told = outcome(package, line, name, message, moment)
            there = _there(direct)
            seen[f"{told}, {there}"] += 1
            if there not in {"kept": ("whole",), "undone": ("nothing",)}.get(told, ("whole", "nothing")):
                wrong.append(f"{name}, cut at message {message} ({moment}): told {told}, there was {there}")
            if not line.was_cut:
                break
    return seen, wrong


def _there(direct: Any) -> str:
    """What another client finds, when the server has noticed that nobody listens any more."""
    while direct.query_first(_OTHERS)["n"]:
        pass
    count = direct.account.count()
    return {0: "nothing", ROWS: "whole"}.get(count, f"{count} rows")


_OTHERS = (
    "SELECT count(*) AS n FROM pg_stat_activity WHERE client_addr IS NULL AND pid <> pg_backend_pid() "
    "AND datname = current_database() AND application_name = 'nicol'"
)


def main(arguments: Sequence[str]) -> int:
    """Run the campaign; 1 when somebody was told something wrong."""
    parser = argparse.ArgumentParser(prog="python -m campaigns cuts", description=__doc__)
    parser.add_argument("--times", type=int, default=10, help="how often every cut is made")
    times = parser.parse_args(arguments).times
    wrong: list[str] = []
    with tempfile.TemporaryDirectory() as home, embedded(16) as server, Line(server) as line:
        package = package_in(Path(home))
        prepare(package, server)
        with package.Client(url=f"{server}&application_name=direct") as direct:
            for name in (*BLOCKING, *AWAITING):
                seen: Counter[str] = Counter()
                for _ in range(times):
                    more, errors = trial(package, direct, line, name)
                    seen += more
                    wrong += errors
                print(f"{name}: {dict(seen)}", flush=True)
    print("\n".join(wrong) or "nobody was told anything wrong")
    return 1 if wrong else 0
