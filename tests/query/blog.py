"""A schema with every kind of field and relation, a client in twenty lines for it, and its databases."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from types import SimpleNamespace
from typing import Any

from nicol.catalog import Catalog
from nicol.diagnostics import Source
from nicol.dialects import named
from nicol.dialects.dialect import Dialect
from nicol.drivers.database import Database, open_database
from nicol.migrate.lower import lower
from nicol.migrate.plan import steps_between
from nicol.query.engine import Engine
from nicol.schema.parse import parse
from nicol.schema.resolve import resolve
from nicol.schema.schema import Schema
from nicol.sealing.keys import KeyRing
from nicol.sql.program import Statement, say_all

SCHEMA = """
model User {
  id        Int       @id @default(autoincrement())
  email     String    @unique
  name      String?
  role      Role      @default(READER)
  age       Int?
  score     Float     @default(0)
  balance   Decimal   @default(0)
  active    Boolean   @default(true)
  views     BigInt    @default(0)
  avatar    Bytes?
  settings  Json?
  joined    DateTime  @default(now())
  changed   DateTime  @updatedAt
  posts     Post[]    @relation("wrote")
  reviews   Post[]    @relation("reviewed")
  profile   Profile?
  friends   User[]    @relation("friends")
  friendOf  User[]    @relation("friends")
  bossId    Int?
  boss      User?     @relation("boss", fields: [bossId], references: [id])
  team      User[]    @relation("boss")
}

model Profile {
  id     String  @id @default(cuid())
  bio    String
  userId Int     @unique
  user   User    @relation(fields: [userId], references: [id], onDelete: Cascade)
}

model Post {
  id         Int      @id @default(autoincrement())
  title      String
  body       String?
  views      Int      @default(0)
  rank       Int?
  authorId   Int
  author     User     @relation("wrote", fields: [authorId], references: [id], onDelete: Cascade)
  reviewerId Int?
  reviewer   User?    @relation("reviewed", fields: [reviewerId], references: [id])
  tags       Tag[]
  comments   Comment[]

  @@unique([authorId, title])
}

model Tag {
  id    Int    @id @default(autoincrement())
  label String @unique
  posts Post[]
}

model Comment {
  postId Int
  number Int
  text   String
  spam   Boolean @default(false)
  post   Post    @relation(fields: [postId], references: [id], onDelete: Cascade)
  votes  Vote[]

  @@id([postId, number])
}

model Vote {
  id     Int     @id @default(autoincrement())
  postId Int
  number Int
  up     Boolean
  comment Comment @relation(fields: [postId, number], references: [postId, number], onDelete: Cascade)
}

model Fact {
  id        Int      @id @default(autoincrement())
  shop      String   @map("shop_domain")
  type      String   @map("fact_type")
  value     Json
  createdAt DateTime @default(now())

  @@index([shop, type, createdAt])
  @@map("facts")
}

model Gear {
  id     String   @id @default(uuid())
  code   String   @default(nanoid(8))
  flake  String   @default(ulid())
  price  Decimal? @db.Decimal(10, 2)
  words  String[]
  sizes  Int[]
  roles  Role[]
  exact  Decimal[]
  at     DateTime? @db.Timestamp(6)
}

enum Role {
  READER
  WRITER @map("w")
  ADMIN
}
"""


class Role(StrEnum):
    """The enum as a client has it."""

    READER = "READER"
    WRITER = "WRITER"
    ADMIN = "ADMIN"


class Thing(SimpleNamespace):
    """An object of any model."""


class Things:
    """The client's classes: here one for all models."""

    def new(
        self,
        model: str,
        fields: tuple[str, ...],
        counts: tuple[str, ...] = (),
        relations: tuple[str, ...] = (),
        *,
        only: bool = False,
    ) -> Callable[..., Any]:
        names = (*fields, *(f"count_{name}" for name in counts), *relations)

        def build(*values: Any) -> Thing:
            return Thing(**dict(zip(names, values, strict=True)))

        return build

    def enum(self, name: str) -> Callable[[str], Any]:
        return lambda value: Role(value) if value in Role.__members__ else value


def schema_of(text: str, dialect: Dialect) -> Schema:
    """A schema without findings."""
    document = parse(Source("schema.prisma", text))
    assert document.ok, document.findings
    resolved = resolve((document.value,), dialect.provider)
    assert resolved.ok, resolved.findings
    return resolved.value


class Clock:
    """A clock that goes on by a second whenever it is read."""

    def __init__(self) -> None:
        self.time = datetime(2026, 1, 1, tzinfo=UTC)

    def __call__(self) -> datetime:
        self.time += timedelta(seconds=1)
        return self.time


class Dice:
    """Chance that can be foretold."""

    def __init__(self) -> None:
        self.number = 0

    def __call__(self, count: int) -> bytes:
        self.number += 1
        return bytes((self.number * 31 + index * 7) % 256 for index in range(count))


def engine(text: str, provider: str, ring: KeyRing | None = None, *, portable: bool = True) -> Engine:
    """An engine whose clock and chance can be foretold."""
    dialect = named(provider, portable=portable)
    return Engine(schema_of(text, dialect), dialect, Things(), now=Clock(), random=Dice(), ring=ring)


class Client:
    """Calls one engine on one database."""

    def __init__(self, url: str, text: str = SCHEMA, *, portable: bool = True) -> None:
        provider = "sqlite" if url.startswith("file:") else "postgresql"
        self.provider = provider
        self.engine = engine(text, provider, portable=portable)
        self.database: Database = open_database(url)
        self.database.run(say_all(_creation(text, provider, portable)), write=True)
        self.said: list[str] = []

    def __call__(self, model: str, operation: str, **args: Any) -> Any:
        chosen, values = self.engine.plan(model, operation, args)
        return self.database.run(chosen.program(values), chosen.writes)


def _creation(text: str, provider: str, portable: bool) -> Iterable[Statement]:
    dialect = named(provider, portable=portable)
    empty, catalog = Catalog(), lower(schema_of(text, dialect), dialect)
    for step in steps_between(empty, catalog, dialect):
        for statement in step.statements:
            yield Statement(statement)
