"""What a client tells of its work: events, logs, spans and tags."""

from __future__ import annotations

import asyncio
import logging
import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.trace import SpanKind

from nicol.client import LogEvent, QueryEvent
from nicol.client.tags import comment_of, with_comment
from nicol.errors import QueryInvalid, UniqueViolation
from tests.contract.spans import Recorder, name_of

SECRET = "s3cret"

# ---- events ----------------------------------------------------------------------------------------------------------


@pytest.mark.proves(
    "Client", "events of statements with timestamp, SQL, duration, target, model, operation and rows"
)
def test_a_listener_is_told_of_every_statement(db: Any, open_client: Callable[..., Any], target: Any) -> None:
    client, told = open_client(), list[QueryEvent]()
    end = client.on("query", told.append)
    before = datetime.now(UTC)
    client.user.create(data={"email": SECRET, "posts": {"create": [{"title": "a"}, {"title": "b"}]}})
    client.post.find_many(include={"author": True})
    client.query_raw("SELECT 1")
    said = [(event.model, event.operation, event.sql.split()[0]) for event in told]
    assert said[0] == ("User", "create", "BEGIN")
    assert said[-3:] == [("Post", "find_many", "SELECT")] * 2 + [(None, "raw", "SELECT")]
    assert [event.rows for event in told[-3:]] == [2, 1, 1]
    kind = "postgresql" if target.url.startswith("postgres") else "sqlite"
    for event in told:
        assert before - timedelta(seconds=1) <= event.timestamp <= datetime.now(UTC) + timedelta(seconds=1)
        assert (event.target, event.params, event.error) == (kind, None, None)
        assert 0 <= event.duration < 5
    end()
    client.user.count()
    assert len(told) == len(said)


@pytest.mark.proves("Client", "events of failures say what failed and no value")
def test_failures_are_told_at_their_levels(db: Any, open_client: Callable[..., Any]) -> None:
    client, told, errors = open_client(), list[QueryEvent](), list[LogEvent]()
    client.on("query", told.append)
    client.on("error", errors.append)
    client.user.create(data={"email": SECRET})
    with pytest.raises(UniqueViolation):
        client.user.create(data={"email": SECRET})
    with pytest.raises(QueryInvalid):
        client.user.find_many(where={"nmae": SECRET})
    assert [event.error is None for event in told] == [True, False]
    assert [event.message for event in errors] == [
        "User.create failed: UniqueViolation P2002",
        "User.find_many failed: QueryInvalid P2009",
    ]


def test_a_listener_that_fails_changes_nothing(
    db: Any, open_client: Callable[..., Any], caplog: pytest.LogCaptureFixture
) -> None:
    def fails(_: QueryEvent) -> None:
        raise ZeroDivisionError

    client = open_client(log_queries=fails)
    client.counter.create(data={"id": 1})
    assert db.counter.count() == 1
    assert "a function that listens failed" in caplog.text


def test_only_known_events_can_be_listened_to(open_client: Callable[..., Any]) -> None:
    with pytest.raises(ValueError, match="query, info, warn, error"):
        open_client().on("queries", print)


@pytest.mark.proves("Client", "structured logs of statements, slow ones as warnings")
def test_statements_are_logged_with_their_fields(
    db: Any, open_client: Callable[..., Any], caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "nicol.query")
    client = open_client(log_queries=True, slow_query=timedelta(0))
    client.user.create(data={"email": SECRET})
    usual, slow = caplog.records
    assert (usual.levelname, slow.levelname) == ("INFO", "WARNING")
    for record in (usual, slow):
        fields = vars(record)
        assert (fields["model"], fields["operation"], fields["rows"]) == ("User", "create", 1)
        assert fields["duration_ms"] >= 0
        assert fields["sql"].startswith("INSERT")
        assert "params" not in fields
    assert re.match(r"a statement of User\.create took \d+ ms: INSERT", slow.getMessage())
    assert SECRET not in caplog.text
    caplog.clear()
    slow_only, warned = open_client(slow_query=60), list[LogEvent]()
    slow_only.on("warn", warned.append)
    slow_only.user.count()
    assert (warned, caplog.records) == ([], [])


def test_values_are_told_where_they_are_asked_for(db: Any, open_client: Callable[..., Any]) -> None:
    told: list[QueryEvent] = []
    client = open_client(log_queries=told.append, log_values=True)
    client.user.find_first(where={"email": SECRET})
    assert told[0].params is not None
    assert SECRET in told[0].params


