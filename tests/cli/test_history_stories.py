"""The way back, proof of equivalence, adopted changes and squashed histories: real processes on real databases."""

from __future__ import annotations

import json

import pytest

from .conftest import SCHEMA, Shop
from .test_migrate_stories import read, tables, write

pytestmark = pytest.mark.slow

RENAMED = SCHEMA.replace("name  String?", 'fullName String? @map("full_name")').replace("NOTE", "MEMO")
GROWN = RENAMED.replace(
    "posts Post[]\n}\n\nmodel Post", "posts Post[]\n  phone String? @unique\n}\n\nmodel Post", 1
)

TRIGGERS = {
    "migration.sqlite.sql": (
        'CREATE TRIGGER "frozen" BEFORE DELETE ON "Tag" BEGIN SELECT RAISE(ABORT, \'tags stay\'); END;'
    ),
    "migration.postgresql.sql": (
        "CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'tags stay'; END $$;\n"
        'CREATE TRIGGER "frozen" BEFORE DELETE ON "Tag" FOR EACH ROW EXECUTE FUNCTION refuse();'
    ),
}


def url_of(shop: Shop) -> str:
    assert shop.url is not None
    return shop.url


@pytest.fixture
def grown(living_shop: Shop) -> Shop:
    """A history of four: the first tables, renames, a new column, triggers by hand; with a row from the beginning."""
    living_shop.run("migrate", "dev", "--name", "init")
    url = url_of(living_shop)
    write(url, 'INSERT INTO "User" ("email", "name") VALUES (\'ada@x.org\', \'Ada\')')
    write(url, 'INSERT INTO "Post" ("title", "kind", "authorId") VALUES (\'Notes\', \'NOTE\', 1)')
    living_shop.schema(RENAMED)
    living_shop.run(
        "migrate", "dev", "-n", "names", "--rename", "User.name=fullName", "--rename", "Kind.NOTE=MEMO"
    )
    living_shop.schema(GROWN)
    living_shop.run("migrate", "dev", "--name", "phone")
    living_shop.migration("20990101000000_frozen", TRIGGERS)
    living_shop.run("migrate", "deploy")
    return living_shop


@pytest.mark.proves(
    "Migrations", "migrate down: computed from the history, rows kept through renames, objects too"
)
def test_the_way_back_keeps_rows_and_leads_forward_again(grown: Shop) -> None:
    url = url_of(grown)
    init, names, *_ = grown.migrations()
    shown = grown.run("migrate", "down", names, "--plan")
    assert 'DROP TRIGGER "frozen"' in shown.out
    assert '"phone"' in shown.out
    grown.run("migrate", "down", init)
    assert read(url, 'SELECT "email", "name" FROM "User"') == [("ada@x.org", "Ada")]
    assert read(url, 'SELECT CAST("kind" AS TEXT) FROM "Post"') == [("NOTE",)]
    assert json.loads(grown.run("migrate", "status", "--json", code=1).out)["applied"] == [init]
    grown.run("migrate", "deploy")
    assert read(url, 'SELECT "full_name", "phone" FROM "User"') == [("Ada", None)]
    assert read(url, 'SELECT CAST("kind" AS TEXT) FROM "Post"') == [("MEMO",)]
    grown.run("migrate", "status")
    grown.run("migrate", "diff", "--from", "migrations", "--to", "config-datasource", "--exit-code")


def test_the_way_back_finds_values_in_tables_that_had_another_name(living_shop: Shop) -> None:
    living_shop.run("migrate", "dev", "--name", "init")
    url = url_of(living_shop)
    write(url, 'INSERT INTO "User" ("email") VALUES (\'ada@x.org\')')
    write(url, 'INSERT INTO "Post" ("title", "kind", "authorId") VALUES (\'Notes\', \'NOTE\', 1)')
    moved = (
        SCHEMA.replace("model Post", "model Article").replace("Post[]", "Article[]").replace("kind ", "sort ")
    )
    living_shop.schema(moved)
    living_shop.run(
        "migrate", "dev", "-n", "moved", "--rename", "Post=Article", "--rename", "Article.kind=sort"
    )
    living_shop.schema(moved.replace("NOTE", "MEMO"))
    living_shop.run("migrate", "dev", "-n", "values", "--rename", "Kind.NOTE=MEMO")
    assert read(url, 'SELECT CAST("sort" AS TEXT) FROM "Article"') == [("MEMO",)]
    living_shop.run("migrate", "down", living_shop.migrations()[0])
    assert read(url, 'SELECT CAST("kind" AS TEXT) FROM "Post"') == [("NOTE",)]


