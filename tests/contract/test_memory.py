"""A stream of any length fits into the memory of a small process."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks.stage import push, schema_of, write_client
from benchmarks.streaming import LIMIT, SCHEMA, fill, streamed

ROWS = 100_000


@pytest.mark.slow
@pytest.mark.proves(
    "Client", "streams in bounded memory: a hundred thousand rows in a process of less than 60 MB"
)
@pytest.mark.parametrize("awaited", [False, True], ids=["blocking", "awaited"])
def test_a_process_that_streams_stays_small(database_url: str, tmp_path: Path, awaited: bool) -> None:
    schema = schema_of(SCHEMA)
    write_client(schema, tmp_path, "stream_db")
    push(schema, database_url)
    fill("SQLite" if database_url.startswith("file:") else "PostgreSQL", database_url, ROWS)
    count, _, peak = streamed(tmp_path, database_url, awaited=awaited)
    assert count == ROWS
    assert peak < LIMIT, f"{peak} MB"
