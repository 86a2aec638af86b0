"""Commands that change databases and files, each with the state that it begins in and the one that it leads to."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from campaigns.execution.killing import ended

_SCHEMA = """\
datasource db {
  provider = "%s"
  url      = env("DATABASE_URL")
}

enum Kind {
  NEWS
  NOTE
}

model User {
  id    Int     @id @default(autoincrement())
  email String  @unique
  age   Int?
  kind  Kind    @default(NEWS)
  posts Post[]
}

model Post {
  id       Int    @id
  title    String
  authorId Int
  author   User   @relation(fields: [authorId], references: [id], onDelete: Cascade)
}
"""
_GROWN = (
    ("  age   Int?\n", "  age   BigInt?\n  phone String? @unique\n"),
    ("  NOTE\n", "  NOTE\n  LETTER\n"),
    ("  title    String\n", '  title    String @default("none")\n  tags     Tag[]\n'),
    ("model User", "model Tag {\n  id    Int    @id\n  posts Post[]\n}\n\nmodel User"),
)
_ROWS = (
    """INSERT INTO "User" (id, email, age) VALUES (1, 'a@x', 1), (2, 'b@x', NULL);\n"""
    """INSERT INTO "Post" (id, title, "authorId") VALUES (1, 'one', 1), (2, 'two', 2);"""
)
_BY_HAND = 'ALTER TABLE "Post" ADD COLUMN "note" TEXT;\nCREATE INDEX "Post_note_idx" ON "Post" ("note");'
_NOTED = (("  title    String\n", "  title    String\n  note     String?\n\n  @@index([note])\n"),)


@dataclass(frozen=True)
class Act:
    """A command, and how its state is made: the schema's edits, and commands that are run before it.

    `done`: exit codes of a second run that found nothing left to do.
    """

    name: str
    words: tuple[str, ...]
    before: tuple[tuple[str, ...], ...] = ()
    edits: tuple[tuple[str, str], ...] = ()
    by_hand: bool = False
    done: tuple[int, ...] = (0,)


_GROW = ("migrate", "dev", "--name", "grown", "--accept-data-loss")
ACTS = (
    Act("migrate dev", _GROW, edits=_GROWN),
    Act("db push", ("db", "push", "--accept-data-loss"), edits=_GROWN),
    Act("migrate down", ("migrate", "down", "%first", "--accept-data-loss"), (_GROW,), _GROWN),
    Act("migrate adopt", ("migrate", "adopt", "--name", "noted"), edits=_NOTED, by_hand=True),
    Act("migrate squash", ("migrate", "squash"), (_GROW,), _GROWN, done=(0, 130)),
)


def made(act: Act, folder: Path, provider: str, url: str) -> tuple[Path, tuple[str, ...]]:
    """A portable project, and its database, as an act finds them; and the words of its command."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    (folder / "nicol.toml").write_text('providers = ["sqlite", "postgresql"]\n')
    text = _SCHEMA % provider
    (folder / "schema.prisma").write_text(text)
    _run(folder, url, ("migrate", "dev", "--name", "first"))
    _execute(folder, url, _ROWS)
    if act.by_hand:
        _execute(folder, url, _BY_HAND)
    for old, new in act.edits:
        text = text.replace(old, new, 1)
    (folder / "schema.prisma").write_text(text)
    for words in act.before:
        _run(folder, url, words)
    (first, *_) = _migrations(folder)
    return folder, tuple(first if word == "%first" else word for word in act.words)


def _execute(folder: Path, url: str, script: str) -> None:
    file = folder.parent / "rows.sql"
    file.write_text(script)
    _run(folder, url, ("db", "execute", "--file", str(file)))


def _run(folder: Path, url: str, words: Sequence[str]) -> None:
    end = ended(folder, url, words=words)
    if end.code != 0:
        raise AssertionError(f"{' '.join(words)} failed: {end.words}")


def _migrations(folder: Path) -> list[str]:
    return sorted(
        path.name for path in (folder / "migrations").iterdir() if path.is_dir() and path.name[0] != "."
    )


def files_of(folder: Path) -> list[tuple[str, str]]:
    """The files of a history, without the times in their names and the fingerprints of these."""
    return sorted(
        (timeless(str(path.relative_to(folder))), _FINGERPRINT.sub("", timeless(path.read_text())))
        for path in _files(folder / "migrations")
    )


def _files(folder: Path) -> Iterator[Path]:
    """All but drafts, which the next migration takes away."""
    for path in folder.rglob("*"):
        draft = any(part.startswith(".") and part.endswith(".part") for part in path.parts)
        if path.is_file() and not draft:
            yield path


_FINGERPRINT = re.compile(r"lineage [0-9a-f]{32}(; content [0-9a-f]{32})?")
_TIME = re.compile(r"\b\d{14}(?=_)")


def timeless(text: str) -> str:
    """A text without the times that begin names of migrations."""
    return _TIME.sub("TIME", text)
