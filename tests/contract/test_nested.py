"""Nested writes: every act on every kind of relation, and what the call answers after all of them."""

from __future__ import annotations

from typing import Any

import pytest

from nicol.errors import QueryInvalid, RecordNotFound


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
    with pytest.raises(QueryInvalid, match="P2014"):
        db.user.update(where={"id": user.id}, data={"posts": {"set": [{"slug": "two"}]}})
