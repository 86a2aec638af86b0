"""What of a row is wanted: select, omit, include and `_count`, nested, on every database, blocking and awaited."""

from __future__ import annotations

import copy
import pickle
from typing import Any

import msgspec
import pytest
from pydantic import TypeAdapter

from nicol.errors import ConfigurationError, QueryInvalid

pytestmark = pytest.mark.timeout(120)


@pytest.fixture
def blog(db: Any) -> Any:
    """Two people, three posts, three comments and a tag."""
    ada = db.user.create(data={"email": "ada@x.org", "name": "Ada", "role": "ADMIN", "logins": 3})
    bob = db.user.create(data={"email": "bob@x.org", "managerId": ada.id})
    tag = db.tag.create(data={"name": "sql"})
    for key, views, author in (("p1", 10, ada), ("p2", 20, ada), ("p3", 30, bob)):
        db.post.create(data={"id": key, "title": key.upper(), "views": views, "authorId": author.id})
    db.post.update(where={"id": "p1"}, data={"tags": {"connect": {"id": tag.id}}})
    for text, spam, post in (("c0", False, "p1"), ("c1", True, "p1"), ("c2", False, "p3")):
        db.comment.create(data={"text": text, "spam": spam, "postId": post, "authorId": bob.id})
    return db


COLUMNS = ("slug", "views", "published", "createdAt", "updatedAt")

SELECTIONS: list[tuple[str, dict[str, Any], list[dict[str, Any]]]] = [
    ("user", {"select": {"email": True}}, [{"email": "ada@x.org"}, {"email": "bob@x.org"}]),
    (
        "user",
        {"select": {"name": True, "logins": True, "email": False}},
        [{"name": "Ada", "logins": 3}, {"name": None, "logins": 0}],
    ),
    ("user", {"select": {"role": True}, "take": 1}, [{"role": "ADMIN"}]),
    (
        "user",
        {"select": {"posts": {"select": {"title": True}, "order": {"views": "desc"}, "take": 1}}},
        [{"posts": [{"title": "P2"}]}, {"posts": [{"title": "P3"}]}],
    ),
    (
        "post",
        {
            "select": {"id": True, "author": {"select": {"manager": {"select": {"name": True}}}}},
            "skip": 1,
            "take": 2,
        },
        [{"id": "p2", "author": {"manager": None}}, {"id": "p3", "author": {"manager": {"name": "Ada"}}}],
    ),
    (
        "user",
        {"select": {"_count": True}},
        [
            {"_count": {"reports": 1, "posts": 2, "comments": 0}},
            {"_count": {"reports": 0, "posts": 1, "comments": 3}},
        ],
    ),
    (
        "user",
        {"select": {"email": True, "_count": {"posts": {"where": {"views": {"gt": 10}}}, "comments": False}}},
        [{"email": "ada@x.org", "_count": {"posts": 1}}, {"email": "bob@x.org", "_count": {"posts": 1}}],
    ),
    (
        "post",
        {
            "select": {"_count": {"tags": True, "comments": {"where": {"spam": False}}}},
            "order": {"id": "desc"},
        },
        [
            {"_count": {"tags": 0, "comments": 1}},
            {"_count": {"tags": 0, "comments": 0}},
            {"_count": {"tags": 1, "comments": 1}},
        ],
    ),
    (
        "post",
        {
            "select": {"_count": {"tags": {"where": {"name": "sql"}}}},
            "distinct": ["authorId"],
            "order": {"views": "asc"},
        },
        [{"_count": {"tags": 1}}, {"_count": {"tags": 0}}],
    ),
    (
        "user",
        {
            "select": {
                "posts": {
                    "select": {"id": True, "_count": {"comments": True}},
                    "order": {"id": "asc"},
                    "take": 1,
                    "skip": 0,
                }
            }
        },
        [
            {"posts": [{"id": "p1", "_count": {"comments": 2}}]},
            {"posts": [{"id": "p3", "_count": {"comments": 1}}]},
        ],
    ),
    (
        "tag",
        {"select": {"posts": {"select": {"title": True, "_count": {"comments": True}}}}},
        [{"posts": [{"title": "P1", "_count": {"comments": 2}}]}],
    ),
    ("tag", {"omit": {"id": True}}, [{"name": "sql", "posts": None}]),
    (
        "tag",
        {"omit": {"id": True}, "include": {"posts": {"omit": dict.fromkeys(COLUMNS, True)}}},
        [
            {
                "name": "sql",
                "posts": [
                    {
                        "id": "p1",
                        "title": "P1",
                        "authorId": None,
                        "author": None,
                        "comments": None,
                        "tags": None,
                    }
                ],
            }
        ],
    ),
]


