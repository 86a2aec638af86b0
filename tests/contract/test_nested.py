"""Nested writes: every act on every kind of relation, and what the call answers after all of them."""

from __future__ import annotations

from typing import Any

import pytest

from nicol.errors import QueryInvalid, RecordNotFound, RelationViolation, UniqueViolation


@pytest.mark.proves("Client", "a call answers its row as it is after all nested writes")
def test_a_call_answers_what_its_nested_writes_left(db: Any) -> None:
    boss = db.user.create(data={"email": "boss", "reports": {"create": [{"email": "a"}, {"email": "b"}]}})
    db.user.update(where={"id": boss.id}, data={"manager": {"connect": {"id": boss.id}}})
    changed = db.user.update(
        where={"id": boss.id},
        data={"name": "Boss", "reports": {"update_many": {"where": {}, "data": {"logins": 3}}}},
    )
    assert (changed.name, changed.logins) == ("Boss", 3)
    deeper = {"update": {"where": {"email": "a"}, "data": {"manager": {"update": {"logins": 9}}}}}
    assert db.user.update(where={"id": boss.id}, data={"reports": deeper}).logins == 9
    own = db.user.create(data={"email": "own", "reports": {"connect": {"email": "own"}}})
    assert own.managerId == own.id
    made = db.user.create_many_and_return(
        data=[{"email": "x", "reports": {"connect": {"email": "y"}}}, {"email": "y"}],
        include={"manager": True},
    )
    assert made[1].managerId == made[0].id
    assert made[1].manager.email == "x"
    with pytest.raises(RecordNotFound, match="deleted by what is nested"):
        db.user.update(where={"email": "own"}, data={"reports": {"delete_many": {}}})
    assert db.user.count(where={"email": "own"}) == 1


def test_an_attempt_inside_another_one_leaves_nothing_when_it_fails(db: Any) -> None:
    taken = {"where": {"email": "b"}, "create": {"id": 46, "email": "b"}}
    with pytest.raises(UniqueViolation):
        db.user.upsert(
            where={"email": "a"},
            create={"id": 46, "email": "a", "reports": {"connect_or_create": [taken]}},
            update={},
        )
    assert db.user.count() == 0


@pytest.mark.proves("Client", "nested writes with select and omit")
def test_a_call_answers_only_what_is_selected(db: Any) -> None:
    data = {"email": "a", "posts": {"create": {"title": "one"}}}
    made = db.user.create(data=data, select={"email": True, "posts": {"select": {"title": True}}})
    assert (made.email, [post.title for post in made.posts]) == ("a", ["one"])
    assert (
        db.user.create(
            data={"email": "b", "posts": {"create": {"title": "two"}}}, select={"email": True}
        ).email
        == "b"
    )
    rows = [{"email": "c", "posts": {"create": {"title": "three"}}}, {"email": "d"}]
    many = db.user.create_many_and_return(data=rows, select={"email": True})
    assert [user.email for user in many] == ["c", "d"]
    many = db.user.update_many_and_return(
        where={"email": {"in": ["c", "d"]}},
        data={"logins": 1},
        select={"email": True, "_count": {"posts": True}},
    )
    assert sorted((user.email, user.counts.posts) for user in many) == [("c", 1), ("d", 0)]
    many = db.user.upsert_many_and_return(data=[{"email": "d", "name": "D"}], key="email", omit={"id": True})
    assert (many[0].name, many[0].logins) == ("D", 1)
    assert [
        user.email for user in db.user.delete_many_and_return(where={"email": "d"}, select={"email": True})
    ] == ["d"]
    with pytest.raises(QueryInvalid, match="fields only"):
        db.user.delete_many_and_return(include={"posts": True})


