"""The configuration of a project: `nicol.toml`, or `[tool.nicol]` in `pyproject.toml`, and what each setting may be."""

from __future__ import annotations

import difflib
import tomllib
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, cast

from nicol.dialects import NAMES, named
from nicol.dialects.lint.level import Level
from nicol.errors import ConfigurationError
from nicol.schema.annotations.table import ANNOTATIONS, SPACE

PROVIDERS = ("sqlite", "postgresql")

SETTINGS: Mapping[str, str] = {
    "schema": "the schema file, or a folder of schema files",
    "migrations": "the folder of the migration history",
    "seed": "what `nicol db seed` runs: a command, or `module:function`",
    "providers": "the databases that schema and history must work on; more than one makes the project portable",
    "url_env": "the environment variable that holds the database's URL",
    "direct_url_env": "the environment variable that holds the URL for migrations, where it differs (past a pooler)",
    "shadow_url_env": "the environment variable that holds the URL of a database for replaying the history; it is emptied",
    "annotations": 'whose annotations the words without name space are: `encrypted = "nicol"`, or another tool\'s name',
    "lock_timeout": "how long a statement of a migration waits for a lock before it is undone and tried again: 3s",
    "statement_timeout": "how long a statement of a migration may take on PostgreSQL; without it the server decides",
    "wait": "how long a deployer waits for another one: 10m",
    "backups": "where `nicol db backup` puts backups: a folder, or s3://bucket/prefix",
    "keep_backups": "how long old backups are kept when a new one is taken: 30d; without it, for ever",
    "keys": "where the commands find the keys of encrypted fields: `module:name` of a KeyProvider; without it NICOL_KEYS",
    "lint": 'how much the rules of `nicol migrate lint` weigh: `drop-not-null = "off"`, or note, warning, error',
}


_TABLES = ("providers", "annotations", "lint")


FILE = "nicol.toml"


@dataclass(frozen=True, slots=True)
class Configuration:
    """The settings as written. `path` is the file they stand in (None: there is none), `root` the project's folder."""

    root: Path
    path: Path | None = None
    schema: str | None = None
    migrations: str | None = None
    seed: str | None = None
    providers: tuple[str, ...] = ()
    url_env: str | None = None
    direct_url_env: str | None = None
    shadow_url_env: str | None = None
    annotations: Mapping[str, str] = field(default_factory=dict[str, str])
    lock_timeout: str | None = None
    statement_timeout: str | None = None
    wait: str | None = None
    backups: str | None = None
    keep_backups: str | None = None
    keys: str | None = None
    lint: Mapping[str, Level] = field(default_factory=dict[str, Level])


def find_configuration(start: Path) -> Configuration:
    """The configuration that governs a folder: the nearest one upwards; without any, the folder itself is the root."""
    for folder in (start, *start.parents):
        for name in (FILE, "pyproject.toml"):
            path = folder / name
            if path.is_file() and (table := _table(path)) is not None:
                return _configuration(path, table)
    return Configuration(root=start)


def read_configuration(path: Path) -> Configuration:
    """The configuration in a file that was named by hand."""
    if not path.is_file():
        raise ConfigurationError(
            f"there is no configuration file {path}", help="check the path given with --config"
        )
    table = _table(path)
    if table is None:
        raise ConfigurationError(f"{path} has no [tool.nicol] table")
    return _configuration(path, table)