@pytest.mark.proves("Client", "select, omit and include, nested, and `_count` with filters")
def test_a_selection_holds_what_was_asked_for_and_nothing_else(blog: Any) -> None:
    for model, arguments, expected in SELECTIONS:
        order = {} if "order" in arguments or "distinct" in arguments else {"order": {"id": "asc"}}
        rows = getattr(blog, model).find_many(**arguments, **order)
        found = [without_ids(row.model_dump(mode="json")) for row in rows]
        assert found == expected, arguments


def without_ids(value: Any) -> Any:
    """A dump with None for numbers that the database chose."""
    if isinstance(value, list):
        return [without_ids(each) for each in value]
    if isinstance(value, dict):
        return {name: None if name == "authorId" else without_ids(each) for name, each in value.items()}
    return value


@pytest.mark.proves("Client", "only selected columns are read")
def test_only_the_columns_that_are_needed_are_read(open_client: Any, blog: Any) -> None:
    texts: list[str] = []
    client = open_client(log_queries=lambda observation: texts.append(observation.text))
    client.post.find_many(select={"title": True, "author": {"select": {"email": True}}, "_count": True})
    assert len(texts) == 2
    assert '"views"' not in texts[0]
    assert '"title"' in texts[0]
    assert '"logins"' not in texts[1]


@pytest.mark.proves("Client", "an attribute that was not selected says so")
def test_what_was_not_selected_is_no_attribute(blog: Any) -> None:
    row = blog.user.find_first_or_raise(
        select={"email": True, "_count": {"posts": True}}, order={"id": "asc"}
    )
    assert (row.email, row.counts.posts) == ("ada@x.org", 2)
    assert not hasattr(row, "name")
    with pytest.raises(AttributeError, match=r"`User\.name` was not read: name it in `select`"):
        row.name  # noqa: B018
    with pytest.raises(AttributeError, match=r"`User\.manager` was not read"):
        row.manager  # noqa: B018
    with pytest.raises(AttributeError, match=r"`User\.comments` was not counted: name it in `_count`"):
        row.counts.comments  # noqa: B018
    with pytest.raises(AttributeError, match="nothing was counted"):
        blog.user.find_first().counts  # noqa: B018
    omitted = blog.user.find_first_or_raise(omit={"email": True})
    assert omitted.posts is None
    assert not hasattr(omitted, "email")


@pytest.mark.proves("Client", "partial records compare, copy, pickle and are written as what they hold")
def test_partial_records_are_records(blog: Any, target: Any) -> None:
    selection = {"email": True, "role": True, "_count": {"posts": True}}
    row, again = (blog.user.find_first_or_raise(select=selection, order={"id": "asc"}) for _ in range(2))
    user = target.package.User
    assert isinstance(row, user)
    assert row == again
    assert row != blog.user.find_first_or_raise(select={"email": True}, order={"id": "asc"})
    assert repr(row) == "User(email='ada@x.org', role=<Role.ADMIN: 'ADMIN'>, counts=UserCounts(posts=2))"
    for twin in (copy.copy(row), copy.deepcopy(row), pickle.loads(pickle.dumps(row))):
        assert (twin, type(twin)) == (row, type(row))
    text = '{"email":"ada@x.org","role":"ADMIN","_count":{"posts":2}}'
    assert row.model_dump_json() == msgspec.json.encode(row).decode() == text
    assert TypeAdapter(list[user]).dump_json([row]).decode() == f"[{text}]"
    assert TypeAdapter(user | None).dump_python(row) == row.model_dump()
    assert row.model_copy(update={"email": "a"}).email == "a"
    named = row.model_copy(update={"name": "Eve"})
    assert (named.name, named.email, hasattr(named, "logins")) == ("Eve", "ada@x.org", False)


@pytest.mark.proves("Client", "select and `_count` of what a write answers")
def test_writes_answer_with_what_was_selected(blog: Any) -> None:
    counted = {"email": True, "_count": {"posts": True}}
    posts = {"create": [{"title": "x"}, {"title": "y"}]}
    answers = [
        blog.user.create(data={"email": "c", "posts": posts}, select=counted),
        blog.user.update(where={"email": "c"}, data={"posts": {"create": {"title": "z"}}}, select=counted),
        blog.user.upsert(where={"email": "c"}, create={"email": "c"}, update={"name": "Cyd"}, select=counted),
        blog.user.upsert(where={"email": "d"}, create={"email": "d"}, update={}, select=counted),
        blog.user.delete(where={"email": "d"}, select=counted),
    ]
    assert [(row.email, row.counts.posts) for row in answers] == [("c", 2), ("c", 3), ("c", 3), ("d", 0), ("d", 0)]  # fmt: skip
    left = blog.user.create(data={"email": "e"}, omit={"name": True})
    assert not hasattr(left, "name")
    assert left.email == "e"
    assert blog.user.delete(where={"email": "e"}, select={"email": True}).model_dump() == {"email": "e"}


