"""What type checkers say about a generated client: a table of calls, each accepted or rejected by pyright and by mypy."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.contract.generated import schema_of, write_package

ROOT = Path(__file__).parents[2]
SCHEMA = (ROOT / "tests/contract/schema.prisma").read_text("utf-8")
WORDS = """
enum Word {
  None
  title
  class
}

/// Fields that Python, the stubs or the records need for themselves.
model Import {
  from       String   @id
  in         Int
  class      Word
  str        String?
  int        Int?
  datetime   DateTime?
  list       Word?
  model_dump Int?
  Link       Link?
  linkId     String?
}

model Held {
  id      Int    @id
  address Json   /// @nicol.json(typed_held.Address)
  size    Json?  /// @nicol.json(typed_held.Size)
  places  Json[] /// @nicol.json(typed_held.Address)
}

model Link {
  id     String @id
  import Import?
}
""".replace(
    "  Link       Link?\n  linkId     String?\n",
    "  Link       Link?   @relation(fields: [linkId], references: [id])\n  linkId     String? @unique\n",
)

VIEWS = (ROOT / "tests/contract/views.prisma").read_text("utf-8")
ENCRYPTED = (ROOT / "tests/contract/encrypted.prisma").read_text("utf-8")

ACCEPTED = [
    'edb.account.create(data={"id": 1, "token": "t", "profile": {"a": 1}, "mail": "m", "tax": None})',
    'edb.account.find_many(where={"tax": {"in": ["a"]}, "mail": {"not": None}, "badge": b"b", "note": None, "profile": None})',
    'edb.account.find_first(where={"mail": "m", "mailDigest": "d"}, order={"plain": "asc"}, select={"token": True})',
    'edb.account.update(where={"id": 1}, data={"token": {"set": "t"}, "mail": None})',
    'vdb.figure.find_unique(where={"authorId": 1}, include={"author": True, "notes": {"take": 1}})',
    'vdb.figure.find_many(where={"last": None, "author": {"name": "x"}}, order={"posts": "desc"}, cursor={"authorId": 1})',
    'vdb.line.find_first(where={"price": {"lt": 3}, "mood": "BAD"}, distinct="title")',
    'vdb.line.group_by(by="mood", sum="price"), vdb.line.count(), vdb.line.stream(batch=2), vdb.line.aggregate(max="title")',
    'vdb.author.find_many(where={"lines": {"some": {"title": "x"}}}, order={"lines": {"_count": "asc"}})',
    'vdb.author.find_many(include={"figure": True, "lines": {"take": 1}})',
    'vdb.note.create(data={"id": 1, "text": "x", "figure": {"connect": {"authorId": 1}}})',
    'vdb.note.update(where={"id": 1}, data={"figure": {"disconnect": True}})',
    'vdb.batch().figure.find_unique(where={"authorId": 1})',
    'db.user.find_many(lock="update", timeout=1)',
    'db.user.find_unique(where={"id": 1}, lock={"mode": "share", "wait": "skip"}, timeout=timedelta(seconds=1))',
    'db.batch(timeout=1, isolation_level="Serializable").user.create(data={"email": "x"})',
    "db.begin(max_wait=1, timeout=timedelta(seconds=2)).user.delete_many(timeout=2.5)",
    'db.retrying(lambda tx: tx.user.count(), attempts=3, isolation_level="Serializable")',
    'db.user.stream(where={"logins": {"gt": 1}}, order={"id": "asc"}, include={"posts": True}, batch=10, timeout=1)',
    'db.user.find_unique(where={"email": "x"})',
    'db.user.find_unique(where={"id": 1, "email": "x", "name": {"contains": "a"}, "NOT": {"logins": 1}})',
    'db.user.find_first(where={"role": Role.ADMIN, "logins": {"in": [1, 2]}}, order={"email": "asc"})',
    'db.user.find_many(where={"role": {"not_in": ["ADMIN", Role.GUEST]}, "name": None, "manager": None})',
    'db.user.find_many(where={"OR": [{"name": {"not": {"startswith": "a"}}}, {"AND": {"logins": {"gt": 3}}}]})',
    'db.user.find_many(where={"posts": {"some": {"author": {"is": {"email": "x"}}}}}, distinct=["name", "role"])',
    'db.user.find_many(where={"manager": {"is_not": None}}, take=-1, skip=2, cursor={"id": 1})',
    'db.post.find_many(where={"author": {"email": {"endswith": "x", "mode": "insensitive"}}})',
    'db.post.find_many(order=[{"views": "desc"}, {"slug": {"sort": "asc", "nulls": "last"}}])',
    'db.post.find_many(order=[{"author": {"email": "asc"}}, {"comments": {"_count": "desc"}}])',
    'db.post.find_many(include={"author": True, "comments": {"where": {"spam": False}, "take": 3}})',
    'db.post.find_many(include={"comments": {"order": {"id": "desc"}, "include": {"author": True}}})',
    'db.user.create(data={"email": "a"})',
    'db.user.create(data={"email": "a", "role": "ADMIN", "posts": {"create": [{"title": "1"}, {"title": "2"}]}})',
    'db.user.create(data={"email": "a", "posts": {"create": {"title": "1", "tags": {"connect": {"name": "x"}}}}})',
    'db.post.create(data={"title": "a", "authorId": 1})',
    'db.post.create(data={"title": "a", "author": {"connect_or_create": {"where": {"id": 1}, "create": {"email": "x"}}}})',
    'db.user.create_many(data=[{"email": "a"}, {"email": "b", "name": None}], skip_duplicates=True)',
    'db.user.update(where={"id": 1}, data={"logins": {"increment": 1}, "name": {"set": "x"}, "role": "GUEST"})',
    'db.user.update(where={"id": 1}, data={"manager": {"disconnect": True}, "profile": {"update": {"bio": "x"}}})',
    'db.user.update(where={"id": 1}, data={"posts": {"update": {"where": {"id": "p"}, "data": {"views": 1}}}})',
    'db.user.upsert(where={"id": 1}, create={"email": "a"}, update={}, include={"posts": True})',
    'db.user.create_many(data=[{"email": "x", "posts": {"create": {"title": "x"}}, "manager": {"connect": {"id": 1}}}])',
    'db.user.create_many_and_return(data=[{"email": "a"}], include={"posts": True})',
    'db.user.upsert_many(data=[{"email": "a", "logins": 1}], key="email", update={"logins": {"increment": 1}}).created',
    'db.user.upsert_many(data=[{"email": "a"}], key="email", update=["name", "role"])',
    'db.seat.upsert_many_and_return(data=[{"hall": "a", "number": 1}], key="hall_number", update=[])',
    'db.user.update_each(data=[{"id": 1, "logins": {"increment": 1}}, {"id": 2, "name": None}], key="id")',
    'db.user.update_many(where={"logins": {"lt": 3}}, data={"logins": 3})',
    'db.user.update_many_and_return(data={"logins": 3}, limit=3, include={"posts": True})',
    "db.user.delete_many()",
    'db.user.delete_many_and_return(where={"logins": 1}, limit=3, select={"email": True})',
    'db.sample.update(where={"id": 1}, data={"document": JsonSet(["a", 0], 1)})',
    'db.sample.update(where={"id": 1}, data={"document": JsonMerge({"a": 1})})',
    'db.user.delete(where={"email": "x"})',
    'db.seat.find_unique(where={"hall_number": {"hall": "a", "number": 1}})',
    'db.seat.find_unique(where={"holding": {"holder": "a", "ticket": "t"}, "hall": "a"})',
    'db.sample.create(data={"label": "x", "document": {"a": [1, None]}, "amount": "1.5", "blob": b"x", "big": 1})',
    'db.sample.create(data={"label": "x", "document": JsonNull, "amount": Decimal(1), "ratio": 1})',
    'db.sample.find_many(where={"document": {"equals": [1]}, "amount": {"gte": 1}, "moment": {"lt": datetime.now()}})',
    'db.query_raw("SELECT 1", 1)[0]["x"]',
    'db.user.find_many(into=Card, include={"posts": {"take": 3}}, where={"email": "x"})',
    'db.user.create(data={"email": "x"}, into=CardDict)["email"].upper()',
    'shop.user.find_unique_or_raise(where={"id": 1}).email, shop.user.named("x")',
    'AsyncClient(gather=False, url="file:x.db", log_queries=True, slow_query=0.5)',
    'db.user.count(select={"_all": True, "name": True}, distinct=["role"], where={"logins": 1})',
    'db.user.aggregate(count=True, sum="logins", avg=["logins"], min={"email": True}, max=["id", "role"], take=3)',
    'db.sample.aggregate(sum=["amount", "ratio"], count_distinct="blob", order={"id": "asc"}, cursor={"id": 1})',
    'db.post.group_by(by="authorId", count=True)',
    'db.post.group_by(by=["published", {"createdAt": {"bucket": "day", "zone": "Europe/Berlin"}}], sum="views")',
    'db.post.group_by(by={"createdAt": "week", "author": {"role": True, "manager": "email"}}, order={"createdAt": "asc"})',
    'db.post.group_by(by="views", having={"views": {"_avg": {"gt": 1.5}, "gt": 1}, "_count": {"gt": 2}, "OR": [{"views": 3}]})',
    'db.post.group_by(by="views", order=[{"_count": "desc"}, {"_max": {"title": "asc"}}, {"_count": {"slug": "asc"}}])',
    'db.user.group_by(by="role", having={"role": {"not": "ADMIN", "_max": "GUEST"}}, skip=1)',
    'db.import_.create(data={"from": "x", "in": 1, "class": "None"})',
    'db.import_.find_many(where={"in": {"in": [1]}, "str": None, "int": 1, "list": {"in": ["title"]}})',
    'Import(from_="x", in_=1, class_=Word.None_).from_.upper()',
    'User(id=1, email="x", role=Role.ADMIN, logins=1).model_dump()["email"]',
    'db.user.find_many(select={"email": True, "posts": {"select": {"title": True}, "take": 1}, "_count": {"posts": True}})',
    'db.user.find_many(omit={"email": True}, include={"_count": True, "reports": {"depth": "all", "order": {"id": "asc"}}})',
    'db.user.find_many(include={"manager": {"depth": 3, "select": {"email": True}}, "posts": {"order": "random"}})',
    'db.user.create(data={"email": "a"}, select={"id": True, "_count": {"posts": {"where": {"views": {"gt": 1}}}}})',
    'db.post.find_many(order="random", include={"author": {"where": {"name": "x"}, "omit": {"email": True}}})',
    'db.user.find_many(where={"posts": {"_count": {"gt": 3}, "where": {"published": True}, "_max": {"views": {"lt": 9}}}})',
    'db.user.find_many(where={"posts": {"_count": 0, "_sum": {"views": {"gte": 1}}, "_min": {"slug": None}}})',
    'db.user.find_many(order={"posts": {"_max": {"createdAt": {"sort": "desc", "nulls": "last"}}, "where": {"views": 1}}})',
    'db.user.find_many(where={"email": db.user.fields.name, "logins": {"gte": db.user.fields.id}, "role": FieldRef("role")})',
    'db.user.find_many(where={"name": {"contains": FieldRef("email"), "mode": "insensitive"}})',
    'db.sample.find_many(where={"document": {"path": ["a", 0], "string_contains": "x", "mode": "insensitive"}})',
    'db.sample.find_many(where={"document": {"path": ["a"], "array_contains": [1], "equals": AnyNull, "gt": 1.5}})',
    'db.held.create(data={"id": 1, "address": Address("Bonn"), "size": {"width": 1}, "places": [Address("Ulm")]})',
    'db.held.create(data={"id": 1, "address": {"city": "Bonn"}, "size": Size(width=1)})',
    'db.held.update(where={"id": 1}, data={"address": JsonMerge({"city": "Ulm"}), "size": JsonNull})',
    'db.held.update(where={"id": 1}, data={"places": {"push": Address("Aue")}})',
    'db.held.find_many(where={"address": {"path": ["city"], "equals": "Bonn"}, "size": None})',
    "db.held.find_first_or_raise().places[0].city.upper(), pdb.held.find_first_or_raise().address.city.upper()",
]

REJECTED = [
    'edb.account.find_many(where={"token": "t"})',
    'edb.account.find_many(where={"note": "t"})',
    'edb.account.find_many(where={"mail": {"contains": "m"}})',
    'edb.account.find_many(where={"profile": {"equals": {}}})',
    'edb.account.find_unique(where={"tax": "t"})',
    'edb.account.create(data={"id": 1, "token": "t", "mailDigest": "d"})',
    'edb.account.find_many(order={"tax": "asc"})',
    'edb.account.group_by(by="tax")',
    'edb.account.aggregate(max="tax")',
    'vdb.figure.create(data={"authorId": 1, "posts": 1})',
    "vdb.line.delete_many()",
    'vdb.line.update_many(data={"title": "x"})',
    "vdb.batch().line.delete_many()",
    'avdb.figure.upsert(where={"authorId": 1}, create={}, update={})',
    'vdb.figure.find_unique(where={"posts": 1})',
    'vdb.line.find_unique(where={"title": "x"})',
    'vdb.line.find_many(cursor={"title": "x"})',
    'vdb.line.find_many(where={"titel": "x"})',
    'vdb.author.create(data={"id": 1, "name": "x", "lines": {"create": {"title": "x"}}})',
    'vdb.author.update(where={"id": 1}, data={"figure": {"connect": {"authorId": 1}}})',
    'vdb.note.create(data={"id": 1, "text": "x", "figure": {"create": {"authorId": 1}}})',
    'vdb.note.update(where={"id": 1}, data={"figure": {"delete": True}})',
    "vdb.hidden.find_many()",
    'db.held.create(data={"id": 1, "address": Card("x")})',
    'db.held.create(data={"id": 1, "address": None})',
    'db.held.create(data={"id": 1, "address": Address("x"), "places": [Card("x")]})',
    'db.held.update(where={"id": 1}, data={"size": Card("x")})',
    "db.held.find_first_or_raise().address.town",
    "pdb.held.find_first_or_raise().address.town",
    'db.user.find_many(lock="exclusive")',
    'db.user.find_many(lock={"wait": "skip"})',
    'db.user.find_many(timeout="1")',
    'db.user.create(data={"email": "x"}, lock="update")',
    "db.batch().user.find_many(timeout=1)",
    "db.batch().user.stream()",
    'db.batch().user.create(data={"emial": "x"})',
    'db.user.stream(take=1, batch="10")',
    "db.retrying(lambda tx: tx.usr.count())",
    "db.usr.find_many()",
    'db.user.find_unique(where={"name": "x"})',
    "db.user.find_unique(where={})",
    "db.user.find_unique()",
    'db.user.find_unique({"id": 1})',
    'db.user.find_many(where={"emial": "x"})',
    'db.user.find_many(where={"email": 1})',
    'db.user.find_many(where={"email": None})',
    'db.user.find_many(where={"role": "KING"})',
    'db.user.find_many(where={"logins": {"contains": "x"}})',
    'db.user.find_many(where={"posts": {"is": {}}})',
    'db.post.find_many(where={"author": {"some": {}}})',
    'db.post.find_many(where={"author": None})',
    'db.user.find_many(order={"email": "up"})',
    'db.user.find_many(distinct=["nope"])',
    'db.user.find_many(cursor={"name": "x"})',
    'db.post.find_many(include={"authr": True})',
    'db.post.find_many(include={"author": {"take": 1}})',
    'db.post.find_many(include={"comments": {"order": {"nope": "asc"}}})',
    'db.user.create(data={"name": "x"})',
    'db.user.create(data={"email": None})',
    'db.user.create(data={"email": "x", "nope": 1})',
    'db.user.create(data={"email": "x", "posts": {"create": [{"views": 1}]}})',
    'db.user.create(data={"email": "x", "posts": {"update_many": {"where": {}, "data": {}}}})',
    'db.user.create_many(data=[{"email": "x", "posts": {"update": {"title": "x"}}}])',
    'db.user.create_many(data=[{"name": "x"}])',
    'db.post.upsert_many(data=[{"title": "x"}], key="id")',
    'db.user.upsert_many(data=[{"email": "x", "posts": {"create": {"title": "x"}}}], key="email")',
    'db.user.upsert_many(data=[{"email": "x"}], key="name")',
    'db.user.upsert_many(data=[{"email": "x"}], key="email", update=["nam"])',
    'db.user.upsert_many(data=[{"email": "x"}], key="email", update={"posts": {}})',
    'db.user.upsert_many(data=[{"email": "x"}])',
    'db.user.update_each(data=[{"id": 1, "emial": "x"}], key="id")',
    'db.user.update_each(data=[{"id": 1, "logins": {"add": 1}}], key="id")',
    "db.user.delete_many(where=None)",
    "db.user.update_many(where=None, data={})",
    "db.user.delete_many(limit='3')",
    'db.sample.create(data={"label": "x", "document": JsonMerge({"a": 1})})',
    'db.sample.update(where={"id": 1}, data={"text": JsonMerge({"a": 1})})',
    'db.user.update(where={"id": 1}, data={"email": {"increment": 1}})',
    'db.user.update(where={"id": 1}, data={"email": None})',
    'db.seat.find_unique(where={"hall_number": {"hall": "a"}})',
    'db.sample.create(data={"label": "x", "amount": 1.5})',
    'db.user.find_unique(where={"id": 1}).email',
    "db.user.find_first().email",
    "db.user.find_many(limit=3)",
    'db.user.find_many(into="Card")',
    'db.user.find_many(into=Card, select={"email": True})',
    "db.user.find_first_or_raise(into=Card).name",
    "AsyncClient(gathers=False)",
    "Client(gather=False)",
    'db.user.count(select={"nope": True})',
    'db.user.count(select={"name": 1})',
    'db.user.aggregate(sum="email")',
    "db.user.aggregate(sum=True)",
    'db.sample.aggregate(max="blob")',
    'db.sample.aggregate(count_distinct="document")',
    "db.user.group_by()",
    'db.user.group_by(by="nope")',
    'db.user.group_by(by={"role": "day"})',
    'db.post.group_by(by={"createdAt": "fortnight"})',
    'db.post.group_by(by={"createdAt": {"zone": "UTC"}})',
    'db.post.group_by(by={"comments": "text"})',
    'db.sample.group_by(by="document")',
    'db.post.group_by(by="views", having={"title": {"_sum": 1}})',
    'db.post.group_by(by="views", having={"views": {"_avg": {"contains": "x"}}})',
    'db.post.group_by(by="views", order={"_sum": {"title": "asc"}})',
    'db.post.group_by(by="views", cursor={"id": "x"})',
    "db.query_raw(3)",
    'db.query_raw("SELECT 1", into=3)',
    "sql.identifier(3)",
    'User(id=1, email="x", role=Role.ADMIN)',
    'db.user.find_unique_or_raise(where={"id": 1}).emial',
    'db.user.find_unique_or_raise(where={"id": 1}, include={"posts": True}).posts[0]',
    'db.user.find_many(select={"emial": True})',
    'db.user.find_many(select={"email": 1})',
    'db.user.find_many(omit={"posts": True})',
    'db.user.find_many(include={"_count": {"profile": True}})',
    'db.user.find_many(include={"_count": {"posts": {"take": 1}}})',
    'db.post.find_many(include={"author": {"depth": 2}})',
    'db.user.find_many(include={"reports": {"depth": 2, "take": 1}})',
    'db.user.find_many(order="rand")',
    'db.user.find_many(order={"posts": {"_max": {"comments": "asc"}}})',
    'db.user.find_many(where={"posts": {"_count": "3"}})',
    'db.user.find_many(where={"posts": {"_sum": {"title": {"gt": 1}}}})',
    'db.user.find_many(where={"email": {"equals": db.user.fields.logins}})',
    'db.user.find_many(where={"logins": {"in": db.user.fields.id}})',
    "db.user.fields.nope",
    'db.sample.find_many(where={"document": {"path": "a.b"}})',
    'db.sample.find_many(where={"document": {"contains": "a"}})',
    "db.sample.find_first_or_raise().counts",
    'db.user.find_first_or_raise(include={"_count": True}).counts.profile',
]

REVEALED = {
    "db.held.find_first_or_raise().address": "Address",
    "db.held.find_first_or_raise().size": "Size | None",
    "pdb.held.find_first_or_raise().places": "list[Address]",
    "next(iter(db.user.stream()))": "User",
    'db.batch().user.find_unique(where={"id": 1})': "Pending[User | None]",
    "db.batch().user.count().result": "int",
    'db.begin().user.find_unique_or_raise(where={"id": 1})': "User",
    "db.retrying(lambda tx: tx.user.find_many())": "list[User]",
    'db.user.find_unique(where={"id": 1})': "User | None",
    'db.user.find_unique_or_raise(where={"id": 1})': "User",
    "db.user.find_many()": "list[User]",
    'db.user.find_unique_or_raise(where={"id": 1}).posts': "list[Post] | None",
    'db.user.find_unique_or_raise(where={"id": 1}).role': "Role",
    'db.sample.find_unique_or_raise(where={"id": 1}).amount': "Decimal | None",
    'pdb.user.find_unique_or_raise(where={"id": 1}, include={"posts": True}).model_copy()': "User",
    "pdb.post.find_first_or_raise().model_dump_json(by_alias=True)": "str",
    "db.user.find_many(into=Card)": "list[Card]",
    'db.user.find_unique(where={"id": 1}, into=CardDict)': "CardDict | None",
    'db.user.update(where={"id": 1}, data={}, into=CardTuple)': "CardTuple",
    'vdb.figure.find_unique(where={"authorId": 1})': "Figure | None",
    "vdb.line.find_many()": "list[Line]",
    "avdb.line.find_many()": "CoroutineType[Any, Any, list[Line]]",
    "vdb.figure.find_first_or_raise().last": "datetime | None",
    "adb.user.find_first(into=Card)": "CoroutineType[Any, Any, Card | None]",
    "shop.user": "Users",
    "db.user.count()": "int",
    "db.user.create_many(data=[])": "int",
    "db.user.create_many_and_return(data=[])": "list[User]",
    "db.user.update_many_and_return(data={})": "list[User]",
    "db.user.delete_many_and_return()": "list[User]",
    'db.user.upsert_many(data=[], key="id").updated': "int",
    'db.user.update_each(data=[], key="id")': "int",
    'db.user.find_first_or_raise(include={"_count": True}).counts.posts': "int",
    "db.user.fields.logins": "FieldRef[int]",
    "db.import_.fields.from_": "FieldRef[str]",
    'db.user.count(select="name")["name"]': "int",
    'db.user.aggregate(sum="logins")["_sum"]["logins"]': "int | None",
    'db.sample.aggregate(avg="amount")["_avg"]["amount"]': "Decimal | None",
    'db.post.group_by(by="authorId", avg="views")[0]["_avg"]["views"]': "float",
    'db.post.group_by(by="authorId", max="slug")[0]["_max"]["slug"]': "str | None",
    'db.user.group_by(by="role")[0]["role"]': "Role",
    'db.user.group_by(by="role", min="role")[0]["_min"]["role"]': "Role",
    'db.post.group_by(by={"author": "role"})[0]["author"]["role"]': "Role | None",
    'db.post.group_by(by={"createdAt": "day"})[0]["createdAt"]': "datetime",
    'db.post.group_by(by="views", count=True)[0]["_count"]["_all"]': "int",
    'adb.post.group_by(by="views")': "CoroutineType[Any, Any, list[PostGrouped]]",
    'db.query_first("SELECT 1")': "dict[str, Any] | None",
    'db.query_raw(sql("SELECT {x}", x=1), into=User)': "list[User]",
    'db.query_first(sql("SELECT 1") + sql.empty, into=Word)': "Word | None",
    'db.execute_raw(sql("DELETE FROM {t}", t=sql.identifier("a")))': "int",
    'db.tx().__enter__().user.create(data={"email": "x"})': "User",
    'adb.user.find_unique_or_raise(where={"id": 1})': "CoroutineType[Any, Any, User]",
}

HEAD = """\
from datetime import datetime, timedelta
from decimal import Decimal
from nicol.client import AnyNull, FieldRef, JsonMerge, JsonNull, JsonSet, sql
from typed_db import AsyncClient, Client, Import, Role, User, Word
from pydantic_db import Client as PydanticClient
from views_db import AsyncClient as AsyncViewsClient, Client as ViewsClient
from encrypted_db import Client as EncryptedClient
from dataclasses import dataclass
from typing import NamedTuple, TypedDict
from typed_db.delegates import UserDelegate
from typed_held import Address, Size
@dataclass
class Card:
    email: str