@pytest.mark.proves("Migrations", "migrate down refuses to lose rows unless told to")
def test_the_way_back_is_refused_where_rows_would_be_lost(grown: Shop) -> None:
    url = url_of(grown)
    write(url, 'UPDATE "User" SET "phone" = \'1\'')
    names = grown.migrations()
    answer = grown.run("migrate", "down", "--steps", "2", code=1)
    assert "--accept-data-loss" in answer.err
    assert "phone" in answer.err
    assert "--rename" not in answer.err  # there is no such flag
    assert len(json.loads(grown.run("migrate", "status", "--json").out)["applied"]) == 4
    grown.run("migrate", "down", "--steps", "2", "--accept-data-loss")
    assert json.loads(grown.run("migrate", "status", "--json", code=1).out)["pending"] == names[2:]
    grown.run("migrate", "down", "--all", "--accept-data-loss")
    assert tables(url) == {"_prisma_migrations"}
    assert "No migration is applied" in grown.run("migrate", "down").out
    grown.run("migrate", "deploy")
    grown.run("migrate", "down", "nowhere", code=1)


def test_the_way_back_tells_what_it_does_not_undo_and_stops_at_drift(living_shop: Shop) -> None:
    living_shop.run("migrate", "dev", "--name", "init")
    living_shop.migration("20990101000000_rows", 'INSERT INTO "Tag" ("id") VALUES (7);')
    living_shop.run("migrate", "deploy")
    assert "also changed rows" in living_shop.run("migrate", "down").err
    assert read(url_of(living_shop), 'SELECT "id" FROM "Tag"') == [(7,)]
    write(url_of(living_shop), 'ALTER TABLE "User" ADD COLUMN "stray" TEXT')
    assert "not what its history says" in living_shop.run("migrate", "down", code=130).err


@pytest.mark.proves("Migrations", "migrate adopt: a change by hand becomes a migration, nothing is reset")
def test_what_was_changed_by_hand_is_adopted(living_shop: Shop, sqlite_url: str, postgres_url: str) -> None:
    living_shop.run("migrate", "dev", "--name", "init")
    url = url_of(living_shop)
    assert "nothing to adopt" in living_shop.run("migrate", "adopt").out
    write(url, 'ALTER TABLE "User" ADD COLUMN "phone" TEXT')
    assert "nicol db pull" in living_shop.run("migrate", "adopt", code=130).err
    living_shop.schema(SCHEMA.replace("name  String?", "name  String?\n  phone String?"))
    answer = living_shop.run("migrate", "adopt", "--name", "phone")
    assert "phone" in answer.out
    assert len(living_shop.migrations()) == 2
    assert "up to date" in living_shop.run("migrate", "status").out
    assert "in sync" in living_shop.run("migrate", "dev").out
    for other in {sqlite_url, postgres_url} - {url}:
        place = living_shop.on(other)
        place.run("migrate", "deploy")
        place.run("migrate", "diff", "--from", "config-datasource", "--to", "schema", "--exit-code")


@pytest.mark.proves("Migrations", "migrate squash: databases that have all count as having the new one")
def test_squashed_migrations_count_as_applied(grown: Shop, sqlite_url: str, postgres_url: str) -> None:
    old = grown.migrations()
    answer = grown.run("migrate", "squash", "--to", old[2], "--name", "base")
    made, last = grown.migrations()
    assert (made.endswith("_base"), last) == (True, old[3])
    assert ("kept as it was" in answer.err) == url_of(grown).startswith("file:")  # PostgreSQL was not at hand
    assert "up to date" in grown.run("migrate", "status").out
    assert "in sync" in grown.run("migrate", "dev").out
    assert "Nothing is pending" in grown.run("migrate", "deploy").out
    for other in {sqlite_url, postgres_url} - {url_of(grown)}:
        place = grown.on(other)
        place.run("migrate", "deploy")
        place.run("migrate", "diff", "--from", "config-datasource", "--to", "schema", "--exit-code")
    grown.run("migrate", "squash", code=0)
    assert len(grown.migrations()) == 1
    assert "nothing to squash" in grown.run("migrate", "squash", code=130).err


def test_a_database_with_a_part_of_what_was_squashed_is_told_the_way(grown: Shop, sqlite_url: str) -> None:
    other = grown.on(f"{sqlite_url}-other")
    names = grown.migrations()
    for name in names[1:]:
        (grown.root / "migrations" / name).rename(grown.root / name)
    other.run("migrate", "deploy")
    for name in names[1:]:
        (grown.root / name).rename(grown.root / "migrations" / name)
    grown.run("migrate", "squash")
    assert "version control" in other.run("migrate", "deploy", code=1).err


@pytest.mark.proves(
    "Migrations", "migrate verify: both renderings of every migration lead to equivalent catalogs"
)
def test_renderings_that_differ_are_found(grown: Shop, postgres_url: str) -> None:
    place = grown.on(postgres_url)
    assert "4 migrations verified on sqlite and postgresql" in place.run("migrate", "verify").out
    phone = grown.migrations()[2]
    script = grown.root / "migrations" / phone / "migration.postgresql.sql"
    script.write_text('ALTER TABLE "User" ADD COLUMN "phone" VARCHAR(9) NOT NULL;\n')
    found = json.loads(place.run("migrate", "verify", "--json", code=1).out)
    messages = [each["message"] for each in found["mismatches"] if each["migration"] == phone]
    assert "User: a unique key of phone is only on sqlite" in messages
    assert "User: the column phone may be null on sqlite only" in messages
    assert {each["provider"] for each in found["mismatches"]} == {None, "postgresql"}
    assert "error: 4 migrations" in place.run("migrate", "verify", code=1).err


