"""Texts with a `|` where the cursor is."""

from __future__ import annotations

from nicol.diagnostics import Source
from nicol.editor.world import World, look

PATH = "schema.prisma"

SHOP = """\
datasource db {
  provider = "postgresql"
}

/// What someone may do.
enum Role {
  ADMIN
  /// Everybody else.
  USER @map("user")
}

/// Somebody who buys.
model User {
  id    Int    @id @default(autoincrement())
  email String @unique @db.VarChar(80)
  role  Role   @default(USER)
  posts Post[]
}

model Post {
  id       Int      @id
  title    String   @map("headline")
  at       DateTime @default(now())
  authorId Int
  author   User     @relation(fields: [authorId], references: [id], onDelete: Cascade)

  @@index([authorId, title(sort: Desc)])
  @@map("posts")
}
"""


def cut(marked: str, mark: str = "|") -> tuple[str, int]:
    """The text without its mark, and where that was."""
    offset = marked.index(mark)
    return marked[:offset] + marked[offset + len(mark) :], offset


def seen(marked: str, *more: str, providers: tuple[str, ...] = ()) -> tuple[World, int]:
    """The world of a marked text, and of further files, with the place of the cursor."""
    text, offset = cut(marked)
    others = (Source(f"more{number}.prisma", each) for number, each in enumerate(more))
    return look((Source(PATH, text), *others), providers), offset


def at(text: str, marked: str) -> str:
    """A text in which one line is marked: `marked` stands for the only place that reads like it without its mark."""
    plain, _ = cut(marked)
    assert text.count(plain) == 1, f"{plain!r} is there {text.count(plain)} times"
    return text.replace(plain, marked)
