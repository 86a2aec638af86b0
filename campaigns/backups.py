"""Backups taken while four processes move money between accounts; each is restored beside the database and has to hold the sum.

Every tenth is begun by a process that is killed on the way: the backups before it have to be whole.
"""

from __future__ import annotations

import argparse
import multiprocessing
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from contextlib import ExitStack
from multiprocessing.synchronize import Event
from pathlib import Path

from campaigns.execution.servers import embedded
from nicol.drivers import create_database, drop_database, open_database, parse_address
from nicol.drivers.snapshots import restore
from nicol.errors import DriverError
from nicol.ops.backups.proving import check_sum
from nicol.ops.backups.taking import db_backup, place_of
from nicol.ops.project import Project, open_project
from nicol.sql.program import Begin, Commit, Program, Statement, ask, rows

ACCOUNTS, EACH = 5000, 100
SCHEMA = 'datasource db {{\n  provider = "{}"\n}}\n\nmodel Account {{\n  id Int @id\n  balance Int\n}}\n'


def transfer(chance: random.Random) -> Program[None]:
    """Move 1 between two accounts."""
    yield Begin()
    for account, change in sorted(((chance.randrange(ACCOUNTS), -1), (chance.randrange(ACCOUNTS), 1))):
        yield Statement(f'UPDATE "Account" SET "balance" = "balance" + {change} WHERE "id" = {account}')
    yield Commit()


def writer(url: str, over: Event, seed: int) -> None:
    """Move money until it is over."""
    chance = random.Random(seed)
    with open_database(url) as database:
        while not over.is_set():
            try:
                database.run(transfer(chance), write=True)
            except DriverError as error:
                if error.state not in ("40P01", "SQLITE_BUSY"):
                    raise


def fill(url: str) -> None:
    """Make the accounts."""
    create_database(parse_address(url))
    with open_database(url) as database:
        say = lambda text: database.run(ask(Statement(text)), write=True)  # noqa: E731
        say('CREATE TABLE "Account" ("id" INTEGER PRIMARY KEY, "balance" INTEGER NOT NULL)')
        say(f'INSERT INTO "Account" VALUES {", ".join(f"({n}, {EACH})" for n in range(ACCOUNTS))}')


def holds(project: Project, url: str, name: str) -> bool:
    """True when the backup of that name is whole and has the sum."""
    store = place_of(project, None)
    (manifest,) = (each for each in store.manifests() if each.name == name)
    scratch = parse_address(url).on("campaign_restored")
    drop_database(scratch)
    create_database(scratch)
    with store.data(manifest) as data, tempfile.TemporaryDirectory() as folder:
        check_sum(data, manifest)
        restore(scratch, data, Path(folder), lambda _done, _total: None)
    with open_database(scratch) as database:
        found = database.run(rows('SELECT sum("balance"), count(*) FROM "Account"'), write=False)
    drop_database(scratch)
    return found == [(EACH * ACCOUNTS, ACCOUNTS)]


def killed(project: Project, url: str, chance: random.Random) -> None:
    """Begin a backup in a process of its own, and kill it."""
    nicol = str(Path(sys.executable).parent / "nicol")
    process = subprocess.Popen(
        [nicol, "db", "backup", "--url", url],
        cwd=project.root,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    time.sleep(0.3 + chance.random() * 0.6)
    process.send_signal(signal.SIGKILL)
    process.wait()


def campaign(provider: str, url: str, times: int, seed: int, home: Path) -> int:
    """Take so many backups of one database; how many were not what they had to be."""
    chance = random.Random(seed)
    (home / "schema.prisma").write_text(SCHEMA.format(provider))
    project = open_project(home, os.environ, url=url)
    fill(url)
    over = multiprocessing.Event()
    writers = [multiprocessing.Process(target=writer, args=(url, over, seed + n)) for n in range(4)]
    for each in writers:
        each.start()
    broken, names, kills = 0, list[str](), 0
    try:
        for number in range(1, times + 1):
            name = db_backup(project).manifest.name
            names.append(name)
            broken += not holds(project, url, name)
            if number % 10 == 0:
                killed(project, url, chance)
                kills += 1
                broken += not holds(project, url, chance.choice(names))
                print(f"{provider}: {number} backups, {kills} killed, {broken} broken", flush=True)
    finally:
        over.set()
        for each in writers:
            each.join()
    with open_database(url) as database:
        assert database.run(rows('SELECT sum("balance") FROM "Account"'), write=False) == [(EACH * ACCOUNTS,)]
    return broken


def main(arguments: Sequence[str]) -> int:
    """Run what the command line says; 1 when something was broken."""
    parser = argparse.ArgumentParser(prog="python -m campaigns backups", description=__doc__)
    parser.add_argument("--times", type=int, default=100, help="backups of each database (100)")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--provider", choices=["sqlite", "postgresql"], action="append")
    given = parser.parse_args(arguments)
    broken = 0
    with ExitStack() as stack:
        for provider in given.provider or ("sqlite", "postgresql"):
            home = Path(stack.enter_context(tempfile.TemporaryDirectory()))
            url = f"file:{home}/bank.db"
            if provider == "postgresql":
                url = stack.enter_context(embedded(16)).replace("/postgres?", "/bank?")
            found = campaign(provider, url, given.times, given.seed, home)
            print(f"{provider}: {given.times} backups under 4 writers, {found} broken")
            broken += found
    return 1 if broken else 0
