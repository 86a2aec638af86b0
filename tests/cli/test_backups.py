"""Backups from the command line: taken under writes, listed, checked, put back, kept and let go, on both databases."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from nicol.drivers import open_database
from nicol.errors import DriverError
from nicol.sql.program import Begin, Commit, Program, Row, Statement, ask, rows
from tests.canary import planted
from tests.commands import NICOL

from .conftest import Shop

pytestmark = pytest.mark.slow

INIT = "20260101000000_init"
TABLES = 'CREATE TABLE "Account" ("id" INTEGER PRIMARY KEY, "balance" INTEGER NOT NULL);'
SUM = 'SELECT sum("balance"), count(*) FROM "Account"'
ACCOUNTS = 50


def read(url: str, text: str) -> list[Row]:
    with open_database(url) as database:
        return database.run(rows(text), write=False)


def write(url: str, *texts: str) -> None:
    with open_database(url) as database:
        for text in texts:
            database.run(ask(Statement(text)), write=True)


@pytest.fixture(params=["tools", "copy"])
def way(request: pytest.FixtureRequest) -> str:
    """How a server's backup is taken: by its own tools, or by COPY where they are not there."""
    found: str = request.param
    return found


@pytest.fixture
def bank(living_shop: Shop, way: str, tmp_path: Path) -> Shop:
    """A project whose database holds accounts with 100 each."""
    assert living_shop.url
    if way == "copy":
        if living_shop.url.startswith("file:"):
            pytest.skip("a file needs no tools")
        living_shop.environment["NICOL_POSTGRES_BIN"] = str(tmp_path)
    living_shop.schema(
        'datasource db {\n  provider = "postgresql"\n}\n\nmodel Account {\n  id Int @id\n  balance Int\n}\n'
    )
    living_shop.migration(INIT, {"migration.sqlite.sql": TABLES, "migration.postgresql.sql": TABLES})
    living_shop.run("migrate", "deploy")
    write(
        living_shop.url, f'INSERT INTO "Account" VALUES {", ".join(f"({n}, 100)" for n in range(ACCOUNTS))}'
    )
    return living_shop


def transfer(number: int) -> Program[None]:
    """Move 1 from one account to another, in a transaction."""
    yield Begin()
    for account, change in ((number % ACCOUNTS, -1), (number * 7 % ACCOUNTS, 1)):
        yield Statement(f'UPDATE "Account" SET "balance" = "balance" + {change} WHERE "id" = {account}')
    yield Commit()


@contextmanager
def transfers(url: str) -> Iterator[list[int]]:
    """Somebody who moves money until the block ends; how often stands in the list."""
    done, over = [0], threading.Event()

    def work() -> None:
        with open_database(url) as database:
            while not over.is_set():
                try:
                    database.run(transfer(done[0]), write=True)
                except DriverError:
                    continue  # the tables were just replaced
                done[0] += 1

    thread = threading.Thread(target=work)
    thread.start()
    try:
        yield done
    finally:
        over.set()
        thread.join()


