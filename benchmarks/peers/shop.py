"""What the works are done on: 2,000 users of ten columns, 20,000 posts, 60,000 comments, and tables to write to."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, Protocol

USERS, POSTS, COMMENTS = 2_000, 10, 3

SCHEMA = """
datasource db {
  provider = "sqlite"
  url      = "file:./bench.db"
}

model User {
  id      Int      @id @default(autoincrement())
  email   String   @unique
  name    String
  city    String
  bio     String?
  age     Int
  logins  Int      @default(0)
  score   Float
  active  Boolean
  joined  DateTime
  posts   Post[]
}

model Post {
  id       Int       @id @default(autoincrement())
  title    String
  body     String
  views    Int       @default(0)
  author   User      @relation(fields: [authorId], references: [id])
  authorId Int
  comments Comment[]

  @@index([authorId])
}

model Comment {
  id     Int    @id @default(autoincrement())
  text   String
  score  Int
  post   Post   @relation(fields: [postId], references: [id])
  postId Int

  @@index([postId])
}

model Note {
  id    Int    @id @default(autoincrement())
  title String
  text  String
  rank  Int
  price Float
}

model Counter {
  id   Int @id
  hits Int
}
"""

NOTE = {"title": "a note", "text": "of some length, but not long", "rank": 7, "price": 1.25}
NOTES = [{**NOTE, "rank": rank} for rank in range(1_000)]
SOME = list(range(100, 150))
"""The users whose posts are loaded."""

FEW = list(range(100, 120))
"""The users whose posts are loaded with their comments."""


class Peer(Protocol):
    """A contender: its works by name, those that it can do."""

    def works(self) -> Mapping[str, Callable[[], Any]]:
        """What it does, each as a call without arguments."""
        ...

    def close(self) -> None:
        """Give its connections back."""
        ...


def rows() -> Iterator[tuple[str, Sequence[str], list[tuple[Any, ...]]]]:
    """Each table with its columns and its rows."""
    day = datetime(2024, 1, 1, tzinfo=UTC)
    yield (
        "User",
        ("id", "email", "name", "city", "bio", "age", "logins", "score", "active", "joined"),
        [
            (n, f"user{n}@example.org", f"User {n}", f"City {n % 50}", None if n % 3 else "writes", n % 90, 0, n / 7,
             n % 2 == 0, day + timedelta(minutes=n))
            for n in range(1, USERS + 1)
        ],
    )  # fmt: skip
    posts = USERS * POSTS
    yield (
        "Post",
        ("id", "title", "body", "views", "authorId"),
        [(n, f"Post {n}", "words " * 8, n % 1000, (n - 1) // POSTS + 1) for n in range(1, posts + 1)],
    )
    yield (
        "Comment",
        ("id", "text", "score", "postId"),
        [(n, f"Comment {n}", n % 5, (n - 1) // COMMENTS + 1) for n in range(1, posts * COMMENTS + 1)],
    )
    yield "Counter", ("id", "hits"), [(1, 0)]


class Turn:
    """Another key for each call, the same ones for every contender."""

    def __init__(self) -> None:
        self._last = 0

    def __call__(self) -> int:
        self._last = self._last % USERS + 1
        return self._last
