"""Histories from beginning to end, with real processes on real databases."""

from __future__ import annotations

import signal
import time
from pathlib import Path

import pytest

from nicol.drivers import create_database, open_database, parse_address
from nicol.sql.program import Row, Statement, ask, rows

from .conftest import SCHEMA, Shop

pytestmark = pytest.mark.slow

EVERY_WAY = (
    ("schema", "migrations"),
    ("migrations", "schema"),
    ("schema", "config-datasource"),
    ("config-datasource", "schema"),
    ("migrations", "config-datasource"),
    ("config-datasource", "migrations"),
)


def read(url: str, text: str) -> list[Row]:
    with open_database(url) as database:
        return database.run(rows(text), write=False)


def write(url: str, text: str) -> None:
    with open_database(url) as database:
        database.run(ask(Statement(text)), write=True)


def tables(url: str) -> set[str]:
    if url.startswith("file:"):
        return {
            name
            for (name,) in read(
                url, "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'"
            )
        }
    return {name for (name,) in read(url, "SELECT tablename FROM pg_tables WHERE schemaname = 'public'")}


@pytest.mark.proves("Migrations", "migrate dev, deploy twice, status and diff, from one portable folder")
def test_a_history_made_on_one_database_serves_both(shop: Shop, sqlite_url: str, postgres_url: str) -> None:
    here, there = shop.on(sqlite_url), shop.on(postgres_url)
    here.run("migrate", "dev", "--name", "init")
    shop.schema(
        SCHEMA.replace("name  String?", "name  String?\n  phone String? @db.VarChar(20)\n  @@index([name])")
    )
    here.run("migrate", "dev", "--name", "phone")
    for place in (there, there, here):
        place.run("migrate", "deploy")
    for place in (here, there):
        assert "up to date" in place.run("migrate", "status").out
        for before, after in EVERY_WAY:
            place.run("migrate", "diff", "--from", before, "--to", after, "--exit-code")
        assert "in sync" in place.run("migrate", "dev").out
    assert len(shop.migrations()) == 2


@pytest.mark.proves("Migrations", "a history made on PostgreSQL serves SQLite too")
def test_a_history_made_on_postgresql_serves_sqlite(shop: Shop, sqlite_url: str, postgres_url: str) -> None:
    shop.on(postgres_url).run("migrate", "dev", "--name", "init")
    shop.schema(SCHEMA.replace("NOTE", "NOTE\n  LETTER"))
    shop.on(postgres_url).run("migrate", "dev", "--name", "letters", "--accept-data-loss")
    shop.on(sqlite_url).run("migrate", "deploy")
    for before, after in EVERY_WAY:
        shop.on(sqlite_url).run("migrate", "diff", "--from", before, "--to", after, "--exit-code")


@pytest.mark.proves("Migrations", "migrate dev --create-only, edit, apply")
def test_a_migration_is_written_first_read_and_then_applied(living_shop: Shop) -> None:
    living_shop.run("migrate", "dev", "--name", "init", "--create-only")
    assert tables(living_shop.url or "") <= {"_prisma_migrations"}
    (name,) = living_shop.migrations()
    for script in (living_shop.root / "migrations" / name).glob("*.sql"):
        script.write_text(script.read_text() + '\nINSERT INTO "User" ("email") VALUES (\'first@x.org\');\n')
    living_shop.run("migrate", "dev")
    assert living_shop.migrations() == [name]
    assert read(living_shop.url or "", 'SELECT email FROM "User"') == [("first@x.org",)]


