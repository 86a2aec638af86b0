"""A small schema with all that a diagram can show."""

from __future__ import annotations

import pytest

from nicol.diagnostics import Source
from nicol.dialects import provider_named
from nicol.schema.parse import parse
from nicol.schema.resolve import resolve
from nicol.schema.schema import Schema

SHOP = """\
generator client {
  provider        = "nicol"
  previewFeatures = ["views"]
}
datasource db {
  provider = "postgresql"
}
/// Who orders.
model User {
  id     Int      @id
  email  String   @unique @db.VarChar(80)
  /// may be hidden
  name   String?  @map("full_name")
  boss   User?    @relation("reports", fields: [bossId], references: [id])
  bossId Int?
  staff  User[]   @relation("reports")
  orders Order[]
  card   Card?
  tags   Tag[]
  sales  Sales[] @relation("best")
  @@map("users")
}
model Card {
  userId Int  @id
  user   User @relation(fields: [userId], references: [id], onDelete: Cascade)
}
model Order {
  shop   String
  number Int
  kind   Kind
  places String[]
  shape  Unsupported("double precision")
  userId Int
  user   User  @relation(fields: [userId], references: [id], onDelete: Restrict, onUpdate: NoAction)
  lines  Line[]
  @@id([shop, number])
}
model Line {
  id     Int   @id
  shop   String
  number Int
  order  Order @relation(fields: [shop, number], references: [shop, number])
}
model Tag {
  id    Int    @id
  users User[]
  note  String
}
model Alone {
  id Int @id
}
view Sales {
  day    DateTime @unique
  total  Int
  bestId Int?
  best   User?    @relation("best", fields: [bestId], references: [id])
}
enum Kind {
  NEW @map("new")
  OLD
}
enum Unused {
  A
}
"""


def read(text: str) -> Schema:
    """The schema of a text."""
    return resolve((parse(Source("schema.prisma", text)).value,), None).value


@pytest.fixture(scope="session")
def shop() -> Schema:
    """The small schema, which is valid."""
    document = parse(Source("schema.prisma", SHOP))
    checked = resolve((document.value,), provider_named("postgresql"))
    assert document.ok
    assert checked.ok
    return checked.value
