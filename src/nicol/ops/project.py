"""The project that a command works on: its folders, its configuration and its environment."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from nicol.client.environment import Environment, read_environment
from nicol.ops.configuration import Configuration, find_configuration, read_configuration

_DEFAULT_SCHEMAS = ("schema.prisma", "prisma/schema.prisma")


@dataclass(frozen=True, slots=True)
class Project:
    """One project as one command sees it; `schema` and `migrations` are absolute, `url` and `shadow` what options gave."""

    root: Path
    schema: Path
    migrations: Path
    configuration: Configuration
    environment: Environment
    origins: Mapping[str, str]
    url: str | None = None
    shadow: str | None = None

    @property
    def portable(self) -> bool:
        """True when schema and history serve several databases."""
        return len(self.configuration.providers) > 1


def open_project(
    start: Path,
    process: Mapping[str, str],
    *,
    config: Path | None = None,
    schema: Path | None = None,
    url: str | None = None,
    shadow: str | None = None,
) -> Project:
    """The project of a folder. Paths given by hand are taken from that folder, those in the configuration from its own."""
    configuration = read_configuration(start / config) if config else find_configuration(start)
    schema_path, schema_origin = _schema_path(configuration, start, schema)
    folder = schema_path if schema_path.is_dir() else schema_path.parent
    migrations = (
        configuration.root / configuration.migrations if configuration.migrations else folder / "migrations"
    )
    named = f"{configuration.path}"
    return Project(
        root=configuration.root,
        schema=schema_path,
        migrations=migrations.resolve(),
        configuration=configuration,
        environment=read_environment(process, (configuration.root, folder)),
        origins={
            "schema": schema_origin,
            "migrations": named if configuration.migrations else "default: beside the schema",
        },
        url=url,
        shadow=shadow,
    )


def _schema_path(configuration: Configuration, start: Path, given: Path | None) -> tuple[Path, str]:
    if given is not None:
        return (start / given).resolve(), "--schema"
    if configuration.schema is not None:
        return (configuration.root / configuration.schema).resolve(), str(configuration.path)
    candidates = [configuration.root / name for name in _DEFAULT_SCHEMAS]
    found = next((path for path in candidates if path.is_file()), candidates[0])
    return found.resolve(), "default"
