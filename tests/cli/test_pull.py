"""`nicol db pull` writes the schema of a live database, and keeps all that the present one says beyond it."""

from __future__ import annotations

import json

import pytest

from nicol.dialects import named
from nicol.drivers import open_database
from tests.cli.conftest import Shop
from tests.migrate.engine import apply

pytestmark = pytest.mark.slow

PRESENT = """\
// the shop's schema
datasource db {
  provider = "%s"
}

generator client {
  provider = "nicol"
  output   = "client"
}

/// People who buy.
model Person {
  id      String   @id @default(cuid()) // never a number
  /// @nicol.renamed(from: "email")
  mail    String   @unique @map("mail_address")   /* odd   spacing */
  seen    DateTime @updatedAt
  secret  String?  @ignore

  orders  Order[]  @relation("placed")
  @@map("people")
}

model Order {
  id     Int     @id
  total  Float?
  who    String
  person Person  @relation("placed", fields: [who], references: [mail], onDelete: Cascade)

  @@index([total], map: "by_total")
  @@map("orders")
}
"""

TABLES = """
CREATE TABLE people (id TEXT NOT NULL PRIMARY KEY, mail_address TEXT NOT NULL, seen {time} NOT NULL, secret TEXT);
CREATE UNIQUE INDEX people_mail_address_key ON people (mail_address);
CREATE TABLE orders (
  id INTEGER NOT NULL PRIMARY KEY, total {float}, who TEXT NOT NULL,
  CONSTRAINT orders_who_fkey FOREIGN KEY (who) REFERENCES people (mail_address) ON DELETE CASCADE ON UPDATE CASCADE
);
CREATE INDEX by_total ON orders (total);
"""
TYPES = {
    "sqlite": {"time": "DATETIME", "float": "REAL"},
    "postgresql": {"time": "TIMESTAMP(3)", "float": "DOUBLE PRECISION"},
}


def dialect_name(url: str) -> str:
    return "postgresql" if url.startswith("postgres") else "sqlite"


def make(url: str, script: str) -> None:
    """Run a script on the database."""
    dialect = named(dialect_name(url))
    with open_database(url) as database:
        apply(database, script.format(**TYPES[dialect.name]), dialect)


@pytest.fixture
def pulled(shop: Shop, database_url: str) -> Shop:
    """A project whose schema says what is in its database."""
    shop.write("nicol.toml", "")
    shop.schema(PRESENT % dialect_name(database_url))
    make(database_url, TABLES)
    return shop.on(database_url)


def text(shop: Shop, file: str = "schema.prisma") -> str:
    return (shop.root / file).read_text()


@pytest.mark.proves("Migrations", "db pull keeps comments, order, names, client defaults and annotations")
def test_a_schema_that_says_what_is_there_is_left_to_the_byte(pulled: Shop):
    before = text(pulled)
    assert "already" in pulled.run("db", "pull").out
    assert text(pulled) == before
    answer = json.loads(pulled.run("db", "pull", "--json").out)
    assert (answer["ok"], answer["models"], answer["changes"], answer["written"]) == (True, 2, [], [])


@pytest.mark.proves("Migrations", "db pull writes the schema of a live database")
def test_only_what_changed_in_the_database_changes_in_the_schema(pulled: Shop):
    before = text(pulled).splitlines()
    make(
        pulled.url or "",
        "ALTER TABLE orders ADD COLUMN note TEXT; DROP INDEX by_total; CREATE INDEX by_who ON orders (who);"
        "CREATE TABLE parcel (id INTEGER PRIMARY KEY, order_id INTEGER REFERENCES orders (id));"
        "ALTER TABLE people DROP COLUMN secret",
    )
    said = pulled.run("db", "pull").out
    assert '* model Order: + note, + parcel, - @@index([total], map: "by_total")' in said
    after = text(pulled).splitlines()
    gone = [line.split()[0] for line in before if line not in after]
    come = [line.split()[0] for line in after if line not in before and line.strip()]
    assert {"secret", "@@index([total],"} <= set(gone)
    assert {"note", "parcel", "@@index([who],", "model"} <= set(come)
    assert "// the shop's schema" in after
    kept = "\n".join(after)
    for words in (
        "@default(cuid()) // never a number",
        '/// @nicol.renamed(from: "email")',
        "@updatedAt",
    ):
        assert words in kept
    assert "already" in pulled.run("db", "pull").out


