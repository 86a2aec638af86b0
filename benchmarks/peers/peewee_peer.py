"""Peewee, which answers objects."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import parse_qs, urlsplit

import peewee as pw
from playhouse.postgres_ext import Psycopg3Database

from benchmarks.peers.shop import FEW, NOTE, NOTES, SOME, Turn


def _database(url: str) -> Any:
    if url.startswith("file:"):
        return pw.SqliteDatabase(url.removeprefix("file:"), pragmas={"foreign_keys": 1})
    parts = urlsplit(url)
    where = {name: values[0] for name, values in parse_qs(parts.query).items()}
    return Psycopg3Database(parts.path.lstrip("/"), user=parts.username, **where)


def _tables(database: Any) -> dict[str, Any]:
    class User(pw.Model):
        email, name, city = pw.TextField(), pw.TextField(), pw.TextField()
        bio = pw.TextField(null=True)
        age, logins, score = pw.IntegerField(), pw.IntegerField(), pw.FloatField()
        active, joined = pw.BooleanField(), pw.DateTimeField()

        class Meta:
            table_name = "User"

    class Post(pw.Model):
        title, body, views = pw.TextField(), pw.TextField(), pw.IntegerField()
        author = pw.ForeignKeyField(User, backref="posts", column_name="authorId")

        class Meta:
            table_name = "Post"

    class Comment(pw.Model):
        text, score = pw.TextField(), pw.IntegerField()
        post = pw.ForeignKeyField(Post, backref="comments", column_name="postId")

        class Meta:
            table_name = "Comment"

    class Note(pw.Model):
        title, text, rank, price = pw.TextField(), pw.TextField(), pw.IntegerField(), pw.FloatField()

        class Meta:
            table_name = "Note"

    tables = {"User": User, "Post": Post, "Comment": Comment, "Note": Note}
    database.bind(list(tables.values()))
    return tables


class Peewee:
    """Peewee with one open connection."""

    def __init__(self, url: str) -> None:
        self._database = _database(url)
        self._tables = _tables(self._database)
        self._turn = Turn()
        self._database.connect()

    def works(self) -> Mapping[str, Callable[[], Any]]:
        """The works that Peewee does in its usual way."""
        user, post, comment, note = self._tables.values()
        return {
            "by key": lambda: user.get_by_id(self._turn()),
            "by unique field": lambda: user.get(user.email == f"user{self._turn()}@example.org"),
            "1,000 rows": lambda: list(user.select().order_by(user.id).limit(1000)),
            "a page of 20": lambda: list(
                post.select().where(post.views > 500).order_by(post.views.desc(), post.id).limit(20)
            ),
            "include one level": lambda: pw.prefetch(user.select().where(user.id.in_(SOME)), post.select()),
            "include two levels": lambda: pw.prefetch(
                user.select().where(user.id.in_(FEW)), post.select(), comment.select()
            ),
            "create": lambda: note.create(**NOTE),
            "update": self._update,
            "create 1,000": lambda: note.insert_many(NOTES).execute(),
            "transaction of ten": self._ten,
        }

    def _update(self) -> None:
        user = self._tables["User"]
        user.update(logins=user.logins + 1).where(user.id == self._turn()).execute()

    def _ten(self) -> None:
        with self._database.atomic():
            for _ in range(10):
                self._update()

    def close(self) -> None:
        """Give its connection back."""
        self._database.close()
