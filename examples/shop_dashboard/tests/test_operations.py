"""What operators do with the dashboard: move it to PostgreSQL, keep backups, and put a pooler in front of it."""

from __future__ import annotations

import asyncio
import json
import re
import shutil
import sqlite3
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from campaigns.execution.pooler import PROGRAM, pooled
from tests.commands import succeed

from .conftest import SECRET, STORE, nicol, settings_of, visiting

pytestmark = [pytest.mark.anyio, pytest.mark.slow]


async def rows(url: str) -> dict[str, list[object]]:
    """Every row of the database, by model."""
    from shop_dashboard.db import AsyncClient

    async with AsyncClient(url=url) as db:
        return {
            model: await getattr(db, model).find_many(order={"id": "asc"})
            for model in (
                "store", "store_settings", "store_secret", "connection_event", "order", "order_line", "kpi_cache",
                "order_flag", "ticket", "ticket_message", "ai_draft", "seo_insight", "product_velocity",
                "purchase_order", "purchase_order_line",
            )
        }  # fmt: skip


@pytest.mark.proves(
    "Shop Dashboard", "a grown SQLite database moves to PostgreSQL, row for row", on=("postgresql",)
)
async def test_a_grown_database_moves_to_postgresql(sqlite_url: str, postgres_url: str) -> None:
    succeed(nicol("migrate", "deploy", DATABASE_URL=sqlite_url))
    succeed(nicol("db", "seed", DATABASE_URL=sqlite_url))
    succeed(nicol("migrate", "deploy", DATABASE_URL=postgres_url))
    succeed(nicol("db", "copy", "--from", sqlite_url, "--to", postgres_url))
    here, there = await rows(sqlite_url), await rows(postgres_url)
    assert here == there
    assert sum(map(len, here.values())) > 8000
    succeed(nicol("secrets", "scan", DATABASE_URL=postgres_url))
    async with visiting(settings_of(postgres_url)) as client:
        for page in ("", "/flags", "/inbox", "/settings"):
            assert (await client.get(f"/stores/{STORE}{page}")).status_code == 200


@pytest.mark.proves("Shop Dashboard", "a row that cannot be moved is named", on=("postgresql",))
def test_a_row_that_cannot_be_moved_is_named(sqlite_url: str, postgres_url: str, tmp_path: Path) -> None:
    succeed(nicol("migrate", "deploy", DATABASE_URL=sqlite_url))
    succeed(nicol("db", "seed", DATABASE_URL=sqlite_url))
    with sqlite3.connect(sqlite_url.removeprefix("file:")) as connection:
        connection.execute("PRAGMA ignore_check_constraints = ON")
        (broken,) = connection.execute('SELECT id FROM "Order" ORDER BY id LIMIT 1').fetchone()
        connection.execute("""UPDATE "Order" SET "placedAt" = 'yesterday' WHERE id = ?""", (broken,))
    connection.close()
    succeed(nicol("migrate", "deploy", DATABASE_URL=postgres_url))
    kept = tmp_path / "kept.jsonl"
    run = nicol("db", "copy", "--from", sqlite_url, "--to", postgres_url, "--quarantine", str(kept))
    assert run.returncode != 0
    left = [json.loads(line) for line in kept.read_text().splitlines()]
    assert {broken} <= {word for each in left for word in re.findall(r"[a-z0-9]{25}", json.dumps(each))}


@pytest.mark.proves("Shop Dashboard", "a backup is taken, verified and put back")
async def test_a_backup_is_put_back(migrated_url: str, tmp_path: Path) -> None:
    from shop_dashboard.db import AsyncClient

    place = str(tmp_path / "kept")
    succeed(nicol("db", "seed", DATABASE_URL=migrated_url))
    before = await rows(migrated_url)
    succeed(nicol("db", "backup", "--to", place, DATABASE_URL=migrated_url))
    succeed(nicol("db", "restore", "--check", "--from", place, DATABASE_URL=migrated_url))
    async with AsyncClient(url=migrated_url) as db:
        await db.store.delete_many(where={})
    assert sum(map(len, (await rows(migrated_url)).values())) == 0
    succeed(nicol("db", "restore", "--from", place, "--force", DATABASE_URL=migrated_url))
    assert await rows(migrated_url) == before


@pytest.mark.proves(
    "Shop Dashboard", "PgBouncer in transaction mode in front, migrations past it", on=("postgresql",)
)
@pytest.mark.skipif(PROGRAM is None, reason="PgBouncer is not installed")
async def test_the_dashboard_works_behind_a_pooler(
    postgres_url: str, postgres_server: Callable[[str], str]
) -> None:
    name = urlsplit(postgres_url).path
    with pooled(postgres_server("postgres")) as pooler:
        url = urlsplit(pooler)._replace(path=name).geturl()
        succeed(nicol("migrate", "deploy", DATABASE_URL=url, DIRECT_URL=postgres_url))
        succeed(nicol("db", "seed", DATABASE_URL=url))
        async with visiting(settings_of(url, CRON_SECRET=SECRET)) as client:
            pages = [
                f"/stores/{STORE}{page}" for page in ("", "/flags", "/inbox", "/inventory", "/purchases")
            ]
            answers = await asyncio.gather(*(client.get(page) for page in pages * 8))
            assert {each.status_code for each in answers} == {200}
            swept = await client.post("/cron/retention", params={"token": SECRET})
            assert swept.json()["ok"]
            assert (await client.post(f"/stores/{STORE}/purchases")).status_code == 200


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A folder on a disk of two megabytes."""
    place = tmp_path / "disk"
    place.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=2m", "tmpfs", place], check=False, capture_output=True
    )
    if mounted.returncode:
        pytest.skip("only an administrator can make a small disk")
    yield place
    subprocess.run(["umount", place], check=True)


@pytest.mark.proves(
    "Shop Dashboard", "a backup that finds the disk full is none, and the one before stays good"
)
async def test_a_backup_on_a_full_disk_is_none(migrated_url: str, small_disk: Path) -> None:
    place = small_disk / "kept"
    succeed(nicol("db", "backup", "--to", str(place), DATABASE_URL=migrated_url))
    succeed(nicol("db", "seed", DATABASE_URL=migrated_url))
    before, kept = await rows(migrated_url), sorted(place.rglob("*"))
    (small_disk / "ballast").write_bytes(bytes(shutil.disk_usage(small_disk).free - 65_536))
    run = nicol("db", "backup", "--to", str(place), DATABASE_URL=migrated_url)
    assert run.returncode == 1, run.stdout
    assert "No space left on device" in run.stderr
    assert "former backups are untouched" in run.stderr
    assert sorted(place.rglob("*")) == kept
    assert await rows(migrated_url) == before
    succeed(nicol("db", "restore", "--check", "--from", str(place), DATABASE_URL=migrated_url))