def _table(path: Path) -> Mapping[str, Any] | None:
    try:
        content = tomllib.loads(path.read_text("utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        if path.name == "pyproject.toml" and "[tool.nicol]" not in path.read_text("utf-8", errors="replace"):
            return None
        raise ConfigurationError(f"{path} is not valid TOML: {error}") from None
    if path.name != "pyproject.toml":
        return content
    table: Mapping[str, Any] | None = content.get("tool", {}).get("nicol")
    return table


def _configuration(path: Path, table: Mapping[str, Any]) -> Configuration:
    for key in table:
        if key not in SETTINGS:
            raise ConfigurationError(f"{path} has an unknown setting {key!r}", help=_suggestion(key))
    texts = {key: _text(path, key, value) for key, value in table.items() if key not in _TABLES}
    return Configuration(
        path.parent,
        path,
        providers=_providers(path, table.get("providers", [])),
        annotations=_owners(path, table.get("annotations", {})),
        lint=_levels(path, table["lint"]) if "lint" in table else {},
        **texts,
    )


def _suggestion(key: str) -> str:
    near = difflib.get_close_matches(key, SETTINGS, n=1)
    return f"did you mean {near[0]!r}?" if near else f"the settings are {', '.join(SETTINGS)}"


def _text(path: Path, key: str, value: object) -> str:
    if not isinstance(value, str) or not value.strip():
        raise ConfigurationError(
            f"{path}: {key} must be a text that is not empty", help=f"{key} is {SETTINGS[key]}"
        )
    return value


def _providers(path: Path, value: object) -> tuple[str, ...]:
    if not isinstance(value, list):
        raise ConfigurationError(
            f"{path}: providers must be a list", help='for example providers = ["sqlite", "postgresql"]'
        )
    names = tuple(str(item) for item in value)  # pyright: ignore[reportUnknownVariableType, reportUnknownArgumentType]
    for name in names:
        if name not in PROVIDERS:
            near = difflib.get_close_matches(name, PROVIDERS, n=1, cutoff=0.4)
            hint = f"did you mean {near[0]!r}?" if near else f"Nicol knows {', '.join(PROVIDERS)}"
            raise ConfigurationError(f"{path}: unknown provider {name!r}", help=hint)
    if len(set(names)) != len(names):
        raise ConfigurationError(f"{path}: a provider is listed twice")
    return names


def _owners(path: Path, value: object) -> Mapping[str, str]:
    if not isinstance(value, dict):
        raise ConfigurationError(
            f"{path}: annotations must be a table", help=f'for example [annotations]  encrypted = "{SPACE}"'
        )
    words = cast("dict[str, object]", value)
    return {word: _owner(path, word, owner) for word, owner in words.items()}


def _owner(path: Path, word: str, owner: object) -> str:
    """Whose annotation a word is. A misspelt `nicol` would be another tool, and what is to be encrypted stored plain."""
    if word not in ANNOTATIONS:
        near = difflib.get_close_matches(word, ANNOTATIONS, n=1)
        hint = f"did you mean {near[0]!r}?" if near else f"the words are {', '.join(ANNOTATIONS)}"
        raise ConfigurationError(f"{path}: @{word} is no annotation that Nicol knows", help=hint)
    if not isinstance(owner, str) or not owner.strip():
        raise ConfigurationError(
            f"{path}: annotations.{word} must name a tool", help=f'"{SPACE}", or the one that reads @{word}'
        )
    if owner != SPACE and difflib.get_close_matches(owner.lower(), [SPACE], cutoff=0.75):
        raise ConfigurationError(
            f"{path}: annotations.{word} is {owner!r}",
            help=f"did you mean {SPACE!r}? Other tools have other names",
        )
    return owner


def _levels(path: Path, value: object) -> Mapping[str, Level]:
    if not isinstance(value, dict):
        raise ConfigurationError(
            f"{path}: lint must be a table", help='for example [lint]  drop-not-null = "off"'
        )
    from nicol.migrate.lint import guidance

    rules = {code for name in NAMES for code in guidance(named(name), {})}
    words = cast("dict[str, object]", value)
    return {code: _level(path, code, level, rules) for code, level in words.items()}


def _level(path: Path, code: str, level: object, rules: Collection[str]) -> Level:
    if code not in rules:
        near = difflib.get_close_matches(code, sorted(rules), n=1)
        hint = f"did you mean {near[0]!r}?" if near else "docs/reference/lint.md lists them"
        raise ConfigurationError(f"{path}: there is no rule {code!r}", help=hint)
    spelled = "warning" if level == "warn" else level
    if spelled not in set(Level):
        raise ConfigurationError(f"{path}: lint.{code} is {level!r}", help=f"it may be {', '.join(Level)}")
    return Level(str(spelled))