class CardDict(TypedDict):
    email: str
class CardTuple(NamedTuple):
    email: str
class Users(UserDelegate):
    def named(self, name: str) -> list[User]:
        return self.find_many(where={"name": name})
class Shop(Client):
    @property
    def user(self) -> Users:
        return Users(self)
shop = Shop()
db = Client()
pdb = PydanticClient()
adb = AsyncClient()
vdb = ViewsClient()
avdb = AsyncViewsClient()
edb = EncryptedClient()
"""


HELD = """\
from dataclasses import dataclass
from typing import TypedDict
@dataclass
class Address:
    city: str
class Size(TypedDict):
    width: int
"""


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a generated client and a module with one call on each line."""
    folder = tmp_path_factory.mktemp("typing")
    write_package(schema_of(SCHEMA + WORDS), folder, "typed_db", portable=True)
    write_package(schema_of(SCHEMA + WORDS), folder, "pydantic_db", portable=True, models="pydantic")
    write_package(schema_of(VIEWS), folder, "views_db", portable=True)
    write_package(schema_of(ENCRYPTED), folder, "encrypted_db", portable=True)
    (folder / "typed_held.py").write_text(HELD)
    revealed = [f"reveal_type({call})" for call in REVEALED]
    (folder / "calls.py").write_text(
        HEAD + "\n".join(["#", *ACCEPTED, "#", *REJECTED, "#", *revealed]) + "\n"
    )
    (folder / "pyrightconfig.json").write_text(
        json.dumps(
            {
                "typeCheckingMode": "strict",
                "pythonVersion": "3.11",
                "extraPaths": [str(ROOT / "src")],
                "reportUnusedExpression": "none",
                "reportUnusedCoroutine": "none",
            }
        )
    )
    return folder


