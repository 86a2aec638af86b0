"""Where the configuration is found, what it may say, and where each value of a project comes from."""

from __future__ import annotations

from pathlib import Path

import pytest

from nicol.drivers.address import anchored
from nicol.errors import ConfigurationError
from nicol.masking import masked
from nicol.ops.configuration import find_configuration, read_configuration
from nicol.ops.project import open_project
from nicol.ops.settings import database_url, migration_url, shadow_url
from nicol.schema.schema import Datasource, EnvironmentVariable


def test_the_nearest_configuration_upwards_governs_a_folder(tmp_path: Path) -> None:
    inner = tmp_path / "a" / "b"
    inner.mkdir(parents=True)
    assert find_configuration(inner).root == inner
    (tmp_path / "pyproject.toml").write_text('[project]\nname = "x"\n[tool.nicol]\nschema = "far.prisma"\n')
    assert find_configuration(inner).schema == "far.prisma"
    (tmp_path / "a" / "pyproject.toml").write_text('[project]\nname = "y"\n')
    assert find_configuration(inner).root == tmp_path
    (tmp_path / "a" / "nicol.toml").write_text(
        'schema = "near.prisma"\nproviders = ["sqlite", "postgresql"]\n'
    )
    near = find_configuration(inner)
    assert (near.root, near.schema, near.providers) == (
        tmp_path / "a",
        "near.prisma",
        ("sqlite", "postgresql"),
    )


@pytest.mark.parametrize(
    ("text", "message", "help_"),
    [
        ('shema = "x"', "unknown setting 'shema'", "did you mean 'schema'?"),
        ('zzz = "x"', "unknown setting 'zzz'", "the settings are schema, migrations"),
        ("schema = 3", "schema must be a text", "the schema file"),
        ('schema = " "', "schema must be a text", "the schema file"),
        ('providers = "sqlite"', "providers must be a list", 'providers = ["sqlite", "postgresql"]'),
        ('providers = ["postgres"]', "unknown provider 'postgres'", "did you mean 'postgresql'?"),
        ('providers = ["sqlite", "sqlite"]', "listed twice", ""),
        ("schema =", "not valid TOML", ""),
        ('annotations = "nicol"', "annotations must be a table", "[annotations]"),
        ('[annotations]\nencryptd = "nicol"', "@encryptd is no annotation", "did you mean 'encrypted'?"),
        ('[annotations]\nzzz = "nicol"', "@zzz is no annotation", "the words are renamed, check"),
        ("[annotations]\nencrypted = true", "annotations.encrypted must name a tool", '"nicol", or the one'),
        ('[annotations]\nencrypted = "nicl"', "annotations.encrypted is 'nicl'", "did you mean 'nicol'?"),
        ('[annotations]\nencrypted = "Nicol"', "annotations.encrypted is 'Nicol'", "did you mean 'nicol'?"),
    ],
)
def test_a_wrong_setting_is_named_with_the_way_out(
    tmp_path: Path, text: str, message: str, help_: str
) -> None:
    path = tmp_path / "nicol.toml"
    path.write_text(text)
    with pytest.raises(ConfigurationError) as caught:
        read_configuration(path)
    assert message in caught.value.message
    assert help_ in (caught.value.help or "")


