"""The fixtures that all other tests stand on."""

import psycopg
import pytest


@pytest.mark.parametrize("turn", range(3))
def test_each_test_gets_an_empty_postgresql_database(postgres_url: str, turn: int) -> None:
    with psycopg.connect(postgres_url) as connection:
        connection.execute("CREATE TABLE mark (id int)")
        assert connection.info.server_version // 10000 == 16


def test_the_database_url_names_its_kind(database_url: str, request: pytest.FixtureRequest) -> None:
    kind = request.node.callspec.params["database_url"]
    assert database_url.startswith({"sqlite": "file:", "postgresql": "postgresql://"}[kind])
