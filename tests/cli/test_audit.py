"""The audit trail through migrations, drift, verification and its end: real processes on real databases."""

from __future__ import annotations

import json
import sqlite3

import pytest

from .conftest import Shop
from .test_migrate_stories import read, tables, write

pytestmark = pytest.mark.slow

PLAIN = """\
datasource db {
  provider = "postgresql"
  url      = env("DATABASE_URL")
}

model Account {
  id    Int     @id @default(autoincrement())
  email String  @unique
  pin   String?
  rank  Int     @default(0)
}
"""
AUDITED = PLAIN.replace("model Account", "/// @nicol.audit(except: [pin])\nmodel Account")
CHAINED = PLAIN.replace("model Account", "/// @nicol.audit(chain: true)\nmodel Account")


def url_of(shop: Shop) -> str:
    assert shop.url is not None
    return shop.url


def entries(shop: Shop, *arguments: str) -> list[dict[str, object]]:
    """What the log tells, oldest first."""
    answer = json.loads(shop.run("audit", "log", "--json", *arguments).out)
    return answer["entries"][::-1]


@pytest.fixture
def audited(living_shop: Shop) -> Shop:
    """A history of two: a table, and its audit; with a row from before it."""
    living_shop.schema(PLAIN)
    living_shop.run("migrate", "dev", "--name", "init")
    write(url_of(living_shop), 'INSERT INTO "Account" ("email") VALUES (\'old@x.org\')')
    living_shop.schema(AUDITED)
    living_shop.run("migrate", "dev", "--name", "audit")
    return living_shop


def unchanged(shop: Shop) -> None:
    """The history, the database and the schema stand for the same."""
    shop.run("migrate", "status")
    shop.run("migrate", "diff", "--from", "migrations", "--to", "schema", "--exit-code")
    shop.run("migrate", "diff", "--from", "migrations", "--to", "config-datasource", "--exit-code")
    if url_of(shop).startswith("postgres"):  # both databases are at hand there
        shop.run("migrate", "verify")
    shop.run("audit", "verify")


@pytest.mark.proves(
    "Operations", "audit trail: made by migrations, the SQL to be read, one history for both databases"
)
def test_a_migration_makes_the_trail_on_both_databases(audited: Shop):
    for file, words in (
        ("migration.sqlite.sql", 'CREATE TRIGGER "_nicol_audit_Account_update"'),
        ("migration.postgresql.sql", 'CREATE OR REPLACE FUNCTION "_nicol_audit_row"()'),
    ):
        assert words in (audited.root / "migrations" / audited.migrations()[-1] / file).read_text()
    unchanged(audited)
    write(url_of(audited), 'UPDATE "Account" SET "email" = \'new@x.org\', "pin" = \'1234\'')
    (entry,) = entries(audited)
    assert (entry["operation"], entry["table"], entry["key"], entry["actor"]) == (
        "update",
        "Account",
        "1",
        None,
    )
    assert entry["before"] == {"email": "old@x.org", "id": 1, "rank": 0}
    assert entry["after"] == {"email": "new@x.org", "id": 1, "rank": 0}
    shown = audited.run("audit", "log", "--model", "Account", "--row", "1").out
    assert 'email: "old@x.org" -> "new@x.org"' in shown
    assert "1234" not in shown
    assert entries(audited, "--row", "2") == entries(audited, "--actor", "ada") == []


@pytest.mark.proves(
    "Operations", "audit trail: follows renamed, new, lost and retyped columns, and renamed tables"
)
def test_the_trail_follows_the_table(audited: Shop):
    url = url_of(audited)
    changes = [
        (AUDITED.replace("email String ", 'mail String @map("mail")'), ("--rename", "Account.email=mail")),
        (AUDITED.replace("email String ", "mail String ").replace("  rank", "  age Int?\n  rank"), ()),
        (
            AUDITED.replace("email String ", "mail String ").replace(
                "rank  Int     @default(0)", "rank String?"
            ),
            (),
        ),
        (AUDITED.replace("email String ", "mail String ").replace("  rank  Int     @default(0)\n", ""), ()),
    ]
    for number, (schema, flags) in enumerate(changes):
        audited.schema(schema)
        audited.run("migrate", "dev", "--name", f"change{number}", "--accept-data-loss", *flags)
        unchanged(audited)
        write(url, f'UPDATE "Account" SET "mail" = \'new{number}@x.org\'')
        last = entries(audited)[-1]["after"]
        assert isinstance(last, dict)
        assert last["mail"] == f"new{number}@x.org"
        assert set(last) == {
            "id",
            "mail",
            *(("rank",) if number < 3 else ()),
            *(("age",) if number == 1 else ()),
        }
    audited.schema(changes[-1][0].replace("model Account", "model Customer"))
    audited.run("migrate", "dev", "--name", "moved", "--rename", "Account=Customer")
    unchanged(audited)
    write(url, 'DELETE FROM "Customer"')
    assert [(entry["operation"], entry["table"]) for entry in entries(audited)][-2:] == [
        ("update", "Account"),
        ("delete", "Customer"),
    ]


