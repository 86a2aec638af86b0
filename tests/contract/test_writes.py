"""Writing: single rows, many rows, nested rows, computed changes, upserts, and what refused writes say."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from nicol.client import JsonNull
from nicol.errors import (
    ForeignKeyViolation,
    NullViolation,
    QueryInvalid,
    RecordNotFound,
    UniqueViolation,
    ValueInvalid,
)

# ---- single rows -----------------------------------------------------------------------------------------------------


@pytest.mark.proves("Client", "create with the schema's defaults")
def test_a_new_row_has_its_defaults(db: Any) -> None:
    before = datetime.now(UTC) - timedelta(seconds=1)
    user = db.user.create(data={"email": "a@x.org"})
    post = db.post.create(data={"title": "One", "authorId": user.id})
    assert (user.role, user.logins, user.name) == ("MEMBER", 0, None)
    assert (post.views, post.published, len(post.id)) == (0, False, 25)
    assert before <= post.createdAt <= datetime.now(UTC) + timedelta(seconds=1)
    assert before <= post.updatedAt <= datetime.now(UTC) + timedelta(seconds=1)
    assert post.createdAt.tzinfo is not None


@pytest.mark.proves("Client", "create a row without any values")
def test_a_row_can_be_made_of_defaults_alone(db: Any) -> None:
    assert db.counter.create(data={"id": 7}).value == 0


@pytest.mark.proves("Client", "update one row")
def test_an_update_changes_what_it_names_and_nothing_else(db: Any) -> None:
    user = db.user.create(data={"email": "a@x.org", "name": "Ada"})
    assert db.user.update(where={"id": user.id}, data={"email": "b@x.org"}).name == "Ada"
    assert db.user.update(where={"email": "b@x.org"}, data={"name": None}).name is None
    assert db.user.update(where={"email": "b@x.org"}, data={"name": {"set": "Bea"}}).name == "Bea"
    with pytest.raises(RecordNotFound) as missing:
        db.user.update(where={"id": user.id + 1}, data={"name": "x"})
    assert (missing.value.code, missing.value.model) == ("P2025", "User")


@pytest.mark.proves("Client", "updatedAt is set by every write")
def test_updated_at_moves_with_every_write(db: Any) -> None:
    user = db.user.create(data={"email": "a@x.org"})
    old = datetime(2020, 1, 1, tzinfo=UTC)
    db.post.create(data={"id": "p", "title": "One", "authorId": user.id, "updatedAt": old})
    assert db.post.find_unique(where={"id": "p"}).updatedAt == old
    assert db.post.update(where={"id": "p"}, data={"title": "Two"}).updatedAt > old
    db.post.update(where={"id": "p"}, data={"updatedAt": old})
    db.post.update_many(data={"title": "Three"})
    assert db.post.find_unique(where={"id": "p"}).updatedAt > old


@pytest.mark.proves("Client", "increment, decrement, multiply and divide in the database")
def test_the_database_computes_changes_of_numbers(db: Any) -> None:
    start = {"label": "x", "whole": 10, "big": 2**40, "ratio": 1.5}
    db.sample.create(data=start)

    def change(**data: Any) -> Any:
        return db.sample.update(where={"label": "x"}, data=data)

    assert change(whole={"increment": 5}).whole == 15
    assert change(whole={"decrement": 1}).whole == 14
    assert change(whole={"multiply": 3}).whole == 42
    assert change(whole={"divide": 4}).whole == 10
    assert change(whole={"set": 1}).whole == 1
    assert change(big={"increment": 2**40}).big == 2**41
    assert change(ratio={"divide": 2}).ratio == 0.75
    with pytest.raises(QueryInvalid):
        change(whole={"increment": 1, "decrement": 1})


@pytest.mark.proves("Client", "Decimal is computed without rounding")
def test_decimals_are_computed_exactly(exact: None, db: Any) -> None:
    db.sample.create(data={"label": "x", "amount": Decimal("0.1")})
    row = db.sample.update(where={"label": "x"}, data={"amount": {"increment": Decimal("0.2")}})
    assert row.amount == Decimal("0.3")


@pytest.mark.proves("Client", "delete one row")
def test_a_deleted_row_is_returned_as_it_was(db: Any) -> None:
    user = db.user.create(data={"email": "a@x.org", "profile": {"create": {"bio": "b"}}})
    gone = db.user.delete(where={"id": user.id}, include={"profile": True})
    assert (gone.email, gone.profile.bio) == ("a@x.org", "b")
    assert (db.user.count(), db.profile.count()) == (0, 0)
    with pytest.raises(RecordNotFound):
        db.user.delete(where={"id": user.id})


# ---- many rows -------------------------------------------------------------------------------------------------------


@pytest.mark.proves("Client", "create_many, update_many and delete_many")
def test_many_rows_are_written_and_counted(db: Any) -> None:
    data = [{"email": f"{index}@x.org", "logins": index} for index in range(250)]
    assert db.user.create_many(data=data) == 250
    assert db.user.create_many(data=[]) == 0
    assert db.user.update_many(where={"logins": {"lt": 100}}, data={"role": "GUEST"}) == 100
    assert db.user.count(where={"role": "GUEST"}) == 100
    assert db.user.delete_many(where={"role": "GUEST"}) == 100
    assert db.user.update_many(where={"logins": -1}, data={"name": "x"}) == 0
    assert db.user.delete_many() == 150


@pytest.mark.proves("Client", "create_many with rows of different fields")
def test_rows_of_one_call_may_have_different_fields(db: Any) -> None:
    db.user.create_many(data=[{"email": "a", "logins": 4}, {"email": "b", "name": "Bob"}, {"email": "c"}])
    rows = db.user.find_many(order={"email": "asc"})
    assert [(row.email, row.name, row.logins) for row in rows] == [
        ("a", None, 4),
        ("b", "Bob", 0),
        ("c", None, 0),
    ]


@pytest.mark.proves("Client", "create_many happens as a whole or not at all")
def test_many_rows_are_all_written_or_none(db: Any) -> None:
    db.user.create(data={"email": "b"})
    with pytest.raises(UniqueViolation):
        db.user.create_many(data=[{"email": "a"}, {"email": "b"}])
    assert db.user.count() == 1


# ---- upsert ----------------------------------------------------------------------------------------------------------


@pytest.mark.proves("Client", "upsert")
def test_an_upsert_creates_first_and_updates_then(db: Any) -> None:
    def visit() -> Any:
        return db.user.upsert(
            where={"email": "a@x.org"},
            create={"email": "a@x.org", "logins": 1},
            update={"logins": {"increment": 1}},
        )

    assert [visit().logins for _ in range(3)] == [1, 2, 3]
    assert db.user.count() == 1


@pytest.mark.proves("Client", "upsert with nested writes and include")
def test_an_upsert_takes_nested_writes(db: Any) -> None:
    for expected in (1, 2):
        user = db.user.upsert(
            where={"email": "a@x.org"},
            create={"email": "a@x.org", "posts": {"create": {"title": "first"}}},
            update={"posts": {"create": {"title": "again"}}},
            include={"posts": True},
        )
        assert len(user.posts) == expected


# ---- nested writes ---------------------------------------------------------------------------------------------------


@pytest.mark.proves("Client", "nested create, connect and connect_or_create")
def test_nested_rows_are_written_with_their_parent(db: Any) -> None:
    user = db.user.create(
        data={
            "email": "a@x.org",
            "profile": {"create": {"bio": "b"}},
            "manager": {"create": {"email": "boss@x.org"}},
            "posts": {
                "create": [
                    {"title": "One", "comments": {"create": [{"text": "c1"}, {"text": "c2"}]}},
                    {"title": "Two", "tags": {"create": {"name": "sql"}}},
                ]
            },
        },
        include={"profile": True, "manager": True, "posts": {"include": {"comments": True, "tags": True}}},
    )
    assert (user.profile.bio, user.manager.email) == ("b", "boss@x.org")
    posts = sorted(user.posts, key=lambda post: post.title)
    assert [sorted(comment.text for comment in post.comments) for post in posts] == [["c1", "c2"], []]
    assert [[tag.name for tag in post.tags] for post in posts] == [[], ["sql"]]
    post = db.post.create(
        data={
            "title": "Three",
            "author": {"connect": {"email": "a@x.org"}},
            "tags": {
                "connect": {"name": "sql"},
                "connect_or_create": [
                    {"where": {"name": "sql"}, "create": {"name": "sql"}},
                    {"where": {"name": "orm"}, "create": {"name": "orm"}},
                ],
            },
        },
        include={"tags": {"order": {"name": "asc"}}},
    )
    assert (post.authorId, [tag.name for tag in post.tags]) == (user.id, ["orm", "sql"])


@pytest.mark.proves("Client", "nested update, upsert, delete, set and disconnect")
def test_nested_rows_are_changed_with_their_parent(db: Any) -> None:
    user = db.user.create(
        data={
            "email": "a@x.org",
            "posts": {"create": [{"id": "p1", "title": "1"}, {"id": "p2", "title": "2"}]},
        }
    )
    db.tag.create_many(data=[{"name": "a"}, {"name": "b"}])

    def change(data: dict[str, Any]) -> Any:
        include = {"posts": {"order": {"id": "asc"}, "include": {"tags": {"order": {"name": "asc"}}}}}
        return db.user.update(where={"id": user.id}, data=data, include={**include, "profile": True})

    update = {
        "where": {"id": "p1"},
        "data": {"title": "new", "tags": {"connect": [{"name": "a"}, {"name": "b"}]}},
    }
    changed = change({"posts": {"update": update}})
    assert (changed.posts[0].title, [tag.name for tag in changed.posts[0].tags]) == ("new", ["a", "b"])
    changed = change(
        {"posts": {"update": {"where": {"id": "p1"}, "data": {"tags": {"set": [{"name": "b"}]}}}}}
    )
    assert [tag.name for tag in changed.posts[0].tags] == ["b"]
    changed = change(
        {"posts": {"update": {"where": {"id": "p1"}, "data": {"tags": {"disconnect": {"name": "b"}}}}}}
    )
    assert changed.posts[0].tags == []
    changed = change({"posts": {"update_many": {"where": {}, "data": {"views": 5}}}})
    assert [post.views for post in changed.posts] == [5, 5]
    changed = change({"posts": {"delete": {"id": "p1"}}})
    assert [post.id for post in changed.posts] == ["p2"]
    upsert = {"where": {"id": "p3"}, "create": {"id": "p3", "title": "3"}, "update": {"title": "x"}}
    assert [post.title for post in change({"posts": {"upsert": upsert}}).posts] == ["2", "3"]
    assert [post.title for post in change({"posts": {"upsert": upsert}}).posts] == ["2", "x"]
    assert (
        change({"profile": {"upsert": {"create": {"bio": "1"}, "update": {"bio": "2"}}}}).profile.bio == "1"
    )
    assert change({"profile": {"update": {"bio": "3"}}}).profile.bio == "3"
    assert change({"profile": {"delete": True}}).profile is None
    assert change({"posts": {"delete_many": {"views": 5}}}).posts[0].id == "p3"


@pytest.mark.proves("Client", "a write with nested writes happens as a whole or not at all")
def test_a_failing_nested_write_leaves_nothing_behind(db: Any) -> None:
    db.tag.create(data={"name": "taken"})
    with pytest.raises(UniqueViolation):
        db.user.create(
            data={
                "email": "a@x.org",
                "posts": {
                    "create": [{"title": "One"}, {"title": "Two", "tags": {"create": {"name": "taken"}}}]
                },
            }
        )
    with pytest.raises(RecordNotFound):
        db.user.create(data={"email": "b@x.org", "manager": {"connect": {"email": "nobody"}}})
    assert (db.user.count(), db.post.count()) == (0, 0)


# ---- values ----------------------------------------------------------------------------------------------------------


@pytest.mark.proves("Client", "JSON's null and the database's null")
def test_the_two_nulls_of_json_differ(db: Any, target: Any) -> None:
    db.sample.create_many(
        data=[{"label": "db"}, {"label": "json", "document": JsonNull}, {"label": "v", "document": 1}]
    )

    def found(where: Any) -> list[str]:
        return [row.label for row in db.sample.find_many(where=where, order={"label": "asc"})]

    assert found({"document": None}) == ["db"]
    assert found({"document": {"equals": JsonNull}}) == ["json"]
    assert found({"document": {"not": None}}) == ["json", "v"]


@pytest.mark.proves("Client", "Json of every shape")
@pytest.mark.parametrize(
    "document", [{}, [], "text", "", 0, -1.5, True, False, {"a": {"b": [None, "ü\"'"]}}], ids=str
)
def test_json_comes_back_as_it_was_written(db: Any, document: Any) -> None:
    row = db.sample.create(data={"label": "x", "document": document})
    assert (row.document, type(row.document)) == (document, type(document))
    found = db.sample.find_first(where={"document": {"equals": document}})
    assert found is not None
    assert found.label == "x"


# ---- refused writes --------------------------------------------------------------------------------------------------


@pytest.mark.proves("Client", "errors carry Prisma's code, the model and the fields")
def test_refused_writes_name_code_model_and_fields(db: Any) -> None:
    db.user.create(data={"email": "a@x.org"})
    with pytest.raises(UniqueViolation) as unique:
        db.user.create(data={"email": "a@x.org"})
    with pytest.raises(ForeignKeyViolation) as foreign:
        db.post.create(data={"title": "x", "authorId": 10**6})
    with pytest.raises(QueryInvalid) as null:
        db.user.update(where={"email": "a@x.org"}, data={"email": None})
    assert (unique.value.code, unique.value.model, unique.value.fields) == ("P2002", "User", ("email",))
    assert "Unique constraint failed" in str(unique.value)
    assert (foreign.value.code, foreign.value.model) == ("P2003", "Post")
    assert (null.value.code, null.value.fields) == ("P2012", ("email",))


@pytest.mark.proves("Client", "compound unique violations name all fields")
def test_a_compound_violation_names_all_fields(db: Any) -> None:
    db.seat.create(data={"hall": "A", "number": 1})
    with pytest.raises(UniqueViolation) as error:
        db.seat.create(data={"hall": "A", "number": 1})
    assert (error.value.model, error.value.fields) == ("Seat", ("hall", "number"))


@pytest.mark.proves("Client", "missing required values are named")
def test_a_missing_value_is_named(db: Any) -> None:
    with pytest.raises((QueryInvalid, NullViolation)) as error:
        db.user.create(data={"name": "Ada"})
    assert error.value.model == "User"
    assert error.value.fields == ("email",)


WRONG_VALUES = [
    ("text", 1),
    ("flag", "yes"),
    ("whole", "1"),
    ("whole", 2**31),
    ("whole", True),
    ("big", 2**63),
    ("ratio", "1.5"),
    ("amount", "ten"),
    ("moment", "yesterday"),
    ("blob", "text"),
    ("role", "KING"),
    ("document", object()),
]


@pytest.mark.proves("Client", "values that do not fit are refused with model and field")
def test_values_that_do_not_fit_are_refused(db: Any) -> None:
    for field, value in WRONG_VALUES:
        with pytest.raises((ValueInvalid, QueryInvalid)) as error:
            db.sample.create(data={"label": "x", field: value})
        assert (error.value.model, error.value.fields) == ("Sample", (field,)), (field, str(error.value))
    assert db.sample.count() == 0


@pytest.mark.proves("Client", "no value is ever taken for SQL")
@pytest.mark.parametrize("text", ["'; DROP TABLE x; --", '"', "\\", "$1", "?", "%s", "\n\t", "𝄞"])
def test_values_are_never_taken_for_sql(db: Any, text: str) -> None:
    db.sample.create(data={"label": text, "text": text})
    assert db.sample.find_unique(where={"label": text}).text == text
    assert db.sample.count(where={"text": {"contains": text}}) == 1
