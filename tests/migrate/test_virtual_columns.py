"""Columns that are computed at each reading: PostgreSQL 18 has them as SQLite does, older ones are told of."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from campaigns.execution.servers import Postgres, embedded
from nicol.catalog import Catalog, Generated
from nicol.drivers import open_database
from nicol.errors import MigrationError
from nicol.migrate.apply import run_whole
from nicol.migrate.diff import diff
from tests.migrate.engine import apply, ask, catalog_of, dialect_of, introspect, script_between
from tests.migrate.pulling import described, text_of

pytestmark = pytest.mark.slow

PLAIN = "model Part {\n  id    Int @id\n  price Int\n  count Int\n%s}\n"
VIRTUAL = '  /// @nicol.generated("price * count", stored: false)\n  total Int?\n'
STORED = VIRTUAL.replace(", stored: false", "")
DEARER = VIRTUAL.replace("price * count", "(price + 1) * count")
COLUMNS = {"none": "", "virtual": VIRTUAL, "stored": STORED, "another": DEARER}
TOTALS = {"none": None, "virtual": 6, "stored": 6, "another": 9}


@pytest.fixture(scope="module")
def server() -> Iterator[Postgres]:
    """A PostgreSQL 18."""
    with embedded(18) as url:
        databases = Postgres(url, "virtual")
        yield databases
        databases.close()


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, server: Postgres) -> str:
    """A fresh database whose version computes columns at each reading."""
    fresh: str = server.fresh() if request.param == "postgresql" else request.getfixturevalue("sqlite_url")
    return fresh


@pytest.mark.proves("Migrations", "columns that are computed at each reading (PostgreSQL from 18 on)")
@pytest.mark.parametrize("before", COLUMNS)
@pytest.mark.parametrize("after", COLUMNS)
def test_a_virtual_column_is_made_changed_read_back_and_described(before: str, after: str, url: str):
    dialect = dialect_of(url, portable=True)
    held, wanted = (catalog_of(PLAIN % COLUMNS[name], dialect) for name in (before, after))
    with open_database(url) as database:
        apply(database, script_between(Catalog(), held, dialect), dialect)
        assert diff(introspect(database, dialect), held, exact=True) == ()
        ask(database, 'INSERT INTO "Part" (id, price, count) VALUES (1, 2, 3)')
        apply(database, script_between(introspect(database, dialect), wanted, dialect), dialect)
        found = introspect(database, dialect)
        if after == "none":  # what only annotations say is left alone where no annotation is
            wanted = catalog_of(PLAIN % COLUMNS[after], dialect) if before == "none" else found
        assert diff(found, wanted, exact=True) == ()
        ((total,),) = ask(database, 'SELECT total FROM "Part"') if after != "none" else ((None,),)
        assert total == TOTALS[after]
        again = described(found, dialect)
        if after in ("virtual", "another"):
            assert "stored: false" in text_of(found, dialect)
            column = found.tables[0].column("total")
            assert column is not None
            assert isinstance(column.generated, Generated)
            assert not column.generated.stored
            assert again.models[0].scalar("total").generated is not None


def test_an_older_server_is_told_of(postgres_url: str):
    dialect = dialect_of(postgres_url)
    text = script_between(Catalog(), catalog_of(PLAIN % VIRTUAL, dialect), dialect)
    with open_database(postgres_url) as database:
        with pytest.raises(MigrationError, match="PostgreSQL 16 cannot compute") as refused:
            database.run(run_whole(text, dialect), write=True)
        assert "stored: false" in (refused.value.help or "")
        assert introspect(database, dialect).tables == ()
        database.run(run_whole(text.replace("VIRTUAL", "STORED"), dialect), write=True)
        assert [table.name for table in introspect(database, dialect).tables] == ["Part"]