@pytest.mark.proves("Migrations", "a broken deploy leaves nothing behind and can be repeated")
def test_a_broken_deploy_leaves_nothing(living_shop: Shop) -> None:
    living_shop.run("migrate", "dev", "--name", "init")
    broken = "CREATE TABLE half (id INTEGER);\nINSERT INTO half VALUES (1);\nINSERT INTO nowhere VALUES (1);"
    living_shop.migration("20990101000000_broken", broken)
    answer = living_shop.run("migrate", "deploy", code=1)
    assert "P3018" in answer.err
    assert "20990101000000_broken" in answer.err
    assert "INSERT INTO nowhere VALUES (1)" in answer.err
    assert "half" not in tables(living_shop.url or "")
    assert "pending" in living_shop.run("migrate", "status", code=1).out
    living_shop.migration("20990101000000_broken", "CREATE TABLE half (id INTEGER);")
    living_shop.run("migrate", "deploy")
    living_shop.run("migrate", "status")


@pytest.mark.proves("Migrations", "eight deployers at once apply each migration exactly once")
def test_eight_deployers_at_once_apply_everything_once(shop: Shop, database_url: str) -> None:
    for number in range(5):
        shop.migration(
            f"2026010{number}000000_m",
            f"CREATE TABLE t{number} (id INTEGER);\nINSERT INTO t{number} VALUES (1);",
        )
    shop.write(
        "migrations/migration_lock.toml", 'provider = "portable"\nproviders = ["sqlite", "postgresql"]\n'
    )
    deployers = [shop.on(database_url).start("migrate", "deploy") for _ in range(8)]
    for deployer in deployers:
        out, err = deployer.communicate(timeout=120)
        assert deployer.returncode == 0, out + err
    assert all(read(database_url, f"SELECT count(*) FROM t{number}") == [(1,)] for number in range(5))
    names = read(database_url, "SELECT migration_name FROM _prisma_migrations ORDER BY 1")
    assert names == [(f"2026010{number}000000_m",) for number in range(5)]


SLOW = {
    "migration.sqlite.sql": "INSERT INTO mark SELECT 1;\n"
    "CREATE TABLE slow AS WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM c WHERE x < 40000000)"
    " SELECT max(x) AS m FROM c;",
    "migration.postgresql.sql": "INSERT INTO mark SELECT 1;\nSELECT pg_sleep(30);\nCREATE TABLE slow (id INTEGER);",
}


@pytest.mark.proves("Migrations", "a deploy that is killed leaves nothing half done")
def test_a_killed_deploy_leaves_nothing_half_done(shop: Shop, database_url: str) -> None:
    shop.write(
        "migrations/migration_lock.toml", 'provider = "portable"\nproviders = ["sqlite", "postgresql"]\n'
    )
    shop.migration("20260101000000_init", "CREATE TABLE mark (id INTEGER);")
    shop.on(database_url).run("migrate", "deploy")
    shop.migration("20260102000000_slow", SLOW)
    deployer = shop.on(database_url).start("migrate", "deploy")
    time.sleep(1.5)
    assert deployer.poll() is None, deployer.communicate()
    deployer.send_signal(signal.SIGKILL)
    deployer.communicate()
    assert read(database_url, "SELECT count(*) FROM mark") == [(0,)]
    assert read(database_url, "SELECT migration_name FROM _prisma_migrations") == [("20260101000000_init",)]
    shop.migration(
        "20260102000000_slow",
        dict.fromkeys(SLOW, "CREATE TABLE slow (id INTEGER);"),
    )
    shop.on(database_url).run("migrate", "deploy")
    assert "slow" in tables(database_url)


@pytest.mark.proves("Migrations", "drift stops migrate dev, with the way out, and changes nothing")
def test_drift_is_told_and_nothing_is_changed(living_shop: Shop) -> None:
    living_shop.run("migrate", "dev", "--name", "init")
    write(living_shop.url or "", 'ALTER TABLE "User" ADD COLUMN "stray" TEXT')
    living_shop.schema(SCHEMA.replace("name  String?", "name  String?\n  phone String?"))
    answer = living_shop.run("migrate", "dev", "--name", "phone", code=130)
    assert "\n  * column stray" in answer.err or "\n  + column stray" in answer.err
    assert "migrate reset" in answer.err
    assert len(living_shop.migrations()) == 1
    living_shop.run("migrate", "reset", code=1)
    living_shop.run("migrate", "reset", "--force")
    living_shop.run("migrate", "dev", "--name", "phone")
    living_shop.run("migrate", "diff", "--from", "config-datasource", "--to", "schema", "--exit-code")