@pytest.mark.proves(
    "Migrations", "db pull says checks, computed columns, comments and expression indexes as annotations"
)
def test_what_prisma_has_no_word_for_becomes_an_annotation(pulled: Shop):
    make(
        pulled.url or "",
        "CREATE TABLE parcel (id INTEGER PRIMARY KEY, grams INTEGER, price INTEGER,"
        " cost INTEGER GENERATED ALWAYS AS (grams * price) STORED, name TEXT,"
        " CONSTRAINT heavy CHECK (grams > 0));"
        "CREATE UNIQUE INDEX parcel_lower ON parcel (lower(name)) WHERE grams > 3;",
    )
    pulled.run("db", "pull")
    found = " ".join(text(pulled).split())
    assert '/// @nicol.check("grams > 0", name: "heavy")' in found
    assert '/// @nicol.generated("grams * price")' in found or '@nicol.generated("(grams * price)")' in found
    assert '/// @nicol.index(expression: "lower(name)", unique: true, where: ' in found
    assert "already" in pulled.run("db", "pull").out
    assert "already matches" in pulled.run("db", "push").out
    make(pulled.url or "", "DROP INDEX parcel_lower")
    pulled.run("db", "pull")
    assert "lower(name)" not in text(pulled)
    assert '/// @nicol.check("grams > 0", name: "heavy")' in text(pulled)


def test_printing_writes_no_file_and_force_forgets_the_models(pulled: Shop):
    before = text(pulled)
    make(pulled.url or "", "CREATE TABLE parcel (id INTEGER PRIMARY KEY)")
    printed = pulled.run("db", "pull", "--print").out
    assert "model parcel {" in printed
    assert "model Person {" in printed
    assert text(pulled) == before
    answer = json.loads(pulled.run("db", "pull", "--print", "--json", "--force").out)
    assert "model people {" in answer["schema"]
    assert answer["written"] == []
    pulled.run("db", "pull", "--force")
    after = text(pulled)
    assert after.startswith("// the shop's schema\ndatasource db {")
    assert 'provider = "nicol"' in after
    assert "model people {" in after
    assert "Person" not in after


def test_each_model_stays_in_its_file_and_new_ones_get_one(pulled: Shop):
    whole = text(pulled)
    start, orders = whole.split("model Order")
    (pulled.root / "schema.prisma").unlink()
    pulled.write("models/base.prisma", start)
    pulled.write("models/orders.prisma", "model Order" + orders)
    pulled.write("nicol.toml", 'schema = "models"\n')
    make(
        pulled.url or "",
        "ALTER TABLE orders ADD COLUMN note TEXT; CREATE TABLE parcel (id INTEGER PRIMARY KEY)",
    )
    said = pulled.run("db", "pull").out
    assert "orders.prisma" in said
    assert text(pulled, "models/base.prisma") == start
    assert "note" in text(pulled, "models/orders.prisma")
    assert text(pulled, "models/introspected.prisma").startswith("model parcel {")


def test_what_cannot_be_pulled_says_the_way_out(pulled: Shop, shop: Shop):
    url = pulled.url or ""
    make(url, "DROP TABLE orders; DROP TABLE people")
    assert "P4001" in pulled.run("db", "pull", code=1).err
    other = shop.on(str(shop.root / "none.db")) if url.startswith("file") else pulled
    if url.startswith("file"):
        assert "P1003" in other.on(f"file:{shop.root / 'none.db'}").run("db", "pull", code=1).err
    make(url, "CREATE TABLE parcel (id INTEGER PRIMARY KEY)")
    pulled.schema(text(pulled).replace("@id @default(cuid())", "@idd"))
    answer = pulled.run("db", "pull", code=1)
    assert "P1012" in answer.err
    assert "--force" in answer.err
    pulled.run("db", "pull", "--force")
    assert "model parcel {" in text(pulled)


def test_a_schema_is_made_where_there_is_none(pulled: Shop):
    (pulled.root / "schema.prisma").unlink()
    assert "Wrote" in pulled.run("db", "pull").out
    assert f'provider = "{dialect_name(pulled.url or "")}"' in text(pulled)
    assert "model people {" in text(pulled)


@pytest.mark.proves("Migrations", "db pull reads several schemas of a database", only="postgresql")
def test_several_schemas_of_a_database(shop: Shop, postgres_url: str):
    shop.write("nicol.toml", "")
    shop.schema('datasource db {\n  provider = "postgresql"\n}\n\nmodel thing {\n  id Int @id // mine\n}\n')
    make(
        postgres_url,
        "CREATE TYPE size AS ENUM ('S', 'extra large'); CREATE TABLE thing (id INTEGER PRIMARY KEY); CREATE SCHEMA shop;"
        "CREATE TABLE shop.thing (id BIGINT PRIMARY KEY, size public.size DEFAULT 'S',"
        " thing INTEGER REFERENCES public.thing)",
    )
    here = shop.on(postgres_url)
    here.run("db", "pull", "--schemas", "public,shop")
    found = text(here)
    assert 'schemas  = ["public", "shop"]' in found
    assert "// mine" in found
    assert "model shop_thing {" in found
    assert '@@schema("shop")' in found
    assert 'extra_large @map("extra large")' in found
    assert "already" in here.run("db", "pull").out
    assert "No difference" in here.run("migrate", "diff", "--from", "url", "--to", "schema").out


