"""Reading: unique keys, pages, relation filters, includes and orders, on every database, blocking and awaited."""

from __future__ import annotations

from typing import Any

import pytest

from nicol.errors import QueryInvalid, RecordNotFound

pytestmark = pytest.mark.timeout(120)


@pytest.fixture
def blog(db: Any) -> Any:
    """Three people, four posts, six comments and two tags."""
    ada = db.user.create(data={"email": "ada@x.org", "name": "Ada", "role": "ADMIN", "logins": 3})
    bob = db.user.create(data={"email": "bob@x.org", "name": "Bob", "managerId": ada.id, "logins": 1})
    db.user.create(data={"email": "cyd@x.org", "managerId": ada.id, "logins": 1})
    db.profile.create(data={"bio": "Counts", "userId": ada.id})
    sql, orm = db.tag.create(data={"name": "sql"}), db.tag.create(data={"name": "orm"})
    posts = [("p1", "One", 10, ada), ("p2", "Two", 20, ada), ("p3", "Three", 20, bob), ("p4", "Four", 0, bob)]
    for key, title, views, author in posts:
        db.post.create(data={"id": key, "title": title, "views": views, "authorId": author.id})
    db.post.update(where={"id": "p1"}, data={"tags": {"connect": [{"id": sql.id}, {"id": orm.id}]}})
    db.post.update(where={"id": "p3"}, data={"tags": {"connect": {"name": "sql"}}})
    for index, (post, spam) in enumerate(
        [("p1", False), ("p1", True), ("p1", False), ("p2", False), ("p3", True)]
    ):
        db.comment.create(data={"text": f"c{index}", "spam": spam, "postId": post, "authorId": bob.id})
    db.comment.create(data={"text": "c5", "postId": "p1"})
    return db


def ids(rows: Any) -> list[str]:
    """The ids of posts in the order in which they came."""
    return [row.id for row in rows]


@pytest.mark.proves("Client", "find_unique by any unique key, with further filters")
def test_a_unique_key_finds_its_row_or_nothing(blog: Any) -> None:
    assert blog.user.find_unique(where={"email": "ada@x.org"}).name == "Ada"
    assert blog.user.find_unique(where={"email": "nobody"}) is None
    assert blog.user.find_unique(where={"email": "ada@x.org", "logins": {"gt": 2}}).name == "Ada"
    assert blog.user.find_unique(where={"email": "ada@x.org", "logins": {"gt": 3}}) is None


@pytest.mark.proves("Client", "find_unique by compound keys")
def test_compound_keys_find_their_row(db: Any) -> None:
    db.seat.create(data={"hall": "A", "number": 1, "holder": "ada", "ticket": "t1"})
    assert db.seat.find_unique(where={"hall_number": {"hall": "A", "number": 1}}).holder == "ada"
    assert db.seat.find_unique(where={"holding": {"holder": "ada", "ticket": "t1"}}).number == 1
    assert db.seat.find_unique(where={"hall_number": {"hall": "A", "number": 2}}) is None


@pytest.mark.proves("Client", "find_unique_or_raise and find_first_or_raise")
def test_missing_rows_raise_where_that_was_asked_for(blog: Any) -> None:
    assert blog.user.find_unique_or_raise(where={"email": "ada@x.org"}).name == "Ada"
    with pytest.raises(RecordNotFound) as unique:
        blog.user.find_unique_or_raise(where={"email": "nobody"})
    with pytest.raises(RecordNotFound) as first:
        blog.user.find_first_or_raise(where={"email": "nobody"})
    assert [error.value.code for error in (unique, first)] == ["P2025", "P2025"]
    assert [error.value.model for error in (unique, first)] == ["User", "User"]


@pytest.mark.proves("Client", "find_first in an order")
def test_the_first_row_is_the_first_of_its_order(blog: Any) -> None:
    assert blog.post.find_first(order={"views": "asc"}).id == "p4"
    assert blog.post.find_first(where={"views": {"gt": 0}}, order={"id": "desc"}).id == "p3"
    assert blog.post.find_first(where={"views": -1}) is None


