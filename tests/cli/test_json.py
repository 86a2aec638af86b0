"""What a program reads: one object on standard output, errors included, from every command that speaks to a database."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import typer.main

from nicol.cli.main import application

from .conftest import Shop

pytestmark = pytest.mark.slow

PAGE = Path(__file__).parents[2] / "docs" / "reference" / "json.md"


def ask(shop: Shop, *words: str, code: int = 0) -> dict[str, Any]:
    """What a command answers with `--json`: nothing else is on standard output."""
    found: dict[str, Any] = json.loads(shop.run(*words, "--json", code=code).out)
    return found


def keys_on_the_page(command: str) -> set[str]:
    """The keys that the reference names for a command."""
    (line,) = [line for line in PAGE.read_text().splitlines() if line.startswith(f"| `{command}`")]
    return set(line.split("|")[2].replace("`", "").replace(",", " ").split()) | {"ok", "warnings"}


@pytest.mark.proves("Migrations", "every migrate and db command answers in JSON, errors included")
def test_every_command_answers_in_the_shape_of_the_reference(living_shop: Shop) -> None:
    living_shop.write("seed.py", "print('not an answer')")
    living_shop.write("nicol.toml", 'providers = ["sqlite", "postgresql"]\nseed = "python seed.py"\n')
    script = str(living_shop.write("more.sql", "SELECT 1;"))
    answers = {
        "migrate dev": ask(living_shop, "migrate", "dev", "--name", "init"),
        "migrate deploy": ask(living_shop, "migrate", "deploy"),
        "migrate deploy --plan": ask(living_shop, "migrate", "deploy", "--plan"),
        "migrate status": ask(living_shop, "migrate", "status"),
        "migrate diff": ask(living_shop, "migrate", "diff", "--from-empty", "--to", "schema"),
        "migrate reset": ask(living_shop, "migrate", "reset", "--force"),
        "db push": ask(living_shop, "db", "push"),
        "db seed": ask(living_shop, "db", "seed"),
        "db execute": ask(living_shop, "db", "execute", "--file", script),
    }
    (name,) = living_shop.migrations()
    living_shop.run("db", "push", "--force-reset")
    answers["migrate resolve"] = ask(living_shop, "migrate", "resolve", "--applied", name)
    for command, answer in answers.items():
        assert set(answer) == keys_on_the_page(command), command
        assert answer["ok"] is True
    assert answers["migrate status"]["clean"] is True
    assert answers["migrate dev"]["created"] == name
    assert answers["migrate diff"]["script"].startswith("-- Create")


def test_an_error_is_an_answer_too(living_shop: Shop) -> None:
    living_shop.run("db", "push")
    living_shop.migration("1_m", "CREATE TABLE x (id INTEGER)")
    found = ask(living_shop, "migrate", "deploy", code=1)
    assert (found["ok"], found["error"]["code"]) == (False, "P3005")
    assert "resolve --applied" in found["error"]["help"]
    living_shop.schema("model {")
    assert ask(living_shop, "migrate", "status", code=1)["error"]["findings"][0]["severity"] == "error"
    assert "No such option" in ask(living_shop, "migrate", "deploy", "--nonsense", code=1)["error"]["message"]


def test_every_command_of_the_groups_knows_json() -> None:
    root: Any = typer.main.get_command(application())
    for group in ("migrate", "db"):
        for name, command in root.commands[group].commands.items():
            assert any("--json" in parameter.opts for parameter in command.params), f"{group} {name}"
