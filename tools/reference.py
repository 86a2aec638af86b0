"""Writes the pages of the reference that the code itself knows: the command line, and errors with the rule book.

`reference.py --check` writes nothing and says which page is out of date.
"""

from __future__ import annotations

import ast
import inspect
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import typer.main

from nicol import errors
from nicol.cli.main import application
from nicol.schema import parse
from nicol.schema.rules import RULES

ROOT = Path(__file__).parents[1]


# ---- errors ----------------------------------------------------------------------------------------------------------


ERRORS = """\
# Errors

Written by `make docs` from the code.

Calls that cannot be answered raise one of the exceptions in `nicol.errors`. Codes are Prisma's. Each has `message`, `code` and,
where there is a way out, `help`; those of the client also `model`, `fields` and `constraint`.

```text
{tree}
```

## Findings about a schema

Commands print findings as a compiler does, the guilty characters underlined. An error stops the command, a warning does not.
The code in brackets is the rule's; a schema with errors ends a command with Prisma's P1012.

### Rules

| code | what must hold |
|---|---|
{rules}

### Text that cannot be read

| code | for example |
|---|---|
{reports}
"""


def errors_page() -> str:
    """The exceptions with their codes, then every finding about a schema."""
    return ERRORS.format(
        tree=inspect.cleandoc(errors.__doc__ or "").partition("\n\n")[2],
        rules="\n".join(f"| `{rule.code}` | {' '.join(rule.sentence.split())} |" for rule in RULES),
        reports="\n".join(f"| `{code}` | {message} |" for code, message in sorted(reports())),
    )


def reports() -> Iterator[tuple[str, str]]:
    """The parser's codes, each with the first message that the code writes for it."""
    found: dict[str, str] = {}
    for node in ast.walk(ast.parse(inspect.getsource(parse))):
        match node:
            case ast.Call(
                func=ast.Attribute(attr="_report"), args=[ast.Constant(value=str(code)), message, *_]
            ):
                found.setdefault(code, spoken(message))
            case _:
                pass
    yield from found.items()


def spoken(message: ast.expr) -> str:
    """A message as text, with "…" where it depends on the schema."""
    match message:
        case ast.Constant(value=str(text)):
            return text
        case ast.JoinedStr(values=parts):
            return "".join(spoken(part) for part in parts)
        case _:
            return "…"


# ---- command line ----------------------------------------------------------------------------------------------------


def commands_page() -> str:
    """Every command with its arguments and options, as `--help` knows them."""
    root = typer.main.get_command(application())
    lines = [
        "# Command line\n",
        "Written by `make docs` from the commands' own help.\n",
        *section(root, "nicol"),
    ]
    for path, command in commands(root, "nicol"):
        lines += section(command, path)
    return "\n".join(lines)


def commands(group: Any, path: str) -> Iterator[tuple[str, Any]]:
    """The commands below a group, each with the words that call it."""
    for name, command in sorted(getattr(group, "commands", {}).items()):
        if not command.hidden:
            yield f"{path} {name}", command
            yield from commands(command, f"{path} {name}")


def section(command: Any, path: str) -> list[str]:
    """One command: what it does, and a table of what it takes."""
    lines = [f"## `{path}`\n" if path != "nicol" else "", inspect.cleandoc(command.help or ""), ""]
    rows = [row(parameter) for parameter in command.params if not getattr(parameter, "hidden", False)]
    return [*lines, "| | |", "|---|---|", *rows, ""] if rows else lines


def row(parameter: Any) -> str:
    """One argument or option."""
    words = " ".join((getattr(parameter, "help", None) or "").split()).replace("|", "\\|")
    return f"| {', '.join(f'`{one}`' for one in spellings(parameter))} | {words} |"


def spellings(parameter: Any) -> list[str]:
    """How an argument or option is written, with a word for the value that an option takes."""
    if parameter.param_type_name == "argument":
        return [parameter.name.upper()]
    value = "" if parameter.is_flag else f" {parameter.metavar or parameter.name.upper()}"
    return [f"{one}{value}" for one in [*parameter.opts, *parameter.secondary_opts]]


PAGES = {"cli.md": commands_page, "errors.md": errors_page}


def main(check: bool) -> None:
    """Write the pages, or compare them."""
    stale: list[str] = []
    for name, page in PAGES.items():
        path = ROOT / "docs" / "reference" / name
        text = re.sub(r"\n{3,}", "\n\n", page()).rstrip() + "\n"
        if check and (not path.exists() or path.read_text() != text):
            stale.append(f"{path.relative_to(ROOT)} is out of date: make docs")
        elif not check:
            path.write_text(text)
    if stale:
        sys.exit("\n".join(stale))


if __name__ == "__main__":
    main("--check" in sys.argv)
