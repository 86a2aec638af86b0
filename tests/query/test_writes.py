"""Writes, alone and nested: what is in the database afterwards, and that it is all or nothing."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from nicol.errors import (
    ForeignKeyViolation,
    NicolError,
    NullViolation,
    QueryInvalid,
    RecordNotFound,
    RelationViolation,
    UniqueViolation,
    ValueInvalid,
)
from nicol.sql.json import JsonNull
from nicol.sql.program import Begin, Commit
from tests.query.blog import Client, Role


def user(db: Client, email: str, **data: Any) -> Any:
    """A new user."""
    return db("User", "create", data={"email": email, **data})


def titles(db: Client, **where: Any) -> list[str]:
    """The titles of posts, in the order of their ids."""
    return [post.title for post in db("Post", "find_many", where=where, order={"id": "asc"})]


# ---- one row -----------------------------------------------------------------------------------------------------


@pytest.mark.proves("Client", "create, with defaults made by the client and by the database")
def test_a_new_row_has_the_defaults_of_its_schema(db: Client) -> None:
    made = user(db, "a@x")
    assert (made.id, made.role, made.score, made.balance, made.active) == (
        1,
        Role.READER,
        0.0,
        Decimal(0),
        True,
    )
    assert made.joined == made.changed == datetime(2026, 1, 1, 0, 0, 1, tzinfo=UTC)
    gear = db("Gear", "create", data={})
    assert len(gear.id) == 36 and len(gear.code) == 8 and len(gear.flake) == 26
    assert (gear.words, gear.sizes, gear.roles, gear.price) == ([], [], [], None)


@pytest.mark.proves("Client", "update with atomic operations")
def test_numbers_are_changed_by_the_database(db: Client) -> None:
    user(db, "a@x", age=7, score=1.5, balance="10.10", views=2**53)
    for data, field, wanted in (
        ({"age": {"increment": 3}}, "age", 10),
        ({"age": {"divide": 3}}, "age", 3),
        ({"age": {"decrement": 5}}, "age", -2),
        ({"score": {"multiply": 2}}, "score", 3.0),
        ({"views": {"increment": 1}}, "views", 2**53 + 1),
        ({"balance": {"multiply": "3"}}, "balance", Decimal("30.30")),
        (
            {"balance": {"decrement": Decimal("0.000000000000000000000000000001")}},
            "balance",
            Decimal("30.299999999999999999999999999999"),
        ),
        ({"name": {"set": "x"}}, "name", "x"),
        ({"name": None}, "name", None),
        ({"role": "WRITER"}, "role", Role.WRITER),
    ):
        changed = db("User", "update", where={"email": "a@x"}, data=data)
        assert getattr(changed, field) == wanted, data
    assert changed.changed > changed.joined


@pytest.mark.proves("Client", "lists of scalars: set, push and filters, on SQLite too")
def test_lists_are_set_and_extended(db: Client) -> None:
    made = db("Gear", "create", data={"words": ["a"], "sizes": [1], "roles": ["WRITER"], "exact": ["1.10"]})
    where = {"id": made.id}
    data = {
        "words": {"push": ['b,"c"', ""]},
        "sizes": {"push": 2},
        "roles": {"push": "ADMIN"},
        "exact": {"push": "2"},
    }
    changed = db("Gear", "update", where=where, data=data)
    assert changed.words == ["a", 'b,"c"', ""] and changed.sizes == [1, 2]
    assert changed.roles == [Role.WRITER, Role.ADMIN] and changed.exact == [Decimal("1.1"), Decimal(2)]
    assert db("Gear", "update", where=where, data={"words": {"set": []}, "sizes": [3]}).sizes == [3]
    for where, count in (
        ({"words": {"is_empty": True}}, 1),
        ({"words": {"is_empty": False}}, 0),
        ({"sizes": {"has": 3}}, 1),
        ({"sizes": {"has_every": [3, 4]}}, 0),
        ({"sizes": {"has_some": [3, 4]}}, 1),
        ({"sizes": {"equals": [3]}}, 1),
        ({"roles": {"has": "ADMIN"}}, 1),
        ({"exact": {"has_every": ["1.10", 2]}}, 1),
    ):
        assert db("Gear", "count", where=where) == count, where


def test_a_row_that_is_not_there_cannot_be_changed_or_deleted(db: Client) -> None:
    user(db, "a@x", age=1)
    for operation, args in (("update", {"data": {"age": 2}}), ("delete", {})):
        for where in ({"email": "b@x"}, {"email": "a@x", "age": {"gt": 1}}):
            with pytest.raises(RecordNotFound, match="P2025") as found:
                db("User", operation, where=where, **args)
            assert found.value.model == "User"
    with pytest.raises(RecordNotFound):
        db("User", "find_unique_or_raise", where={"id": 9})
    with pytest.raises(RecordNotFound):
        db("User", "find_first_or_raise", where={"id": 9})
    assert db("User", "delete", where={"id": 1, "age": 1}).email == "a@x"
    assert db("User", "count") == 0


@pytest.mark.proves("Client", "upsert in one statement, or in one transaction")
def test_upsert_changes_what_is_there_and_makes_what_is_not(db: Client) -> None:
    def upsert(email: str, **more: Any) -> Any:
        create = {"email": email, "age": 1, **more}
        return db("User", "upsert", where={"email": "a@x"}, create=create, update={"age": {"increment": 10}})

    assert upsert("a@x").age == 1
    assert upsert("a@x").age == 11
    assert upsert("b@x").age == 21
    assert upsert("a@x", posts={"create": [{"title": "never"}]}).age == 31
    both = {"create": {"email": "c@x", "posts": {"create": {"title": "one"}}}, "update": {}}
    assert (
        db("User", "upsert", where={"email": "c@x"}, data=both, include={"posts": True}).posts[0].title
        == "one"
    )
    assert db("User", "count") == 2
    post = {"where": {"authorId_title": {"authorId": 1, "title": "t"}}, "update": {"views": {"increment": 1}}}
    create = {"authorId": 1, "title": "t", "views": 5}
    assert [db("Post", "upsert", **post, create=create).views for _ in range(3)] == [5, 6, 7]


@pytest.mark.proves("Client", "create_many, update_many, delete_many, skip_duplicates")
def test_many_rows_are_written_at_once(db: Client) -> None:
    rows = [{"email": f"{number}@x", "age": number} for number in range(10)] + [
        {"email": "n@x", "name": None}
    ]
    assert db("User", "create_many", data=rows) == 11
    with pytest.raises(UniqueViolation):
        db("User", "create_many", data=[{"email": "new@x"}, {"email": "1@x"}])
    assert db("User", "count") == 11
    assert db("User", "create_many", data=[{"email": "new@x"}, {"email": "1@x"}], skip_duplicates=True) == 1
    assert (
        db("User", "update_many", where={"age": {"gte": 5}}, data={"age": {"increment": 1}, "active": False})
        == 5
    )
    assert db("User", "count", where={"active": False, "age": {"gt": 5}}) == 5
    assert db("User", "update_many", where={}, data={}) == 12
    assert db("User", "delete_many", where={"active": False}) == 5
    assert db("User", "delete_many") == 7
    assert db("User", "create_many", data=[]) == 0


# ---- nested ------------------------------------------------------------------------------------------------------


@pytest.mark.proves("Client", "nested create, create_many, connect and connect_or_create at any depth")
def test_a_tree_is_created_in_one_call(db: Client) -> None:
    db("Tag", "create", data={"label": "old"})
    made = user(
        db,
        "a@x",
        profile={"create": {"bio": "hi"}},
        boss={"create": {"email": "boss@x"}},
        posts={
            "create": [
                {
                    "title": "one",
                    "tags": {"create": {"label": "new"}, "connect": [{"label": "old"}]},
                    "comments": {
                        "create_many": {"data": [{"number": 1, "text": "x"}, {"number": 2, "text": "y"}]}
                    },
                    "reviewer": {
                        "connect_or_create": {"where": {"email": "r@x"}, "create": {"email": "r@x"}}
                    },
                },
                {
                    "title": "two",
                    "tags": {
                        "connect_or_create": [
                            {"where": {"label": "old"}, "create": {"label": "old"}},
                            {"where": {"label": "third"}, "create": {"label": "third"}},
                        ]
                    },
                },
            ]
        },
    )
    include = {
        "profile": True,
        "boss": True,
        "posts": {"include": {"tags": True, "comments": True, "reviewer": True}},
    }
    found = db("User", "find_unique", where={"id": made.id}, include=include)
    assert (found.profile.bio, found.boss.email) == ("hi", "boss@x")
    one, two = found.posts
    assert sorted(tag.label for tag in one.tags) == ["new", "old"] and one.reviewer.email == "r@x"
    assert sorted(tag.label for tag in two.tags) == ["old", "third"] and two.reviewer is None
    assert [comment.text for comment in one.comments] == ["x", "y"]


def test_a_post_is_created_under_an_author_that_exists(db: Client) -> None:
    user(db, "a@x")
    for author in (
        {"connect": {"id": 1}},
        {"connect": {"email": "a@x"}},
        {"connect": {"id": 1, "active": True}},
    ):
        title = str(author)
        assert (
            db("Post", "create", data={"title": title, "author": author}, include={"author": True}).author.id
            == 1
        )
    for author in (
        {"connect": {"id": 9}},
        {"connect": {"email": "b@x"}},
        {"connect": {"id": 1, "active": False}},
    ):
        with pytest.raises(RecordNotFound, match="connect"):
            db("Post", "create", data={"title": "no", "author": author})
    assert db("Post", "count") == 3


@pytest.mark.proves("Client", "nested update, upsert, delete, disconnect, set, update_many and delete_many")
def test_rows_of_a_relation_are_changed_through_their_parent(db: Client) -> None:
    user(db, "a@x", posts={"create": [{"title": title} for title in "abcd"]})
    other = user(db, "b@x", posts={"create": {"title": "z"}})

    def change(**posts: Any) -> None:
        db("User", "update", where={"id": 1}, data={"posts": posts})

    change(update={"where": {"id": 1}, "data": {"title": "A"}}, delete=[{"id": 2}])
    change(update_many={"where": {"title": {"in": ["c", "z"]}}, "data": {"views": {"increment": 5}}})
    change(
        upsert=[
            {"where": {"id": 3}, "update": {"rank": 1}, "create": {"title": "never"}},
            {"where": {"id": 99}, "update": {}, "create": {"title": "new"}},
        ]
    )
    change(delete_many={"title": "d"}, connect={"id": 5})
    posts = db("Post", "find_many", order={"id": "asc"})
    assert [(post.title, post.views, post.rank, post.authorId) for post in posts] == [
        ("A", 0, None, 1),
        ("c", 5, 1, 1),
        ("z", 0, None, 1),
        ("new", 0, None, 1),
    ]
    for act in ({"update": {"where": {"id": 1}, "data": {"title": "x"}}}, {"delete": {"id": 1}}):
        with pytest.raises(RecordNotFound):
            db("User", "update", where={"id": other.id}, data={"posts": act})
    with pytest.raises(RelationViolation, match="required"):
        change(disconnect={"id": 1})


def test_optional_relations_are_let_go(db: Client) -> None:
    user(
        db,
        "a@x",
        reviews={
            "create": [
                {
                    "title": t,
                    "author": {"connect_or_create": {"where": {"email": "w@x"}, "create": {"email": "w@x"}}},
                }
                for t in "abc"
            ]
        },
    )

    def reviewed() -> list[str]:
        return titles(db, reviewerId=1)

    db("User", "update", where={"id": 1}, data={"reviews": {"disconnect": {"id": 1}}})
    assert reviewed() == ["b", "c"]
    db("User", "update", where={"id": 1}, data={"reviews": {"set": [{"id": 1}, {"id": 2}]}})
    assert reviewed() == ["a", "b"]
    db("User", "update", where={"id": 1}, data={"reviews": {"set": []}})
    assert reviewed() == []
    db("Post", "update", where={"id": 1}, data={"reviewer": {"connect": {"id": 1}}})
    kept = db("Post", "update", where={"id": 1}, data={"reviewer": {"disconnect": {"email": "no"}}})
    gone = db("Post", "update", where={"id": 1}, data={"reviewer": {"disconnect": {"email": "a@x"}}})
    assert (kept.reviewerId, gone.reviewerId) == (1, None)
    db("Post", "update", where={"id": 1}, data={"reviewer": {"connect": {"id": 1}}})
    assert db("Post", "update", where={"id": 1}, data={"reviewer": {"disconnect": True}}).reviewerId is None
    db("Post", "update", where={"id": 1}, data={"reviewer": {"connect": {"id": 1}}})
    assert db("Post", "update", where={"id": 1}, data={"reviewer": {"delete": True}}).reviewerId is None
    made = {"upsert": {"create": {"email": "n@x"}, "update": {"age": 5}}}
    assert (
        db(
            "Post", "update", where={"id": 1}, data={"reviewer": made}, include={"reviewer": True}
        ).reviewer.age
        is None
    )
    assert (
        db(
            "Post", "update", where={"id": 1}, data={"reviewer": made}, include={"reviewer": True}
        ).reviewer.age
        == 5
    )
    changed = db(
        "Post",
        "update",
        where={"id": 1},
        data={"reviewer": {"update": {"age": 6}}},
        include={"reviewer": True},
    )
    assert changed.reviewer.age == 6


def test_a_join_table_follows_connect_disconnect_and_set(db: Client) -> None:
    for label in "abc":
        db("Tag", "create", data={"label": label})
    user(db, "a@x", posts={"create": {"title": "one", "tags": {"connect": [{"id": 1}, {"id": 2}]}}})

    def change(**tags: Any) -> str:
        post = db(
            "Post", "update", where={"id": 1}, data={"tags": tags}, include={"tags": {"order": {"id": "asc"}}}
        )
        return "".join(tag.label for tag in post.tags)

    assert change(connect={"id": 1}) == "ab"
    assert change(disconnect=[{"label": "a"}], connect={"label": "c"}) == "bc"
    assert change(set=[{"id": 1}]) == "a"
    assert change(update={"where": {"id": 1}, "data": {"label": "A"}}, create={"label": "d"}) == "Ad"
    assert change(delete={"id": 1}) == "d"
    assert change(upsert={"where": {"id": 2}, "create": {"label": "e"}, "update": {"label": "never"}}) == "de"
    with pytest.raises(RecordNotFound):
        change(connect={"id": 99})
    with pytest.raises(RecordNotFound):
        change(connect={"label": "none"})
    with pytest.raises(QueryInvalid, match="join table"):
        change(create_many={"data": [{"label": "x"}], "skip_duplicates": True})
    assert change(set=[], create_many={"data": [{"label": "x"}, {"label": "y"}]}) == "xy"
    assert db("Tag", "find_many", order={"id": "asc"})[0].label == "b"


def test_one_to_one_relations_make_room(db: Client) -> None:
    user(db, "a@x", profile={"create": {"bio": "one"}})
    user(db, "b@x")
    with pytest.raises(RelationViolation, match="P2014"):
        db("User", "update", where={"id": 1}, data={"profile": {"create": {"bio": "two"}}})
    changed = db(
        "User",
        "update",
        where={"id": 1},
        data={"profile": {"update": {"bio": "new"}}},
        include={"profile": True},
    )
    assert changed.profile.bio == "new"
    upsert = {"upsert": {"create": {"bio": "made"}, "update": {"bio": "never"}}}
    assert (
        db("User", "update", where={"id": 2}, data={"profile": upsert}, include={"profile": True}).profile.bio
        == "made"
    )
    assert (
        db(
            "User", "update", where={"id": 2}, data={"profile": {"delete": True}}, include={"profile": True}
        ).profile
        is None
    )


def test_a_self_relation_is_followed_both_ways(db: Client) -> None:
    user(
        db, "a@x", friends={"create": [{"email": "b@x"}, {"email": "c@x"}]}, team={"create": {"email": "d@x"}}
    )
    b = db("User", "find_unique", where={"email": "b@x"}, include={"friends": True, "friendOf": True})
    assert (b.friends, [friend.email for friend in b.friendOf]) == ([], ["a@x"])
    boss = db(
        "User",
        "find_first",
        where={"team": {"some": {"email": "d@x"}}},
        include={"team": {"include": {"boss": True}}},
    )
    assert boss.team[0].boss.email == "a@x"


@pytest.mark.proves("Client", "a call with nested writes is one transaction")
def test_nested_writes_happen_together_or_not_at_all(db: Client) -> None:
    with pytest.raises(UniqueViolation):
        user(db, "a@x", posts={"create": [{"title": "same"}, {"title": "same"}]})
    assert (db("User", "count"), db("Post", "count")) == (0, 0)
    made = user(db, "a@x")
    with pytest.raises(UniqueViolation):
        db(
            "User",
            "update",
            where={"id": made.id},
            data={"age": 5, "posts": {"create": [{"title": "s"}, {"title": "s"}]}},
        )
    assert db("User", "find_unique", where={"id": made.id}).age is None


def test_inside_a_transaction_a_failed_call_undoes_itself_alone(db: Client) -> None:
    from nicol.drivers.connection import run

    with db.database.session(True) as connection:
        connection.say(Begin())
        for email, twice in (("a@x", False), ("b@x", True)):
            posts = [{"title": "same"}] * (2 if twice else 1)
            program = db.engine.program(
                "User", "create", {"data": {"email": email, "posts": {"create": posts}}}, in_transaction=True
            )
            if twice:
                with pytest.raises(UniqueViolation):
                    run(program, connection)
            else:
                run(program, connection)
        connection.say(Commit())
    assert [row.email for row in db("User", "find_many")] == ["a@x"]


# ---- faults ------------------------------------------------------------------------------------------------------


@pytest.mark.proves("Client", "errors with Prisma's codes, the model and the fields")
def test_errors_of_the_database_speak_of_the_schema(db: Client) -> None:
    user(db, "a@x", posts={"create": {"title": "t"}})

    def fails(
        kind: type[NicolError], code: str, fields: tuple[str, ...], model: str, operation: str, **args: Any
    ) -> None:
        with pytest.raises(kind) as found:
            db(model, operation, **args)
        error = found.value
        assert (error.code, error.model) == (code, model)  # type: ignore[attr-defined]
        assert (
            error.fields in (fields, ())
            if code == "P2003" and db.provider == "sqlite"
            else error.fields == fields
        )  # type: ignore[attr-defined]

    fails(UniqueViolation, "P2002", ("email",), "User", "create", data={"email": "a@x"})
    fails(
        UniqueViolation, "P2002", ("authorId", "title"), "Post", "create", data={"title": "t", "authorId": 1}
    )
    fails(ForeignKeyViolation, "P2003", ("authorId",), "Post", "create", data={"title": "u", "authorId": 99})
    fails(ValueInvalid, "P2020", ("age",), "User", "create", data={"email": "b", "age": 2**31})
    fails(ValueInvalid, "P2006", ("age",), "User", "create", data={"email": "b", "age": "7"})
    fails(ValueInvalid, "P2006", ("email",), "User", "create", data={"email": {"contains": "b"}})
    fails(ValueInvalid, "P2006", ("role",), "User", "find_many", where={"role": "KING"})
    fails(QueryInvalid, "P2012", ("email",), "User", "create", data={"name": "b"})
    fails(QueryInvalid, "P2012", ("email",), "User", "create", data={"email": None})
    fails(QueryInvalid, "P2012", ("email",), "User", "create_many", data=[{"email": None}])
    assert db("User", "count") == 1


@pytest.mark.parametrize(
    ("model", "operation", "args", "hint"),
    [
        ("User", "find_many", {"where": {"emial": "x"}}, "did you mean `email`?"),
        ("User", "find_many", {"where": {"email": {"startsWith": "x"}}}, "did you mean `startswith`?"),
        ("User", "find_many", {"where": {"name": {"search": "a & b"}}}, "use `contains`"),
        ("User", "find_many", {"where": {"posts": {"any": {}}}}, "_sum, every, none, some"),
        ("User", "find_many", {"where": {"posts": {"some": {"titel": "x"}}}}, "did you mean `title`?"),
        ("User", "find_many", {"order": {"agee": "asc"}}, "did you mean `age`?"),
        ("User", "find_many", {"select": {"nam": True}}, "did you mean `name`?"),
        ("User", "find_many", {"omit": {"posts": True}}, "known here"),
        ("User", "find_many", {"include": {"post": True}}, "did you mean `posts`?"),
        ("User", "find_many", {"include": {"posts": {"were": {}}}}, "did you mean `where`?"),
        ("User", "find_many", {"distinct": ["nam"]}, "did you mean `name`?"),
        ("User", "find_many", {"where": {"settings": {"a": 1}}}, "compare with a whole value"),
        ("User", "create", {"data": {"email": "x", "post": {}}}, "did you mean `posts`?"),
        ("User", "create", {"data": {"email": "x", "posts": {"creat": {}}}}, "did you mean `create`?"),
        (
            "User",
            "update",
            {"where": {"id": 1}, "data": {"age": {"incremen": 1}}},
            "did you mean `increment`?",
        ),
        ("User", "find_unique", {"where": {"emial": "x"}}, "did you mean `email`?"),
        (
            "Post",
            "find_unique",
            {"where": {"authorId": 1, "title": "x"}},
            '`{"authorId_title": {"authorId": …',
        ),
        (
            "Post",
            "find_unique",
            {"where": {"authorId_title": {"authorId": 1, "titl": "x"}}},
            "did you mean `title`?",
        ),
    ],
)
def test_a_wrong_name_is_an_error_with_the_near_miss(
    db: Client, model: str, operation: str, args: dict[str, Any], hint: str
) -> None:
    with pytest.raises(QueryInvalid) as found:
        db(model, operation, **args)
    assert found.value.code == "P2009"
    assert hint in (found.value.help or "")


@pytest.mark.parametrize(
    ("operation", "args", "sentence"),
    [
        ("find_unique", {"where": {"name": "x"}}, "needs one of its unique keys: `id`, `email`"),
        ("find_unique", {"where": {"id": None}}, "needs one of its unique keys"),
        ("find_unique", {}, "the argument `where` is missing"),
        ("find_many", {"take": "3"}, "`take` must be an int"),
        ("find_many", {"skip": -1}, "`skip` must not be negative"),
        ("find_many", {"order": {"age": "up"}}, "must be `asc` or `desc`"),
        ("find_many", {"where": {"age": {"in": 3}}}, "must be a list"),
        ("find_many", {"where": {"age": {"lt": None}}}, "cannot be None"),
        ("find_many", {"where": ["a"]}, "must be a dictionary"),
        ("update", {"where": {"id": 1}, "data": {"age": {"increment": 1, "set": 2}}}, "exactly one of"),
        ("create", {"data": {"email": "x", "posts": None}}, "is a relation"),
        ("update_many", {"data": {"posts": {"create": []}, "age": 1}}, "scalar fields only"),
    ],
)
def test_a_wrong_argument_is_an_error_in_a_sentence(
    db: Client, operation: str, args: dict[str, Any], sentence: str
) -> None:
    args = (
        {"data": {**args["data"], "posts": {"create": [{"title": "x"}]}}}
        if operation == "update_many"
        else args
    )
    with pytest.raises(QueryInvalid) as found:
        db("User", operation, **args)
    assert sentence in str(found.value)


def test_a_missing_value_that_only_the_database_knows_of_is_a_null_violation(db: Client) -> None:
    db.database.run(_say('ALTER TABLE "Tag" ADD COLUMN "extra" TEXT'), True)
    db.database.run(_say('ALTER TABLE "Tag" ALTER COLUMN "extra" SET NOT NULL'), True)
    with pytest.raises(NullViolation, match="extra"):
        db("Tag", "create", data={"label": "x"})


def _say(text: str) -> Any:
    from nicol.sql.program import rows

    return rows(text)


# ---- many rows -----------------------------------------------------------------------------------------------------

PEOPLE = [
    {
        "name": None,
        "role": "WRITER",
        "age": -5,
        "score": 1e-7,
        "balance": "12345678901234567890.123456789",
        "active": False,
    },
    {"name": 'q"u\\o,{t}e', "avatar": b"\x00\xff\\x", "settings": {"a": [1, None, 'é"\\']}, "views": 2**62},
    {
        "name": "",
        "settings": [],
        "avatar": b"",
        "joined": datetime(1999, 12, 31, 23, 59, 59, 999000, tzinfo=UTC),
    },
    {"name": "NULL", "settings": "NULL", "role": "ADMIN", "score": float("inf"), "balance": Decimal("-0.5")},
    {"name": "{}", "settings": JsonNull, "age": 2**31 - 1, "score": -0.0},
]
THINGS = [
    {
        "words": ["a", 'b"\\,{}', "", "NULL"],
        "sizes": [1, -2],
        "roles": ["WRITER", "ADMIN"],
        "exact": ["1.10", "2"],
        "price": "3.456",
    },
    {
        "words": [],
        "sizes": [],
        "roles": [],
        "exact": [],
        "price": None,
        "at": datetime(2026, 1, 2, 3, 4, 5, 678901, tzinfo=UTC),
    },
    {"words": ["é", "𝄞"], "roles": ["READER"]},
]


@pytest.mark.proves("Client", "rows of every type, written together as they are alone")
def test_many_rows_hold_what_single_rows_hold(db: Client) -> None:
    def shown(model: str, rows: list[Any]) -> list[dict[str, Any]]:
        leave = {"id", "email", "changed", "joined", "code", "flake", "bossId"}
        return [{name: repr(value) for name, value in vars(row).items() if name not in leave} for row in rows]

    people = [{"email": f"{number}@x", **row} for number, row in enumerate(PEOPLE)]
    alone = [db("User", "create", data=row) for row in people]
    again = [{**row, "email": f"again{row['email']}"} for row in people]
    together = db("User", "create_many_and_return", data=again)
    assert shown("User", together) == shown("User", alone)
    assert [row.joined for row in together[2:3]] == [row.joined for row in alone[2:3]]
    upserted = db("User", "upsert_many_and_return", data=[{**row, "age": 1} for row in people], key="email")
    assert shown("User", upserted) == [{**row, "age": "1"} for row in shown("User", alone)]
    plain = [
        {"id": row.id, **{name: value for name, value in given.items() if name != "email"}}
        for row, given in zip(upserted, people, strict=True)
    ]
    assert db("User", "update_each", data=plain, key="id") == len(people)
    things = [db("Gear", "create", data=row) for row in THINGS]
    made = db("Gear", "create_many_and_return", data=THINGS)
    assert shown("Gear", made) == shown("Gear", things)
    pushes = [{"id": row.id, "words": {"push": ["x", '"']}, "sizes": {"push": 7}} for row in made]
    assert db("Gear", "update_each", data=pushes, key="id") == 3
    found = {row.id: row for row in db("Gear", "find_many")}
    assert [found[row.id].words for row in made] == [[*row.words, "x", '"'] for row in made]
    assert [found[row.id].sizes for row in made] == [[*row.sizes, 7] for row in made]
    new = [{"id": row.id, "words": ["n"], "roles": ["ADMIN"], "at": None} for row in made]
    assert db("Gear", "upsert_many", data=new, key="id") == (0, 3)
    assert [row.roles for row in db("Gear", "find_many", where={"words": {"has": "n"}})] == [[Role.ADMIN]] * 3


def test_a_row_that_holds_its_own_place_is_answered_as_it_was_let_go(database_url: str) -> None:
    own = Client(
        database_url,
        'model N {\n id String @id\n nextId String? @unique\n next N? @relation("n", fields: [nextId], references: [id])\n'
        ' back N? @relation("n")\n}\n',
    )
    own("N", "create", data={"id": "a", "nextId": "a"})
    assert own("N", "update", where={"id": "a"}, data={"back": {"create": {"id": "b"}}}).nextId is None
    own.database.close()