PAGES: list[tuple[dict[str, Any], list[str]]] = [
    ({"order": {"id": "desc"}}, ["p4", "p3", "p2", "p1"]),
    ({"order": [{"views": "desc"}, {"id": "asc"}]}, ["p2", "p3", "p1", "p4"]),
    ({"order": {"views": "desc", "id": "desc"}}, ["p3", "p2", "p1", "p4"]),
    ({"order": {"author": {"name": "desc"}}, "take": 1, "where": {"views": 0}}, ["p4"]),
    ({"order": [{"author": {"email": "desc"}}, {"id": "asc"}]}, ["p3", "p4", "p1", "p2"]),
    ({"order": [{"comments": {"_count": "desc"}}, {"id": "asc"}]}, ["p1", "p2", "p3", "p4"]),
    ({"order": {"id": "asc"}, "take": 2}, ["p1", "p2"]),
    ({"order": {"id": "asc"}, "take": 0}, []),
    ({"order": {"id": "asc"}, "skip": 3}, ["p4"]),
    ({"order": {"id": "asc"}, "take": 2, "skip": 1}, ["p2", "p3"]),
    ({"order": {"id": "asc"}, "take": -2}, ["p3", "p4"]),
    ({"order": {"id": "asc"}, "take": -2, "skip": 1}, ["p2", "p3"]),
    ({"order": {"id": "asc"}, "cursor": {"id": "p3"}}, ["p3", "p4"]),
    ({"order": {"id": "asc"}, "cursor": {"id": "p2"}, "skip": 1, "take": 1}, ["p3"]),
    ({"order": {"id": "asc"}, "cursor": {"id": "p3"}, "take": -2}, ["p2", "p3"]),
    ({"order": {"id": "desc"}, "cursor": {"id": "p3"}, "take": 2}, ["p3", "p2"]),
    ({"order": [{"views": "desc"}, {"id": "asc"}], "cursor": {"id": "p3"}}, ["p3", "p1", "p4"]),
    ({"order": {"id": "asc"}, "cursor": {"id": "nowhere"}}, []),
    (
        {"order": [{"views": "asc"}], "distinct": ["views"], "where": {"id": {"not": "p3"}}},
        ["p4", "p1", "p2"],
    ),
]


@pytest.mark.proves("Client", "order, take, skip, cursor and distinct")
def test_a_page_holds_exactly_its_rows_in_order(blog: Any) -> None:
    found = {str(page): ids(blog.post.find_many(**page)) for page, _ in PAGES}
    assert found == {str(page): expected for page, expected in PAGES}


@pytest.mark.proves("Client", "nulls first and last")
def test_nulls_come_where_they_are_asked_for(blog: Any) -> None:
    for place, expected in (("first", [None, "Ada", "Bob"]), ("last", ["Ada", "Bob", None])):
        rows = blog.user.find_many(order={"name": {"sort": "asc", "nulls": place}})
        assert [row.name for row in rows] == expected


@pytest.mark.proves("Client", "distinct answered by the database")
def test_distinct_keeps_the_first_row_of_each_value(blog: Any) -> None:
    rows = blog.post.find_many(distinct="views", order=[{"views": "desc"}, {"id": "desc"}])
    assert ids(rows) == ["p3", "p1", "p4"]
    assert [row.role for row in blog.user.find_many(distinct=["role"], order={"role": "asc"})] == [
        "ADMIN",
        "MEMBER",
    ]