def test_a_broken_pyproject_of_somebody_else_is_not_ours_to_judge(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text("[project\n")
    assert find_configuration(tmp_path).path is None


ENV = EnvironmentVariable("DB")


@pytest.mark.parametrize(
    ("given", "url_env", "datasource_url", "process", "expected"),
    [
        ("file:g.db", "CONF", ENV, {"CONF": "file:c.db", "DB": "file:d.db"}, "g.db"),
        (None, "CONF", ENV, {"CONF": "file:c.db", "DB": "file:d.db"}, "c.db"),
        (None, None, ENV, {"DB": "file:d.db", "DATABASE_URL": "file:e.db"}, "d.db"),
        (None, None, "file:./l.db", {"DATABASE_URL": "file:e.db"}, "l.db"),
        (None, None, None, {"DATABASE_URL": "file:e.db"}, "e.db"),
    ],
)
def test_the_url_comes_from_the_most_explicit_place_and_its_file_from_the_root(
    tmp_path: Path,
    given: str | None,
    url_env: str | None,
    datasource_url: str | EnvironmentVariable | None,
    process: dict[str, str],
    expected: str,
) -> None:
    (tmp_path / "nicol.toml").write_text(f'url_env = "{url_env}"' if url_env else "")
    project = open_project(tmp_path, process, url=given)
    found = database_url(project, Datasource("db", "sqlite", datasource_url))
    assert found.value == f"file:{tmp_path}/{expected}"


def test_a_missing_variable_is_named_with_the_places_that_were_looked_into(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("OTHER=1")
    with pytest.raises(ConfigurationError) as caught:
        database_url(open_project(tmp_path, {}), Datasource("db", "sqlite", ENV))
    assert "DB is not set" in caught.value.message
    assert str(tmp_path / ".env") in caught.value.message
    assert "--url" in (caught.value.help or "")


def test_migrations_use_the_direct_url_where_it_is_set(tmp_path: Path) -> None:
    datasource = Datasource(
        "db", "postgresql", ENV, EnvironmentVariable("DIRECT"), EnvironmentVariable("SHADOW")
    )
    urls = {
        "DB": "postgresql://pooler/d",
        "DIRECT": "postgresql://server/d",
        "SHADOW": "postgresql://server/s",
    }
    project = open_project(tmp_path, urls)
    assert migration_url(project, datasource).value == "postgresql://server/d"
    assert database_url(project, datasource).value == "postgresql://pooler/d"
    assert getattr(shadow_url(project, datasource), "value", None) == "postgresql://server/s"
    without = open_project(tmp_path, {"DB": urls["DB"]})
    assert migration_url(without, datasource).value == "postgresql://pooler/d"
    assert shadow_url(without, datasource) is None


def test_defaults_follow_prismas_layout(tmp_path: Path) -> None:
    (tmp_path / "prisma").mkdir()
    (tmp_path / "prisma" / "schema.prisma").write_text("")
    project = open_project(tmp_path, {})
    assert (project.schema, project.migrations) == (
        tmp_path / "prisma" / "schema.prisma",
        tmp_path / "prisma" / "migrations",
    )
    (tmp_path / "schema.prisma").write_text("")
    assert open_project(tmp_path, {}).schema == tmp_path / "schema.prisma"


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("file:./a.db", "file:/root/a.db"),
        ("file:a b.db?mode=ro", "file:/root/a%20b.db?mode=ro"),
        ("file:../a.db", "file:/a.db"),
        ("file:/x/a.db", "file:/x/a.db"),
        ("file:///x/a.db", "file:///x/a.db"),
        ("file::memory:", "file::memory:"),
        ("postgresql://u:p@h/d", "postgresql://u:p@h/d"),
    ],
)
def test_only_relative_files_are_anchored(url: str, expected: str) -> None:
    assert anchored(url, Path("/root")) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("postgresql://u:s3cret@h:5432/d", "postgresql://u:***@h:5432/d"),
        ("postgresql://u:p@ss@h/d", "postgresql://u:***@h/d"),
        ("postgresql://:s@h/d", "postgresql://:***@h/d"),
        ("postgresql://u@h/d?password=s3cret&a=1", "postgresql://u@h/d?password=***&a=1"),
        ("cannot reach 'postgres://a:b@h/d' now", "cannot reach 'postgres://a:***@h/d' now"),
        ("file:/x/a.db", "file:/x/a.db"),
    ],
)
def test_secrets_of_urls_are_hidden(text: str, expected: str) -> None:
    assert masked(text) == expected
