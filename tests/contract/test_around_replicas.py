"""Read replicas: reads go to them, and to the primary for who has written what they do not have yet."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from nicol.client import LogEvent
from nicol.client.replicas import ASK_AGAIN, RETRY, Ask, Fleet
from nicol.errors import ClientError, ConfigurationError, ConnectionFailed
from nicol.schema.schema import Schema
from nicol.sql.program import Program, Result, Statement
from tests.contract.generated import push

pytestmark = pytest.mark.slow

PRIMARY, REPLICA = 1, 100
"""The value of the counter in each database tells which of them has answered."""


@pytest.fixture
def replica(
    request: pytest.FixtureRequest, target: Any, contract_schema: Schema, sqlite_schema: Schema, tmp_path: Any
) -> Iterator[str]:
    """A second database with the same tables, and another value of the counter."""
    is_postgres = target.url.startswith("postgres")
    url = f"file:{tmp_path / 'replica.db'}"
    if is_postgres:
        administration = request.getfixturevalue("_postgres_administration")
        administration("CREATE DATABASE contract_replica TEMPLATE template0")
        url = request.getfixturevalue("postgres_server")("contract_replica")
    push(contract_schema if target.exact else sqlite_schema, url, portable=target.exact)
    with target.package.Client(url=url) as db:
        db.counter.create(data={"id": 1, "value": REPLICA})
    yield url
    if is_postgres:
        administration("DROP DATABASE IF EXISTS contract_replica WITH (FORCE)")


@pytest.fixture
def client(db: Any, replica: str, open_client: Callable[..., Any]) -> Any:
    """A client of a primary and its replica."""
    db.counter.create(data={"id": 1, "value": PRIMARY})
    return open_client(replicas=[replica], replica_lag=0.3)


def asked(client: Any) -> int:
    """Who answers a read."""
    value: int = client.counter.find_unique_or_raise(where={"id": 1}).value
    return value


@pytest.mark.proves("Client", "read replicas: reads go to them, writes and transactions to the primary")
def test_reads_go_to_the_replica(client: Any, db: Any) -> None:
    assert asked(client) == REPLICA
    assert client.query_first("SELECT value FROM counters") == {"value": REPLICA}
    assert asked(client.primary()) == PRIMARY
    with client.tx() as tx:
        assert asked(tx) == PRIMARY
        assert asked(tx.primary()) == PRIMARY
    assert any(name.startswith("replica 1 ") for name in client.metrics())
    assert asked(db) == PRIMARY


@pytest.mark.proves(
    "Client", "read replicas: who has written reads from the primary until they have caught up"
)
def test_who_has_written_reads_what_was_written(client: Any) -> None:
    writes: list[Callable[[], Any]] = [
        lambda: client.tag.create(data={"name": "x"}),
        lambda: client.execute_raw("UPDATE counters SET value = 1"),
    ]
    for write in writes:
        assert asked(client) == REPLICA
        write()
        assert asked(client) == PRIMARY
        time.sleep(0.4)
    assert asked(client) == REPLICA
    with client.tx() as tx:
        tx.tag.delete_many()
    assert asked(client) == PRIMARY


@pytest.mark.proves("Client", "read replicas: one that cannot be reached is left out")
def test_a_replica_that_is_gone_is_left_out(
    db: Any, target: Any, open_client: Callable[..., Any], replica: str, caplog: pytest.LogCaptureFixture
) -> None:
    db.counter.create(data={"id": 1, "value": PRIMARY})
    gone = (
        "postgresql://nobody@127.0.0.1:1/x"
        if target.url.startswith("postgres")
        else "file:/no/such/folder/x.db"
    )
    client, told = open_client(replicas=[gone, replica]), list[LogEvent]()
    client.on("warn", told.append)
    caplog.set_level(logging.WARNING, "nicol.query")
    assert {asked(client) for _ in range(6)} == {REPLICA}
    assert [event.message for event in told] == [
        f"replica 1 is left out for a while: ConnectionFailed {'P1001' if 'postgres' in gone else 'P1003'}"
    ]
    assert "replica 1 is left out" in caplog.text
    alone = open_client(replicas=[gone])
    assert {asked(alone) for _ in range(3)} == {PRIMARY}


def test_a_replica_is_only_read(client: Any, replica: str) -> None:
    with pytest.raises(ClientError):
        client.query_raw(
            "SELECT 1; DELETE FROM counters"
            if "postgres" not in replica
            else "SELECT nextval('\"Tag_id_seq\"')"
        )
    assert asked(client) in (REPLICA, PRIMARY)


def test_a_replica_is_of_the_same_kind(target: Any, open_client: Callable[..., Any]) -> None:
    other = "file:x.db" if target.url.startswith("postgres") else "postgresql://x/y"
    if target.exact:
        with pytest.raises(ConfigurationError, match="cannot be a replica of"):
            open_client(replicas=[other]).counter.count()


# ---- the choice ------------------------------------------------------------------------------------------------------


def position() -> Program[str | None]:
    return (yield Statement("position")).rows[0][0]


def reached(mark: str) -> Program[bool | None]:
    return (yield Statement("reached", (mark,))).rows[0][0]


def choose(fleet: Fleet, now: float, *answers: Any) -> tuple[int | None, list[str]]:
    """Where a read goes, and what was asked for that; an error is thrown into the choice."""
    route, left, said = fleet.route(now), list(answers), []
    try:
        ask: Ask = next(route)
        while True:
            statement = next(ask.program)
            assert isinstance(statement, Statement)
            said.append(f"{ask.replica}: {statement.text} {' '.join(map(str, statement.params))}".strip())
            answer = left.pop(0)
            if isinstance(answer, ClientError):
                ask = route.throw(answer)
                continue
            try:
                ask.program.send(Result([(answer,)]))
            except StopIteration as stop:
                ask = route.send(stop.value)
    except StopIteration as stop:
        assert not left
        return stop.value, said


def test_replicas_take_turns() -> None:
    fleet = Fleet(3, position, reached, 1)
    assert [choose(fleet, 0)[0] for _ in range(4)] == [1, 2, 0, 1]


@pytest.mark.proves("Client", "read replicas: PostgreSQL's log positions are compared")
def test_a_replica_answers_again_when_its_log_has_come_so_far() -> None:
    fleet = Fleet(2, position, reached, 1)
    fleet.wrote(10)
    assert choose(fleet, 10, "0/A", False, False) == (
        None,
        ["None: position", "1: reached 0/A", "0: reached 0/A"],
    )
    assert choose(fleet, 10 + ASK_AGAIN / 2) == (None, [])
    assert choose(fleet, 10.1, True) == (1, ["1: reached 0/A"])
    fleet.wrote(11)
    found, said = choose(fleet, 11, "0/B", True)
    assert found is not None
    assert said == ["None: position", f"{found}: reached 0/B"]
    other = 1 - found
    assert choose(fleet, 11, True) == (other, [f"{other}: reached 0/B"])
    assert [choose(fleet, 11)[1] for _ in range(4)] == [[]] * 4


def test_a_replica_that_fails_while_it_is_asked_is_left_out() -> None:
    fleet = Fleet(2, position, reached, 1)
    fleet.wrote(10)
    found, said = choose(fleet, 10, "0/A", ConnectionFailed("gone"), True)
    assert [line.partition(":")[0] for line in said[1:]] == [str(1 - found), str(found)]
    assert {choose(fleet, 11)[0] for _ in range(3)} == {found}
    fleet.lost(found, 11)
    assert choose(fleet, 11) == (None, [])
    assert choose(fleet, 10 + RETRY + 0.5, True)[0] == 1 - found


def test_a_write_during_the_questions_leads_to_the_primary() -> None:
    fleet = Fleet(1, position, reached, 1)
    fleet.wrote(10)
    route = fleet.route(10)
    next(route)
    fleet.wrote(10.5)
    with pytest.raises(StopIteration) as stop:
        route.send("0/A")
    assert stop.value.value is None


def test_where_nothing_can_be_compared_time_tells() -> None:
    for answers in ([None], ["0/A", None]):
        fleet = Fleet(1, position, reached, 2)
        fleet.wrote(10)
        assert choose(fleet, 11, *answers)[0] is None
        assert choose(fleet, 12.1, *answers[1:])[0] == 0
