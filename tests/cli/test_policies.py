"""Row-level security: who does not see all rows does nothing to all, and what secures a table is made anew when it is lost."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import psycopg
import pytest

from .conftest import Shop

pytestmark = pytest.mark.slow

SCHEMA = """\
datasource db {
  provider = "postgresql"
  url      = env("DATABASE_URL")
}

/// @nicol.retain(days: 30, by: at)
/// @nicol.remind(at: until)
model Note {
  id       Int       @id
  tenantId String
  text     String?
  at       DateTime
  until    DateTime?

  @@index([at])
}

/// @nicol.audit
model Plain {
  id Int @id
}
"""
ROLE = "nicol_test_bound"
SECURED = """\
CREATE POLICY tenant ON "Note" USING ("tenantId" = nullif(current_setting('app.tenant', true), ''));
ALTER TABLE "Note" ENABLE ROW LEVEL SECURITY;
"""


def say(url: str, text: str) -> list[tuple[Any, ...]]:
    """Make the database say it."""
    with psycopg.connect(url, autocommit=True) as connection:
        cursor = connection.execute(text.encode())
        return cursor.fetchall() if cursor.description else []


def as_role(url: str, role: str) -> str:
    """The same database for another role."""
    parts = urlsplit(url)
    return urlunsplit(parts._replace(netloc=role + parts.netloc[parts.netloc.index("@") :]))


@pytest.fixture
def secured(shop: Shop, postgres_url: str) -> Shop:
    """A portable project whose notes are kept apart by a policy, with ten of two tenants, as its owner."""
    if not say(postgres_url, f"SELECT 1 FROM pg_roles WHERE rolname = '{ROLE}'"):
        say(postgres_url, f"CREATE ROLE {ROLE} LOGIN")
    shop.schema(SCHEMA)
    owner = shop.on(postgres_url)
    owner.run("migrate", "dev", "--name", "init")
    script = {
        "migration.postgresql.sql": SECURED,
        "migration.sqlite.sql": "-- there are no policies\n",
    }
    shop.migration("20300101000000_secure", script)
    owner.run("migrate", "deploy")
    say(
        postgres_url,
        """INSERT INTO "Note" SELECT n, n % 2, 'x', '2020-01-01', '2020-01-01' FROM generate_series(1, 10) n""",
    )
    return owner


def bound(owner: Shop, *, forced: bool = False) -> Shop:
    """The project as a role that the policy binds; `forced`: although it owns everything."""
    url = owner.url or ""
    say(
        url,
        f"GRANT ALL ON ALL TABLES IN SCHEMA public TO {ROLE}; GRANT ALL ON ALL SEQUENCES IN SCHEMA public TO {ROLE}",
    )
    if forced:
        say(url, f'ALTER TABLE "Note" OWNER TO {ROLE}; ALTER TABLE "Note" FORCE ROW LEVEL SECURITY')
    return owner.on(as_role(url, ROLE))


WORK: dict[str, tuple[str, ...]] = {
    "a backup": ("db", "backup"),
    "a move": ("db", "copy", "--from", "{bound}", "--to", "{sqlite}"),
    "a move the other way": ("db", "copy", "--from", "{sqlite}", "--to", "{bound}"),
    "a plan of retention": ("retention", "plan"),
    "retention": ("retention", "run"),
}


@pytest.mark.proves(
    "Operations",
    "a role from which policies may hide rows is refused for backups, moves and retention",
    only="postgresql",
)
@pytest.mark.parametrize("forced", [False, True], ids=["granted", "forced"])
def test_nothing_is_done_to_all_rows_by_who_does_not_see_all(
    secured: Shop, sqlite_url: str, tmp_path: Path, *, forced: bool
) -> None:
    secured.on(sqlite_url).run("migrate", "deploy")
    shop = bound(secured, forced=forced)
    for work in WORK.values():
        said = [word.format(bound=shop.url, sqlite=sqlite_url) for word in work]
        refusal = shop.run(*said, code=1).err
        assert 'policies may hide rows of "Note"' in refusal and "BYPASSRLS" in refusal, work
    without_tools = Shop(shop.root, shop.url, {"NICOL_POSTGRES_BIN": str(tmp_path)})
    assert 'policies may hide rows of "Note"' in without_tools.run("db", "backup", code=1).err
    assert say(secured.url or "", 'SELECT count(*) FROM "Note"') == [(10,)]
    assert not list((shop.root / "backups").glob("*/manifest.json"))


def test_a_policy_that_hides_nothing_keeps_nobody_from_retention(secured: Shop) -> None:
    shop, url = bound(secured), secured.url or ""
    say(url, f'CREATE POLICY everything ON "Note" TO {ROLE} USING (true)')
    assert json.loads(shop.run("retention", "plan", "--json").out)["models"][0]["rows"] == 10
    say(url, 'CREATE POLICY not_all ON "Note" AS RESTRICTIVE USING (id > 3)')
    assert "policies may hide rows" in shop.run("retention", "plan", code=1).err


@pytest.mark.proves(
    "Migrations", "rows that policies hide are not taken for rows that are not there", only="postgresql"
)
@pytest.mark.parametrize("left", ["column", "table"])
def test_hidden_rows_are_not_lost_unasked(secured: Shop, left: str) -> None:
    shop = bound(secured, forced=True)
    note = SCHEMA[SCHEMA.index("/// @nicol.retain") : SCHEMA.index("/// @nicol.audit")]
    shop.schema(SCHEMA.replace("  text     String?\n", "") if left == "column" else SCHEMA.replace(note, ""))
    refusal = shop.run("db", "push", code=1).err
    assert "This change may lose data" in refusal and "--accept-data-loss" in refusal
    assert say(secured.url or "", 'SELECT count("text") FROM "Note"') == [(10,)]