def test_the_trail_stays_when_nothing_is_audited_any_more(audited: Shop):
    url = url_of(audited)
    write(url, 'UPDATE "Account" SET "rank" = 1')
    audited.schema(PLAIN)
    audited.run("migrate", "dev", "--name", "no_more")
    write(url, 'UPDATE "Account" SET "rank" = 2')
    unchanged(audited)
    assert len(entries(audited)) == 1
    with pytest.raises(Exception, match="append-only"):
        write(url, 'DELETE FROM "_nicol_audit"')
    audited.schema(AUDITED)
    audited.run("migrate", "dev", "--name", "again")
    unchanged(audited)
    write(url, 'UPDATE "Account" SET "rank" = 3')
    assert len(entries(audited)) == 2


MEDDLING: dict[str, dict[str, tuple[str, ...]]] = {
    "a trigger is dropped": {
        "file": ('DROP TRIGGER "_nicol_audit_Account_delete"',),
        "postgresql": ('DROP TRIGGER "_nicol_audit" ON "Account"',),
    },
    "what writes is replaced": {
        "file": (
            'DROP TRIGGER "_nicol_audit_Account_delete"',
            'CREATE TRIGGER "_nicol_audit_Account_delete" AFTER DELETE ON "Account" BEGIN SELECT 1; END',
        ),
        "postgresql": (
            """CREATE OR REPLACE FUNCTION "_nicol_audit_row"() RETURNS trigger LANGUAGE plpgsql AS
            $$ BEGIN RETURN NULL; END $$""",
        ),
    },
    "what guards is dropped": {
        "file": ('DROP TRIGGER "_nicol_audit_kept_update"',),
        "postgresql": ('DROP TRIGGER "_nicol_audit_kept" ON "_nicol_audit"',),
    },
}


@pytest.mark.proves(
    "Operations", "audit trail: a trigger or function that is missing or replaced is drift, and named"
)
@pytest.mark.parametrize("name", MEDDLING)
def test_who_meddles_with_the_triggers_is_found_out(audited: Shop, name: str):
    url, named = url_of(audited), "_nicol_audit"
    for text in MEDDLING[name][url.partition(":")[0]]:
        write(url, text)
    assert named in audited.run("audit", "verify", code=1).err
    assert named in audited.run("migrate", "status", "--drift", code=1).out
    compared = ("migrate", "diff", "--from", "migrations", "--to", "config-datasource", "--exit-code")
    assert named in audited.run(*compared, code=2).out
    audited.run("db", "push")
    audited.run("audit", "verify")
    unchanged(audited)


@pytest.mark.proves("Operations", "audit trail: migrate down and squash take it along")
def test_the_way_back_and_a_squash_take_the_trail_along(audited: Shop):
    url = url_of(audited)
    init, audit = audited.migrations()
    write(url, 'UPDATE "Account" SET "rank" = 1')
    assert "--accept-data-loss" in audited.run("migrate", "down", init, code=1).err
    audited.run("migrate", "down", init, "--accept-data-loss")
    assert "_nicol_audit" not in tables(url)
    audited.run("migrate", "deploy")
    unchanged(audited)
    audited.run("migrate", "squash", "--name", "all")
    assert audit not in audited.migrations()
    unchanged(audited)
    audited.run("migrate", "reset", "--force")
    unchanged(audited)


@pytest.mark.proves(
    "Operations", "audit verify: finds an entry that was altered, taken away or put elsewhere"
)
@pytest.mark.parametrize(
    "meddling",
    [
        'UPDATE "_nicol_audit" SET "actor" = \'eve\' WHERE "id" = 3',
        'DELETE FROM "_nicol_audit" WHERE "id" = 3',
        'UPDATE "_nicol_audit" SET "number" = 5 - "number" + 100 WHERE "id" IN (2, 3)',
    ],
)
def test_a_chain_tells_where_it_was_broken(living_shop: Shop, meddling: str):
    url = url_of(living_shop)
    living_shop.schema(CHAINED)
    living_shop.run("db", "push")
    for number in range(5):
        write(url, f'INSERT INTO "Account" ("email") VALUES (\'{number}@x.org\')')
    whole = json.loads(living_shop.run("audit", "verify", "--json").out)
    assert whole["ok"]
    assert (whole["chains"][0]["entries"], whole["chains"][0]["last"]) == (5, 5)
    without_guards(url, meddling)
    broken = json.loads(living_shop.run("audit", "verify", "--json", code=1).out)
    assert not broken["ok"]
    assert broken["chains"][0]["broken"]
    assert broken["chains"][0]["entry"] in (2, 3, 4)
    assert "not whole" in living_shop.run("audit", "verify", code=1).err


