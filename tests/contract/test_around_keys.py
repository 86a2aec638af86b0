"""Scopes over compound keys: the scope's field is part of the keys and of the foreign keys that lead to them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from nicol.client import Scope
from nicol.errors import QueryInvalid, RecordNotFound
from tests.contract.generated import import_package, push, schema_of, write_package

SCHEMA = """
datasource db {
  provider = "postgresql"
  url      = env("CONTRACT_URL")
}

generator client {
  provider = "nicol"
  output   = "keys_db"
}

model User {
  id       Int
  tenantId Int
  name     String
  posts    Post[] @relation("wrote")
  reviews  Post[] @relation("reviewed")

  @@id([tenantId, id])
}

model Post {
  id         Int
  tenantId   Int
  author     User  @relation("wrote", fields: [tenantId, authorId], references: [tenantId, id])
  authorId   Int
  reviewer   User? @relation("reviewed", fields: [tenantId, reviewerId], references: [tenantId, id])
  reviewerId Int?

  @@id([tenantId, id])
}
"""


def key(tenant: int, number: int) -> dict[str, Any]:
    return {"tenantId_id": {"tenantId": tenant, "id": number}}


CALLS: dict[str, tuple[Callable[[Any], Any], type[Exception] | None]] = {
    "nested": (
        lambda db: db.user.create(data={"id": 2, "name": "b", "posts": {"create": [{"id": 2}]}}),
        None,
    ),
    "by value": (lambda db: db.post.create(data={"id": 2, "authorId": 1}), None),
    "by a foreign value": (lambda db: db.post.create(data={"id": 2, "authorId": 5}), RecordNotFound),
    "by connect": (lambda db: db.post.create(data={"id": 2, "author": {"connect": key(1, 1)}}), None),
    "by a foreign connect": (
        lambda db: db.post.create(data={"id": 2, "author": {"connect": key(2, 5)}}),
        RecordNotFound,
    ),
    "by create": (
        lambda db: db.post.create(data={"id": 2, "author": {"create": {"id": 7, "name": "n"}}}),
        None,
    ),
    "many": (lambda db: db.post.create_many(data=[{"id": 2, "authorId": 1}]), None),
    "many, one away": (
        lambda db: db.post.create_many(data=[{"id": 2, "authorId": 1}, {"id": 3, "authorId": 5}]),
        RecordNotFound,
    ),
    "update away": (lambda db: db.post.update(where=key(1, 1), data={"authorId": 5}), RecordNotFound),
    "update": (lambda db: db.post.update(where=key(1, 1), data={"reviewerId": 1}), None),
    "let go of the tenant": (
        lambda db: db.post.update(where=key(1, 1), data={"reviewer": {"disconnect": True}}),
        QueryInvalid,
    ),
    "acts": (
        lambda db: db.user.update(
            where=key(1, 1), data={"reviews": {"connect": [key(1, 1)]}, "posts": {"create": [{"id": 20}]}}
        ),
        None,
    ),
}


@pytest.mark.proves("Client", "scoped clients over compound keys that hold the scope's field")
def test_a_scope_holds_over_compound_keys(database_url: str, tmp_path: Path) -> None:
    schema = schema_of(SCHEMA)
    write_package(schema, tmp_path, "keys_db", portable=True)
    push(schema, database_url, portable=True)
    with import_package(tmp_path, "keys_db").Client(url=database_url) as db:
        for tenant, number in ((1, 1), (2, 5)):
            db.user.create(data={"id": number, "tenantId": tenant, "name": "x"})
            db.post.create(data={"id": number, "tenantId": tenant, "authorId": number})
        for name, (call, error) in CALLS.items():
            try:
                with db.tx() as tx:
                    answer = call(tx.scoped(Scope({"tenantId": 1})))
                    assert error is None, name
                    assert answer == 1 or answer.tenantId == 1, name
                    assert tx.post.count(where={"tenantId": 2}) == 1, name
                    raise ZeroDivisionError
            except ZeroDivisionError:
                pass
            except (RecordNotFound, QueryInvalid) as found:
                assert type(found) is error, (name, found)