@pytest.mark.proves("Migrations", "a changed or missing migration is named")
def test_an_edited_or_deleted_migration_is_named(living_shop: Shop) -> None:
    living_shop.run("migrate", "dev", "--name", "init")
    (name,) = living_shop.migrations()
    script = next(
        (living_shop.root / "migrations" / name).glob(
            f"*{'sqlite' if 'file:' in str(living_shop.url) else 'postgresql'}*"
        )
    )
    script.write_text(script.read_text() + "-- edited\n")
    assert "was edited" in living_shop.run("migrate", "dev", code=130).err
    assert "was edited" in living_shop.run("migrate", "status", code=1).out
    assert "was edited" in living_shop.run("migrate", "deploy").err
    (living_shop.root / "migrations" / name).rename(living_shop.root / "migrations" / f"{name}_2")
    assert "no longer in the history" in living_shop.run("migrate", "dev", code=130).err


@pytest.mark.proves("Migrations", "hazards are weighed against the live data; a loss needs a yes or its flag")
def test_losses_need_a_yes_and_impossible_changes_stop(living_shop: Shop) -> None:
    living_shop.run("migrate", "dev", "--name", "init")
    living_shop.schema(SCHEMA.replace("  name  String?\n", ""))
    living_shop.run("migrate", "dev", "--name", "empty_column_goes")
    write(living_shop.url or "", 'INSERT INTO "User" ("email") VALUES (\'a@x.org\')')
    living_shop.schema(SCHEMA.replace("name  String?", "name  String"))
    assert "cannot be carried out" in living_shop.run("migrate", "dev", "--name", "required", code=1).err
    living_shop.schema(SCHEMA)
    living_shop.run("migrate", "dev", "--name", "back")
    write(living_shop.url or "", "UPDATE \"User\" SET name = 'A'")
    living_shop.schema(SCHEMA.replace("  name  String?\n", ""))
    answer = living_shop.run("migrate", "dev", "--name", "gone", code=1)
    assert "--accept-data-loss" in answer.err
    assert len(living_shop.migrations()) == 3
    living_shop.run("migrate", "dev", "--name", "gone", "--accept-data-loss")
    living_shop.run("migrate", "diff", "--from", "config-datasource", "--to", "schema", "--exit-code")


TRIGGER = {
    "migration.sqlite.sql": """CREATE TRIGGER keep BEFORE DELETE ON "User" BEGIN SELECT RAISE(ABORT, 'kept; for ever'); END;""",
    "migration.postgresql.sql": """
CREATE FUNCTION keep() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'kept; for ever'; END $$;
CREATE TRIGGER keep BEFORE DELETE ON "User" FOR EACH ROW EXECUTE FUNCTION keep();""",
}


@pytest.mark.proves(
    "Migrations", "hand-written triggers live in the history, survive rebuilds and are compared"
)
def test_triggers_of_the_history_survive_and_a_lost_one_is_seen(living_shop: Shop) -> None:
    living_shop.run("migrate", "dev", "--name", "init")
    (init,) = living_shop.migrations()
    living_shop.migration(f"{init}_keep", TRIGGER)
    living_shop.run("migrate", "dev")
    for before, after in EVERY_WAY:
        living_shop.run("migrate", "diff", "--from", before, "--to", after, "--exit-code")
    living_shop.schema(SCHEMA.replace("name  String?", 'name  String @default("x")'))
    living_shop.run("migrate", "dev", "--name", "rebuild")
    write(living_shop.url or "", 'INSERT INTO "User" ("email") VALUES (\'a@x.org\')')
    with pytest.raises(Exception, match="kept; for ever"):
        write(living_shop.url or "", 'DELETE FROM "User"')
    write(
        living_shop.url or "",
        'DROP TRIGGER keep ON "User"' if "postgres" in str(living_shop.url) else "DROP TRIGGER keep",
    )
    answer = living_shop.run(
        "migrate", "diff", "--from", "config-datasource", "--to", "migrations", "--exit-code", code=2
    )
    assert "+ trigger keep of table User" in answer.out
    script = living_shop.run(
        "migrate", "diff", "--from", "config-datasource", "--to", "migrations", "--script"
    ).out
    living_shop.write("mend.sql", script)
    living_shop.run("db", "execute", "--file", "mend.sql")
    living_shop.run("migrate", "diff", "--from", "config-datasource", "--to", "migrations", "--exit-code")


