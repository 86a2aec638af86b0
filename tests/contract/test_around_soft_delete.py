"""Soft delete as an extension: rows that are deleted stay, and nobody sees them; nested deletes and relations included."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from nicol.client import Rule, Scope
from nicol.errors import RecordNotFound
from tests.contract.test_around_scopes import Undone

SOFT = Scope(
    every={"deletedAt": Rule(where={"deletedAt": None}, on_delete={"deletedAt": lambda: datetime.now(UTC)})},
    shared="*",
)
"""Every model that has the field `deletedAt`."""


def comments(db: Any, **where: Any) -> list[int]:
    return [row.id for row in db.comment.find_many(where=where, order={"id": "asc"})]


DELETES: dict[str, tuple[Callable[[Any], Any], list[int]]] = {
    "delete": (lambda db: db.comment.delete(where={"id": 11}), [12, 13]),
    "delete many": (lambda db: db.comment.delete_many(where={"id": {"lt": 13}}), [13]),
    "delete many at most": (lambda db: db.comment.delete_many(where={"id": 12}, limit=1), [11, 13]),
    "delete many and return": (lambda db: db.comment.delete_many_and_return(where={"id": 12}), [11, 13]),
    "nested": (
        lambda db: db.post.update(where={"id": 11}, data={"comments": {"delete": {"id": 11}}}),
        [12, 13],
    ),
    "nested many": (
        lambda db: db.post.update(where={"id": 11}, data={"comments": {"delete_many": {}}}),
        [12, 13],
    ),
    "deep": (
        lambda db: db.user.update(
            where={"id": 11},
            data={"posts": {"update": {"where": {"id": 11}, "data": {"comments": {"delete_many": {}}}}}},
        ),
        [12, 13],
    ),
}


@pytest.mark.proves("Client", "soft delete as an extension: every delete, nested ones too, keeps its rows")
@pytest.mark.parametrize("name", DELETES)
def test_what_is_deleted_stays_and_is_not_seen(worlds: list[Any], name: str) -> None:
    delete, left = DELETES[name]
    with pytest.raises(Undone), worlds[0].tx() as tx:
        soft = tx.scoped(SOFT)
        gone = {11, 12, 13} - set(left)
        delete(soft)
        assert comments(soft, tenantId=1) == left
        assert comments(tx, tenantId=1) == [11, 12, 13]
        for row in tx.comment.find_many(where={"id": {"in": list(gone)}}):
            assert abs(row.deletedAt - datetime.now(UTC)) < timedelta(minutes=1)
        raise Undone


@pytest.mark.proves(
    "Client", "soft delete as an extension: deleted rows are not there for relations, counts and writes"
)
def test_deleted_rows_are_not_there(worlds: list[Any]) -> None:
    with pytest.raises(Undone), worlds[0].tx() as tx:
        soft = tx.scoped(SOFT)
        soft.comment.delete(where={"id": 11})
        soft.post.delete(where={"id": 12})
        assert soft.post.find_unique(where={"id": 11}, include={"comments": True}).comments[0].id == 21
        assert [
            tag.counts.posts for tag in soft.tag.find_many(where={"id": 12}, include={"_count": True})
        ] == [0]
        assert soft.comment.find_unique(where={"id": 12}, include={"post": True}).post is None
        assert [row.id for row in soft.post.find_many(where={"comments": {"some": {"id": 11}}})] == []
        assert soft.comment.aggregate(count=True, where={"tenantId": 1}) is not None
        assert soft.comment.count(where={"tenantId": 1}) == 2
        with pytest.raises(RecordNotFound):
            soft.comment.update(where={"id": 11}, data={"text": "x"})
        with pytest.raises(RecordNotFound):
            soft.comment.delete(where={"id": 11})
        with pytest.raises(RecordNotFound):
            soft.comment.create(data={"id": 99, "tenantId": 1, "text": "x", "postId": 12})
        assert tx.comment.update(where={"id": 11}, data={"deletedAt": None}).id == 11
        assert soft.comment.count(where={"tenantId": 1}) == 3
        raise Undone


def test_scopes_of_tenants_and_deletes_hold_together(worlds: list[Any]) -> None:
    with pytest.raises(Undone), worlds[0].tx() as tx:
        both = tx.scoped(SOFT).scoped(Scope({"tenantId": 1}, shared=["Tenant", "Country"]))
        assert both.comment.delete_many() == 3
        assert (both.comment.count(), tx.comment.count(where={"deletedAt": None})) == (0, 3)
        raise Undone
