"""A small schema with all that a diagram can show."""

from __future__ import annotations

import pytest

from nicol.diagnostics import Source
from nicol.schema.parse import parse
from nicol.schema.resolve import resolve
from nicol.schema.schema import Schema

SHOP = """\
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
  tags   Tag[]
  @@id([shop, number])
}
model Line {
  id     Int   @id
  shop   String
  number Int
  order  Order @relation(fields: [shop, number], references: [shop, number])
}
model Tag {
  id     Int     @id
  orders Order[]
  note   String
}
model Alone {
  id Int @id
}
view Sales {
  day   DateTime @unique
  total Int
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
    """The small schema."""
    return read(SHOP)
