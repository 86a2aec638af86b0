"""The settings of a project with their origins, and the URLs of its databases."""

from __future__ import annotations

from dataclasses import dataclass

from nicol.drivers.address import anchored
from nicol.errors import ConfigurationError
from nicol.masking import masked
from nicol.ops.configuration import FILE, Configuration
from nicol.ops.project import Project
from nicol.schema.schema import Datasource, EnvironmentVariable

DEFAULT_URL_VARIABLE = "DATABASE_URL"


@dataclass(frozen=True, slots=True)
class Setting:
    """One value and where it comes from, in words."""

    value: str
    origin: str


def database_url(project: Project, datasource: Datasource | None) -> Setting:
    """The URL of the project's database: `--url`, the configuration's variable, the datasource's, `DATABASE_URL`."""
    if project.url is not None:
        return Setting(anchored(project.url, project.root), "--url")
    if (name := project.configuration.url_env) is not None:
        return _from_variable(project, name, f"url_env in {project.configuration.path}")
    return _given(project, datasource.url if datasource else None) or _from_variable(
        project, DEFAULT_URL_VARIABLE, "default"
    )


def migration_url(project: Project, datasource: Datasource | None) -> Setting:
    """The URL that migrations use: the direct one where a variable gives it, else the database's."""
    if project.url is not None:
        return database_url(project, datasource)
    name = project.configuration.direct_url_env
    if name is None and datasource is not None and isinstance(datasource.direct_url, EnvironmentVariable):
        name = datasource.direct_url.name
    if name is not None and project.environment.get(name) is not None:
        return _from_variable(project, name, "the direct URL")
    literal = datasource.direct_url if datasource and isinstance(datasource.direct_url, str) else None
    return _given(project, literal) or database_url(project, datasource)


def shadow_url(project: Project, datasource: Datasource | None) -> Setting | None:
    """The URL of the database for replaying histories, where one is given."""
    if project.shadow is not None:
        return Setting(anchored(project.shadow, project.root), "--shadow-url")
    if (name := project.configuration.shadow_url_env) is not None:
        return _from_variable(project, name, "shadow_url_env") if project.environment.get(name) else None
    given = datasource.shadow_database_url if datasource else None
    if isinstance(given, EnvironmentVariable) and project.environment.get(given.name) is None:
        return None
    return _given(project, given)


def _given(project: Project, url: str | EnvironmentVariable | None) -> Setting | None:
    match url:
        case None:
            return None
        case EnvironmentVariable(name):
            return _from_variable(project, name, "the datasource block")
        case str():
            return Setting(anchored(url, project.root), "the datasource block")


def _from_variable(project: Project, name: str, asked_by: str) -> Setting:
    variable = project.environment.get(name)
    if variable is None:
        raise ConfigurationError(
            f"the environment variable {name} is not set (looked for in {project.environment.places})",
            code="P1012",
            help=f"set {name} to the URL of the database, put it into a .env file in {project.root}, or give --url"
            + ("" if asked_by == "default" else f"; {name} is asked for by {asked_by}"),
        )
    return Setting(anchored(variable.value, project.root), f"{name} from {variable.origin}")


def settings(project: Project, datasource: Datasource | None) -> dict[str, Setting]:
    """Every setting with its value, secrets masked, and its origin."""
    from nicol.ops.prisma_settings import prisma_settings  # only here, while every command looks for a URL

    configuration = project.configuration
    file = str(configuration.path)
    found = {
        "root": Setting(str(project.root), file if configuration.path else "the working directory"),
        "configuration": Setting(
            file if configuration.path else "none", "found upwards" if configuration.path else "default"
        ),
        "schema": Setting(str(project.schema), project.origins["schema"]),
        "migrations": Setting(str(project.migrations), project.origins["migrations"]),
        "seed": Setting(configuration.seed or "none", file if configuration.seed else "default"),
        "providers": _providers_setting(configuration, datasource),
        "annotations": Setting(
            ", ".join(f"{word}: {owner}" for word, owner in configuration.annotations.items()) or "none",
            file if configuration.annotations else "default",
        ),
    }
    found["lint"] = Setting(
        ", ".join(f"{code}: {level}" for code, level in configuration.lint.items()) or "none",
        file if configuration.lint else "default",
    )
    for name in ("lock_timeout", "statement_timeout", "wait", "backups", "keep_backups", "keys"):
        given: str | None = getattr(configuration, name)
        found[name] = Setting(given or "none", file if given else "default")
    for name, read in (("url", database_url), ("migration_url", migration_url), ("shadow_url", shadow_url)):
        found[name] = (
            _url_setting(read(project, datasource))
            if _is_set(project, datasource, name)
            else Setting("not set", "")
        )
    if (prisma := prisma_settings(project.root)) is not None:
        found["prisma"] = Setting(str(prisma.file), f"not read; {FILE} says it so: {prisma.instead}")
    return found


def _providers_setting(configuration: Configuration, datasource: Datasource | None) -> Setting:
    if configuration.providers:
        return Setting(", ".join(configuration.providers), str(configuration.path))
    if datasource is None:
        return Setting("none", "there is no datasource block")
    return Setting(datasource.provider, "the datasource block")


def _url_setting(setting: Setting | None) -> Setting:
    return Setting(masked(setting.value), setting.origin) if setting else Setting("not set", "")


def _is_set(project: Project, datasource: Datasource | None, name: str) -> bool:
    if name == "shadow_url":
        return True
    try:
        database_url(project, datasource)
    except ConfigurationError:
        return False
    return True