@pytest.mark.proves("Client", "fields that a client leaves out unless they are asked for")
def test_a_client_can_leave_fields_out_of_every_answer(open_client: Any, blog: Any) -> None:
    client = open_client(
        omit={"user": {"email": True, "logins": True}, "post": {"slug": True, "views": False}}
    )
    row = client.user.find_first_or_raise(
        order={"id": "asc"}, include={"posts": {"include": {"author": True}}}
    )
    for user in (row, row.posts[0].author):
        assert (user.name, hasattr(user, "email"), hasattr(user, "logins")) == ("Ada", False, False)
    assert (row.posts[0].views, hasattr(row.posts[0], "slug")) == (10, False)
    again = client.user.find_first_or_raise(omit={"email": False, "name": True}, order={"id": "asc"})
    assert (again.email, hasattr(again, "name"), hasattr(again, "logins")) == ("ada@x.org", False, False)
    only = client.user.find_first_or_raise(select={"email": True}, where={"email": {"startswith": "a"}})
    assert only.model_dump() == {"email": "ada@x.org"}
    written = client.user.create(data={"email": "c", "logins": 3})
    assert (hasattr(written, "email"), client.user.count(where={"logins": 3})) == (False, 2)
    assert blog.user.find_unique(where={"email": "c"}).logins == 3
    with pytest.raises(ConfigurationError, match="`usr`, which is no delegate"):
        open_client(omit={"usr": {"email": True}}).user.count()
    with pytest.raises(ConfigurationError, match=r"`user\.posts`, which is no field"):
        open_client(omit={"user": {"posts": True}}).user.count()


WRONG: list[tuple[dict[str, Any], str]] = [
    ({"select": {"id": True}, "include": {"posts": True}}, "`select` and `include` of model `User` cannot stand"),
    ({"select": {"id": True}, "omit": {"name": True}}, "`select` and `omit` of model `User` cannot stand"),
    ({"select": {"posts": {"select": {"id": True}, "include": {"tags": True}}}}, "`select` and `include` of model `Post`"),
    ({"select": {}}, "must name one field at least"),
    ({"select": {"id": False}}, "must name one field at least"),
    ({"select": {"nme": True}}, "unknown field in `select` `nme`"),
    ({"select": {"name": {"x": 1}}}, "`select` of `User.name` must be True or False"),
    ({"select": {"profile": {"take": 1}}}, "unknown argument of the included relation `profile` `take`"),
    ({"omit": {"posts": True}}, "unknown field in `omit` `posts`"),
    ({"omit": {"name": {}}}, "`omit` of `User.name` must be True or False"),
    ({"omit": dict.fromkeys(("id", "email", "name", "role", "logins", "managerId"), True)}, "`omit` leaves nothing"),
    ({"include": {"email": True}}, "`email` is not a relation"),
    ({"include": {"_count": {"profile": True}}}, "unknown relation in `_count` `profile`"),
    ({"include": {"_count": {"posts": {"take": 1}}}}, "must be True, False or a dictionary with `where`"),
    ({"include": {"_count": {}}}, "must name one relation at least"),
    ({"include": {"_count": {"select": {"posts": True}}}}, "names relations themselves, without `select`"),
    ({"take": 2**63}, "`take` is larger than any number of rows"),
    ({"skip": -1}, "`skip` must not be negative"),
    ({"cursor": {"name": "x"}}, "`cursor` of model `User` needs one of its unique keys: `id`, `email`"),
    ({"order": {"_relevance": {"fields": ["name"]}}}, "the databases share no full text search"),
    ({"include": ["posts"]}, "`include` of model `User` must be a dictionary"),
]  # fmt: skip


@pytest.mark.proves("Client", "wrong selections say what is wrong and what was meant")
def test_wrong_selections_name_the_fault(db: Any) -> None:
    for arguments, message in WRONG:
        with pytest.raises(QueryInvalid) as found:
            db.user.find_many(**arguments)
        assert message in str(found.value), arguments
