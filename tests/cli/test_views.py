"""Views are made by hand in a migration, declared in the schema, and read by the client."""

from __future__ import annotations

import re
import subprocess
import sys

import pytest

from .conftest import Shop

pytestmark = pytest.mark.slow

SCHEMA = """\
datasource db {
  provider = "postgresql"
  url      = env("DATABASE_URL")
}

generator client {
  provider        = "nicol"
  output          = "shop_db"
  previewFeatures = ["views"]
}

model User {
  id     Int     @id
  name   String
  orders Order[]
  spent  Spent?
}

model Order {
  id     Int   @id
  total  Int
  userId Int
  user   User  @relation(fields: [userId], references: [id])
}

model Gift {
  id      Int    @id
  spentBy Int?
  spent   Spent? @relation(fields: [spentBy], references: [userId])
}

/// What everybody has spent.
view Spent {
  userId Int    @unique
  user   User   @relation(fields: [userId], references: [id])
  total  BigInt?
  gifts  Gift[]
}
"""
VIEW = """
CREATE VIEW "Spent" AS SELECT u."id" AS "userId", sum(o."total") AS "total"
  FROM "User" u LEFT JOIN "Order" o ON o."userId" = u."id" GROUP BY u."id";
"""
PROGRAM = """\
from shop_db import Client, Spent
with Client() as db:
    db.user.create(data={"id": 1, "name": "Ada", "orders": {"create": [{"id": 1, "total": 5}, {"id": 2, "total": 7}]}})
    db.gift.create(data={"id": 1, "spent": {"connect": {"userId": 1}}})
    found = db.spent.find_first_or_raise(where={"total": {"gt": 10}}, include={"user": True, "gifts": True})
    assert isinstance(found, Spent)
    print(found.total, found.user.name, len(found.gifts), hasattr(db.spent, "create"))
"""


@pytest.fixture
def viewed(living_shop: Shop) -> Shop:
    """A project whose first migration makes a view by hand, applied."""
    living_shop.schema(SCHEMA)
    living_shop.run("migrate", "dev", "--name", "init", "--create-only")
    (name,) = living_shop.migrations()
    for script in (living_shop.root / "migrations" / name).glob("*.sql"):
        script.write_text(script.read_text() + VIEW)
    living_shop.run("migrate", "dev")
    return living_shop


@pytest.mark.proves("Client", "views, made by hand in a migration")
def test_a_view_made_by_hand_is_read_by_the_client(viewed: Shop) -> None:
    viewed.run("generate")
    command = [sys.executable, "-c", PROGRAM]
    said = subprocess.run(
        command, cwd=viewed.root, env=viewed.variables(), capture_output=True, text=True, check=False
    )
    assert (said.stdout, said.stderr) == ("12 Ada 1 False\n", "")


def test_no_migration_makes_a_view_or_a_key_that_leads_to_one(viewed: Shop) -> None:
    assert "No difference" in viewed.run("migrate", "diff", "--from", "migrations", "--to", "schema").out
    assert "No difference" in viewed.run("migrate", "diff", "--from", "url", "--to", "schema").out
    scripts = [path.read_text() for path in (viewed.root / "migrations").glob("*/*.sql")]
    assert [text.count("FOREIGN KEY") for text in scripts] == [1, 1]


@pytest.mark.proves("Schema", "db pull keeps what a schema says of views, and brings new ones")
def test_pull_keeps_what_the_schema_knows_of_a_view(viewed: Shop) -> None:
    file = viewed.root / "schema.prisma"
    before = file.read_text()
    assert "already" in viewed.run("db", "pull").out
    assert file.read_text() == before


@pytest.mark.proves("Schema", "db pull brings views")
def test_pull_brings_a_view_that_the_schema_does_not_know(viewed: Shop) -> None:
    file = viewed.root / "schema.prisma"
    models, _, _ = file.read_text().partition("/// What everybody")
    file.write_text("".join(line for line in models.splitlines(keepends=True) if "Spent?" not in line))
    viewed.run("db", "pull")
    assert re.search(r"view Spent \{\n  userId Int\?\n  total  ", file.read_text())
