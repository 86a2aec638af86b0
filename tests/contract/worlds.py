"""Two worlds that differ only in what belongs to another tenant: whoever is kept to one tenant cannot tell them apart."""

from __future__ import annotations

from typing import Any

MINE, THEIRS = 1, 2

TABLES = ("comment", "post", "profile", "tag", "user", "tenant", "country", "vault")


def fill(db: Any, other: str, rich: bool) -> None:
    """Rows of tenant 1, the same in every world, and of tenant 2, whose texts and numbers are those of `other`.

    Some rows of tenant 1 are tied to rows of tenant 2, as old mistakes leave them. In a rich world tenant 2 has more, and
    some of it is nobody's.
    """
    for table in TABLES:
        getattr(db, table).delete_many()
    db.country.create(data={"code": "DE", "name": "Germany"})
    db.vault.create(data={"id": 1, "secret": other})
    for tenant, word in ((MINE, "mine"), (THEIRS, other)):
        _tenant(db, tenant, word)
    _ties(db)
    if rich:
        for table in ("user", "profile", "comment", "tag"):
            getattr(db, table).update(where={"id": 21}, data={"tenantId": None})
        for index in range(50, 53):
            db.user.create(
                data={"id": index, "tenantId": THEIRS, "email": f"{other}{index}", "age": index, "bossId": 11}
            )
            db.post.create(
                data={"id": index, "tenantId": THEIRS, "slug": f"{other}{index}", "title": other, "views": index,
                      "authorId": 11, "reviewerId": 12, "tags": {"connect": [{"id": 11}, {"id": 21}]},
                      "comments": {"create": [{"id": index, "tenantId": THEIRS, "text": other}]}}
            )  # fmt: skip
            db.comment.create(data={"id": index + 10, "tenantId": THEIRS, "text": other, "postId": 11})
            db.profile.create(data={"id": index, "tenantId": THEIRS, "bio": other})


def _tenant(db: Any, tenant: int, word: str) -> None:
    """Ids of tenant 1 begin with 1, those of tenant 2 with 2."""
    age = 30 if tenant == MINE else len(word)
    first = tenant * 10 + 1
    db.tenant.create(data={"id": tenant, "name": word})
    for index in range(3):
        boss = {"bossId": first} if index else {}
        db.user.create(
            data={"id": first + index, "tenantId": tenant, "email": f"{word}{index}", "name": word,
                  "age": age + index, "code": "DE", **boss}
        )  # fmt: skip
    db.profile.create(data={"id": first, "tenantId": tenant, "bio": word, "userId": first})
    for index in range(3):
        db.tag.create(data={"id": first + index, "tenantId": tenant, "label": f"{word}{index}"})
        db.post.create(
            data={"id": first + index, "tenantId": tenant, "slug": f"s{index}" if tenant == MINE else f"{word}{index}",
                  "title": f"{word} {index}", "views": age + index, "authorId": first + index,
                  "tags": {"connect": [{"id": first}, {"id": first + index}][: index + 1]},
                  "comments": {"create": [{"id": first + index, "tenantId": tenant, "text": f"{word} {index}"}]}}
        )  # fmt: skip


def _ties(db: Any) -> None:
    """What should not be and is: relations between the tenants, in both directions."""
    db.post.update(where={"id": 12}, data={"reviewerId": 21, "tags": {"connect": {"id": 21}}})
    db.post.update(where={"id": 13}, data={"authorId": 22})
    db.user.update(where={"id": 13}, data={"bossId": 21})
    db.post.update(where={"id": 21}, data={"authorId": 11, "tags": {"connect": {"id": 11}}})
    db.comment.update(where={"id": 21}, data={"postId": 11})
    db.profile.update(where={"id": 21}, data={"userId": 12})
    db.user.update(where={"id": 23}, data={"bossId": 11})


def theirs(db: Any) -> list[Any]:
    """Everything of tenant 2, as it stands."""
    found = [
        [row.model_dump() for row in getattr(db, table).find_many(where=_theirs(table), order={"id": "asc"})]
        for table in ("user", "profile", "post", "comment", "tag")
    ]
    ties = db.post.find_many(
        where=_theirs("post"), order={"id": "asc"}, include={"tags": {"order": {"id": "asc"}}}
    )
    return [*found, [[tag.id for tag in post.tags] for post in ties]]


def _theirs(table: str) -> dict[str, Any]:
    nobodys = [] if table == "post" else [{"tenantId": None}]
    return {"OR": [{"tenantId": THEIRS}, *nobodys]}