AUDIT = """CREATE FUNCTION seen() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NEW; END $$;
CREATE TRIGGER audit AFTER UPDATE ON "User" FOR EACH ROW EXECUTE FUNCTION seen();
"""
MEANT = {
    "": "the trigger audit is only on postgresql",
    "-- nicol: only trigger audit": "does not say why",
    "-- nicol: only trigger audits files are audited elsewhere": "there is no such trigger on postgresql only",
    "-- nicol: only trigger audit files are audited elsewhere": None,
    '-- nicol: only trigger "audit": files are audited elsewhere': None,
}


@pytest.mark.proves("Migrations", "migrate verify: a script says what is meant to be on one database only")
def test_what_is_meant_to_be_on_one_database_is_said_with_a_reason(grown: Shop, postgres_url: str) -> None:
    place = grown.on(postgres_url)
    folder = "20990101000000_audit"
    grown.write(f"migrations/{folder}/migration.sqlite.sql", "-- nothing here\n")
    for comment, fault in MEANT.items():
        grown.write(f"migrations/{folder}/migration.postgresql.sql", f"{comment}\n{AUDIT}")
        if fault is None:
            place.run("migrate", "verify")
        else:
            assert fault in place.run("migrate", "verify", code=1).err
    place.run("migrate", "squash")
    (squashed,) = grown.migrations()
    text = (grown.root / "migrations" / squashed / "migration.postgresql.sql").read_text()
    assert "files are audited elsewhere" in text
    place.run("migrate", "verify")
    grown.write(f"migrations/{squashed}/migration.postgresql.sql", text.replace("only trigger", "only  view"))
    assert "only view audit` is said of nothing" in place.run("migrate", "verify", code=1).err


def test_verification_needs_a_server_for_each_database(grown: Shop, sqlite_url: str) -> None:
    answer = grown.on(sqlite_url).run("migrate", "verify", code=1).err
    assert "no server is at hand" in answer
    assert "--shadow-url" in answer


def test_a_key_that_sqlite_does_not_number_is_no_drift(shop: Shop, sqlite_url: str) -> None:
    """`INT PRIMARY KEY` is no rowid; Prisma numbers every `Int @id` of its own and takes this one for it."""
    place = shop.on(sqlite_url)
    place.write("nicol.toml", "")
    place.schema('datasource db {\n  provider = "sqlite"\n  url      = env("DATABASE_URL")\n}\n')
    write(sqlite_url, "CREATE TABLE m (id int PRIMARY KEY)")
    place.run("db", "pull")
    script = place.run("migrate", "diff", "--from", "empty", "--to", "schema", "--script").out
    place.migration("0_init", script)
    place.run("migrate", "resolve", "--applied", "0_init")
    assert "in sync" in place.run("migrate", "dev").out


LATE, APPLIED = "20990101000000_late", "20990102000000_applied"
ADDED = 'ALTER TABLE "User" ADD COLUMN "phone" TEXT;'
ORDERS = {  # what the late migration of another branch says, and over what it clashes
    'ALTER TABLE "User" ADD COLUMN "age" INTEGER;': [],
    'UPDATE "User" SET "phone" = NULL;': ['column "phone" of "User"'],
}


@pytest.mark.proves(
    "Migrations", "late migrations of another branch: independent ones are applied, others refused"
)
@pytest.mark.parametrize(("script", "about"), ORDERS.items(), ids=["independent", "clashing"])
def test_what_another_branch_left_behind_is_applied_where_its_order_does_not_matter(
    living_shop: Shop, script: str, about: list[str]
) -> None:
    living_shop.run("migrate", "dev", "--name", "init")
    living_shop.migration(APPLIED, ADDED)
    living_shop.run("migrate", "deploy")
    living_shop.migration(LATE, script)
    late = {
        "name": LATE,
        "behind": [APPLIED],
        "clashes": [{"migration": APPLIED, "about": about}] if about else [],
    }

    status = living_shop.run("migrate", "status", "--json", code=1).out
    assert json.loads(status)["late"] == [late]
    plan = living_shop.run("migrate", "deploy", "--plan", "--exit-code", code=3 if about else 2)
    assert ("would refuse that order" in plan.out) == bool(about)
    if about:
        for command in (("migrate", "deploy"), ("migrate", "dev")):
            refused = living_shop.run(*command, code=1).err
            assert f"its order matters beside {APPLIED} ({about[0]})" in refused
            assert "--out-of-order" in refused
        assert LATE not in read(url_of(living_shop), "SELECT migration_name FROM _prisma_migrations")
    done = living_shop.run("migrate", "deploy", "--json", *(["--out-of-order"] if about else []))
    answer = json.loads(done.out)
    assert (answer["applied"], answer["late"]) == ([LATE], [late])
    assert json.loads(living_shop.run("migrate", "status", "--json").out)["late"] == []
