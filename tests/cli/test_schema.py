"""`nicol schema print` and `nicol schema erd` as processes, and what merging keeps."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from nicol.diagnostics import Source
from nicol.schema.format import format_text
from nicol.schema.merge import merge
from nicol.schema.parse import parse
from nicol.schema.resolve import resolve
from nicol.schema.schema import Schema

NICOL = str(Path(sys.executable).parent / "nicol")
CORPUS = Path(__file__).resolve().parents[3] / "shared" / "corpus" / "schemas"

POST = """\
// what people write
model Post {
  id Int @id
  user User @relation(fields: [userId], references: [id])
  userId Int
}
"""
USER = "\ufeffmodel User {\r\n  id Int @id\r\n  posts Post[]\r\n  card Card?\r\n}\r\n"
CARD = "model Card {\n  userId Int @id\n  user User @relation(fields: [userId], references: [id])\n}\n"
BASE = (
    '// the whole\ngenerator client {\n  provider = "nicol"\n}\n\ndatasource db {\n  provider = "sqlite"\n}\n'
)
FILES = {"card.prisma": CARD, "post.prisma": POST, "zbase.prisma": BASE, "sub/user.prisma": USER}

MERGED = """\
// the whole
generator client {
  provider = "nicol"
}

datasource db {
  provider = "sqlite"
}

model Card {
  userId Int  @id
  user   User @relation(fields: [userId], references: [id])
}

// what people write
model Post {
  id     Int  @id
  user   User @relation(fields: [userId], references: [id])
  userId Int
}

model User {
  id    Int    @id
  posts Post[]
  card  Card?
}
"""


def resolved(*sources: Source) -> Schema:
    """The schema of some files, its parts in the order of their names, since merging may move files."""
    schema = resolve(tuple(parse(source).value for source in sources), None).value
    return replace(
        schema,
        models=tuple(sorted(schema.models, key=lambda model: model.name)),
        enums=tuple(sorted(schema.enums, key=lambda enum: enum.name)),
        relations=tuple(sorted(schema.relations, key=lambda relation: relation.name)),
    )


def run(folder: Path, *arguments: str) -> tuple[int, str, str]:
    """The exit code, the standard output and the standard error of a run."""
    done = subprocess.run([NICOL, "schema", *arguments], cwd=folder, capture_output=True, text=True)
    assert "Traceback" not in done.stderr
    return done.returncode, done.stdout, done.stderr


def test_merging_puts_what_sets_the_scene_first():
    sources = tuple(Source(name, text) for name, text in FILES.items())
    assert merge(sources) == MERGED
    assert format_text(MERGED) == MERGED
    assert merge((Source("a.prisma", "\n\n"),)) == ""


@pytest.mark.skipif(not CORPUS.is_dir(), reason="the corpus of real schemas is not here")
def test_merging_keeps_the_meaning_of_real_folders():
    folders = [path for path in CORPUS.iterdir() if path.is_dir()] if CORPUS.is_dir() else []
    for folder in folders:
        sources = tuple(
            Source(file.name, file.read_text("utf-8")) for file in sorted(folder.rglob("*.prisma"))
        )
        merged = merge(sources)
        assert format_text(merged) == merged
        assert resolved(Source("merged", merged)) == resolved(*sources)


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A project whose schema is a folder."""
    for name, text in FILES.items():
        path = tmp_path / "models" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text.encode())
    (tmp_path / "nicol.toml").write_text('schema = "models"\n')
    return tmp_path


@pytest.mark.slow
@pytest.mark.proves("Command line", "print a schema of many files as one")
def test_the_schema_is_printed(project: Path):
    assert run(project, "print") == (0, MERGED, "")
    assert run(project, "print", "--output", "-") == (0, MERGED, "")
    assert run(project, "print", "--output", "out/all.prisma") == (0, "Wrote out/all.prisma\n", "")
    assert (project / "out" / "all.prisma").read_text() == MERGED
    assert run(project, "print", "--schema", "out/all.prisma") == (0, MERGED, "")
    (project / "models" / "card.prisma").write_text("model Card {\n  userId Itn @id\n}\n")
    code, out, err = run(project, "print")
    assert (code, out) == (1, "")
    assert "there is no type `Itn`" in err


@pytest.mark.slow
@pytest.mark.proves("Command line", "entity-relationship diagrams in Mermaid")
def test_diagrams_are_drawn(project: Path):
    code, out, err = run(project, "erd", "--format", "mermaid")
    assert (code, err) == (0, "")
    assert out.startswith("erDiagram\n")
    assert '"User" ||--o{ "Post" : "user"' in out
    code, out, _ = run(project, "erd", "--title", "All of it")
    root = ET.fromstring(out)
    assert root.findtext("{http://www.w3.org/2000/svg}title") == "All of it"
    for file, start in {"a.svg": "<svg", "b/c.mmd": "erDiagram", "d.GV": "digraph"}.items():
        assert run(project, "erd", "-o", file) == (0, f"Wrote {file}\n", "")
        assert (project / file).read_text().startswith(start)
    assert (project / "a.svg").read_text().count('class="link"') == 2


@pytest.mark.slow
@pytest.mark.proves("Command line", "diagrams of a part: named models, those around a model, keys only")
def test_a_part_is_drawn(project: Path):
    def drawn(*arguments: str) -> list[str]:
        lines = run(project, "erd", "--format", "mermaid", *arguments)[1].splitlines()
        return [line.strip() for line in lines[1:] if line.endswith("{") or "--" in line]

    assert drawn("--models", "Card, Post") == ['"Card" {', '"Post" {']
    assert drawn("--around", "Card") == ['"Card" {', '"User" {', '"User" ||--o| "Card" : "user"']
    assert len(drawn("--around", "Card", "--depth", "2")) == 5
    assert drawn("--around", "Card", "--depth", "0", "--models", "Post") == ['"Card" {', '"Post" {']
    assert "String" not in run(project, "erd", "--format", "mermaid", "--keys-only")[1]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("erd", "--models", "Usr"), "the schema has no model Usr\n  help: did you mean User?"),
        (("erd", "--around", "Zebra"), "name a model or view of the schema"),
        (("erd", "-o", "x.png"), "the ending of x.png names no format"),
        (("erd", "-o", "nicol.toml/x.svg"), "nicol.toml/x.svg cannot be written"),
        (("erd", "--depth", "-1"), "--depth"),
        (("print", "--schema", "nowhere"), "there is no schema at"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, tuple) else "",
)
def test_wrong_arguments_are_told(project: Path, arguments: tuple[str, ...], message: str):
    code, out, err = run(project, *arguments)
    assert (code, out) == (1, "")
    assert message in err