RELATIONS: list[tuple[str, dict[str, Any], list[str]]] = [
    ("post", {"author": {"is": {"email": {"startswith": "ada"}}}}, ["p1", "p2"]),
    ("post", {"author": {"email": {"startswith": "ada"}}}, ["p1", "p2"]),
    ("post", {"author": {"is_not": {"name": "Ada"}}}, ["p3", "p4"]),
    ("post", {"comments": {"some": {"spam": True}}}, ["p1", "p3"]),
    ("post", {"comments": {"every": {"spam": True}}}, ["p3", "p4"]),
    ("post", {"comments": {"none": {}}}, ["p4"]),
    ("post", {"comments": {"none": {"spam": True}}}, ["p2", "p4"]),
    ("post", {"comments": {"some": {"author": None}}}, ["p1"]),
    ("post", {"tags": {"some": {"name": "sql"}}}, ["p1", "p3"]),
    ("post", {"tags": {"none": {"name": "orm"}}}, ["p2", "p3", "p4"]),
    ("post", {"tags": {"every": {"name": "sql"}}}, ["p2", "p3", "p4"]),
    ("post", {"author": {"is": {"profile": {"is": {"bio": "Counts"}}}}}, ["p1", "p2"]),
    ("post", {"author": {"is": {"profile": None}}}, ["p3", "p4"]),
    (
        "post",
        {"OR": [{"id": "p4"}, {"tags": {"some": {"posts": {"some": {"views": 20}}}}}]},
        ["p1", "p3", "p4"],
    ),
    ("user", {"manager": None}, ["ada@x.org"]),
    ("user", {"manager": {"is_not": None}}, ["bob@x.org", "cyd@x.org"]),
    ("user", {"manager": {"is": {"reports": {"some": {"name": "Bob"}}}}}, ["bob@x.org", "cyd@x.org"]),
    ("user", {"NOT": {"posts": {"some": {}}}}, ["cyd@x.org"]),
    # a comparison with null is neither true nor false, also at the other end of a relation to one row
    ("user", {"manager": {"is_not": {"name": "Bob"}}}, ["ada@x.org", "bob@x.org", "cyd@x.org"]),
    ("comment", {"author": {"is_not": {"name": "Bob"}}}, [5]),
    ("post", {"author": {"is": {"manager": {"is_not": {"logins": 3}}}}}, ["p1", "p2"]),
    ("comment", {"post": {"is_not": {"slug": "x"}}}, []),
    ("comment", {"NOT": {"post": {"is": {"slug": "x"}}}}, []),
    ("comment", {"post": {"is": {"slug": None}}}, [0, 1, 2, 3, 4, 5]),
    ("user", {"posts": {"every": {"slug": "x"}}}, ["ada@x.org", "bob@x.org", "cyd@x.org"]),
    ("user", {"posts": {"none": {"slug": "x"}}}, ["ada@x.org", "bob@x.org", "cyd@x.org"]),
    # what is computed from related rows
    ("user", {"posts": {"_count": 2}}, ["ada@x.org", "bob@x.org"]),
    ("user", {"posts": {"_count": {"gt": 0}, "where": {"views": {"gt": 10}}}}, ["ada@x.org", "bob@x.org"]),
    (
        "user",
        {"posts": {"_count": {"in": [0, 1]}, "where": {"comments": {"some": {}}}}},
        ["bob@x.org", "cyd@x.org"],
    ),
    ("user", {"posts": {"_count": {"not": 0}}, "comments": {"_count": {"lt": 5}}}, ["ada@x.org"]),
    ("post", {"tags": {"_count": {"gte": 2}}}, ["p1"]),
    ("post", {"comments": {"_count": {"gt": 1}, "where": {"spam": False}}}, ["p1"]),
    ("user", {"posts": {"_max": {"views": {"gte": 20}}, "_min": {"views": 0}}}, ["bob@x.org"]),
    ("user", {"posts": {"_min": {"views": {"gt": 0}}}}, ["ada@x.org"]),
    ("user", {"posts": {"_max": {"views": None}}}, ["cyd@x.org"]),
    ("user", {"posts": {"_max": {"title": {"lt": "Three"}}, "where": {"views": {"gt": 0}}}}, []),
    ("user", {"NOT": {"posts": {"_max": {"views": {"gt": 3}}}}}, []),
    ("user", {"posts": {"_sum": {"views": {"gt": 20}}}}, ["ada@x.org"]),
    ("user", {"posts": {"_avg": {"views": 15}}}, ["ada@x.org"]),
    ("user", {"posts": {"_avg": {"views": {"lte": 10.0}}}}, ["bob@x.org"]),
    ("user", {"posts": {"_max": {"title": {"startswith": "T"}}}}, ["ada@x.org", "bob@x.org"]),
    ("user", {"posts": {"_count_distinct": {"title": 2}}}, ["ada@x.org", "bob@x.org"]),
]


@pytest.mark.proves("Client", "relation filters: is, is_not, some, every, none")
def test_relation_filters_find_exactly_their_rows(blog: Any) -> None:
    key = {"post": "id", "user": "email", "comment": "text"}
    found = {
        str(where): [
            getattr(row, key[model])
            for row in getattr(blog, model).find_many(where=where, order={key[model]: "asc"})
        ]
        for model, where, _ in RELATIONS
    }
    numbered = {
        str(where): [f"c{each}" for each in expected] if model == "comment" else expected
        for model, where, expected in RELATIONS
    }
    assert found == numbered


@pytest.mark.proves("Client", "relations that were not included are None")
def test_relations_are_none_unless_they_were_included(blog: Any) -> None:
    row = blog.post.find_unique(where={"id": "p1"})
    assert (row.author, row.comments, row.tags) == (None, None, None)
    with_empty = blog.post.find_unique(where={"id": "p4"}, include={"comments": True, "tags": True})
    assert (with_empty.comments, with_empty.tags) == ([], [])


@pytest.mark.proves("Client", "nested include with where, order, take and skip")
def test_includes_are_pages_of_their_own_for_every_parent(blog: Any) -> None:
    rows = blog.post.find_many(
        order={"id": "asc"},
        include={
            "author": {"include": {"profile": True, "manager": True}},
            "comments": {"where": {"spam": False}, "order": {"text": "desc"}, "take": 2, "skip": 1},
            "tags": {"order": {"name": "asc"}},
        },
    )
    assert [row.author.name for row in rows] == ["Ada", "Ada", "Bob", "Bob"]
    assert [row.author.profile and row.author.profile.bio for row in rows] == ["Counts", "Counts", None, None]
    assert [row.author.manager and row.author.manager.name for row in rows] == [None, None, "Ada", "Ada"]
    assert [[comment.text for comment in row.comments] for row in rows] == [["c2", "c0"], [], [], []]
    assert [[tag.name for tag in row.tags] for row in rows] == [["orm", "sql"], [], ["sql"], []]


