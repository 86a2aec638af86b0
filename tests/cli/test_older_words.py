"""What scripts written for Prisma say goes on working, and a database can be dropped."""

from __future__ import annotations

import pytest

from nicol.cli.older import modern

from .conftest import Shop


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("migrate dev --name x --skip-generate --skip-seed", "migrate dev --name x"),
        (
            "migrate diff --from-empty --to-schema-datamodel a.prisma",
            "migrate diff --from-empty --to-schema a.prisma",
        ),
        ("migrate diff --from-schema-datamodel=a --to-url b", "migrate diff --from-schema=a --to-url b"),
        ("migrate diff --shadow-database-url x", "migrate diff --shadow-url x"),
        ("migrate diff --to-schema-datasource p", "migrate diff --to-config-datasource --schema p"),
        ("db push --skip-generate", "db push"),
        ("db seed -- --preview-feature", "db seed -- --preview-feature"),
        ("validate --skip-generate", "validate --skip-generate"),
        ("version", "version"),
    ],
)
def test_older_words_are_understood(said: str, meant: str) -> None:
    assert modern(said.split()) == meant.split()


@pytest.mark.slow
@pytest.mark.proves("Command line", "the flags of Prisma 5 and 6")
def test_a_script_for_prisma_runs(living_shop: Shop) -> None:
    living_shop.run("migrate", "dev", "--name", "init", "--skip-generate", "--skip-seed")
    living_shop.run(
        *(
            "migrate",
            "diff",
            "--from-schema-datamodel",
            "schema.prisma",
            "--to-schema-datasource",
            "schema.prisma",
        ),
        "--exit-code",
    )


@pytest.mark.slow
@pytest.mark.proves("Command line", "db drop")
def test_a_database_is_dropped_when_somebody_says_yes(living_shop: Shop) -> None:
    living_shop.run("db", "push")
    assert "--force" in living_shop.run("db", "drop", code=1).err
    living_shop.run("migrate", "diff", "--from", "config-datasource", "--to", "schema", "--exit-code")
    assert "is gone" in living_shop.run("db", "drop", "--force").out
    assert "There is no database" in living_shop.run("db", "drop", "-f", "--preview-feature").out
    assert "does not exist yet" in living_shop.run("migrate", "status").out
