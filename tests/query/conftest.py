"""A client of the blog on each database."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.query.blog import Client


@pytest.fixture
def db(database_url: str) -> Iterator[Client]:
    """A client of a fresh and empty blog, portable between databases; the test runs once on each."""
    client = Client(database_url)
    yield client
    client.database.close()