def test_transactions_tell_of_their_beginnings_and_ends(db: Any, open_client: Callable[..., Any]) -> None:
    client, told = open_client(), list[QueryEvent]()
    client.on("query", told.append)
    with client.tx() as tx, tx.tx() as inner:
        inner.counter.create(data={"id": 1})
    said = [(event.operation, event.sql.split()[0]) for event in told]
    assert said == [
        ("tx", "BEGIN"),
        ("tx", "SAVEPOINT"),
        ("create", "INSERT"),
        ("tx", "RELEASE"),
        ("tx", "COMMIT"),
    ]


# ---- spans -----------------------------------------------------------------------------------------------------------


@pytest.mark.proves("Client", "OpenTelemetry spans in Prisma's names, in threads and tasks, without values")
def test_spans_hang_together_whatever_thread_speaks(
    db: Any, open_client: Callable[..., Any], target: Any
) -> None:
    recorder = Recorder()
    client = open_client(tracing=recorder.tracer)
    client.connect()
    for _ in range(2):
        client.post.find_many(where={"title": SECRET, "views": {"gt": 7}}, take=3, include={"tags": True})
    (first, *named) = recorder.tree()
    assert first == ("connect", None)
    calls = [[("operation", None), ("serialize", "operation"), *compiled, ("db_query", "operation")]
             for compiled in ([("compile", "operation")], [])]  # fmt: skip
    assert named in (calls[0] + calls[1], calls[1] + calls[1])
    query = _attributes(recorder.spans[-1])
    kind = "postgresql" if target.url.startswith("postgres") else "sqlite"
    assert query["db.system"] == query["db.system.name"] == kind
    assert query["db.query.text"].startswith("SELECT")
    assert query["db.operation.name"] == "find_many"
    assert query["db.collection.name"] == "Post"
    assert query["db.response.returned_rows"] == 0
    assert ("server.address" in query) == (kind == "postgresql")
    assert recorder.spans[1].attributes == {"method": "find_many", "model": "Post", "name": "Post.find_many"}
    assert recorder.spans[-1].kind is SpanKind.CLIENT
    assert SECRET not in recorder.exported()
    assert recorder.failed() == []


def _attributes(span: ReadableSpan) -> dict[str, Any]:
    return dict(span.attributes or {})


def test_calls_hang_below_their_transaction(db: Any, target: Any) -> None:
    recorder = Recorder()
    with target.package.Client(url=target.url, tracing=recorder.tracer) as client, client.tx() as tx:
        tx.counter.create(data={"id": 1})
    assert {("transaction", None), ("operation", "transaction")} < {*recorder.tree()}
    assert recorder.exported()


def test_tasks_keep_their_spans_apart(target: Any) -> None:
    recorder = Recorder()

    async def main() -> None:
        async with target.package.AsyncClient(url=target.url, tracing=recorder.tracer) as db:
            async with db.tx() as tx:
                await tx.counter.find_many()
            await asyncio.gather(*(db.counter.find_many() for _ in range(5)))

    asyncio.run(main())
    inside, *others = map(recorder.parent, recorder.called("operation"))
    assert (inside, others) == ("transaction", [None] * 5)
    queries = [(_attributes(span), recorder.parent(span)) for span in recorder.called("db_query")]
    assert ("BEGIN", "transaction") in [(said["db.query.text"], parent) for said, parent in queries]
    said = [parent for attributes, parent in queries if "db.collection.name" in attributes]
    assert said == ["operation"] * 6


def test_failures_mark_their_spans_without_values(db: Any, open_client: Callable[..., Any]) -> None:
    recorder = Recorder()
    client = open_client(tracing=recorder.tracer)
    db.user.create(data={"email": SECRET})
    with pytest.raises(UniqueViolation):
        client.user.create(data={"email": SECRET})
    failed = {name_of(span): _attributes(span) for span in recorder.failed()}
    assert failed["operation"]["db.response.status_code"] == "P2002"
    assert failed["operation"]["error.type"] == "UniqueViolation"
    assert failed["db_query"]["db.response.status_code"] in ("23505", "SQLITE_CONSTRAINT_UNIQUE")
    assert [span.status.description for span in recorder.failed()] == [None, None]
    assert SECRET not in recorder.exported()


# ---- tags ------------------------------------------------------------------------------------------------------------