@pytest.mark.proves("Client", "nested acts for rows of keys with nulls")
def test_rows_without_a_part_of_their_key_are_let_go_too(db: Any) -> None:
    user = db.user.create(
        data={
            "email": "a",
            "posts": {"create": [{"id": "1", "title": "1"}, {"id": "2", "title": "2", "slug": "two"}]},
        }
    )
    db.comment.create_many(
        data=[
            {"text": "x", "postId": "1", "authorId": user.id},
            {"text": "y", "postId": "2", "authorId": user.id},
        ]
    )
    kept = db.comment.find_first_or_raise(where={"text": "y"})
    db.user.update(where={"id": user.id}, data={"comments": {"set": [{"id": kept.id, "score": None}]}})
    assert [comment.text for comment in db.comment.find_many(where={"authorId": user.id})] == ["y"]
    with pytest.raises(RelationViolation, match="P2014"):
        db.user.update(where={"id": user.id}, data={"posts": {"set": [{"slug": "two"}]}})


# ---- every act ---------------------------------------------------------------------------------------------------------


@pytest.mark.proves("Client", "nested acts on a to-one relation that owns its key")
def test_acts_on_the_row_that_a_row_points_at(db: Any) -> None:
    user = db.user.create(data={"email": "u"})

    def change(**manager: Any) -> Any:
        row = db.user.update(where={"id": user.id}, data={"manager": manager}, include={"manager": True})
        return row.manager and (row.manager.email, row.manager.logins)

    assert change(create={"email": "m", "logins": 1}) == ("m", 1)
    assert change(update={"logins": {"increment": 1}}) == ("m", 2)
    assert change(update={"where": {"email": "m"}, "data": {"logins": 5}}) == ("m", 5)
    for missed in (
        {"update": {"where": {"email": "other"}, "data": {"logins": 6}}},
        {"delete": {"email": "other"}},
        {"connect": {"email": "nobody"}},
    ):
        with pytest.raises(RecordNotFound) as missing:
            change(**missed)
        assert (missing.value.code, missing.value.fields) == ("P2025", ("manager",))
    assert change(upsert={"create": {"email": "never"}, "update": {"logins": 7}}) == ("m", 7)
    assert change(upsert={"where": {"logins": 1}, "create": {"email": "n"}, "update": {"logins": 8}}) == (
        "n",
        0,
    )
    assert change(connect={"email": "m"}) == ("m", 7)
    assert change(disconnect={"email": "other"}) == ("m", 7)
    assert change(disconnect=False) == ("m", 7)
    assert change(disconnect={"email": "m"}) is None
    assert change(upsert={"create": {"email": "o"}, "update": {"logins": 9}}) == ("o", 0)
    assert change(disconnect=True) is None
    assert change(connect_or_create={"where": {"email": "p"}, "create": {"email": "p"}}) == ("p", 0)
    assert change(connect_or_create={"where": {"email": "m"}, "create": {"email": "m"}}) == ("m", 7)
    assert change(delete={"logins": 7}) is None
    assert change(connect={"email": "n", "logins": 0}) == ("n", 0)
    assert change(delete=True) is None
    assert [row.email for row in db.user.find_many(order={"email": "asc"})] == ["o", "p", "u"]
    post = db.post.create(data={"title": "x", "author": {"connect": {"email": "u"}}})
    for refused in ({"disconnect": True}, {"disconnect": {"email": "u"}}):
        with pytest.raises(QueryInvalid, match="required"):
            db.post.update(where={"id": post.id}, data={"author": refused})
    with pytest.raises(RelationViolation):
        db.post.update(where={"id": post.id}, data={"author": {"delete": True}})