def answer(shop: Shop, *arguments: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(shop.run(*arguments, "--json").out)
    return found


@pytest.mark.proves(
    "Operations", "a backup taken under writes is the state of one moment, and is put back as such"
)
def test_a_backup_under_writes_keeps_the_sum(bank: Shop) -> None:
    assert bank.url
    with transfers(bank.url) as done:
        names = [answer(bank, "db", "backup")["backup"]["name"] for _ in range(4)]
        assert done[0] > 0
    write(bank.url, 'UPDATE "Account" SET "balance" = 0', 'DELETE FROM "Account" WHERE "id" > 10')
    for name in names:
        bank.run("db", "restore", name, "--force")
        assert read(bank.url, SUM) == [(100 * ACCOUNTS, ACCOUNTS)]
    assert "up to date" in bank.run("migrate", "status").out


@pytest.mark.proves("Operations", "a backup is verified in a scratch database, now or later")
def test_a_backup_is_verified(bank: Shop) -> None:
    taken = bank.run("db", "backup", "--verify").out
    assert f"{ACCOUNTS} rows of 1 table in" in taken and "verified" in taken
    bank.run("db", "backup")
    listed = bank.run("db", "backups").out
    assert [line.endswith("not verified") for line in listed.splitlines()[:2]] == [False, True]
    assert "can be restored" in bank.run("db", "restore", "--check").out
    assert "not verified" not in bank.run("db", "backups").out


@pytest.mark.proves("Operations", "a damaged backup is refused before anything is touched")
def test_a_damaged_backup_is_refused(bank: Shop) -> None:
    assert bank.url
    name = answer(bank, "db", "backup")["backup"]["name"]
    (data,) = (bank.root / "backups" / name).glob("data*")
    content = bytearray(data.read_bytes())
    content[len(content) // 2] ^= 1
    data.chmod(0o600)
    data.write_bytes(content)
    for flags in (("--force",), ("--check",)):
        assert "changed or damaged" in bank.run("db", "restore", name, *flags, code=1).err
    data.unlink()
    assert "is not there" in bank.run("db", "restore", name, "--force", code=1).err
    assert read(bank.url, SUM) == [(100 * ACCOUNTS, ACCOUNTS)]


@pytest.mark.proves(
    "Operations", "a restore refuses a backup that is newer than the project, and names what it lacks"
)
def test_a_newer_backup_is_refused(bank: Shop) -> None:
    later = "20260102000000_later"
    bank.migration(
        later,
        {f"migration.{kind}.sql": 'CREATE TABLE "B" ("id" INTEGER);' for kind in ("sqlite", "postgresql")},
    )
    bank.run("migrate", "deploy")
    name = answer(bank, "db", "backup")["backup"]["name"]
    for file in (bank.root / "migrations" / later).iterdir():
        file.unlink()
    (bank.root / "migrations" / later).rmdir()
    assert later in bank.run("db", "restore", name, "--force", code=1).err


@pytest.mark.proves(
    "Operations", "a restore shows what it replaces and asks; it says what is pending afterwards"
)
def test_a_restore_asks(bank: Shop) -> None:
    assert bank.url
    bank.run("db", "backup")
    write(bank.url, 'DELETE FROM "Account" WHERE "id" >= 20')
    refused = bank.run("db", "restore", code=1).err
    assert "Account: 20 rows now, 50 in the backup" in refused and "--force" in refused
    assert read(bank.url, SUM) == [(2000, 20)]
    bank.migration(
        "20260102000000_later",
        {f"migration.{kind}.sql": 'CREATE TABLE "B" ("id" INTEGER);' for kind in ("sqlite", "postgresql")},
    )
    bank.run("migrate", "deploy")
    done = bank.run("db", "restore", "--force").out
    assert "Pending since then: 20260102000000_later" in done
    assert read(bank.url, SUM) == [(100 * ACCOUNTS, ACCOUNTS)]
    bank.run("migrate", "deploy")


@pytest.mark.proves("Operations", "a restore makes a database that is gone")
def test_a_lost_database_is_made_again(bank: Shop) -> None:
    assert bank.url
    bank.run("db", "backup")
    bank.run("db", "drop", "--force")
    assert "there is nothing to back up" in bank.run("db", "backup", code=1).err
    bank.run("db", "restore")
    assert read(bank.url, SUM) == [(100 * ACCOUNTS, ACCOUNTS)]


@pytest.mark.proves("Operations", "programs that have the database open go on after a restore")
def test_open_connections_see_what_was_restored(bank: Shop) -> None:
    assert bank.url
    bank.run("db", "backup")
    with open_database(bank.url) as database, transfers(bank.url):
        database.run(ask(Statement('DELETE FROM "Account" WHERE "id" > 5')), write=True)
        bank.run("db", "restore", "--force")
        assert database.run(rows(SUM), write=False) == [(100 * ACCOUNTS, ACCOUNTS)]


@pytest.mark.proves("Operations", "a backup that is killed leaves the former ones whole")
def test_a_killed_backup_leaves_the_former_one(bank: Shop) -> None:
    assert bank.url
    name = answer(bank, "db", "backup")["backup"]["name"]
    for delay in (0.1, 0.3, 0.5, 0.7):
        process = bank.start("db", "backup")
        time.sleep(delay)
        process.send_signal(signal.SIGKILL)
        process.communicate()
    found = answer(bank, "db", "backups")["backups"]
    assert name in [each["name"] for each in found]
    write(bank.url, 'DELETE FROM "Account"')
    for each in found:
        bank.run("db", "restore", each["name"], "--force")
        assert read(bank.url, SUM) == [(100 * ACCOUNTS, ACCOUNTS)]


@pytest.mark.proves("Operations", "a killed restore leaves the database as it was, or as it is to be")
def test_a_killed_restore_is_whole_or_nothing(bank: Shop) -> None:
    assert bank.url
    bank.run("db", "backup")
    write(bank.url, 'DELETE FROM "Account" WHERE "id" >= 20')
    for delay in (0.2, 0.35, 0.5, 0.65):
        process = bank.start("db", "restore", "--force")
        time.sleep(delay)
        process.send_signal(signal.SIGKILL)
        process.communicate()
        assert read(bank.url, SUM) in ([(2000, 20)], [(100 * ACCOUNTS, ACCOUNTS)])


@pytest.mark.proves("Operations", "old backups go when a new one is there, by number and by age")
def test_old_backups_go(bank: Shop) -> None:
    names = [answer(bank, "db", "backup")["backup"]["name"] for _ in range(3)]
    manifest = bank.root / "backups" / names[0] / "manifest.json"
    old = json.loads(manifest.read_text()) | {"taken": (datetime.now(UTC) - timedelta(days=40)).isoformat()}
    manifest.write_text(json.dumps(old))
    kept = answer(bank, "db", "backup", "--keep-for", "30d")
    assert kept["removed"] == [names[0]]
    assert len(answer(bank, "db", "backup", "--keep", "2")["removed"]) == 2
    bank.write(
        "nicol.toml", 'providers = ["sqlite", "postgresql"]\nbackups = "elsewhere"\nkeep_backups = "1m"\n'
    )
    bank.run("db", "backup")
    assert len(list((bank.root / "elsewhere").glob("*/manifest.json"))) == 1


@pytest.mark.proves(
    "Operations", "backups may be read by their owner alone, and are kept out of version control"
)
def test_backups_are_private(bank: Shop) -> None:
    name = answer(bank, "db", "backup")["backup"]["name"]
    folder = bank.root / "backups"
    assert (folder / ".gitignore").read_text() == "*\n"
    assert oct(folder.stat().st_mode)[-3:] == "700"
    assert {oct(path.stat().st_mode)[-3:] for path in (folder / name).iterdir()} == {"600"}


PLACES = [
    ("ftp://host/x", "cannot be kept in ftp://"),
    ("/proc/backups", "cannot be kept in /proc/backups"),
]


@pytest.mark.parametrize(("place", "sentence"), PLACES)
def test_an_impossible_place_is_named(bank: Shop, place: str, sentence: str) -> None:
    assert sentence in bank.run("db", "backup", "--to", place, code=1).err


@pytest.mark.proves("Operations", "a disk that is full leaves the former backups untouched")
def test_a_full_disk_is_told(bank: Shop, tmp_path: Path) -> None:
    assert bank.url
    if os.geteuid() != 0:
        pytest.skip("only root may mount a small disk")
    disk = tmp_path / "disk"
    disk.mkdir()
    if os.system(f"mount -t tmpfs -o size=1m tmpfs {disk} 2>/dev/null") != 0:
        pytest.skip("nothing can be mounted here")
    try:
        bank.run("db", "backup", "--to", str(disk))
        filler = ", ".join(f"({n}, {n * 7919 % 100003})" for n in range(1000, 200_000))
        write(bank.url, f'INSERT INTO "Account" VALUES {filler}')
        refused = bank.run("db", "backup", "--to", str(disk), code=1).err
        assert "untouched" in refused
        assert len(answer(bank, "db", "backups", "--from", str(disk))["backups"]) == 1
        assert not list(disk.glob(".partial-*"))
    finally:
        os.system(f"umount {disk}")


@pytest.mark.proves("Operations", "a file that may not grow is told, and leaves the former backups untouched")
def test_a_limit_of_the_size_of_files_is_told(bank: Shop) -> None:
    assert bank.url
    name = answer(bank, "db", "backup")["backup"]["name"]
    filler = ", ".join(f"({n}, {n * 7919 % 100003})" for n in range(1000, 200_000))
    write(bank.url, f'INSERT INTO "Account" VALUES {filler}')
    limited = ["sh", "-c", 'ulimit -f 512; exec "$0" "$@"', str(NICOL), "db", "backup"]
    refused = subprocess.run(
        limited, cwd=bank.root, env=bank.variables(), capture_output=True, text=True, check=False
    )
    assert refused.returncode == 1
    assert "the backup cannot be written to" in refused.stderr
    assert "File too large" in refused.stderr
    assert [each["name"] for each in answer(bank, "db", "backups")["backups"]] == [name]
    bank.run("db", "restore", name, "--force")
    assert read(bank.url, SUM) == [(100 * ACCOUNTS, ACCOUNTS)]


@pytest.fixture(scope="module")
def bucket() -> Iterator[dict[str, str]]:
    """The variables that lead to a server on this machine that speaks S3."""
    from moto.server import ThreadedMotoServer

    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    yield {
        "AWS_ENDPOINT": f"http://{host}:{port}",
        "AWS_ALLOW_HTTP": "true",
        "AWS_ACCESS_KEY_ID": planted("access key"),
        "AWS_SECRET_ACCESS_KEY": planted("secret access key"),
        "AWS_REGION": "us-east-1",
    }
    server.stop()


@pytest.mark.proves("Operations", "backups in a bucket that speaks S3")
def test_backups_in_a_bucket(bank: Shop, bucket: dict[str, str]) -> None:
    import httpx

    assert bank.url
    bank.environment.update(bucket)
    name = "b" + str(abs(hash(bank.url)))
    assert "cannot be used" in bank.run("db", "backup", "--to", f"s3://{name}/shop", code=1).err
    httpx.put(f"{bucket['AWS_ENDPOINT']}/{name}").raise_for_status()
    place = f"s3://{name}/shop"
    for _ in range(2):
        bank.run("db", "backup", "--to", place, "--verify")
    write(bank.url, 'DELETE FROM "Account"')
    bank.run("db", "restore", "--from", place, "--force")
    assert read(bank.url, SUM) == [(100 * ACCOUNTS, ACCOUNTS)]
    assert len(answer(bank, "db", "backup", "--to", place, "--keep", "1", "--verify")["removed"]) == 2
    assert len(answer(bank, "db", "backups", "--from", place)["backups"]) == 1