# The examples of https://google.github.io/sqlcommenter/spec/ and what could end a comment early.
COMMENTS = [
    ({}, ""),
    ({"route": "/polls 1000"}, "/*route='%2Fpolls%201000'*/"),
    ({"name": "DROP TABLE FOO"}, "/*name='DROP%20TABLE%20FOO'*/"),
    ({"name''": "DROP TABLE USERS'"}, "/*name%27%27='DROP%20TABLE%20USERS%27'*/"),
    ({"b": "2", "a": "1"}, "/*a='1',b='2'*/"),
    ({"x": "*/ DELETE FROM t; /*"}, "/*x='%2A%2F%20DELETE%20FROM%20t%3B%20%2F%2A'*/"),
    ({"x": "$1 ? %s \0 ü"}, "/*x='%241%20%3F%20%25s%20%00%20%C3%BC'*/"),
]


@pytest.mark.parametrize(("tags", "comment"), COMMENTS)
def test_tags_are_escaped_as_the_specification_says(tags: dict[str, str], comment: str) -> None:
    assert comment_of(tags) == comment


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("SELECT 1", "SELECT 1 /*a='1'*/"),
        ("SELECT 1; ", "SELECT 1 /*a='1'*/"),
        ("SELECT 1 /* mine */", "SELECT 1 /* mine */"),
        ("SELECT 1 -- mine", "SELECT 1 -- mine"),
    ],
)
def test_a_text_with_a_comment_is_left_alone(text: str, said: str) -> None:
    assert with_comment(text, "/*a='1'*/") == said


@pytest.fixture
def said(monkeypatch: pytest.MonkeyPatch, target: Any) -> list[tuple[str, bool]]:
    """The texts that reach the database, each with whether it may be prepared."""
    from nicol.drivers.sqlite import SqliteConnection

    heard: list[tuple[str, bool]] = []

    def keep(inner: Any) -> Any:
        def say(self: Any, command: Any) -> Any:
            heard.append((getattr(command, "text", ""), getattr(command, "prepare", False)))
            return inner(self, command)

        return say

    kinds: list[Any] = [SqliteConnection]
    if target.url.startswith("postgres"):
        from nicol.drivers.postgres import AsyncPostgresConnection, PostgresConnection

        kinds = [PostgresConnection, AsyncPostgresConnection]
    for kind in kinds:
        monkeypatch.setattr(kind, "say", keep(kind.say))
    return heard


@pytest.mark.proves(
    "Client", "sqlcommenter tags of a client, a block and a span, without spoiling prepared statements"
)
def test_tags_stand_behind_statements(
    db: Any, open_client: Callable[..., Any], said: list[tuple[str, bool]]
) -> None:
    client = open_client(tags={"application": "shop"})
    client.connect()
    said.clear()
    client.user.count()
    assert said[-1][0].endswith(" /*application='shop'*/")
    assert said[-1][1]  # the same for every call: worth a prepared statement
    with client.tagged(route="/a"):
        with client.tagged(job="*/"):
            client.user.count()
        client.user.create_many(data=[{"email": "a"}, {"email": "b"}])
        client.query_raw("SELECT 1")
    client.user.count()
    tails = [(text.partition(" /*")[2], prepare) for text, prepare in said[1:]]
    inner = ("application='shop',job='%2A%2F',route='%2Fa'*/", False)
    outer = [tail[0] for tail in tails[1:-1]]
    assert tails[0] == inner
    assert set(outer) == {"application='shop',route='%2Fa'*/"}
    assert tails[-1] == ("application='shop'*/", True)
    assert db.user.count() == 2


def test_tags_of_one_client_are_not_anothers(
    db: Any, open_client: Callable[..., Any], said: list[tuple[str, bool]]
) -> None:
    with db.tagged(route="/a"):
        db.user.count()
        assert "route" in said[-1][0]
        open_client(tags={"x": "1"}).user.count()
        assert said[-1][0].endswith(" /*x='1'*/")


def test_tags_may_come_from_a_function_and_from_the_span(
    db: Any, open_client: Callable[..., Any], said: list[tuple[str, bool]]
) -> None:
    recorder = Recorder()
    client = open_client(tags=lambda: {"route": "/b"}, tracing=recorder.tracer, traceparent=True)
    client.user.count()
    text, prepare = said[-1]
    span = recorder.spans[-1].context
    assert span is not None
    parent = f"00-{span.trace_id:032x}-{span.span_id:016x}-{span.trace_flags:02x}"
    assert text.endswith(f" /*route='%2Fb',traceparent='{parent}'*/")
    assert not prepare