@pytest.mark.proves("Client", "nested acts on a to-one relation whose other side owns the key")
def test_acts_on_the_one_row_that_points_at_a_row(db: Any) -> None:
    user = db.user.create(data={"email": "u"})
    other = db.user.create(
        data={"email": "o", "profile": {"create": {"bio": "theirs"}}}, include={"profile": True}
    )

    def change(**profile: Any) -> Any:
        row = db.user.update(where={"id": user.id}, data={"profile": profile}, include={"profile": True})
        return row.profile and row.profile.bio

    assert change(create={"bio": "a"}) == "a"
    assert change(update={"bio": "b"}) == "b"
    assert change(update={"where": {"bio": "b"}, "data": {"bio": "c"}}) == "c"
    with pytest.raises(RecordNotFound):
        change(update={"where": {"bio": "b"}, "data": {"bio": "d"}})
    assert change(upsert={"create": {"bio": "never"}, "update": {"bio": "e"}}) == "e"
    with pytest.raises(RelationViolation) as taken:
        change(connect={"id": other.profile.id})
    assert (taken.value.code, taken.value.fields) == ("P2014", ("profile",))
    with pytest.raises(RecordNotFound):
        change(delete={"bio": "none"})
    assert change(delete={"bio": "e"}) is None
    assert change(connect={"id": other.profile.id}) == "theirs"
    assert change(delete=True) is None
    with pytest.raises(RecordNotFound):
        change(delete=True)
    assert change(connect_or_create={"where": {"id": 999}, "create": {"bio": "f"}}) == "f"
    assert db.profile.count() == 1


@pytest.mark.proves("Client", "nested acts on a to-many relation")
def test_acts_on_many_rows_that_point_at_a_row(db: Any) -> None:
    user = db.user.create(data={"email": "u"})
    writer = db.user.create(data={"email": "w"})
    post = db.post.create(data={"id": "p", "title": "t", "authorId": writer.id})

    def change(**comments: Any) -> str:
        include = {"comments": {"order": {"text": "asc"}}}  # ids that were given before go on from there
        row = db.user.update(where={"id": user.id}, data={"comments": comments}, include=include)
        return " ".join(comment.text for comment in row.comments)

    def new(text: str) -> dict[str, Any]:
        return {"text": text, "postId": post.id}

    assert change(create={"text": "a", "post": {"connect": {"id": "p"}}}) == "a"
    assert change(create=[new("b"), {"text": "c", "post": {"connect": {"id": "p"}}}]) == "a b c"
    assert change(create_many={"data": [new("d"), new("e")]}) == "a b c d e"
    ids = {comment.text: {"id": comment.id} for comment in db.comment.find_many()}
    assert change(disconnect=ids["a"]) == "b c d e"
    assert change(disconnect=[ids["b"], ids["c"]]) == "d e"
    assert change(disconnect={"id": 10**6}) == "d e"
    assert change(connect=[ids["a"], ids["b"]]) == "a b d e"
    assert change(connect=ids["c"]) == "a b c d e"
    assert (
        change(
            update=[{"where": ids["a"], "data": {"text": "A"}}, {"where": ids["b"], "data": {"spam": True}}]
        )
        == "A b c d e"
    )
    assert (
        change(
            update_many=[
                {"where": {"spam": True}, "data": {"text": "B"}},
                {"where": {"text": "c"}, "data": {"text": "C"}},
            ]
        )
        == "A B C d e"
    )
    upserts = [
        {"where": ids["d"], "create": new("never"), "update": {"text": "D"}},
        {"where": {"id": 10**6}, "create": new("f"), "update": {"text": "never"}},
    ]
    assert change(upsert=upserts) == "A B C D e f"
    assert change(delete=[ids["a"], {**ids["b"], "spam": True}]) == "C D e f"
    assert change(delete_many=[{"text": "e"}, {"text": "f"}]) == "C D"
    either = [
        {"where": ids["c"], "create": new("never")},
        {"where": {"id": 10**6}, "create": {**new("g"), "id": 10**6}},
        {"where": {"id": 10**6 + 1}, "create": {**new("h"), "id": 10**6 + 1}},
    ]
    assert change(connect_or_create=either) == "C D g h"
    assert change(set=[ids["c"], {"id": 10**6}]) == "C g"
    assert change(set=ids["d"]) == "D"
    assert change(set=[]) == ""
    for missed, code in (
        ({"connect": {"id": 0}}, "P2018"),
        ({"connect": [ids["c"], {"id": 0}]}, "P2018"),
        ({"set": [ids["c"], {"id": 0}]}, "P2018"),
        ({"delete": ids["c"]}, "P2017"),
        ({"update": {"where": ids["c"], "data": {"text": "x"}}}, "P2025"),
    ):
        with pytest.raises(RecordNotFound) as missing:
            change(**missed)
        assert (missing.value.code, missing.value.model, missing.value.fields) == (
            code,
            "Comment",
            ("comments",),
        )
    assert change() == ""