def without_guards(url: str, text: str) -> None:
    """Say what the trail refuses, as the owner of the database can."""
    if url.startswith("file:"):
        for event in ("update", "delete"):
            write(url, f'DROP TRIGGER "_nicol_audit_kept_{event}"')
        write(url, text)
        return
    write(url, 'ALTER TABLE "_nicol_audit" DISABLE TRIGGER "_nicol_audit_kept"')
    write(url, text)


@pytest.mark.proves("Operations", "audit prune: old entries go, and chains can be verified from there on")
def test_old_entries_go_and_the_rest_can_be_verified(living_shop: Shop):
    url = url_of(living_shop)
    living_shop.schema(CHAINED.replace("rank  Int     @default(0)\n}", "rank Int @default(0)\n}" + OTHER))
    living_shop.run("migrate", "dev", "--name", "init")
    for number in range(4):
        write(url, f'INSERT INTO "Account" ("email") VALUES (\'{number}@x.org\')')
        write(url, f'INSERT INTO "Plain" ("id") VALUES ({number})')
    assert "0 entries" in living_shop.run("audit", "prune", "--older-than", "1d").out
    without_guards(url, f'UPDATE "_nicol_audit" SET "at" = {LONG_AGO[url.partition(":")[0]]} WHERE "id" <= 6')
    living_shop.run("db", "push")
    if url.startswith("postgres"):
        write(url, 'ALTER TABLE "_nicol_audit" ENABLE TRIGGER "_nicol_audit_kept"')
    assert "5 entries deleted" in living_shop.run("audit", "prune", "--older-than", "365d").out
    assert [(entry["table"], entry["key"]) for entry in entries(living_shop)] == [
        ("Account", "3"),
        ("Account", "4"),
        ("Plain", "3"),
    ]
    with pytest.raises(Exception, match="append-only"):
        write(url, 'DELETE FROM "_nicol_audit"')
    living_shop.run("audit", "prune", "--older-than", "1h", code=1)


OTHER = """

/// @nicol.audit
model Plain {
  id Int @id
}
"""
LONG_AGO = {"file": "'2020-01-01T00:00:00.000+00:00'", "postgresql": "'2020-01-01'"}


@pytest.mark.proves(
    "Operations",
    "audit trail: other tools write into it too; a chained table refuses those that cannot keep the chain",
    only="sqlite",
)
def test_other_programs_are_recorded_and_kept_out_of_chains(shop: Shop, sqlite_url: str):
    shop = shop.on(sqlite_url)
    shop.schema(CHAINED.replace("rank  Int     @default(0)\n}", "rank Int @default(0)\n}" + OTHER))
    shop.run("db", "push")
    other = sqlite3.connect(sqlite_url.removeprefix("file:"), isolation_level=None)
    other.execute('INSERT INTO "Plain" VALUES (1)')
    with pytest.raises(sqlite3.OperationalError, match="no such function: nicol_sha256"):
        other.execute('INSERT INTO "Account" ("email") VALUES (\'x\')')
    other.close()
    assert [(entry["table"], entry["actor"]) for entry in entries(shop)] == [("Plain", None)]


def test_what_cannot_be_read_is_said(living_shop: Shop):
    living_shop.schema(PLAIN)
    living_shop.run("db", "push")
    assert "no audit trail" in living_shop.run("audit", "log", code=1).err
    assert "no model with @nicol.audit" in living_shop.run("audit", "log", "--model", "Account", code=1).err


MAPPED = """
model Entry {
  id     BigInt  @id @default(autoincrement())
  actor  String?
  before Json?

  @@map("_nicol_audit")
}
"""


@pytest.mark.proves(
    "Operations",
    "audit trail: rows that move to another database make no entries, and triggers are back afterwards",
)
@pytest.mark.parametrize("there", ["sqlite_url", "postgres_url"])
def test_rows_that_move_make_no_entries(shop: Shop, request: pytest.FixtureRequest, there: str):
    urls: dict[str, str] = {name: request.getfixturevalue(name) for name in ("sqlite_url", "postgres_url")}
    target = urls.pop(there)
    (source,) = urls.values()
    shop.schema(AUDITED + MAPPED)
    for url in (source, target):
        shop.on(url).run("db", "push")
    write(source, 'INSERT INTO "Account" ("email") VALUES (\'a@x.org\')')
    shop.run("db", "copy", "--from", source, "--to", target)
    assert read(target, 'SELECT "email" FROM "Account"') == [("a@x.org",)]
    assert entries(shop.on(target)) == []
    write(target, 'UPDATE "Account" SET "email" = \'b@x.org\'')
    assert len(entries(shop.on(target))) == 1
    shop.on(target).run("audit", "verify")
