"""A project in a folder of its own, and the command run on it as a process of its own."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import pytest

NICOL = str(Path(sys.executable).parent / "nicol")

SCHEMA = """\
datasource db {
  provider = "postgresql"
  url      = env("DATABASE_URL")
}

model User {
  id    Int     @id @default(autoincrement())
  email String  @unique
  name  String?
  posts Post[]
}

model Post {
  id       Int      @id @default(autoincrement())
  title    String
  kind     Kind     @default(NEWS)
  at       DateTime @default(now())
  authorId Int
  author   User     @relation(fields: [authorId], references: [id], onDelete: Cascade)
  tags     Tag[]
}

model Tag {
  id    Int    @id
  posts Post[]
}

enum Kind {
  NEWS
  NOTE
}
"""


def _hear_interruptions() -> None:
    """A shell lets what it runs in the background ignore interruptions, and tests that run so would hand that on."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


@dataclass
class Shop:
    """A project: a folder with a schema and a configuration, and the database that its URL names."""

    root: Path
    url: str | None = None
    environment: dict[str, str] = field(default_factory=dict)

    def write(self, path: str, text: str) -> Path:
        """Write a file of the project."""
        file = self.root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
        return file

    def schema(self, text: str) -> None:
        """Replace the schema."""
        self.write("schema.prisma", text)

    def on(self, url: str | None) -> Shop:
        """The same project with another database."""
        return Shop(self.root, url, self.environment)

    def variables(self) -> dict[str, str]:
        """The environment of its commands: nothing of ours but the path."""
        kept = {name: os.environ[name] for name in ("PATH", "HOME", "TMPDIR") if name in os.environ}
        return {**kept, **({"DATABASE_URL": self.url} if self.url else {}), **self.environment}

    def run(self, *arguments: str, code: int = 0, stdin: int = subprocess.DEVNULL) -> Answer:
        """Run a command; it has to end with that exit code, and never shows a trace."""
        done = subprocess.run(
            [NICOL, *arguments],
            cwd=self.root,
            env=self.variables(),
            stdin=stdin,
            capture_output=True,
            text=True,
            timeout=120,
        )
        assert done.returncode == code, f"{arguments}: {done.returncode}\n{done.stdout}\n{done.stderr}"
        assert "Traceback" not in done.stderr
        return Answer(done.stdout, done.stderr)

    def start(self, *arguments: str) -> subprocess.Popen[str]:
        """Start a command and do not wait for it."""
        return subprocess.Popen(
            [NICOL, *arguments],
            cwd=self.root,
            env=self.variables(),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            preexec_fn=_hear_interruptions,  # noqa: PLW1509 - it sets a signal, and takes no lock
        )

    def migrations(self) -> list[str]:
        """The names of the history, in order."""
        return sorted(path.name for path in (self.root / "migrations").glob("*") if path.is_dir())

    def migration(self, name: str, scripts: Mapping[str, str] | str) -> None:
        """Write a migration by hand."""
        texts = {"migration.sql": scripts} if isinstance(scripts, str) else scripts
        for file, text in texts.items():
            self.write(f"migrations/{name}/{file}", text)


@dataclass(frozen=True)
class Answer:
    """What a command said."""

    out: str
    err: str


@pytest.fixture
def shop(tmp_path: Path) -> Shop:
    """A portable project without a database and without a history."""
    root = tmp_path / "shop"
    root.mkdir()
    made = Shop(root)
    made.schema(SCHEMA)
    made.write("nicol.toml", 'providers = ["sqlite", "postgresql"]\n')
    return made


@pytest.fixture
def living_shop(shop: Shop, database_url: str) -> Shop:
    """The portable project on a fresh database."""
    return shop.on(database_url)