@pytest.mark.proves("Client", "nested acts on a relation through a join table")
def test_acts_on_rows_through_a_join_table(db: Any) -> None:
    user = db.user.create(data={"email": "u"})
    db.post.create(data={"id": "p", "title": "t", "authorId": user.id})
    db.post.create(
        data={"id": "q", "title": "t", "authorId": user.id, "tags": {"create": {"name": "theirs"}}}
    )

    def change(**tags: Any) -> str:
        row = db.post.update(
            where={"id": "p"}, data={"tags": tags}, include={"tags": {"order": {"name": "asc"}}}
        )
        return " ".join(tag.name for tag in row.tags)

    assert change(create=[{"name": "a"}, {"name": "b"}]) == "a b"
    assert change(create={"name": "c", "posts": {"connect": {"id": "q"}}}) == "a b c"
    assert change(create_many={"data": [{"name": "d"}]}) == "a b c d"
    assert change(connect=[{"name": "a"}, {"name": "theirs"}]) == "a b c d theirs"
    assert change(disconnect=[{"name": "a"}, {"name": "nothing"}]) == "b c d theirs"
    either = [{"where": {"name": name}, "create": {"name": name}} for name in ("a", "e")]
    assert change(connect_or_create=either) == "a b c d e theirs"
    assert change(connect_or_create={"where": {"name": "f"}, "create": {"name": "f"}}) == "a b c d e f theirs"
    assert change(set=[{"name": "a"}, {"name": "b"}]) == "a b"
    assert change(update={"where": {"name": "a"}, "data": {"name": "A"}}) == "A b"
    assert change(update_many={"where": {"name": {"in": ["b", "c"]}}, "data": {"name": "B"}}) == "A B"
    upserts = [
        {"where": {"name": "A"}, "create": {"name": "never"}, "update": {"name": "a"}},
        {"where": {"name": "g"}, "create": {"name": "g"}, "update": {"name": "never"}},
    ]
    assert change(upsert=upserts) == "B a g"
    assert change(delete={"name": "a"}) == "B g"
    assert change(delete_many={"name": "g"}) == "B"
    for missed, code in (
        ({"connect": {"name": "none"}}, "P2025"),
        ({"connect": [{"id": 10**6}, {"id": 10**6 + 1}]}, "P2025"),
        ({"delete": {"name": "c"}}, "P2017"),
        ({"update": {"where": {"name": "c"}, "data": {"name": "x"}}}, "P2025"),
    ):
        with pytest.raises(RecordNotFound) as missing:
            change(**missed)
        assert (missing.value.code, missing.value.fields) == (code, ("tags",))
    assert change() == "B"
    assert sorted(tag.name for tag in db.tag.find_many()) == ["B", "c", "d", "e", "f", "theirs"]


