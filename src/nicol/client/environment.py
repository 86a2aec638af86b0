"""The environment: the variables of the process, and below them those of `.env` files."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

_ASSIGNMENT = re.compile(
    r"""
    ^[ \t]*(?:export[ \t]+)?(?P<name>[A-Za-z_][\w.-]*)[ \t]*=[ \t]*
    (?:
        "(?P<double>(?:\\.|[^"\\])*)"
      | '(?P<single>[^']*)'
      | `(?P<backtick>[^`]*)`
      | (?P<bare>[^\r\n]*?)
    )
    [ \t]*(?:(?<=[ \t="'`])\#[^\r\n]*)?\r?$
    """,
    re.MULTILINE | re.VERBOSE,
)
_REFERENCE = re.compile(
    r"(?P<escaped>\\\$)|\$\{(?P<braced>[A-Za-z_]\w*)(?::-(?P<default>[^}]*))?\}|\$(?P<plain>[A-Za-z_]\w*)"
)
_ESCAPES = {"n": "\n", "r": "\r", "t": "\t", '"': '"', "\\": "\\"}


@dataclass(frozen=True, slots=True)
class Variable:
    """One variable with the place that its value came from: `environment` or the path of a `.env` file."""

    value: str
    origin: str


@dataclass(frozen=True, slots=True)
class Environment:
    """The variables that count, and the `.env` files that were looked into."""

    variables: Mapping[str, Variable]
    files: tuple[Path, ...] = ()

    def get(self, name: str) -> Variable | None:
        """The variable of that name; one that is set to nothing counts as missing."""
        variable = self.variables.get(name)
        return variable if variable is not None and variable.value else None

    def value(self, name: str) -> str | None:
        """What the variable of that name holds."""
        variable = self.get(name)
        return variable.value if variable else None

    def exported(self) -> dict[str, str]:
        """Everything, as a child process is given it."""
        return {name: variable.value for name, variable in self.variables.items()}

    @property
    def places(self) -> str:
        """Where variables were looked for, in words."""
        return " and ".join(["the environment", *(str(path) for path in self.files)])


def read_environment(process: Mapping[str, str], folders: Iterable[Path]) -> Environment:
    """The process's variables, then those of each folder's `.env`; what is set already is never replaced."""
    variables = {name: Variable(value, "environment") for name, value in process.items()}
    files: list[Path] = []
    for folder in dict.fromkeys(folders):
        path = folder / ".env"
        if not path.is_file():
            continue
        files.append(path)
        known = {name: variable.value for name, variable in variables.items()}
        for name, value in parse_dotenv(path.read_text("utf-8"), known).items():
            variables.setdefault(name, Variable(value, str(path)))
    return Environment(variables, tuple(files))


def parse_dotenv(text: str, known: Mapping[str, str]) -> dict[str, str]:
    """The assignments of a `.env` text; `$NAME` and `${NAME:-default}` stand for `known` and earlier variables.

    Text in single quotes or backticks is taken as it stands. In double quotes `\\n` and its like are escapes.
    """
    found: dict[str, str] = {}
    for match in _ASSIGNMENT.finditer(text):
        found[match["name"]] = _value(match, {**found, **known})
    return found


def _value(match: re.Match[str], known: Mapping[str, str]) -> str:
    if (double := match["double"]) is not None:
        return _unescape(_expand(double, known))
    for raw in (match["single"], match["backtick"]):
        if raw is not None:
            return raw
    return _expand(match["bare"].strip(), known)


def _expand(text: str, known: Mapping[str, str]) -> str:
    def replacement(match: re.Match[str]) -> str:
        if match["escaped"]:
            return "$"
        return known.get(match["braced"] or match["plain"]) or match["default"] or ""

    return _REFERENCE.sub(replacement, text)


def _unescape(text: str) -> str:
    return re.sub(r"\\(.)", lambda match: _ESCAPES.get(match[1], match[0]), text)
