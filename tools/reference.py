"""Writes the pages of the reference that the code itself knows: the command line, errors, and the rule books.

`reference.py --check` writes nothing and says which page is out of date.
"""

from __future__ import annotations

import ast
import inspect
import re
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import typer.main

from nicol import errors
from nicol.cli.main import application
from nicol.dialects import NAMES, PROVIDERS, named, provider_named
from nicol.dialects.lint.level import Level
from nicol.dialects.lint.rule import Rule
from nicol.migrate.commuting import ORDER_RULES
from nicol.migrate.ignores import IGNORE_RULES
from nicol.schema import cursor, expressions, parse
from nicol.schema.provider import Constraint, Native, Numbering, Provider
from nicol.schema.rules import RULES
from nicol.schema.schema import Scalar

ROOT = Path(__file__).parents[1]


# ---- errors ----------------------------------------------------------------------------------------------------------


ERRORS = """\
# Errors

Written by `make docs` from the code.

Calls that cannot be answered raise one of the exceptions in `nicol.errors`. Codes are Prisma's. Each has `message`, `code` and,
where there is a way out, `help`; those of the client also `model`, `fields`,
`constraint` and `call`: the call with the keys of its arguments, never with values.

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
    nodes = (
        node for part in (parse, expressions, cursor) for node in ast.walk(ast.parse(inspect.getsource(part)))
    )
    for node in nodes:
        match node:
            case ast.Call(
                func=ast.Attribute(attr="_report" | "_lost"),
                args=[ast.Constant(value=str(code)), message, *_],
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


# ---- databases -------------------------------------------------------------------------------------------------------


DATABASES = """\
# Databases of the language

Written by `make docs` from the code.

What a schema may ask of each database. Nicol talks to {served}; schemas for the others are checked and formatted.
"""


def databases_page() -> str:
    """The tables that rules look things up in, one section for each database."""
    served = " and ".join(provider_named(name).title for name in NAMES)
    parts = [DATABASES.format(served=served)]
    for name in PROVIDERS:
        parts.extend(database(provider_named(name)))
    return "\n".join(parts)


def database(provider: Provider) -> Iterator[str]:
    """What one database has: a list of its abilities, then its native types and its index types."""
    yield f'## {provider.title}\n\n`provider = "{provider.name}"`\n'
    yield from (f"* {word}: {value}" for word, value in abilities(provider))
    if provider.natives:
        yield "\n| native type | stores | arguments |\n|---|---|---|"
        for native in provider.natives.values():
            yield f"| `@db.{native.name}` | {', '.join(native.scalars)} | {arguments(native)} |"
    yield "\n| index type | operator classes |\n|---|---|"
    for method in provider.methods.values():
        yield f"| `{method.name}` | {', '.join(f'`{each}`' for each in method.classes or ()) or '–'} |"
    yield ""


def abilities(provider: Provider) -> Iterator[tuple[str, str]]:
    """What the database can beyond native types and indexes, in a few words each."""
    yield "lists of", ", ".join(scalar for scalar in Scalar if scalar in provider.lists) or "nothing"
    numbered = " and ".join(scalar for scalar in Scalar if scalar in provider.numbered)
    which = "any field" if provider.numbering is Numbering.ANY else provider.numbering
    yield "`autoincrement()` on", f"{which}, of type {numbered}"
    yield (
        "names of constraints",
        f"at most {provider.name_limit} bytes" if provider.name_limit else "of any length",
    )
    yield (
        "names (`map:`) of",
        ", ".join(
            f"{each}s" if each != "index" else "indexes" for each in Constraint if each in provider.named
        ),
    )
    words = {
        "schemas (`@@schema`)": provider.namespaces,
        "extensions": provider.extensions,
        "`sequence()`": provider.sequences,
        "`@@fulltext`": provider.fulltext,
        "prefixes (`length:`)": provider.prefixes,
        "partial indexes (`where:`)": provider.partial,
        "shard keys": provider.shards,
    }
    yield "has", ", ".join(word for word, there in words.items() if there) or "none of the rest"


def arguments(native: Native) -> str:
    """The bounds of a native type's arguments."""
    bounds = [
        f"{low} to {high}" if high is not None else f"from {low}"
        for low, high in native.capacity or native.limits or ()
    ]
    return "; ".join(bounds) + (" (needed)" if native.needed else "") if bounds else "–"


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


# ---- rules about migrations ------------------------------------------------------------------------------------------


LINT = """\
# Rules of `nicol migrate lint`

Written by `make docs` from the rules. [How to use them](../how-to/lint.md).

A rule is `off`, a `note`, a `warning` or an `error` unless `[lint]`
in the [configuration](configuration.md) says otherwise.
What a script makes itself is free: nobody uses a table yet that was created a few lines before.

## {sections}
"""


def lint_page() -> str:
    """The rules about scripts, those of all databases first."""
    books = {name: {rule.code: rule for rule in named(name).rules} for name in NAMES}
    first, *others = books.values()
    shared = [code for code, rule in first.items() if all(book.get(code) == rule for book in others)]
    sections = [("All databases", [first[code] for code in shared])]
    for name, book in books.items():
        title = named(name).provider.title
        sections.append((title, [rule for code, rule in book.items() if code not in shared]))
    texts = [f"{title}\n\n{lint_table(rules)}" for title, rules in sections]
    texts += [f"Order\n\n{plain_table(ORDER_RULES)}", f"Ignores\n\n{plain_table(IGNORE_RULES)}"]
    return LINT.format(sections="\n\n## ".join(texts))


LINT_HEAD = ("| code | usually | what must hold | what may happen | the safe way |", "|---|---|---|---|---|")


def plain_table(rules: Mapping[str, tuple[Level, str, str, str]]) -> str:
    """Rules that no database has of its own, as a table."""
    return "\n".join([*LINT_HEAD, *(f"| `{code}` | {' | '.join(cells)} |" for code, cells in rules.items())])


def lint_table(rules: list[Rule]) -> str:
    """Rules as a table."""
    cells = [(f"`{rule.code}`", rule.level, rule.sentence, rule.harm, rule.way) for rule in rules]
    lines = ["| " + " | ".join(cell.replace("|", "\\|") for cell in row) + " |" for row in cells]
    return "\n".join([*LINT_HEAD, *lines])


PAGES = {
    "cli.md": commands_page,
    "databases.md": databases_page,
    "errors.md": errors_page,
    "lint.md": lint_page,
}


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