@pytest.mark.proves("Migrations", "baselining an existing database with diff and resolve --applied")
def test_an_existing_database_is_taken_into_a_history(living_shop: Shop) -> None:
    living_shop.run("db", "push")
    assert "P3005" in living_shop.run("migrate", "deploy", code=1).err
    for provider in ("sqlite", "postgresql"):
        living_shop.run(
            "migrate", "diff", "--from-empty", "--to", "schema", "--script", "--provider", provider,
            "--output", f"migrations/0_init/migration.{provider}.sql",
        )  # fmt: skip
    assert "P3017" in living_shop.run("migrate", "resolve", "--applied", "1_init", code=1).err
    living_shop.run("migrate", "resolve", "--applied", "0_init")
    assert "P3008" in living_shop.run("migrate", "resolve", "--applied", "0_init", code=1).err
    living_shop.run("migrate", "status")
    assert "in sync" in living_shop.run("migrate", "dev").out


@pytest.mark.proves("Migrations", "resolve marks a failed migration as rolled back or applied")
def test_a_failed_row_that_another_tool_left_is_resolved(living_shop: Shop) -> None:
    living_shop.run("migrate", "dev", "--name", "init")
    living_shop.migration("20990101000000_more", "CREATE TABLE more (id INTEGER);")
    failed = "INSERT INTO _prisma_migrations (id, checksum, migration_name) VALUES ('x', 'y', '20990101000000_more')"
    write(living_shop.url or "", failed)
    assert "P3009" in living_shop.run("migrate", "deploy", code=1).err
    assert "failed" in living_shop.run("migrate", "status", code=1).out
    assert "P3011" in living_shop.run("migrate", "resolve", "--rolled-back", "nothing", code=1).err
    living_shop.run("migrate", "resolve", "--rolled-back", "20990101000000_more")
    assert (
        "P3012" in living_shop.run("migrate", "resolve", "--rolled-back", "20990101000000_more", code=1).err
    )
    living_shop.run("migrate", "deploy")
    living_shop.run("migrate", "status")


@pytest.mark.proves(
    "Migrations", "branches that were merged keep planning, without a server at hand", only="sqlite"
)
def test_a_merged_portable_history_heals_its_snapshot(shop: Shop, sqlite_url: str, tmp_path: Path) -> None:
    here = shop.on(sqlite_url)
    here.run("migrate", "dev", "--name", "init")
    shop.migration(
        "20260101000000_merged",
        {
            f"migration.{name}.sql": 'ALTER TABLE "User" ADD COLUMN "phone" TEXT;'
            for name in ("sqlite", "postgresql")
        },
    )
    (init,) = [name for name in shop.migrations() if name.endswith("init")]
    (shop.root / "migrations" / init).rename(shop.root / "migrations" / "20250101000000_init")
    fresh = shop.on(f"file:{tmp_path / 'fresh.db'}")
    shop.schema(SCHEMA.replace("name  String?", "name  String?\n  phone String?\n  fax String?"))
    assert "snapshot" in fresh.run("migrate", "dev", "--name", "fax", code=1).err
    shop.schema(SCHEMA.replace("name  String?", "name  String?\n  phone String?"))
    assert "merged" in fresh.run("migrate", "dev").err
    shop.schema(SCHEMA.replace("name  String?", "name  String?\n  phone String?\n  fax String?"))
    fresh.run("migrate", "dev", "--name", "fax")
    (fax,) = [name for name in shop.migrations() if name.endswith("fax")]
    script = (shop.root / "migrations" / fax / "migration.postgresql.sql").read_text()
    assert '"fax"' in script
    assert '"phone"' not in script


