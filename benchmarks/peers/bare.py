"""The floor: what the drivers do with hand-written SQL, answered as bare tuples."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from benchmarks.peers.shop import FEW, NOTE, NOTES, SOME, Turn

USER = '"id", "email", "name", "city", "bio", "age", "logins", "score", "active", "joined"'
POST = '"id", "title", "body", "views", "authorId"'
COMMENT = '"id", "text", "score", "postId"'
_NOTE = tuple(NOTE.values())
_NOTES = [tuple(note.values()) for note in NOTES]

Rows = list[tuple[Any, ...]]


class Bare:
    """A driver that is given SQL; `mark` spells the places of values, `among` a list of them."""

    insert = 'INSERT INTO "Note" ("title", "text", "rank", "price") VALUES ({0}, {1}, {2}, {3})'

    def __init__(self, marks: Sequence[str], among: str) -> None:
        self._marks = marks
        self._among = among
        self._turn = Turn()

    def ask(self, text: str, params: tuple[Any, ...] = ()) -> Rows:
        """The rows of a statement."""
        raise NotImplementedError

    def many(self, text: str, params: Rows) -> object:
        """Say a statement for many rows, in one transaction."""
        raise NotImplementedError

    def listed(self, values: list[int]) -> Any:
        """A list as one parameter."""
        raise NotImplementedError

    def works(self) -> Mapping[str, Callable[[], Any]]:
        """All works."""
        one, two = self._marks[:2]
        by_key = f'SELECT {USER} FROM "User" WHERE "id" = {one}'
        by_email = f'SELECT {USER} FROM "User" WHERE "email" = {one}'
        many = f'SELECT {USER} FROM "User" ORDER BY "id" LIMIT {one}'
        page = f'SELECT {POST} FROM "Post" WHERE "views" > {one} ORDER BY "views" DESC, "id" ASC LIMIT {two}'
        note = f'{self.insert.format(*self._marks)} RETURNING "id", "title", "text", "rank", "price"'
        notes = self.insert.format(*self._marks)
        logins = f'UPDATE "User" SET "logins" = "logins" + {one} WHERE "id" = {two} RETURNING {USER}'
        hit = (
            f'INSERT INTO "Counter" ("id", "hits") VALUES ({one}, 1) ON CONFLICT ("id")'
            ' DO UPDATE SET "hits" = "Counter"."hits" + 1 RETURNING "id", "hits"'
        )
        ask, turn = self.ask, self._turn
        return {
            "by key": lambda: ask(by_key, (turn(),))[0],
            "by unique field": lambda: ask(by_email, (f"user{turn()}@example.org",))[0],
            "1,000 rows": lambda: ask(many, (1000,)),
            "a page of 20": lambda: ask(page, (500, 20)),
            "one parent and its rows": self._parent,
            "include one level": lambda: self._posts(SOME),
            "include two levels": lambda: self._comments(FEW),
            "create": lambda: ask(note, _NOTE)[0],
            "update": lambda: ask(logins, (1, turn()))[0],
            "upsert": lambda: ask(hit, (1,))[0],
            "create 1,000": lambda: self.many(notes, _NOTES),
            "nested create": self._nested,
            "transaction of ten": lambda: self._ten(logins),
        }

    def _parent(self) -> Any:
        key = self._turn()
        user = self.ask(f'SELECT {USER} FROM "User" WHERE "id" = {self._marks[0]}', (key,))[0]
        return user, self.ask(f'SELECT {POST} FROM "Post" WHERE "authorId" = {self._marks[0]}', (key,))

    def _grouped(self, table: str, columns: str, key: str, parents: Rows) -> dict[Any, Rows]:
        place = columns.split(", ").index(f'"{key}"')
        text = f'SELECT {columns} FROM "{table}" WHERE "{key}" {self._among}'
        groups: dict[Any, Rows] = {}
        for row in self.ask(text, (self.listed([parent[0] for parent in parents]),)):
            groups.setdefault(row[place], []).append(row)
        return groups

    def _users(self, keys: list[int]) -> Rows:
        return self.ask(f'SELECT {USER} FROM "User" WHERE "id" {self._among}', (self.listed(keys),))

    def _posts(self, keys: list[int]) -> Any:
        users = self._users(keys)
        posts = self._grouped("Post", POST, "authorId", users)
        return [(user, posts.get(user[0], [])) for user in users]

    def _comments(self, keys: list[int]) -> Any:
        users = self._users(keys)
        posts = self._grouped("Post", POST, "authorId", users)
        comments = self._grouped(
            "Comment", COMMENT, "postId", [post for group in posts.values() for post in group]
        )
        return [
            (user, [(post, comments.get(post[0], [])) for post in posts.get(user[0], [])]) for user in users
        ]

    def _nested(self) -> Any:
        one, two, three = self._marks[:3]
        self.ask("BEGIN")
        post = self.ask(
            f'INSERT INTO "Post" ("title", "body", "views", "authorId") VALUES ({one}, {two}, 0, {three}) RETURNING {POST}',
            ("title", "body", self._turn()),
        )[0]
        self.ask(
            'INSERT INTO "Comment" ("text", "score", "postId") VALUES '
            + ", ".join(f"({', '.join(self._marks[3 * n:3 * n + 3])})" for n in range(3)),
            ("a", 1, post[0], "b", 2, post[0], "c", 3, post[0]),
        )  # fmt: skip
        self.ask("COMMIT")
        return post

    def _ten(self, logins: str) -> None:
        self.ask("BEGIN")
        for _ in range(10):
            self.ask(logins, (1, self._turn()))
        self.ask("COMMIT")


class Apsw(Bare):
    """SQLite through apsw, with the settings that Nicol's connections have."""

    def __init__(self, url: str) -> None:
        import apsw

        super().__init__(("?",) * 9, "IN (SELECT value FROM json_each(?))")
        self._raw = apsw.Connection(url.removeprefix("file:"))
        self._raw.set_busy_timeout(5000)
        for name, value in (("foreign_keys", True), ("journal_mode", "wal")):
            self._raw.pragma(name, value)
        self._cursor = self._raw.cursor()
        self._execute = self._cursor.execute

    def ask(self, text: str, params: tuple[Any, ...] = ()) -> Rows:
        """The rows of a statement."""
        return self._execute("BEGIN IMMEDIATE" if text == "BEGIN" else text, params).fetchall()

    def many(self, text: str, params: Rows) -> object:
        """Say a statement for many rows, in one transaction."""
        with self._raw:
            return self._cursor.executemany(text, params)

    def listed(self, values: list[int]) -> Any:
        """A list as one parameter."""
        return str(values)

    def close(self) -> None:
        """Give the connection back."""
        self._raw.close()


class Psycopg(Bare):
    """PostgreSQL through psycopg: one reused cursor, prepared statements."""

    def __init__(self, url: str) -> None:
        import psycopg

        super().__init__([f"${n}" for n in range(1, 10)], "= ANY($1)")
        self._raw = psycopg.connect(url, autocommit=True, prepare_threshold=1)
        self._cursor = psycopg.RawCursor(self._raw)
        self._cursor.format = psycopg.pq.Format.BINARY

    def ask(self, text: str, params: tuple[Any, ...] = ()) -> Rows:
        """The rows of a statement."""
        self._cursor.execute(text.encode(), params)
        return self._cursor.fetchall() if self._cursor.description else []

    def many(self, text: str, params: Rows) -> object:
        """Say a statement for many rows, in one transaction."""
        with self._raw.transaction():
            self._cursor.executemany(text.encode(), params)
        return None

    def listed(self, values: list[int]) -> Any:
        """A list as one parameter."""
        return values

    def close(self) -> None:
        """Give the connection back."""
        self._raw.close()
