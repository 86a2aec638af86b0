"""Calls of somebody who is kept to one tenant and wants to know of another, or to touch what belongs to it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tests.contract.worlds import MINE, THEIRS

ALL = {
    "include": {
        "author": True,
        "reviewer": True,
        "tags": {"order": {"id": "asc"}},
        "comments": {"order": {"id": "asc"}},
    }
}
BY_ID = {"order": {"id": "asc"}}
NEW = {"id": 99, "slug": "new", "title": "new"}
FOREIGN_USER, FOREIGN_POST, FOREIGN_TAG = 22, 22, 22
ALWAYS: dict[str, Any] = {"NOT": {"OR": []}}
"""What every row fits."""

READS: dict[str, Callable[[Any], Any]] = {
    "everything": lambda db: db.post.find_many(**BY_ID, **ALL),
    "OR at the top": lambda db: db.post.find_many(
        where={"OR": [{"id": 11}, {"tenantId": THEIRS}, {"views": {"gt": 0}}]}, **BY_ID
    ),
    "the other tenant by name": lambda db: db.post.find_many(where={"tenantId": THEIRS}),
    "NOT": lambda db: db.post.find_many(where={"NOT": {"tenantId": MINE}}),
    "NOT around OR": lambda db: db.post.find_many(where={"NOT": {"OR": [{"tenantId": MINE}, {"id": 0}]}}),
    "an empty NOT": lambda db: db.user.find_many(where={"NOT": {"AND": []}}, **BY_ID),
    "not of the scope's field": lambda db: db.post.find_many(where={"tenantId": {"not": MINE}}),
    "the key of a foreign row": lambda db: db.post.find_unique(where={"id": FOREIGN_POST}),
    "the key of a foreign row, or else": lambda db: db.post.find_unique_or_raise(where={"id": FOREIGN_POST}),
    "a compound key": lambda db: db.post.find_unique(
        where={"tenantId_slug": {"tenantId": THEIRS, "slug": "foe0"}}
    ),
    "a key beside OR": lambda db: db.post.find_unique(
        where={"id": FOREIGN_POST, "OR": [{"id": FOREIGN_POST}]}
    ),
    "first": lambda db: db.post.find_first(order={"id": "desc"}),
    "from the end": lambda db: db.post.find_many(take=-2, order={"id": "asc"}),
    "a foreign cursor": lambda db: db.post.find_many(cursor={"id": FOREIGN_POST}, **BY_ID),
    "a foreign cursor backwards": lambda db: db.post.find_many(
        cursor={"id": FOREIGN_POST}, take=-5, order={"views": "asc"}
    ),
    "distinct": lambda db: db.user.find_many(distinct=["name"], order={"name": "asc"}),
    "distinct over all": lambda db: db.user.find_many(distinct=["code", "name"], order={"age": "desc"}),
    "order by a relation's field": lambda db: db.post.find_many(
        order=[{"reviewer": {"name": {"sort": "asc", "nulls": "first"}}}, {"id": "asc"}]
    ),
    "order by two steps": lambda db: db.post.find_many(
        order=[{"author": {"boss": {"age": "desc"}}}, {"id": "asc"}]
    ),
    "order by a count": lambda db: db.user.find_many(order=[{"posts": {"_count": "desc"}}, {"id": "asc"}]),
    "order by a count over a join table": lambda db: db.tag.find_many(
        order=[{"posts": {"_count": "desc"}}, {"id": "asc"}]
    ),
    "order and cursor over relations": lambda db: db.post.find_many(
        order=[{"author": {"age": "asc"}}, {"id": "asc"}], cursor={"id": 12}
    ),
    "order by a sum": lambda db: db.user.find_many(
        order=[{"posts": {"_sum": {"views": "desc"}}}, {"id": "asc"}]
    ),
    "order by an extreme of the author's posts": lambda db: db.post.find_many(
        order=[{"author": {"posts": {"_max": {"views": "desc"}}}}, {"id": "asc"}]
    ),
    "how many there are": lambda db: db.user.find_many(where={"posts": {"_count": {"gt": 0}}}, **BY_ID),
    "how many there are over a join table": lambda db: db.tag.find_many(
        where={"posts": {"_count": {"equals": 1}}}, **BY_ID
    ),
    "the greatest there is": lambda db: db.user.find_many(
        where={"team": {"_max": {"age": {"gt": 0}}}}, **BY_ID
    ),
    "having": lambda db: db.user.group_by(by=["code"], having={"age": {"_sum": {"gt": 0}}}, count=True),
    "nested pages": lambda db: db.user.find_many(
        **BY_ID, include={"posts": {"take": 1, "order": {"views": "desc"}, "include": {"comments": BY_ID}}}
    ),
    "deep": lambda db: db.tenant.find_many(
        include={
            "users": {**BY_ID, "include": {"team": {**BY_ID, "include": {"posts": BY_ID}}, "boss": True}}
        }
    ),
    "the other tenant itself": lambda db: db.tenant.find_unique(where={"id": THEIRS}),
    "up and down again": lambda db: db.post.find_many(
        **BY_ID, include={"author": {"include": {"tenant": {"include": {"users": BY_ID}}}}}
    ),
    "down to the ends": lambda db: db.user.find_many(**BY_ID, include={"team": {"depth": "all", **BY_ID}}),
    "up to the ends": lambda db: db.user.find_many(**BY_ID, include={"boss": {"depth": "all"}}),
    "two levels down": lambda db: db.user.find_many(
        **BY_ID, include={"team": {"depth": 2, "include": {"posts": BY_ID}}}
    ),
    "to-one and back": lambda db: db.user.find_many(
        **BY_ID, include={"profile": {"include": {"user": True}}, "boss": {"include": {"team": BY_ID}}}
    ),
    "over shared rows": lambda db: db.country.find_many(
        include={"users": {**BY_ID, "include": {"posts": BY_ID}}}
    ),
    "selected": lambda db: db.user.find_many(
        **BY_ID, select={"id": True, "posts": {"select": {"title": True}, **BY_ID}}
    ),
    "_count": lambda db: [
        (u.counts.posts, u.counts.team, u.counts.reviews)
        for u in db.user.find_many(**BY_ID, include={"_count": True})
    ],
    "_count with a filter": lambda db: [
        t.counts.posts
        for t in db.tag.find_many(
            **BY_ID, include={"_count": {"posts": {"where": {"OR": [{"views": {"gt": 0}}, ALWAYS]}}}}
        )
    ],
    "_count from shared rows": lambda db: [
        c.counts.users for c in db.country.find_many(include={"_count": True})
    ],
    "some": lambda db: db.user.find_many(where={"posts": {"some": {}}}, **BY_ID),
    "some over a join table": lambda db: db.tag.find_many(
        where={"posts": {"some": {"views": {"gt": 0}}}}, **BY_ID
    ),
    "every": lambda db: db.user.find_many(
        where={"posts": {"every": {"title": {"startswith": "mine"}}}}, **BY_ID
    ),
    "every over a join table": lambda db: db.post.find_many(
        where={"tags": {"every": {"label": {"startswith": "mine"}}}}, **BY_ID
    ),
    "none": lambda db: db.user.find_many(where={"team": {"none": {"age": {"gt": 0}}}}, **BY_ID),
    "is": lambda db: db.post.find_many(where={"reviewer": {"is": {"age": {"gt": 0}}}}, **BY_ID),
    "is not": lambda db: db.post.find_many(where={"reviewer": {"is_not": {"age": {"gt": 3}}}}, **BY_ID),
    "there is none": lambda db: db.post.find_many(where={"reviewer": None}, **BY_ID),
    "there is one": lambda db: db.post.find_many(where={"NOT": {"reviewer": None}}, **BY_ID),
    "there is none at the other end": lambda db: db.user.find_many(where={"profile": None}, **BY_ID),
    "two steps": lambda db: db.comment.find_many(
        where={"post": {"is": {"author": {"is": {"team": {"some": {}}}}}}}, **BY_ID
    ),
    "stream": lambda db: list(db.post.stream(**BY_ID, include={"comments": BY_ID})),
    "locked": lambda db: db.post.find_many(
        where={"OR": [{"tenantId": THEIRS}, ALWAYS]}, **BY_ID, lock="update"
    ),
    "count": lambda db: db.post.count(),
    "count of a relation": lambda db: db.user.count(
        where={"OR": [{"posts": {"some": {}}}, {"team": {"some": {}}}]}
    ),
    "count behind a cursor": lambda db: db.post.count(cursor={"id": FOREIGN_POST}, order={"id": "asc"}),
    "aggregate": lambda db: db.post.aggregate(sum={"views": True}, max={"title": True}, count=True),
    "aggregate of a page": lambda db: db.post.aggregate(sum={"views": True}, take=5, order={"id": "desc"}),
    "groups": lambda db: db.user.group_by(by=["name"], count=True, sum={"age": True}),
    "groups by a relation": lambda db: db.post.group_by(
        by=[{"author": "name"}], count=True, order={"_count": "desc"}
    ),
    "groups by two steps": lambda db: db.post.group_by(
        by=[{"author": "age"}], max={"views": True}, order={"author.age": "asc"}
    ),
    "a model without a rule": lambda db: db.vault.find_many(),
    "raw SQL": lambda db: db.query_raw('SELECT * FROM "User"'),
    "raw SQL, one row": lambda db: db.query_first('SELECT * FROM "User"'),
    "raw SQL that writes": lambda db: db.execute_raw('DELETE FROM "Comment"'),
}

WRITES: dict[str, Callable[[Any], Any]] = {
    "create": lambda db: db.post.create(data={**NEW, "authorId": 11}, **ALL),
    "create with the scope's own value": lambda db: db.post.create(
        data={**NEW, "authorId": 11, "tenantId": MINE}
    ),
    "create with another's value": lambda db: db.post.create(
        data={**NEW, "authorId": 11, "tenantId": THEIRS}
    ),
    "create, pointing at a foreign row by value": lambda db: db.post.create(
        data={**NEW, "authorId": FOREIGN_USER}
    ),
    "create, pointing at a foreign row by connect": lambda db: db.post.create(
        data={**NEW, "author": {"connect": {"id": FOREIGN_USER}}}
    ),
    "create, pointing at a foreign row by another key": lambda db: db.post.create(
        data={**NEW, "author": {"connect": {"email": "foe1"}}}
    ),
    "create, pointing at no row": lambda db: db.post.create(data={**NEW, "authorId": 11, "reviewerId": None}),
    "create, pointing at shared rows": lambda db: db.user.create(
        data={"id": 99, "email": "n", "code": "DE"}, include={"country": True}
    ),
    "create in another tenant": lambda db: db.user.create(
        data={"id": 99, "email": "n", "tenant": {"connect": {"id": THEIRS}}}
    ),
    "create another tenant": lambda db: db.user.create(
        data={"id": 99, "email": "n", "tenant": {"create": {"id": 9, "name": "x"}}}
    ),
    "create nested": lambda db: db.user.create(
        data={
            "id": 99,
            "email": "n",
            "posts": {"create": [{**NEW, "comments": {"create": [{"id": 99, "text": "x"}]}}]},
        },
        include={"posts": {"include": {"comments": True}}},
    ),
    "create nested for another": lambda db: db.user.create(
        data={"id": 99, "email": "n", "posts": {"create": [{**NEW, "tenantId": THEIRS}]}}
    ),
    "create nested, pointing away": lambda db: db.user.create(
        data={"id": 99, "email": "n", "posts": {"create": [{**NEW, "reviewerId": FOREIGN_USER}]}}
    ),
    "create with foreign tags": lambda db: db.post.create(
        data={**NEW, "authorId": 11, "tags": {"connect": [{"id": FOREIGN_TAG}]}}
    ),
    "connect or create a foreign row": lambda db: db.post.create(
        data={
            **NEW,
            "authorId": 11,
            "tags": {"connect_or_create": [{"where": {"id": 98}, "create": {"id": 98, "label": "x"}}]},
        },
        include={"tags": True},
    ),
    "connect a foreign row to mine": lambda db: db.user.update(
        where={"id": 11}, data={"posts": {"connect": {"id": FOREIGN_POST}}}
    ),
    "set foreign rows": lambda db: db.post.update(
        where={"id": 11}, data={"tags": {"set": [{"id": FOREIGN_TAG}]}}
    ),
    "set lets go of none of theirs": lambda db: db.post.update(
        where={"id": 11}, data={"comments": {"set": []}}, include={"comments": True}
    ),
    "set over a join table": lambda db: db.tag.update(
        where={"id": 11}, data={"posts": {"set": []}}, include={"posts": True}
    ),
    "make no room of theirs": lambda db: db.user.update(
        where={"id": 11}, data={"profile": {"create": {"id": 99, "bio": "x"}}}
    ),
    "update a foreign row": lambda db: db.post.update(where={"id": FOREIGN_POST}, data={"title": "x"}),
    "update, moving to another tenant": lambda db: db.post.update(
        where={"id": 11}, data={"tenantId": THEIRS}
    ),
    "update, pointing away": lambda db: db.post.update(where={"id": 11}, data={"authorId": FOREIGN_USER}),
    "update, computing a foreign key": lambda db: db.post.update(
        where={"id": 11}, data={"authorId": {"increment": 11}}
    ),
    "update, moving by its relation": lambda db: db.user.update(
        where={"id": 11}, data={"tenant": {"connect": {"id": THEIRS}}}
    ),
    "update through a relation": lambda db: db.post.update(
        where={"id": 13}, data={"author": {"update": {"name": "x"}}}
    ),
    "update one of many": lambda db: db.user.update(
        where={"id": 11}, data={"posts": {"update": {"where": {"id": 21}, "data": {"title": "x"}}}}
    ),
    "update many": lambda db: (
        db.post.update_many(where={"OR": [{"tenantId": THEIRS}, ALWAYS]}, data={"views": 1}),
        db.post.count(where={"views": 1}),
    ),
    "update many, pointing away": lambda db: db.post.update_many(where={}, data={"authorId": FOREIGN_USER}),
    "update many, moving": lambda db: db.post.update_many(where={}, data={"tenantId": THEIRS}),
    "update many of a relation": lambda db: db.user.update(
        where={"id": 11},
        data={"posts": {"update_many": {"where": {}, "data": {"title": "x"}}}},
        include={"posts": BY_ID},
    ),
    "upsert of a foreign row": lambda db: db.comment.upsert(
        where={"id": 97}, create={"id": 97, "text": "n"}, update={"text": "u"}
    ),
    "upsert of a row of mine": lambda db: db.comment.upsert(
        where={"id": 11}, create={"id": 11, "text": "n"}, update={"text": "u"}
    ),
    "upsert through a relation": lambda db: db.post.update(
        where={"id": 12},
        data={"reviewer": {"upsert": {"create": {"id": 99, "email": "n"}, "update": {"name": "x"}}}},
        include={"reviewer": True},
    ),
    "upsert, pointing away": lambda db: db.comment.upsert(
        where={"id": 11}, create={"id": 11, "text": "n"}, update={"postId": FOREIGN_POST}
    ),
    "delete a foreign row": lambda db: db.comment.delete(where={"id": 22}),
    "delete through a relation": lambda db: db.post.update(
        where={"id": 11}, data={"comments": {"delete": {"id": 21}}}
    ),
    "delete many": lambda db: (db.comment.delete_many(), db.comment.count()),
    "delete many of a relation": lambda db: db.post.update(
        where={"id": 11}, data={"comments": {"delete_many": {}}}, include={"comments": True}
    ),
    "delete one end": lambda db: db.post.update(where={"id": 12}, data={"reviewer": {"delete": True}}),
    "disconnect one end": lambda db: db.post.update(
        where={"id": 12}, data={"reviewer": {"disconnect": True}}
    ),
    "disconnect, asking about theirs": lambda db: db.post.update(
        where={"id": 12}, data={"reviewer": {"disconnect": {"age": {"gt": 5}}}}
    ),
    "disconnect one of many": lambda db: db.user.update(
        where={"id": 11}, data={"posts": {"disconnect": {"id": 21}}}
    ),
    "disconnect over a join table": lambda db: db.post.update(
        where={"id": 12}, data={"tags": {"disconnect": {"id": 21}}}
    ),
    "a model without a rule": lambda db: db.vault.delete_many(),
    "create many": lambda db: (
        db.comment.create_many(data=[{"id": 98, "text": "x", "postId": 11}, {"id": 99, "text": "y"}]),
        db.comment.find_many(where={"id": {"gt": 90}}, **BY_ID),
    ),
    "create many for another": lambda db: db.comment.create_many(
        data=[{"id": 98, "text": "x", "tenantId": THEIRS}]
    ),
    "create many, one pointing away": lambda db: db.comment.create_many(
        data=[{"id": 98, "text": "x", "postId": 11}, {"id": 99, "text": "y", "postId": FOREIGN_POST}]
    ),
    "create many over what is there": lambda db: db.comment.create_many(
        data=[{"id": 22, "text": "x"}, {"id": 99, "text": "y"}], skip_duplicates=True
    ),
    "create many and return": lambda db: db.post.create_many_and_return(
        data=[{**NEW, "authorId": 11}], **ALL
    ),
    "create many, related to theirs": lambda db: db.post.create_many(
        data=[{**NEW, "author": {"connect": {"id": FOREIGN_USER}}}]
    ),
    "create many, tagged by theirs": lambda db: db.post.create_many(
        data=[{**NEW, "authorId": 11, "tags": {"connect": [{"id": FOREIGN_TAG}]}}]
    ),
    "create many, with new ones beside": lambda db: (
        db.post.create_many(
            data=[
                {
                    **NEW,
                    "author": {"create": {"id": 99, "email": "n"}},
                    "tags": {"create": [{"id": 99, "label": "x"}]},
                }
            ]
        ),
        db.post.find_many(where={"id": 99}, **ALL),
    ),
    "create many, taking theirs or making them": lambda db: db.post.create_many(
        data=[
            {
                **NEW,
                "authorId": 11,
                "comments": {"connect_or_create": [{"where": {"id": 22}, "create": {"id": 22, "text": "x"}}]},
            }
        ]
    ),
    "create many, taking mine or making them": lambda db: (
        db.post.create_many(
            data=[
                {
                    **NEW,
                    "authorId": 11,
                    "comments": {
                        "connect_or_create": [
                            {"where": {"id": 11}, "create": {"id": 11, "text": "x"}},
                            {"where": {"id": 97}, "create": {"id": 97, "text": "x"}},
                        ]
                    },
                }
            ]
        ),
        db.post.find_many(where={"id": 99}, **ALL),
    ),
    "create many nested": lambda db: db.post.update(
        where={"id": 11}, data={"comments": {"create_many": {"data": [{"id": 99, "text": "x"}]}}}, **ALL
    ),
    "create many nested for another": lambda db: db.post.update(
        where={"id": 11},
        data={"comments": {"create_many": {"data": [{"id": 99, "text": "x", "tenantId": THEIRS}]}}},
    ),
    "upsert many of theirs": lambda db: db.comment.upsert_many(data=[{"id": 22, "text": "x"}], key="id"),
    "upsert many of mine": lambda db: (
        db.comment.upsert_many(data=[{"id": 11, "text": "x"}, {"id": 97, "text": "y"}], key="id"),
        db.comment.find_many(**BY_ID),
    ),
    "upsert many, pointing away": lambda db: db.comment.upsert_many(
        data=[{"id": 11, "text": "x", "postId": FOREIGN_POST}], key="id"
    ),
    "upsert many, moving": lambda db: db.comment.upsert_many(
        data=[{"id": 11, "text": "x"}], key="id", update={"tenantId": THEIRS}
    ),
    "upsert many and return": lambda db: db.comment.upsert_many_and_return(
        data=[{"id": 11, "text": "x"}], key="id"
    ),
    "update each of theirs": lambda db: (
        db.comment.update_each(data=[{"id": 22, "text": "x"}, {"id": 11, "text": "y"}], key="id"),
        db.comment.find_many(**BY_ID),
    ),
    "update each, pointing away": lambda db: db.comment.update_each(
        data=[{"id": 11, "postId": FOREIGN_POST}], key="id"
    ),
    "update each, moving": lambda db: db.comment.update_each(data=[{"id": 11, "tenantId": THEIRS}], key="id"),
    "update each, computing a foreign key": lambda db: db.post.update_each(
        data=[{"id": 11, "authorId": {"increment": 11}}], key="id"
    ),
    "update many at most": lambda db: db.comment.update_many(where={}, data={"text": "x"}, limit=2),
    "update many and return": lambda db: sorted(
        row.id for row in db.comment.update_many_and_return(where={}, data={"text": "x"})
    ),
    "delete many at most": lambda db: db.comment.delete_many(limit=9),
    "delete many and return": lambda db: sorted(
        row.id for row in db.comment.delete_many_and_return(where={})
    ),
}

REFUSED = (
    "without a rule", "raw SQL", "or else", "scope's own value", "another's value", "at a foreign row", "in another tenant",
    "create another tenant", "for another", "pointing away", "with foreign tags", "connect a foreign row", "set foreign rows",
    "update a foreign row", "moving", "computing a foreign key", "update through a relation", "update one of many",
    "delete a foreign row", "delete through a relation", "delete one end", "related to theirs", "tagged by theirs",
    "taking theirs", "upsert many of theirs",
)  # fmt: skip
"""Words in the names of calls that must fail, whatever world they are made in."""