@pytest.mark.proves("Migrations", "a project of one provider keeps Prisma's layout")
def test_a_project_of_one_provider_keeps_prismas_layout(shop: Shop, database_url: str) -> None:
    provider = "sqlite" if database_url.startswith("file:") else "postgresql"
    shop.write("nicol.toml", "")
    shop.schema(SCHEMA.replace('"postgresql"', f'"{provider}"'))
    place = shop.on(database_url)
    place.run("migrate", "dev", "--name", "init")
    (name,) = shop.migrations()
    assert [path.name for path in (shop.root / "migrations" / name).iterdir()] == ["migration.sql"]
    assert f'provider = "{provider}"' in (shop.root / "migrations" / "migration_lock.toml").read_text()
    place.run("migrate", "diff", "--from", "migrations", "--to", "config-datasource", "--exit-code")
    shop.schema(SCHEMA.replace('"postgresql"', '"sqlite"' if provider == "postgresql" else '"postgresql"'))
    other = shop.on("file:x.db" if provider == "postgresql" else "postgresql://nobody@127.0.0.1:1/none")
    assert "P3019" in other.run("migrate", "deploy", code=1).err


@pytest.mark.proves("Migrations", "a shadow database that is given is used for replaying")
def test_a_given_shadow_database_serves_for_replaying(shop: Shop, sqlite_url: str, postgres_url: str) -> None:
    shop.write("nicol.toml", 'providers = ["sqlite", "postgresql"]\nshadow_url_env = "SHADOW"\n')
    shop.environment["SHADOW"] = postgres_url
    create_database(parse_address(postgres_url))
    shop.on(sqlite_url).run("migrate", "dev", "--name", "init")
    for snapshot in shop.root.glob("migrations/*/schema.snapshot"):
        snapshot.unlink()
    shop.schema(SCHEMA.replace("name  String?", "name  String?\n  phone String?"))
    shop.on(sqlite_url).run("migrate", "dev", "--name", "phone")
    assert len(shop.migrations()) == 2


@pytest.mark.proves("Migrations", "no shadow database and no right to make one are needed", only="postgresql")
def test_a_role_that_may_not_create_databases_plans_all_the_same(shop: Shop, postgres_url: str) -> None:
    name = postgres_url.partition("?")[0].rpartition("/")[2]
    role = f"modest_{name}"
    for statement in (
        f"CREATE ROLE {role} LOGIN NOSUPERUSER NOCREATEDB",
        f"ALTER DATABASE {name} OWNER TO {role}",
        f"ALTER SCHEMA public OWNER TO {role}",
    ):
        write(postgres_url, statement)
    try:
        modest = shop.on(postgres_url.replace("//postgres:", f"//{role}:"))
        modest.run("migrate", "dev", "--name", "init")
        shop.schema(
            SCHEMA.replace("NOTE", "NOTE\n  LETTER").replace(
                "name  String?", "name  String?\n  phone String?"
            )
        )
        modest.run("migrate", "dev", "--name", "more")
        assert "in sync" in modest.run("migrate", "dev").out
        modest.run("migrate", "diff", "--from", "migrations", "--to", "config-datasource", "--exit-code")
        assert read(postgres_url, "SELECT nspname FROM pg_namespace WHERE nspname LIKE 'nicol%'") == []
    finally:
        write(postgres_url, f"REASSIGN OWNED BY {role} TO postgres")
        write(postgres_url, f"DROP OWNED BY {role}")
        write(postgres_url, f"DROP ROLE {role}")
