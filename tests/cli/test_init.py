"""`nicol init`: a project in one command, and nothing that was there is lost."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path

import pytest

from .conftest import NICOL

pytestmark = pytest.mark.slow


def run(folder: Path, *words: str, code: int = 0) -> subprocess.CompletedProcess[str]:
    """Run a command in a folder."""
    kept = {name: value for name, value in os.environ.items() if name != "DATABASE_URL"}
    done = subprocess.run(
        [NICOL, *words], cwd=folder, env=kept, stdin=subprocess.DEVNULL, capture_output=True, text=True
    )
    assert done.returncode == code, f"{words}: {done.stdout}{done.stderr}"
    return done


@pytest.mark.proves("Command line", "init: schema, configuration and environment of a new project")
@pytest.mark.parametrize(
    ("words", "provider", "providers"),
    [
        ((), "sqlite", '["sqlite"]'),
        (("--portable",), "sqlite", '["sqlite", "postgresql"]'),
        (("--datasource-provider", "postgresql"), "postgresql", '["postgresql"]'),
        (("--datasource-provider", "PostgreSQL", "--portable"), "postgresql", '["sqlite", "postgresql"]'),
        (("--url", "postgres://me@host/shop"), "postgresql", '["postgresql"]'),
        (("--url", "file:shop.db", "--output", "src/shop/db"), "sqlite", '["sqlite"]'),
    ],
)
def test_a_project_begins(tmp_path: Path, words: tuple[str, ...], provider: str, providers: str):
    answer = json.loads(run(tmp_path, "init", *words, "--json").stdout)
    assert answer["provider"] == provider
    assert answer["written"] == ["schema.prisma", "nicol.toml", ".env", ".gitignore"]
    assert (tmp_path / "nicol.toml").read_text() == f"providers = {providers}\n"
    text = (tmp_path / "schema.prisma").read_text()
    assert f'provider = "{provider}"' in text
    assert ("src/shop/db" in text) == ("--output" in words)
    url = words[words.index("--url") + 1] if "--url" in words else ""
    assert url in (tmp_path / ".env").read_text()
    assert (tmp_path / ".env").stat().st_mode & 0o077 == 0, "it may hold a password"
    run(tmp_path, "validate", "--strict")
    run(tmp_path, "format", "--check")
    shown = json.loads(run(tmp_path, "config", "--json").stdout)
    assert ".env" in shown["url"]["origin"]


def test_the_first_model_can_be_used_at_once(tmp_path: Path):
    run(tmp_path, "init", "--with-model")
    run(tmp_path, "migrate", "dev", "--name", "init")
    run(tmp_path, "generate")
    program = "from client import Client\nwith Client() as db:\n    print(db.user.create(data={'email': 'a@x'}).id)\n"
    (tmp_path / "use.py").write_text(program)
    python = str(Path(NICOL).parent / "python")
    done = subprocess.run([python, "use.py"], cwd=tmp_path, capture_output=True, text=True)
    assert (done.stdout, done.returncode) == ("1\n", 0), done.stderr
    ignored = (tmp_path / ".gitignore").read_text().split()
    assert {".env", "/client/", "*.db"} <= set(ignored)


def test_what_is_there_stays(tmp_path: Path):
    held = {
        ".env": "SECRET=1",
        ".gitignore": "mine\n",
        "pyproject.toml": '[tool.nicol]\nproviders = ["sqlite"]\n',
    }
    for name, text in held.items():
        (tmp_path / name).write_text(text)
    said = run(tmp_path, "init").stdout
    assert "Kept the configuration" in said
    assert not (tmp_path / "nicol.toml").exists()
    assert (tmp_path / ".env").read_text() == "SECRET=1\nDATABASE_URL='file:./dev.db'\n"
    assert (tmp_path / ".gitignore").read_text() == "mine\n"
    before = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    assert "there is a schema already" in run(tmp_path, "init", code=1).stderr
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == before
    (tmp_path / "schema.prisma").unlink()
    (tmp_path / ".env").write_text('export DATABASE_URL="file:other.db"\n')
    assert "Kept DATABASE_URL in .env" in run(tmp_path, "init").stdout
    assert (tmp_path / ".env").read_text() == 'export DATABASE_URL="file:other.db"\n'


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("--datasource-provider", "mysql"), "Nicol talks to no mysql database"),
        (
            ("--datasource-provider", "sqlite", "--url", "postgresql://h/d"),
            "the URL is that of a postgresql database",
        ),
        (("--url", "shop"), "error"),
    ],
)
def test_what_cannot_be_is_refused(tmp_path: Path, words: tuple[str, ...], message: str):
    assert message in run(tmp_path, "init", *words, code=1).stderr
    assert list(tmp_path.iterdir()) == []


def test_the_schema_may_be_elsewhere(tmp_path: Path):
    run(tmp_path, "init", "--schema", "db/schema.prisma", "--with-model")
    assert (tmp_path / "nicol.toml").read_text().startswith('schema = "db/schema.prisma"\n')
    run(tmp_path, "validate")


def test_a_deployment_with_nothing_to_do_loads_no_more_than_it_needs(tmp_path: Path):
    """It runs at the start of every container, so that its start-up time is everybody's."""
    run(tmp_path, "init", "--portable", "--with-model")
    run(tmp_path, "migrate", "dev", "--name", "init")
    script = (
        "import sys\nfrom nicol.cli.main import main\n"
        "try:\n    main(['migrate', 'deploy'])\n"
        "except SystemExit as end:\n    assert end.code == 0\n"
        "print(sorted({'asyncio', 'psycopg', 'pydantic', 'rich', 'nicol.client.client', 'nicol.sql.renderer', 'nicol.query',"
        " 'nicol.dialects.postgresql.dialect', 'nicol.dialects.sqlite.ddl', 'nicol.dialects.sqlite.adapt',"
        " 'nicol.dialects.sqlite.codecs', 'nicol.migrate.diff', 'nicol.migrate.plan'} & set(sys.modules)))"
    )
    python = str(Path(NICOL).parent / "python")
    done = subprocess.run([python, "-c", script], cwd=tmp_path, capture_output=True, text=True)
    assert done.stdout.splitlines()[-1] == "[]", done.stderr