@pytest.mark.proves("Client", "where on an included relation to one row, also a required one")
def test_an_included_row_can_be_filtered(blog: Any) -> None:
    only = {"author": {"where": {"OR": [{"name": "Ada"}, {"manager": None}]}, "select": {"name": True}}}
    rows = blog.post.find_many(order={"id": "asc"}, include=only)
    assert [row.author and row.author.name for row in rows] == ["Ada", "Ada", None, None]
    with pytest.raises(QueryInvalid, match="unknown argument of the included relation `author` `take`"):
        blog.post.find_many(include={"author": {"take": 1}})


@pytest.mark.proves("Client", "cursor and distinct inside an include")
def test_includes_know_cursor_distinct_and_negative_take(blog: Any) -> None:
    last = {"comments": {"order": {"text": "asc"}, "take": -2}}
    assert [c.text for c in blog.post.find_unique(where={"id": "p1"}, include=last).comments] == ["c2", "c5"]
    last_id = blog.comment.find_first(where={"text": "c2"}).id
    after = {"comments": {"order": {"text": "asc"}, "cursor": {"id": last_id}}}
    rows = blog.post.find_many(
        order={"id": "asc"}, include=after
    )  # a cursor has a place among its siblings alone
    assert [[c.text for c in row.comments] for row in rows] == [["c2", "c5"], [], [], []]
    distinct = {"comments": {"order": {"text": "asc"}, "distinct": ["spam"]}}
    assert [c.text for c in blog.post.find_unique(where={"id": "p1"}, include=distinct).comments] == [
        "c0",
        "c1",
    ]


@pytest.mark.proves("Client", "recursive includes for trees, to many and to one, in one statement")
def test_trees_are_included_to_their_ends(open_client: Any, blog: Any) -> None:
    texts: list[str] = []
    client = open_client(log_queries=lambda seen: texts.append(seen.text))
    eve = client.user.create(data={"email": "eve@x.org", "manager": {"connect": {"email": "bob@x.org"}}})
    texts.clear()
    tree = {"depth": "all", "order": {"email": "asc"}, "include": {"posts": {"order": {"id": "asc"}}}}
    ada = client.user.find_unique_or_raise(where={"email": "ada@x.org"}, include={"reports": tree})
    assert len(texts) == 3
    bob, cyd = ada.reports
    assert ([each.email for each in bob.reports], cyd.reports, bob.reports[0].reports) == (
        ["eve@x.org"],
        [],
        [],
    )
    assert ids(bob.posts) == ["p3", "p4"]
    one = client.user.find_unique_or_raise(where={"email": "ada@x.org"}, include={"reports": {"depth": 1}})
    assert {each.reports for each in one.reports} == {None}
    up = client.user.find_unique_or_raise(
        where={"id": eve.id}, select={"manager": {"depth": 5, "select": {"email": True}}}
    )
    assert up.model_dump() == {
        "manager": {"email": "bob@x.org", "manager": {"email": "ada@x.org", "manager": None}}
    }


@pytest.mark.proves("Client", "one statement for each level of include")
def test_an_include_costs_one_statement_however_many_parents(open_client: Any, blog: Any) -> None:
    texts: list[str] = []
    client = open_client(log_queries=lambda observation: texts.append(observation.text))
    client.user.find_many(include={"posts": {"include": {"comments": True}, "take": 1}, "profile": True})
    assert len([text for text in texts if text.startswith(("SELECT", "WITH"))]) <= 4
    assert len(texts) <= 4


@pytest.mark.proves("Client", "count, also of a page")
def test_counts_are_those_of_the_page(blog: Any) -> None:
    assert blog.post.count() == 4
    assert blog.post.count(where={"views": 20}) == 2
    assert blog.post.count(take=3) == 3
    assert blog.post.count(skip=1) == 3


@pytest.mark.proves("Client", "wrong calls say what is wrong and what was meant")
def test_wrong_calls_name_the_fault_and_the_way_out(blog: Any) -> None:
    with pytest.raises(QueryInvalid) as field:
        blog.user.find_many(where={"emial": "x"})
    with pytest.raises(QueryInvalid) as argument:
        blog.user.find_many(wehre={"email": "x"})
    with pytest.raises(QueryInvalid) as key:
        blog.user.find_unique(where={"name": "Ada"})
    assert "`emial`" in str(field.value)
    assert "did you mean `email`?" in str(field.value)
    assert "did you mean `where`?" in str(argument.value)
    assert "`email`" in str(key.value)
    assert (field.value.model, field.value.fields) == ("User", ("emial",))