@pytest.mark.proves("Client", "nested acts at any depth")
def test_acts_stand_inside_of_acts(db: Any) -> None:
    user = db.user.create(data={"email": "u", "posts": {"create": {"id": "p", "title": "1"}}})
    deep = {
        "posts": {
            "update": {
                "where": {"id": "p"},
                "data": {
                    "title": "2",
                    "comments": {
                        "create": [
                            {
                                "text": "a",
                                "author": {"create": {"email": "x", "profile": {"create": {"bio": "deep"}}}},
                            },
                            {"text": "b", "author": {"connect": {"email": "u"}}},
                        ]
                    },
                    "tags": {"upsert": {"where": {"name": "t"}, "create": {"name": "t"}, "update": {}}},
                    "author": {
                        "update": {
                            "manager": {
                                "connect_or_create": {"where": {"email": "m"}, "create": {"email": "m"}}
                            }
                        }
                    },
                },
            }
        }
    }
    include = {
        "manager": True,
        "posts": {
            "include": {"tags": True, "comments": {"include": {"author": {"include": {"profile": True}}}}}
        },
    }
    row = db.user.update(where={"id": user.id}, data=deep, include=include)
    assert (row.manager.email, row.posts[0].title, row.posts[0].tags[0].name) == ("m", "2", "t")
    authors = {comment.text: comment.author for comment in row.posts[0].comments}
    assert (authors["a"].profile.bio, authors["b"].email) == ("deep", "u")
    gone = {
        "posts": {
            "update": {
                "where": {"id": "p"},
                "data": {"comments": {"update": {"where": {"id": 10**6}, "data": {}}}, "title": "3"},
            }
        }
    }
    with pytest.raises(RecordNotFound):
        db.user.update(where={"id": user.id}, data={"name": "never", **gone})
    assert (
        db.user.find_unique(where={"id": user.id}).name,
        db.post.find_unique(where={"id": "p"}).title,
    ) == (None, "2")


@pytest.mark.proves(
    "Client", "checked and unchecked inputs: relations, or foreign keys themselves, or both kinds"
)
def test_a_foreign_key_is_given_by_its_relation_or_by_itself(db: Any) -> None:
    user = db.user.create(data={"email": "u"})
    assert db.post.create(data={"title": "1", "authorId": user.id}).authorId == user.id
    assert db.post.create(data={"title": "2", "author": {"connect": {"id": user.id}}}).authorId == user.id
    data = {"text": "x", "post": {"create": {"title": "3", "authorId": user.id}}, "authorId": user.id}
    assert db.comment.create(data=data).authorId == user.id
    for twice in (
        {"title": "4", "authorId": user.id, "author": {"connect": {"id": user.id}}},
        {"title": "4", "author": {"connect": {"id": user.id}, "create": {"email": "e"}}},
    ):
        with pytest.raises(QueryInvalid, match="given twice"):
            db.post.create(data=twice)
    with pytest.raises(QueryInvalid, match="is required"):
        db.post.create(data={"title": "5"})


@pytest.mark.proves("Client", "connect and set of many rows, in one statement each")
def test_the_number_of_rows_is_not_the_number_of_statements(db: Any, open_client: Any) -> None:
    user = db.user.create(data={"email": "u"})
    db.post.create(data={"id": "p", "title": "t", "authorId": user.id})
    db.tag.create_many(data=[{"name": str(number)} for number in range(30)])
    db.comment.create_many(data=[{"id": number, "text": "c", "postId": "p"} for number in range(30)])

    def said(call: Any) -> list[str]:
        texts: list[str] = []
        with open_client(log_queries=lambda seen: texts.append(seen.text)) as client:
            call(client)
        return [text for text in texts if text.startswith(("INSERT", "UPDATE", "DELETE", "SELECT"))]

    def change(act: str, count: int) -> Any:
        tags = [{"name": str(number)} for number in range(count)]
        comments = [{"id": number} for number in range(count)]
        return lambda client: (
            client.post.update(where={"id": "p"}, data={"tags": {act: tags}}),
            client.user.update(where={"id": user.id}, data={"comments": {act: comments}}),
        )

    for act in ("connect", "set"):
        assert said(change(act, 2)) == said(change(act, 20))
        post = db.post.find_unique(where={"id": "p"}, include={"tags": True})
        assert (len(post.tags), db.comment.count(where={"authorId": user.id})) == (20, 20)
    twice = [{"id": 3}, {"id": 5}, {"id": 3}]
    for act in ("connect", "set"):
        db.user.update(where={"id": user.id}, data={"comments": {act: twice}})
    assert [
        comment.id for comment in db.comment.find_many(where={"authorId": user.id}, order={"id": "asc"})
    ] == [3, 5]
