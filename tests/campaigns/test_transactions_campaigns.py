"""A share of the campaigns on transactions: many writers of one row, and connections that are cut."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from campaigns.transactions.accounts import NAME, package_in, prepare
from campaigns.transactions.cuts import AWAITING, BLOCKING, trial
from campaigns.transactions.line import Line
from campaigns.transactions.writers import KINDS, exact
from nicol.drivers import open_database
from nicol.sql.program import rows

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the client lies."""
    return tmp_path_factory.mktemp("accounts")


@pytest.fixture(scope="module")
def package(folder: Path) -> Any:
    """The generated client."""
    return package_in(folder)


@pytest.mark.proves("Client", "32 writers increment one counter exactly")
@pytest.mark.parametrize("reading", [False, True])
@pytest.mark.parametrize("kind", KINDS)
def test_writers_are_exact(database_url: str, package: Any, folder: Path, kind: str, reading: bool) -> None:
    url = f"{database_url}{'&' if '?' in database_url else '?'}pool_timeout=60&busy_timeout=60000"
    prepare(package, database_url)
    writers = 4 if kind == "processes" else 32
    assert exact(kind, package, folder, url, writers, 3 if reading else 20, reading=reading)


@pytest.fixture
def line(postgres_url: str) -> Iterator[Line]:
    """A line to a fresh database."""
    with Line(postgres_url) as made:
        yield made


@pytest.mark.proves(
    "Client",
    "a connection that is cut commits once or not at all, and says where it cannot know",
    only="postgresql",
)
@pytest.mark.parametrize("name", [*BLOCKING, *AWAITING])
def test_cut_connections_are_told_as_they_are(postgres_url: str, package: Any, line: Line, name: str) -> None:
    prepare(package, postgres_url)
    with package.Client(url=f"{postgres_url}&application_name=direct") as direct:
        seen, wrong = trial(package, direct, line, name)
    assert not wrong
    assert seen["unknown, nothing"] == seen["unknown, whole"] == 1
    assert seen["kept, whole"] == 2


def test_a_read_that_is_cut_leaves_no_doubt(postgres_url: str, package: Any, line: Line) -> None:
    from nicol.errors import ConnectionFailed

    prepare(package, postgres_url)
    with package.Client(url=line.url) as db:
        db.account.count()
        for call in (db.account.count, lambda: db.query_raw("SELECT 1")):
            line.cut(0, "unanswered")
            with pytest.raises(ConnectionFailed) as error:
                call()
            assert error.value.code == "P1017"
            assert error.value.retryable
        assert db.account.count() == 0


@pytest.mark.proves("Databases", "a pooler is noticed, and nothing is prepared behind it", only="postgresql")
def test_nothing_is_prepared_behind_somebody_who_gives_other_numbers(postgres_url: str, line: Line) -> None:
    prepared = "SELECT count(*) FROM pg_prepared_statements"
    for number, count in ((None, 1), (4711, 0)):
        line.fake_number = number
        with open_database(f"{line.url}&connection_limit=1") as database:
            for _ in range(4):
                database.run(rows("SELECT $1 + 1", 1), write=False)
            assert database.run(rows(prepared), write=False) == [(count,)]


_KILLED = """
import os, signal, sys
sys.path.insert(0, {folder!r})
import {name} as package
from nicol.drivers.sqlite import SqliteConnection

say, left = SqliteConnection.say, int(sys.argv[1])

def dying(self, command):
    global left
    left -= 1
    if left < 0 and sys.argv[2] == "before":
        os.kill(os.getpid(), signal.SIGKILL)
    result = say(self, command)
    if left < 0:
        os.kill(os.getpid(), signal.SIGKILL)
    return result

with package.Client(url={url!r}) as db:
    db.account.count()
    SqliteConnection.say = dying
    with db.tx() as tx:
        for number in range(3):
            tx.account.create(data={{"id": number}})
    print("kept", flush=True)
"""


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="there is no such signal here")
@pytest.mark.proves(
    "Client", "a process that is killed leaves its transactions whole or not at all", only="sqlite"
)
@pytest.mark.parametrize("moment", ["before", "after"])
def test_a_killed_process_leaves_all_or_nothing(
    sqlite_url: str, package: Any, folder: Path, moment: str
) -> None:
    prepare(package, sqlite_url)
    code = _KILLED.format(folder=str(folder), name=NAME, url=sqlite_url)
    counts = []
    with package.Client(url=sqlite_url) as db:
        for left in range(5):
            db.account.delete_many()
            line = [sys.executable, "-c", code, str(left), moment]
            ended = subprocess.run(line, capture_output=True, text=True, check=False, env={**os.environ})
            assert (ended.returncode, ended.stdout) == (-signal.SIGKILL, "")
            counts.append(db.account.count())
    assert counts == [0, 0, 0, 0, 0 if moment == "before" else 3]
