"""Views are read as models are, on each database, blocking and awaited, and nothing writes them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from nicol.client import Scope
from nicol.client.delegate import WRITES
from nicol.errors import QueryInvalid
from nicol.query.references import FieldRefs
from nicol.schema.schema import Schema
from tests.contract.conftest import Target
from tests.contract.generated import import_package, push, schema_of, write_package

FIGURES = (
    'CREATE VIEW figures AS SELECT a."id" AS "authorId", count(p."id") AS "posts", max(p."at") AS "latest"'
    ' FROM "Author" a LEFT JOIN "Post" p ON p."authorId" = a."id" GROUP BY a."id"'
)
LINES = 'CREATE VIEW "Line" AS SELECT "authorId", "title", "mood", "price", "data" FROM "Post"'
DAY = datetime(2026, 5, 1, 12, 30, tzinfo=UTC)


@pytest.fixture(scope="session")
def views_schema() -> Schema:
    """The schema with the views."""
    return schema_of((Path(__file__).parent / "views.prisma").read_text("utf-8"))


@pytest.fixture(scope="session")
def views_package(views_schema: Schema, tmp_path_factory: pytest.TempPathFactory) -> Any:
    """The client of the schema with the views."""
    folder = tmp_path_factory.mktemp("views")
    write_package(views_schema, folder, "views_db", portable=True)
    return import_package(folder, "views_db")


@pytest.fixture
def db(views_schema: Schema, views_package: Any, database_url: str, open_world: Callable[..., Any]) -> Any:
    """A client of a database with two authors; Ada has two posts, Bob has none."""
    push(views_schema, database_url, portable=True)
    client = open_world(Target(database_url, views_package, exact=True))
    client.execute_raw(FIGURES)
    client.execute_raw(LINES)
    client.author.create_many(data=[{"id": 1, "name": "Ada"}, {"id": 2, "name": "Bob"}])
    client.post.create_many(
        data=[
            {"id": 1, "title": "one", "price": "1.10", "at": DAY, "authorId": 1, "data": {"a": [1]}},
            {
                "id": 2,
                "title": "two",
                "price": "2.20",
                "at": DAY.replace(day=2),
                "mood": "BAD",
                "authorId": 1,
            },
        ]
    )
    client.note.create(data={"id": 1, "text": "good", "figureOf": 1})
    return client


def _plain(answer: Any) -> Any:
    match answer:
        case list():
            return [_plain(each) for each in answer]
        case _ if hasattr(answer, "model_dump"):
            return answer.model_dump(exclude_none=True)
        case _:
            return answer


ADA, BOB = {"authorId": 1, "posts": 2, "last": DAY.replace(day=2)}, {"authorId": 2, "posts": 0}
ONE = {"authorId": 1, "title": "one", "mood": "GOOD", "price": Decimal("1.10"), "data": {"a": [1]}}
TWO = {"authorId": 1, "title": "two", "mood": "BAD", "price": Decimal("2.20")}

READ: dict[str, tuple[Callable[[Any], Any], Any]] = {
    "a key": (lambda db: db.figure.find_unique(where={"authorId": 1}), ADA),
    "a key that is not there": (lambda db: db.figure.find_unique(where={"authorId": 3}), None),
    "the first": (lambda db: db.figure.find_first(order={"posts": "asc"}), BOB),
    "all of them": (lambda db: db.figure.find_many(order={"authorId": "asc"}), [ADA, BOB]),
    "from the end": (lambda db: db.figure.find_many(take=-1), [BOB]),
    "behind a cursor": (lambda db: db.figure.find_many(cursor={"authorId": 1}, skip=1), [BOB]),
    "without a key of its own": (lambda db: db.line.find_many(order={"title": "asc"}), [ONE, TWO]),
    "an enum": (lambda db: db.line.find_many(where={"mood": "BAD"}), [TWO]),
    "a Decimal": (lambda db: db.line.find_many(where={"price": {"lt": "2"}}), [ONE]),
    "a place in Json": (lambda db: db.line.find_many(where={"data": {"path": ["a", "0"], "equals": 1}}), [ONE]),
    "a moment": (lambda db: db.figure.find_many(where={"last": {"gt": DAY}}), [ADA]),
    "some fields": (lambda db: db.figure.find_many(where={"posts": 0}, select={"authorId": True}), [{"authorId": 2}]),
    "each value once": (lambda db: db.line.find_many(distinct="authorId", order={"title": "desc"}), [TWO]),
    "in pieces": (lambda db: list(db.line.stream(order={"title": "asc"}, batch=1)), [ONE, TWO]),
    "a number": (lambda db: db.line.count(where={"authorId": 1}), 2),
    "measures": (lambda db: db.line.aggregate(sum="price", max="title"),
                 {"_sum": {"price": Decimal("3.30")}, "_max": {"title": "two"}}),
    "groups": (lambda db: db.line.group_by(by="mood", count=True, order={"mood": "asc"}),
               [{"mood": "GOOD", "_count": {"_all": 1}}, {"mood": "BAD", "_count": {"_all": 1}}]),
    "fields compared": (lambda db: db.figure.find_many(where={"posts": {"gte": FieldRefs("Figure").authorId}}), [ADA]),
    "a relation to a model": (lambda db: db.figure.find_first(where={"author": {"name": "Bob"}}, include={"author": True}),
                              {**BOB, "author": {"id": 2, "name": "Bob"}}),
    "a relation from a model": (lambda db: db.author.find_many(where={"figure": {"posts": 2}}, include={"figure": True}),
                                [{"id": 1, "name": "Ada", "figure": ADA}]),
    "many rows from a model": (
        lambda db: db.author.find_unique(where={"id": 1}, include={"lines": {"order": {"title": "desc"}, "take": 1}}),
        {"id": 1, "name": "Ada", "lines": [TWO]},
    ),
    "rows that point at it": (lambda db: db.figure.find_unique(where={"authorId": 1}, include={"notes": True}),
                              {**ADA, "notes": [{"id": 1, "text": "good", "figureOf": 1}]}),
    "numbers of rows": (lambda db: db.author.find_many(order={"lines": {"_count": "desc"}}, select={"id": True}),
                        [{"id": 1}, {"id": 2}]),
    "rows of a view without some": (lambda db: db.author.find_many(where={"lines": {"none": {"mood": "BAD"}}}),
                                    [{"id": 2, "name": "Bob"}]),
    "within a scope": (lambda db: db.scoped(Scope({"authorId": 2}, shared="*")).figure.find_many(), [BOB]),
}  # fmt: skip


@pytest.mark.proves("Client", "views are read")
@pytest.mark.parametrize("name", READ)
def test_a_view_is_read_as_a_model_is(db: Any, name: str) -> None:
    call, expected = READ[name]
    assert _plain(call(db)) == expected


def test_a_view_is_read_in_transactions_and_batches(db: Any) -> None:
    with db.tx() as tx:
        tx.post.create(data={"id": 3, "title": "three", "price": 3, "authorId": 2})
        assert tx.figure.find_unique(where={"authorId": 2}).posts == 1
    with db.batch() as batch:
        assert not hasattr(batch.figure, "create")
        found, number = batch.figure.find_many(where={"posts": 2}), batch.line.count()
    assert (_plain(found.result), number.result) == ([ADA], 3)


@pytest.mark.proves("Client", "views are never written")
def test_nothing_writes_a_view(db: Any, views_package: Any) -> None:
    for delegate in (
        db.figure,
        db.line,
        views_package.delegates.FigureDelegate,
        views_package.delegates.AsyncLineDelegate,
    ):
        assert [name for name in WRITES if hasattr(delegate, name)] == []
    assert [name for name in WRITES if not hasattr(views_package.delegates.PostDelegate, name)] == []
    assert not hasattr(db, "hidden")


def test_a_row_points_at_one_of_a_view(db: Any) -> None:
    made = db.note.create(
        data={"id": 2, "text": "new", "figure": {"connect": {"authorId": 2}}}, include={"figure": True}
    )
    assert _plain(made.figure) == BOB
    changed = db.note.update(where={"id": 1}, data={"figure": {"connect": {"authorId": 2, "posts": 0}}})
    assert changed.figureOf == 2
    assert db.note.update(where={"id": 1}, data={"figure": {"disconnect": True}}).figureOf is None
    db.note.create_many(data=[{"id": 3, "text": "third", "figure": {"connect": {"authorId": 1}}}])
    assert db.note.count(where={"figure": {"is": {"posts": 2}}}) == 1


REFUSED: dict[str, tuple[Callable[[Any], Any], str]] = {
    "rows nested in a new one": (
        lambda db: db.author.create(data={"id": 3, "name": "x", "lines": {"create": {"title": "x"}}}),
        "`create` of relation `Author.lines` would write rows of the view `Line`, which is only read",
    ),
    "a row in a change": (
        lambda db: db.author.update(where={"id": 1}, data={"figure": {"update": {"posts": 1}}}),
        "`update` of relation `Author.figure` would write rows of the view `Figure`",
    ),
    "the key on the view's side": (
        lambda db: db.author.update(where={"id": 2}, data={"figure": {"connect": {"authorId": 1}}}),
        "`connect` of relation `Author.figure` would write rows",
    ),
    "rows of many": (
        lambda db: db.author.create_many(data=[{"id": 3, "name": "x", "lines": {"create": [{"title": "x"}]}}]),
        "`create` of relation `Author.lines` would write rows",
    ),
    "a row to point at": (
        lambda db: db.note.create(data={"id": 2, "text": "x", "figure": {"create": {"authorId": 5, "posts": 1}}}),
        "`create` of relation `Note.figure` would write rows",
    ),
    "a row that is deleted": (
        lambda db: db.note.update(where={"id": 1}, data={"figure": {"delete": True}}),
        "`delete` of relation `Note.figure` would write rows",
    ),
    "no key to name a row by": (
        lambda db: db.line.find_unique(where={"title": "one"}),
        "the view `Line` has no unique key, so that nothing names one row of it",
    ),
    "no key for a cursor": (lambda db: db.line.find_many(cursor={"title": "one"}), "the view `Line` has no unique key"),
}  # fmt: skip


@pytest.mark.parametrize("name", REFUSED)
def test_what_a_view_cannot_do_is_refused(db: Any, name: str) -> None:
    call, expected = REFUSED[name]
    with pytest.raises(QueryInvalid, match=expected):
        call(db)