def _line(call: str, source: str) -> int:
    return source.splitlines().index(call) + 1


def _check(errors: dict[int, str], folder: Path) -> None:
    """The rejected calls have errors, the accepted ones have none."""
    source = (folder / "calls.py").read_text()
    wrongly_rejected = {
        call: errors[_line(call, source)] for call in ACCEPTED if _line(call, source) in errors
    }
    wrongly_accepted = [call for call in REJECTED if _line(call, source) not in errors]
    assert (wrongly_rejected, wrongly_accepted) == ({}, [])


@pytest.mark.slow
@pytest.mark.proves("Client", "complete types, checked by pyright strict")
def test_pyright_accepts_and_rejects_exactly_these_calls(project: Path) -> None:
    command = [sys.executable, "-m", "pyright", "--outputjson", "--pythonpath", sys.executable, str(project)]
    found = subprocess.run(command, capture_output=True, text=True, cwd=project)
    report: list[dict[str, Any]] = json.loads(found.stdout)["generalDiagnostics"]
    elsewhere = [
        each for each in report if each["severity"] == "error" and not each["file"].endswith("calls.py")
    ]
    assert elsewhere == []
    here = {each["range"]["start"]["line"] + 1: each for each in report if each["file"].endswith("calls.py")}
    _check({line: each["message"] for line, each in here.items() if each["severity"] == "error"}, project)
    source = (project / "calls.py").read_text()
    for call, expected in REVEALED.items():
        message = here[_line(f"reveal_type({call})", source)]["message"]
        assert message.split(" is ")[1] == f'"{expected}"', call


@pytest.mark.slow
@pytest.mark.proves("Client", "complete types, checked by mypy strict")
def test_mypy_accepts_and_rejects_exactly_these_calls(project: Path) -> None:
    command = [sys.executable, "-m", "mypy", "--strict", "--output=json", "--hide-error-context", "calls.py"]
    environment = {"MYPYPATH": str(ROOT / "src"), "PATH": "/usr/bin:/bin"}
    found = subprocess.run(command, capture_output=True, text=True, cwd=project, env=environment)
    report = [json.loads(line) for line in found.stdout.splitlines() if line.startswith("{")]
    assert [each for each in report if each["file"] != "calls.py"] == []
    _check({each["line"]: each["message"] for each in report if each["severity"] == "error"}, project)
