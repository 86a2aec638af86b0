"""Writing many rows in one call: with relations, with answers, by keys, each in its own way, and so many at most."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from nicol.client import Upserted
from nicol.errors import ForeignKeyViolation, QueryInvalid, RecordNotFound, UniqueViolation, ValueInvalid


def emails(db: Any, **where: Any) -> list[str]:
    """The mail addresses of users in their order."""
    return [user.email for user in db.user.find_many(where=where, order={"email": "asc"})]


def statements(open_client: Any, call: Any) -> list[str]:
    """The texts that a call says between the beginning and the end of its transaction."""
    said: list[str] = []
    with open_client(log_queries=lambda seen: said.append(seen.text)) as client:
        call(client)
    return [text for text in said if text.split()[0] in ("INSERT", "UPDATE", "DELETE", "SELECT", "WITH")]


# ---- new rows --------------------------------------------------------------------------------------------------------

TREES: list[list[dict[str, Any]]] = [
    [
        {"id": "leaf", "parentId": "twig"},
        {"id": "twig", "parentId": "root"},
        {"id": "root", "parentId": None},
    ],
    [{"id": "leaf", "parentId": "twig"}, {"id": "root"}, {"id": "twig", "parentId": "root"}],
    [
        {"id": "root", "parentId": "leaf"},
        {"id": "leaf", "parentId": "twig"},
        {"id": "twig", "parentId": "root"},
    ],
]
"""Rows of which some point at rows behind them; the last go in a circle."""


@pytest.mark.proves("Client", "rows of one call may point at one another, in any order")
@pytest.mark.parametrize("rows", TREES)
def test_rows_of_one_call_point_at_one_another(db: Any, rows: list[dict[str, Any]]) -> None:
    parents = {row["id"]: row.get("parentId") for row in rows}
    made = db.mark.create_many_and_return(data=rows)
    assert [(mark.id, mark.parentId) for mark in made] == list(parents.items())
    db.mark.delete_many()
    assert db.mark.create_many(data=rows) == 3
    db.mark.delete_many()
    assert db.mark.upsert_many(data=rows, key="id") == (3, 0)
    assert {mark.id: mark.parentId for mark in db.mark.find_many()} == parents


@pytest.mark.parametrize("inside", [False, True], ids=["alone", "in a transaction"])
def test_rows_that_point_nowhere_are_refused(db: Any, inside: bool) -> None:
    rows = [{"id": "leaf", "parentId": "twig"}, {"id": "twig", "parentId": "root"}]
    with pytest.raises(ForeignKeyViolation) as refused:
        if inside:
            with db.tx() as tx:
                tx.mark.create_many(data=rows)
        else:
            db.mark.create_many(data=rows)
    assert (refused.value.code, refused.value.model) == ("P2003", "Mark")
    assert db.mark.count() == 0
    with pytest.raises(ForeignKeyViolation):  # one row alone is looked at at once, as ever
        db.mark.create(data=rows[0])


@pytest.mark.proves("Client", "create_many_and_return, with include")
def test_new_rows_come_back_in_their_order(db: Any) -> None:
    boss = db.user.create(data={"email": "boss"})
    rows = [
        {"email": f"{number}"} if number % 3 else {"email": f"{number}", "managerId": boss.id}
        for number in range(9)
    ]
    made = db.user.create_many_and_return(data=rows, include={"manager": True})
    assert [user.email for user in made] == [str(number) for number in range(9)]
    assert [user.manager and user.manager.email for user in made] == ["boss", None, None] * 3
    assert len({user.id for user in made}) == 9
    assert db.user.create_many_and_return(data=[]) == []
    again = db.user.create_many_and_return(data=[{"email": "3"}, {"email": "new"}], skip_duplicates=True)
    assert [user.email for user in again] == ["new"]


@pytest.mark.proves(
    "Client", "create_many with relations: nested creates and connects, one statement for each level"
)
def test_rows_of_one_call_bring_their_relations(db: Any, open_client: Any) -> None:
    db.user.create_many(data=[{"email": "ann"}, {"email": "bob"}])
    db.tag.create(data={"name": "old"})
    ann = db.user.find_unique(where={"email": "ann"})

    def rows(prefix: str, count: int) -> list[dict[str, Any]]:
        return [
            {
                "title": f"{prefix}{number}",
                "author": {"connect": {"email": "ann" if number % 2 else "bob"}},
                "comments": {
                    "create": [
                        {"text": f"{number}a"},
                        {"text": f"{number}b", "author": {"connect": {"id": ann.id}}},
                    ]
                },
                "tags": {
                    "connect": {"name": "old"},
                    "connect_or_create": [{"where": {"name": "t"}, "create": {"name": "t"}}],
                    "create": {"name": f"{prefix}{number}"},
                },
            }
            for number in range(count)
        ]

    assert db.post.create_many(data=rows("p", 4)) == 4
    include = {
        "author": True,
        "comments": {"order": {"text": "asc"}, "include": {"author": True}},
        "tags": {"order": {"name": "asc"}},
    }
    posts = db.post.find_many(order={"title": "asc"}, include=include)
    assert [post.author.email for post in posts] == ["bob", "ann", "bob", "ann"]
    assert [[(c.text, c.author and c.author.email) for c in post.comments] for post in posts] == [
        [(f"{number}a", None), (f"{number}b", "ann")] for number in range(4)
    ]
    assert [[tag.name for tag in post.tags] for post in posts] == [
        ["old", f"p{number}", "t"] for number in range(4)
    ]
    few = statements(open_client, lambda client: client.post.create_many(data=rows("q", 2)))
    many = statements(open_client, lambda client: client.post.create_many(data=rows("r", 20)))
    assert few == many


@pytest.mark.proves("Client", "create_many with relations: to-one rows made first, others moved")
def test_rows_of_one_call_make_what_they_point_at(db: Any) -> None:
    db.user.create(data={"email": "shared"})
    made = db.profile.create_many_and_return(
        data=[
            {"bio": "1", "user": {"create": {"email": "a", "manager": {"create": {"email": "chief"}}}}},
            {
                "bio": "2",
                "user": {"connect_or_create": {"where": {"email": "shared"}, "create": {"email": "shared"}}},
            },
            {"bio": "3", "user": {"connect_or_create": {"where": {"email": "c"}, "create": {"email": "c"}}}},
        ],
        include={"user": {"include": {"manager": True}}},
    )
    assert [profile.user.email for profile in made] == ["a", "shared", "c"]
    assert made[0].user.manager.email == "chief"
    lead = {"email": "lead", "reports": {"connect": [{"email": "a"}, {"id": made[1].userId}]}}
    other = {
        "email": "other",
        "reports": {
            "connect_or_create": [
                {"where": {"email": "c"}, "create": {"email": "c"}},
                {"where": {"email": "d"}, "create": {"email": "d"}},
            ]
        },
        "profile": {"create": {"bio": "o"}},
    }
    assert db.user.create_many(data=[lead, other]) == 2
    assert emails(db, manager={"email": "lead"}) == ["a", "shared"]
    assert emails(db, manager={"email": "other"}) == ["c", "d"]
    assert db.profile.find_first(where={"user": {"email": "other"}}).bio == "o"


@pytest.mark.proves("Client", "create_many with relations happens as a whole or not at all")
def test_a_row_without_its_other_end_leaves_nothing_behind(db: Any) -> None:
    for connect in ({"email": "nobody"}, {"id": 10**6}):
        rows = [
            {"title": "x", "author": {"create": {"email": "made"}}},
            {"title": "y", "author": {"connect": connect}},
        ]
        with pytest.raises(RecordNotFound) as missing:
            db.post.create_many(data=rows)
        assert (missing.value.model, missing.value.fields) == ("User", ("author",))
    with pytest.raises(RecordNotFound):
        db.user.create_many(data=[{"email": "x", "posts": {"connect": {"id": "none"}}}])
    for rows, message in (
        ([{"email": "x", "posts": {"update": {}}}], "unknown act"),
        ([{"title": "x", "author": {"connect": {"id": 1}, "create": {"email": "e"}}}], "given twice"),
        ([{"title": "x", "authorId": 1, "author": {"connect": {"id": 1}}}], "given twice"),
        ([{"title": "x", "author": {"connect": {"id": 1, "name": "n"}}}], "one unique key and nothing else"),
        ([{"title": "x", "author": 1}], "is a relation"),
        ([7], "must be a dictionary"),
    ):
        model = db.user if "email" in str(rows) and "title" not in str(rows) else db.post
        with pytest.raises(QueryInvalid, match=message):
            model.create_many(data=rows)
    with pytest.raises(QueryInvalid, match="skip_duplicates"):
        db.user.create_many(data=[{"email": "x", "posts": {"create": {"title": "t"}}}], skip_duplicates=True)
    assert (db.user.count(), db.post.count()) == (0, 0)


@pytest.mark.proves("Client", "a wrong value of many rows is named with its row")
def test_the_row_of_a_wrong_value_is_named(db: Any) -> None:
    rows: list[dict[str, Any]] = [{"email": str(number), "logins": number} for number in range(5)]
    rows[3]["logins"] = "three"
    with pytest.raises(ValueInvalid, match=r"`User\.logins` in `data\[3\]`") as wrong:
        db.user.create_many(data=rows)
    assert (wrong.value.model, wrong.value.fields) == ("User", ("logins",))
    rows[3]["logins"] = None
    with pytest.raises(QueryInvalid, match=r"must not be None \(`data\[3\]`\)"):
        db.user.create_many(data=rows)
    with pytest.raises(QueryInvalid, match=r"`User\.email` is required"):
        db.user.create_many(data=[{"email": "a"}, {"name": "b"}])
    assert db.user.count() == 0


# ---- upserts ---------------------------------------------------------------------------------------------------------


@pytest.mark.proves("Client", "upsert_many: new rows are made and others changed, in one statement")
def test_many_rows_are_made_or_changed(db: Any, open_client: Any) -> None:
    db.user.create(data={"email": "b", "name": "old", "logins": 5})
    rows = [{"email": email, "name": f"new {email}", "logins": 1} for email in "cab"]
    assert db.user.upsert_many(data=rows, key="email") == Upserted(created=2, updated=1)
    assert [(user.email, user.name, user.logins) for user in db.user.find_many(order={"email": "asc"})] == [
        ("a", "new a", 1),
        ("b", "new b", 1),
        ("c", "new c", 1),
    ]
    rows.append({"email": "d", "name": "new d"})
    rows = [{**row, "name": "again"} for row in rows]
    answer = db.user.upsert_many(data=rows, key="email", update={"logins": {"increment": 10}})
    assert (answer.created, answer.updated) == (1, 3)
    assert [(user.name, user.logins) for user in db.user.find_many(order={"email": "asc"})] == [
        ("new a", 11),
        ("new b", 11),
        ("new c", 11),
        ("again", 0),
    ]
    assert db.user.upsert_many(
        data=[{"email": "a", "name": "x", "logins": 0}], key="email", update=["name"]
    ) == (0, 1)
    assert (
        db.user.find_unique(where={"email": "a"}).name,
        db.user.find_unique(where={"email": "a"}).logins,
    ) == ("x", 11)
    assert db.user.upsert_many(
        data=[{"email": "a", "name": "y"}, {"email": "e"}], key="email", update=[]
    ) == (1, 0)
    assert db.user.find_unique(where={"email": "a"}).name == "x"
    assert db.user.upsert_many(data=[], key="email") == (0, 0)
    few = statements(open_client, lambda client: client.user.upsert_many(data=rows[:2], key="email"))
    many = statements(open_client, lambda client: client.user.upsert_many(data=rows[:3] * 1, key="email"))
    assert few == many


@pytest.mark.proves("Client", "upsert_many_and_return")
def test_upserted_rows_come_back_in_their_order(db: Any) -> None:
    db.seat.create_many(data=[{"hall": "A", "number": 2, "holder": "x", "ticket": "1"}])
    rows = [
        {"hall": hall, "number": number, "ticket": "t"} for hall, number in (("B", 1), ("A", 2), ("A", 1))
    ]
    made = db.seat.upsert_many_and_return(data=rows, key="hall_number")
    assert [(seat.hall, seat.number, seat.holder, seat.ticket) for seat in made] == [
        ("B", 1, None, "t"),
        ("A", 2, "x", "t"),
        ("A", 1, None, "t"),
    ]
    same = db.seat.upsert_many_and_return(data=rows[:2], key="hall_number", update=[])
    assert [(seat.hall, seat.holder) for seat in same] == [("B", None), ("A", "x")]
    user = db.user.create(data={"email": "a"})
    old = datetime(2020, 1, 1, tzinfo=UTC)
    db.post.create(data={"id": "p", "title": "1", "authorId": user.id, "updatedAt": old})
    posts = db.post.upsert_many_and_return(
        data=[{"id": "p", "title": "2", "authorId": user.id}, {"id": "q", "title": "3", "authorId": user.id}],
        key="id",
        include={"author": True},
    )
    assert [(post.title, post.author.email) for post in posts] == [("2", "a"), ("3", "a")]
    assert all(post.updatedAt > old for post in posts)


@pytest.mark.proves("Client", "upsert_many refuses what cannot be told apart")
def test_rows_of_an_upsert_are_told_apart_by_their_key(db: Any) -> None:
    for arguments, message in (
        (
            {"data": [{"email": "a"}, {"email": "b"}, {"email": "a", "name": "n"}], "key": "email"},
            r"`data\[0\]` and `data\[2\]`",
        ),
        ({"data": [{"email": "a"}, {"name": "n"}], "key": "email"}, "needs `email`"),
        ({"data": [{"email": None}], "key": "email"}, "is None"),
        ({"data": [{"email": "a"}], "key": "mail"}, "did you mean `email`"),
        ({"data": [{"email": "a"}], "key": "email", "update": ["nam"]}, "did you mean `name`"),
        (
            {"data": [{"email": "a"}], "key": "email", "update": {"posts": {"create": {}}}},
            "scalar fields only|required",
        ),
        ({"data": [{"email": "a", "posts": {}}], "key": "email"}, "is a relation"),
        ({"data": [{"email": "a"}]}, "`key` is missing"),
    ):
        with pytest.raises(QueryInvalid, match=message):
            db.user.upsert_many(**arguments)
    db.user.create(data={"email": "z", "id": 77})
    with pytest.raises(UniqueViolation) as other:
        db.user.upsert_many(data=[{"email": "a", "id": 77}], key="email")
    assert other.value.fields == ("id",)


# ---- each its own ----------------------------------------------------------------------------------------------------


@pytest.mark.proves("Client", "update_each: different values for each row, in one statement")
def test_each_row_is_changed_in_its_own_way(db: Any, open_client: Any) -> None:
    db.user.create_many(data=[{"email": email, "logins": 10} for email in "abcd"])
    rows = [{"email": "a", "name": "A"}, {"email": "c", "name": None}, {"email": "nobody", "name": "N"}]
    assert db.user.update_each(data=rows, key="email") == 2
    stock = [
        {"email": "a", "logins": {"decrement": 3}},
        {"email": "b", "logins": {"decrement": 4}},
        {"email": "d", "logins": 1, "role": "ADMIN"},
    ]
    assert db.user.update_each(data=stock, key="email") == 3
    found = [(user.name, user.logins, user.role) for user in db.user.find_many(order={"email": "asc"})]
    assert found == [("A", 7, "MEMBER"), (None, 6, "MEMBER"), (None, 10, "MEMBER"), (None, 1, "ADMIN")]
    few = statements(open_client, lambda client: client.user.update_each(data=stock[:1], key="email"))
    many = statements(open_client, lambda client: client.user.update_each(data=stock[:2], key="email"))
    assert few == many
    db.seat.create_many(data=[{"hall": "A", "number": number} for number in (1, 2)])
    seats = [{"hall": "A", "number": number, "holder": f"h{number}"} for number in (2, 1)]
    assert db.seat.update_each(data=seats, key="hall_number") == 2
    assert [seat.holder for seat in db.seat.find_many(order={"number": "asc"})] == ["h1", "h2"]


@pytest.mark.proves("Client", "update_each refuses rows that say nothing or the same twice")
def test_changes_of_each_row_are_checked(db: Any) -> None:
    db.user.create_many(data=[{"email": "a", "logins": 1}, {"email": "b", "logins": 2**31 - 1}])
    for rows, message in (
        ([{"email": "a"}], r"`data\[0\]` names no field"),
        ([{"email": "a", "name": "1"}, {"email": "a", "logins": 2}], "have the same key"),
        ([{"email": "a", "nam": "1"}], "did you mean `name`"),
        ([{"name": "1"}], "needs `email`"),
        ([{"email": "a", "logins": {"increment": 1, "decrement": 1}}], "exactly one"),
    ):
        with pytest.raises(QueryInvalid, match=message):
            db.user.update_each(data=rows, key="email")
    with pytest.raises(ValueInvalid, match=r"`data\[1\]`.*zero"):
        db.user.update_each(
            data=[{"email": "b", "logins": {"divide": 1}}, {"email": "a", "logins": {"divide": 0}}],
            key="email",
        )
    with pytest.raises(ValueInvalid) as over:
        db.user.update_each(
            data=[{"email": "a", "logins": {"increment": 1}}, {"email": "b", "logins": {"increment": 1}}],
            key="email",
        )
    assert over.value.code == "P2020"
    assert [user.logins for user in db.user.find_many(order={"email": "asc"})] == [1, 2**31 - 1]


# ---- rows of a filter ------------------------------------------------------------------------------------------------


@pytest.mark.proves("Client", "update_many_and_return and delete_many_and_return")
def test_changed_and_deleted_rows_come_back(db: Any) -> None:
    boss = db.user.create(data={"email": "boss"})
    db.user.create_many(data=[{"email": email, "managerId": boss.id} for email in "abc"])
    changed = db.user.update_many_and_return(
        where={"managerId": boss.id}, data={"logins": {"increment": 2}}, include={"manager": True}
    )
    assert sorted((user.email, user.logins, user.manager.email) for user in changed) == [
        (email, 2, "boss") for email in "abc"
    ]
    assert len(db.user.update_many_and_return(where={"managerId": boss.id}, data={})) == 3
    gone = db.user.delete_many_and_return(where={"email": {"in": ["a", "c"]}})
    assert sorted(user.email for user in gone) == ["a", "c"]
    assert emails(db) == ["b", "boss"]
    assert db.user.delete_many_and_return(where={"email": "none"}) == []


@pytest.mark.proves("Client", "limit of update_many and delete_many")
def test_so_many_rows_at_most_are_written(db: Any) -> None:
    db.user.create_many(data=[{"email": str(number)} for number in range(10)])
    assert db.user.update_many(where={"role": "MEMBER"}, data={"role": "GUEST"}, limit=4) == 4
    assert db.user.count(where={"role": "GUEST"}) == 4
    assert len(db.user.update_many_and_return(where={"role": "MEMBER"}, data={"role": "GUEST"}, limit=2)) == 2
    assert db.user.update_many(data={"name": "x"}, limit=0) == 0
    assert db.user.delete_many(where={"role": "GUEST"}, limit=5) == 5
    assert len(db.user.delete_many_and_return(limit=3)) == 3
    assert db.user.delete_many(limit=100) == 2
    db.seat.create_many(data=[{"hall": "A", "number": number} for number in range(5)])
    assert db.seat.delete_many(where={"hall": "A"}, limit=2) == 2
    assert db.seat.count() == 3
    for limit in (-1, "3", True):
        with pytest.raises(QueryInvalid, match="limit"):
            db.user.delete_many(limit=limit)


@pytest.mark.proves("Client", "an unset `where` never widens a delete or an update")
def test_none_never_means_every_row(db: Any) -> None:
    db.user.create_many(data=[{"email": "a"}, {"email": "b"}])
    for call in (
        lambda: db.user.delete_many(where=None),
        lambda: db.user.delete_many_and_return(where=None),
        lambda: db.user.update_many(where=None, data={"name": "x"}),
        lambda: db.user.update_many_and_return(where=None, data={"name": "x"}),
    ):
        with pytest.raises(QueryInvalid, match="every row"):
            call()
    assert db.user.count(where={"name": None}) == 2
    assert db.user.delete_many(where={}) == 2


@pytest.mark.proves("Client", "a refused row of many is told with model and fields")
def test_a_refused_row_of_many_is_told(db: Any) -> None:
    db.user.create(data={"email": "a"})
    with pytest.raises(UniqueViolation) as unique:
        db.user.create_many(data=[{"email": "b"}, {"email": "a"}])
    assert (unique.value.code, unique.value.model, unique.value.fields) == ("P2002", "User", ("email",))
    with pytest.raises(ForeignKeyViolation) as foreign:
        db.post.create_many(data=[{"title": "x", "authorId": 10**6}])
    assert (foreign.value.code, foreign.value.model) == ("P2003", "Post")
    assert emails(db) == ["a"]
