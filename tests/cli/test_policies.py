"""Row-level security: who does not see all rows does nothing to all, and what secures a table is made anew when it is lost."""

from __future__ import annotations

import json
from collections.abc import Callable
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
GRANTED = f"""\
DO $$ BEGIN
    IF EXISTS (SELECT FROM pg_roles WHERE rolname = '{ROLE}') THEN
        GRANT SELECT, INSERT ON "Note" TO {ROLE};
        GRANT UPDATE ON "Note" TO {ROLE} WITH GRANT OPTION;
    END IF;
END $$;
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
        "migration.postgresql.sql": SECURED + GRANTED,
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


LOST: dict[str, tuple[str, str]] = {
    "security": (
        'ALTER TABLE "Note" DISABLE ROW LEVEL SECURITY',
        'ALTER TABLE "Note" ENABLE ROW LEVEL SECURITY',
    ),
    "a policy": ('DROP POLICY tenant ON "Note"', "CREATE POLICY tenant"),
    "rights": (f'REVOKE ALL ON "Note" FROM {ROLE}', f'GRANT UPDATE ON "Note" TO {ROLE} WITH GRANT OPTION'),
    "a right": (f'REVOKE INSERT ON "Note" FROM {ROLE}', f'GRANT INSERT, SELECT ON "Note" TO {ROLE}'),
    "force that nobody asked for": (
        'ALTER TABLE "Note" FORCE ROW LEVEL SECURITY',
        'ALTER TABLE "Note" NO FORCE ROW LEVEL SECURITY',
    ),
}


@pytest.mark.proves(
    "Migrations",
    "lost row-level security, policies and rights are named, and a script makes them anew",
    only="postgresql",
)
@pytest.mark.parametrize("name", LOST)
def test_what_secures_a_table_is_made_anew(secured: Shop, name: str) -> None:
    way: tuple[str, ...] = ("migrate", "diff", "--from", "config-datasource", "--to", "migrations")
    secured.run(*way, "--exit-code")
    lose, mend = LOST[name]
    say(secured.url or "", lose)
    assert "drift" in secured.run("migrate", "status", "--drift", code=1).out
    script = secured.run(*way, "--script").out
    assert mend in script
    secured.write("mend.sql", script)
    secured.run("db", "execute", "--file", "mend.sql")
    secured.run(*way, "--exit-code")


def test_security_goes_with_the_migration_that_brought_it(secured: Shop) -> None:
    secured.run("migrate", "down", secured.migrations()[0])
    query = """SELECT relrowsecurity, relacl::text FROM pg_class WHERE relname = 'Note'"""
    ((secured_now, rights),) = say(secured.url or "", query)
    assert not secured_now and ROLE not in (rights or "")
    assert say(secured.url or "", "SELECT 1 FROM pg_policy") == []
    secured.run("migrate", "deploy")
    assert say(secured.url or "", query)[0][0]


@pytest.mark.proves(
    "Operations", "a restore keeps policies, row-level security and the rights of roles", only="postgresql"
)
@pytest.mark.parametrize("tools", [True, False], ids=["pg_dump", "copy"])
def test_a_restore_keeps_who_may_do_what(secured: Shop, tmp_path: Path, *, tools: bool) -> None:
    shop = Shop(secured.root, secured.url, {} if tools else {"NICOL_POSTGRES_BIN": str(tmp_path)})
    url = secured.url or ""
    say(url, f'GRANT USAGE ON SEQUENCE "_nicol_audit_id_seq" TO {ROLE}; INSERT INTO "Plain" VALUES (1)')
    held = say(url, RIGHTS)
    shop.run("db", "backup", "--verify")
    shop.run("db", "restore", "--force")
    assert say(url, RIGHTS) == held
    assert say(as_role(url, ROLE), 'SELECT count(*) FROM "Note"') == [(0,)]
    assert say(url, 'SELECT count(*) FROM "_nicol_audit"') == [(1,)], "what comes back is no change"


RIGHTS = f"""
SELECT c.relname, g.privilege_type, g.is_grantable, c.relrowsecurity
FROM pg_class c CROSS JOIN LATERAL aclexplode(c.relacl) g WHERE g.grantee = '{ROLE}'::regrole ORDER BY 1, 2"""


def test_an_emptied_database_is_still_open_to_its_roles(secured: Shop) -> None:
    secured.run("migrate", "reset", "--force")
    assert say(as_role(secured.url or "", ROLE), 'SELECT count(*) FROM "Note"') == [(0,)]


CHANGES: dict[str, tuple[Callable[[str], str], str]] = {
    "gets another type": (
        lambda schema: schema.replace("tenantId String", "tenantId String @db.VarChar(40)"),
        "cannot alter type of a column used in a policy definition",
    ),
    "goes": (lambda schema: schema.replace("  tenantId String\n", ""), "other objects depend on it"),
}


@pytest.mark.parametrize("name", CHANGES)
def test_a_column_that_a_policy_looks_at_changes_in_a_migration_that_makes_the_policy_anew(
    secured: Shop, name: str
) -> None:
    change, refusal = CHANGES[name]
    secured.schema(change(SCHEMA))
    secured.run("migrate", "dev", "--name", "change", "--create-only", "--accept-data-loss")
    folder = secured.root / "migrations" / secured.migrations()[-1]
    assert refusal in secured.run("migrate", "deploy", code=1).err
    script = folder / "migration.postgresql.sql"
    anew = SECURED.splitlines()[0] if name != "goes" else ""
    script.write_text(f'DROP POLICY tenant ON "Note";\n{script.read_text()}\n{anew}\n')
    secured.run("migrate", "deploy")
    secured.run("migrate", "status", "--drift")


def test_a_policy_follows_a_column_that_is_renamed(secured: Shop) -> None:
    secured.schema(
        SCHEMA.replace("tenantId String", '/// @nicol.renamed(from: "tenantId")\n  ownerId String')
    )
    secured.run("migrate", "dev", "--name", "rename")
    ((condition,),) = say(secured.url or "", "SELECT pg_get_expr(polqual, polrelid) FROM pg_policy")
    assert '"ownerId" =' in condition
    secured.run("migrate", "status", "--drift")
