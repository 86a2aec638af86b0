"""Backups without `pg_dump`: held against `pg_dump` itself, which has to say the same of what was restored."""

from __future__ import annotations

import json
import re
import subprocess
from pathlib import Path

import psycopg
import pytest

from nicol.drivers.snapshots.postgres_tools import find_tools

from .conftest import Shop

pytestmark = pytest.mark.slow

EVERYTHING = (Path(__file__).parent / "everything.sql").read_text()
"""One of each that a copy carries."""

SCHEMA = (
    'datasource db {\n  provider = "postgresql"\n}\n\nmodel Empty {\n  id Int @id\n\n  @@map("empty")\n}\n'
)


@pytest.fixture
def bare(shop: Shop, postgres_url: str, tmp_path: Path) -> Shop:
    """A project on a server of which no tools are there."""
    shop.schema(SCHEMA)
    shop.environment["NICOL_POSTGRES_BIN"] = str(tmp_path)
    return shop.on(postgres_url)


def say(url: str, text: str) -> None:
    """Make the database say it."""
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(text.encode())


def dump(url: str) -> list[str]:
    """What `pg_dump` says of a database, in an order that does not count."""
    tools = find_tools(16)
    assert tools
    command = [tools.pg_dump, "--no-owner", "--no-privileges", url]
    said = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    said = re.sub(r"^(\\(un)?restrict|--).*$", "", said, flags=re.MULTILINE)
    return sorted(part.strip() for part in re.split(r"\n\n+", said) if part.strip())


@pytest.mark.proves(
    "Operations", "a backup of PostgreSQL by COPY, where no pg_dump is there", only="postgresql"
)
def test_what_is_restored_is_what_pg_dump_saw(bare: Shop, postgres_url: str) -> None:
    say(postgres_url, EVERYTHING)
    before = dump(postgres_url)
    taken = json.loads(bare.run("db", "backup", "--verify", "--json").out)["backup"]
    assert (taken["method"], taken["tables"]["empty"]) == ("copy", 0)
    say(postgres_url, 'DROP TABLE secret; CREATE TABLE later (id int); DELETE FROM "Of ""us""".child')
    bare.run("db", "restore", "--force")
    assert set(before) ^ set(dump(postgres_url)) == set()


LOST = {
    "CREATE TABLE p (id int) PARTITION BY RANGE (id); CREATE TABLE p1 PARTITION OF p DEFAULT": "partition p1",
    "CREATE TABLE a (id int); CREATE TABLE heir () INHERITS (a)": "inherited table heir",
    "CREATE AGGREGATE total (int) (SFUNC = int4pl, STYPE = int)": "aggregate total",
    'CREATE COLLATION german FROM "C"': "collation german",
    "CREATE PUBLICATION p FOR ALL TABLES": "publication p",
    "CREATE CAST (text AS money) WITH INOUT": "cast text",
    "SELECT lo_create(0)": "large object",
}


@pytest.mark.proves(
    "Operations", "a backup by COPY names what it would lose, and is not taken", only="postgresql"
)
@pytest.mark.parametrize("text", LOST)
def test_what_would_be_lost_is_named(bare: Shop, postgres_url: str, text: str) -> None:
    say(postgres_url, text)
    refused = bare.run("db", "backup", code=1).err
    assert LOST[text] in refused and "NICOL_POSTGRES_BIN" in refused
    assert "0 backups" in bare.run("db", "backups").out


@pytest.mark.proves(
    "Operations", "tools that are missing for a dump are named by a restore", only="postgresql"
)
def test_a_dump_needs_its_tools_again(bare: Shop, postgres_url: str) -> None:
    say(postgres_url, "CREATE TABLE empty (id int PRIMARY KEY)")
    folder = bare.environment.pop("NICOL_POSTGRES_BIN")
    bare.run("db", "backup")
    bare.environment["NICOL_POSTGRES_BIN"] = folder
    assert "pg_restore" in bare.run("db", "restore", "--force", code=1).err


@pytest.mark.proves(
    "Operations", "a namespace is backed up by COPY without those beside it", only="postgresql"
)
def test_a_namespace_alone(bare: Shop, postgres_url: str) -> None:
    say(
        postgres_url,
        "CREATE SCHEMA a; CREATE TABLE a.empty (id serial PRIMARY KEY); INSERT INTO a.empty SELECT 5",
    )
    say(postgres_url, "CREATE SCHEMA b; CREATE TABLE b.own (id int); INSERT INTO b.own VALUES (1)")
    before = dump(postgres_url)
    alone = bare.on(postgres_url + ("&" if "?" in postgres_url else "?") + "schema=a")
    alone.run("db", "backup", "--verify")
    say(postgres_url, "DELETE FROM a.empty; SELECT nextval('a.empty_id_seq')")
    alone.run("db", "restore", "--force")
    assert set(before) ^ set(dump(postgres_url)) == set()