def test_views_are_taken_in_where_the_flag_is_set(pulled: Shop):
    make(pulled.url or "", "CREATE VIEW dear AS SELECT id, total FROM orders WHERE total > 100")
    assert "dear" in pulled.run("db", "pull").err
    assert "view dear" not in text(pulled)
    pulled.schema(text(pulled).replace('"client"', '"client"\n  previewFeatures = ["views"]'))
    pulled.run("db", "pull")
    assert "view dear {" in text(pulled)
    assert "already" in pulled.run("db", "pull").out


def test_relations_that_only_clients_keep_stay(shop: Shop, sqlite_url: str):
    shop.write("nicol.toml", "")
    shop.schema(
        'datasource db {\n  provider     = "sqlite"\n  relationMode = "prisma"\n}\n\n'
        "model A {\n  id Int @id\n  bs B[]\n}\n\n"
        "model B {\n  id Int @id\n  aId Int\n  a A @relation(fields: [aId], references: [id])\n}\n"
    )
    here = shop.on(sqlite_url)
    here.run("db", "push")
    before = text(here)
    assert "already" in here.run("db", "pull").out
    assert text(here) == before


PORTABLE = """\
datasource db {
  provider = "sqlite"
}

enum Mood {
  GOOD // the usual one
  BAD  @map("b d")
}

model Thing {
  id    Int      @id
  name  String   @db.VarChar(10) // short
  mood  Mood     @default(GOOD)
  old   Mood?
  tiny  Int      @db.SmallInt
  price Decimal
  when  DateTime @default(now()) @db.Timestamptz(6)
}
"""
CHANGED = """\
  id    Int      @id
  name  String   @db.VarChar(20)
  mood  Mood     @default(GOOD)
  old   Mood?
  tiny  Int?     @db.SmallInt
  price Decimal?
  when  DateTime? @default(now()) @db.Timestamptz(6)
  size  Size?
  key   String?  @db.Uuid
  flags String?  @db.Bit(4)
  data  Json?
  tags  String[] @default(["a"])
  sum   Decimal?
  at    DateTime @default(now()) @db.Timestamp(6)
"""
PULLED = {
    "name": "String @db.VarChar(20) // short",
    "tiny": "Int? @db.SmallInt",
    "price": "Decimal?",
    "when": "DateTime? @default(now()) @db.Timestamptz(6)",
    "size": "Thing_size?",
    "key": "String? @db.Uuid",
    "flags": "String? @db.Bit(4)",
    "data": "Json?",
    "tags": 'String[] @default(["a"])',
    "sum": "Decimal?",
    "at": "DateTime @default(now()) @db.Timestamp(6)",
}


@pytest.mark.proves(
    "Migrations",
    "db pull gives back the enums and native types that SQLite's checks stand for",
    only="sqlite",
)
def test_a_portable_file_says_its_native_types_and_enums(shop: Shop, sqlite_url: str):
    shop.write("nicol.toml", 'providers = ["sqlite", "postgresql"]\n')
    start = PORTABLE.partition("  id ")[0]
    changed = (
        start.replace("  BAD ", "  FINE\n  BAD ")
        + CHANGED
        + '}\n\nenum Size {\n  S\n  XL @map("extra large")\n}\n'
    )
    shop.schema(changed)
    here = shop.on(sqlite_url)
    here.run("db", "push")
    shop.schema(PORTABLE)
    here.run("db", "pull")
    found = text(here)
    fields = {line.split()[0]: " ".join(line.split()[1:]) for line in found.splitlines() if line.strip()}
    assert {name: fields[name] for name in PULLED} == PULLED
    assert "GOOD // the usual one" in found
    assert [line for line in found.splitlines() if line.strip() == "FINE"]
    assert 'extra_large @map("extra large")' in found
    assert "already" in here.run("db", "pull").out
    assert "already matches" in here.run("db", "push").out


def test_a_condition_that_only_looks_like_a_type_stays_a_check(shop: Shop, sqlite_url: str):
    shop.write("nicol.toml", "")
    shop.schema('datasource db {\n  provider = "sqlite"\n}\n')
    make(
        sqlite_url,
        "CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT, CONSTRAINT t_a_enum CHECK (a IN ('x', 'y')))",
    )
    here = shop.on(sqlite_url)
    here.run("db", "pull")
    assert """/// @nicol.check("a IN ('x', 'y')", name: "t_a_enum")""" in text(here)
    assert "already matches" in here.run("db", "push").out
