"""`db seed`: run the project's seed in a process of its own, with the database's URL in its environment."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO

from nicol.errors import ConfigurationError, NicolError
from nicol.ops.databases import Target, target_of
from nicol.ops.prisma_settings import with_prisma
from nicol.ops.project import Project
from nicol.ops.schemas import ReadSchema, read_schema
from nicol.ops.settings import DEFAULT_URL_VARIABLE
from nicol.schema.schema import EnvironmentVariable

_FUNCTION = re.compile(r"[A-Za-z_][\w.]*:[A-Za-z_][\w.]*")
_TAIL = 20
_HEAD = 8


@dataclass(frozen=True, slots=True)
class Seeding:
    """A seed that ran to its end, and what it wrote to its standard error."""

    target: Target
    command: str
    errors: str


def db_seed(project: Project, arguments: Sequence[str] = (), output: TextIO | None = None) -> Seeding:
    """Run the configured seed with arguments; its output passes through, or goes to `output`.

    NicolError with its own words when it fails.
    """
    seed = project.configuration.seed
    if seed is None:
        raise ConfigurationError(
            "no seed is configured",
            help=with_prisma(
                'set `seed` in nicol.toml or [tool.nicol] of pyproject.toml, for example seed = "python seed.py"'
                ' or seed = "shop.seed:main"',
                project.root,
            ),
        )
    read = read_schema(project)
    target = target_of(project, read)
    done = _run(project, [*_command(seed), *arguments], _environment(project, read, target), output)
    if done.returncode != 0:
        raise NicolError(
            f"the seed `{seed}` failed{_how(done.returncode)}{_said(done.stderr)}", help=_way_out(seed)
        )
    return Seeding(target, seed, done.stderr)


def _command(seed: str) -> list[str]:
    if _FUNCTION.fullmatch(seed):
        return [sys.executable, "-m", "nicol.ops.seed_function", seed]
    try:
        return shlex.split(seed)
    except ValueError as error:
        raise ConfigurationError(f"the seed `{seed}` is not a command: {error}") from None


def _run(
    project: Project, command: list[str], environment: Mapping[str, str], output: TextIO | None
) -> subprocess.CompletedProcess[str]:
    try:
        return subprocess.run(
            command,
            cwd=project.root,
            env=dict(environment),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.PIPE,
            text=True,
            errors="replace",
            check=False,
        )
    except (FileNotFoundError, PermissionError, NotADirectoryError) as error:
        raise ConfigurationError(
            f"the seed cannot be started: {command[0]}: {error.strerror}",
            help="check `seed` in the configuration; it is run without a shell, in the project's folder",
        ) from None


def _environment(project: Project, read: ReadSchema, target: Target) -> dict[str, str]:
    """The command's own environment; the database's URL under every name by which the project may ask for it."""
    datasource = read.schema.datasource
    names = {DEFAULT_URL_VARIABLE, project.configuration.url_env}
    if datasource is not None and isinstance(datasource.url, EnvironmentVariable):
        names.add(datasource.url.name)
    environment = project.environment.exported()
    environment.update({name: target.url.value for name in names if name is not None})
    scripts = str(Path(sys.executable).parent)  # so that `python` is the interpreter that has Nicol
    environment["PATH"] = os.pathsep.join([scripts, environment.get("PATH", os.defpath)])
    return environment


def _how(code: int) -> str:
    return f" (ended by signal {-code})" if code < 0 else f" (exit code {code})"


def _said(errors: str) -> str:
    lines = _shortened(errors.strip().splitlines())
    return (":" + "".join(f"\n  {line}" for line in lines)) if lines else ""


def _shortened(lines: list[str]) -> list[str]:
    """The last lines, and the first ones of the last traceback: they name the seed's own line, above all that it called."""
    end = max(0, len(lines) - _TAIL)
    start = max((i for i, line in enumerate(lines[:end]) if line.startswith("Traceback ")), default=None)
    if start is None:
        return lines[end:]
    return [*lines[start + 1 : min(start + _HEAD, end)], "  …", *lines[end:]]


def _way_out(seed: str) -> str:
    if _FUNCTION.fullmatch(seed):
        return (
            "with a client as its parameter, the function ran in one transaction, and nothing of it was kept"
        )
    return "what it wrote before it failed may be in the database; make it repeatable, or wrap it in one transaction"
