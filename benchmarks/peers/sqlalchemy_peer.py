"""SQLAlchemy: Core, which answers rows, and the ORM, which answers objects."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column, relationship, selectinload

from benchmarks.peers.shop import FEW, NOTE, NOTES, SOME, Turn


class Base(DeclarativeBase):
    """The tables that Nicol made."""


class User(Base):
    """Somebody who writes."""

    __tablename__ = "User"
    id: Mapped[int] = mapped_column(primary_key=True)
    email: Mapped[str]
    name: Mapped[str]
    city: Mapped[str]
    bio: Mapped[str | None]
    age: Mapped[int]
    logins: Mapped[int]
    score: Mapped[float]
    active: Mapped[bool]
    joined: Mapped[datetime] = mapped_column(sa.String().with_variant(postgresql.TIMESTAMP(), "postgresql"))
    posts: Mapped[list[Post]] = relationship(order_by="Post.id")


class Post(Base):
    """Something written."""

    __tablename__ = "Post"
    id: Mapped[int] = mapped_column(primary_key=True)
    title: Mapped[str]
    body: Mapped[str]
    views: Mapped[int]
    author_id: Mapped[int] = mapped_column("authorId", sa.ForeignKey("User.id"))
    comments: Mapped[list[Comment]] = relationship()


class Comment(Base):
    """Something said about it."""

    __tablename__ = "Comment"
    id: Mapped[int] = mapped_column(primary_key=True)
    text: Mapped[str]
    score: Mapped[int]
    post_id: Mapped[int] = mapped_column("postId", sa.ForeignKey("Post.id"))


class Note(Base):
    """Something to write."""

    __tablename__ = "Note"
    id: Mapped[int] = mapped_column(primary_key=True)
    title: Mapped[str]
    text: Mapped[str]
    rank: Mapped[int]
    price: Mapped[float]


class Counter(Base):
    """Something to count with."""

    __tablename__ = "Counter"
    id: Mapped[int] = mapped_column(primary_key=True)
    hits: Mapped[int]


def _engine(url: str) -> sa.Engine:
    if url.startswith("file:"):
        engine = sa.create_engine(f"sqlite:///{url.removeprefix('file:')}")
        sa.event.listen(engine, "connect", lambda raw, _: raw.execute("PRAGMA foreign_keys = ON"))
        return engine
    return sa.create_engine(url.replace("postgresql://", "postgresql+psycopg://"))


def _upsert(engine: sa.Engine) -> Any:
    insert = (sqlite if engine.dialect.name == "sqlite" else postgresql).insert
    new = insert(Counter.__table__).values(id=1, hits=1)
    return new.on_conflict_do_update(
        index_elements=["id"], set_={"hits": Counter.__table__.c.hits + 1}
    ).returning(Counter.__table__)


class Core:
    """SQLAlchemy Core with statements that are built once."""

    def __init__(self, url: str) -> None:
        self._engine = _engine(url)
        self._turn = Turn()

    def works(self) -> Mapping[str, Callable[[], Any]]:
        """The works that Core does in one or two statements."""
        users, posts, notes = User.__table__, Post.__table__, Note.__table__
        key, email = sa.bindparam("k"), sa.bindparam("e")
        by_key, by_email = (
            sa.select(users).where(users.c.id == key),
            sa.select(users).where(users.c.email == email),
        )
        many = sa.select(users).order_by(users.c.id).limit(sa.bindparam("n"))
        page = (
            sa.select(posts).where(posts.c.views > key).order_by(posts.c.views.desc(), posts.c.id).limit(20)
        )
        note = sa.insert(notes).returning(notes)
        update = sa.update(users).where(users.c.id == key).values(logins=users.c.logins + 1).returning(users)
        return {
            "by key": lambda: self._read(by_key, {"k": self._turn()})[0],
            "by unique field": lambda: self._read(by_email, {"e": f"user{self._turn()}@example.org"})[0],
            "1,000 rows": lambda: self._read(many, {"n": 1000}),
            "a page of 20": lambda: self._read(page, {"k": 500}),
            "one parent and its rows": lambda: self._posts([self._turn()])[0],
            "include one level": lambda: self._posts(SOME),
            "create": lambda: self._write(note, NOTE),
            "update": lambda: self._write(update, {"k": self._turn()}),
            "upsert": lambda: self._write(_upsert(self._engine), {}),
            "create 1,000": lambda: self._write_many(sa.insert(notes)),
            "transaction of ten": lambda: self._ten(update),
        }  # fmt: skip

    def _read(self, text: Any, params: dict[str, Any]) -> Any:
        with self._engine.connect() as connection:
            return connection.execute(text, params).fetchall()

    def _write(self, text: Any, params: dict[str, Any]) -> Any:
        with self._engine.begin() as connection:
            return connection.execute(text, params).fetchall()[0]

    def _write_many(self, text: Any) -> None:
        with self._engine.begin() as connection:
            connection.execute(text, NOTES)

    def _posts(self, keys: list[int]) -> Any:
        users, posts = User.__table__, Post.__table__
        with self._engine.connect() as connection:
            parents = connection.execute(sa.select(users).where(users.c.id.in_(keys))).fetchall()
            groups: dict[int, list[Any]] = {}
            for row in connection.execute(sa.select(posts).where(posts.c.authorId.in_(keys))):
                groups.setdefault(row.authorId, []).append(row)
        return [(tuple(parent), groups.get(parent.id, [])) for parent in parents]

    def _ten(self, text: Any) -> None:
        with self._engine.begin() as connection:
            for _ in range(10):
                connection.execute(text, {"k": self._turn()}).fetchall()

    def close(self) -> None:
        """Give its connections back."""
        self._engine.dispose()


class Orm:
    """SQLAlchemy's ORM with a session for each work, as web applications have one for each request."""

    def __init__(self, url: str) -> None:
        self._engine = _engine(url)
        self._turn = Turn()

    def works(self) -> Mapping[str, Callable[[], Any]]:
        """All works."""
        some = sa.select(User).where(User.id.in_(SOME)).options(selectinload(User.posts))
        few = (
            sa.select(User)
            .where(User.id.in_(FEW))
            .options(selectinload(User.posts).selectinload(Post.comments))
        )
        page = sa.select(Post).where(Post.views > 500).order_by(Post.views.desc(), Post.id).limit(20)
        return {
            "by key": lambda: self._one(sa.select(User).where(User.id == self._turn())),
            "by unique field": lambda: self._one(
                sa.select(User).where(User.email == f"user{self._turn()}@example.org")
            ),
            "1,000 rows": lambda: self._all(sa.select(User).order_by(User.id).limit(1000)),
            "a page of 20": lambda: self._all(page),
            "one parent and its rows": lambda: self._one(
                sa.select(User).where(User.id == self._turn()).options(selectinload(User.posts))
            ),
            "include one level": lambda: self._all(some),
            "include two levels": lambda: self._all(few),
            "create": lambda: self._add(Note(**NOTE)),
            "update": self._update,
            "create 1,000": lambda: self._add(*(Note(**note) for note in NOTES)),
            "nested create": self._nested,
            "transaction of ten": lambda: self._update(10),
        }

    def _one(self, select: Any) -> Any:
        with Session(self._engine, expire_on_commit=False) as session:
            return session.scalars(select).one()

    def _all(self, select: Any) -> Any:
        with Session(self._engine, expire_on_commit=False) as session:
            return session.scalars(select).all()

    def _add(self, *objects: Any) -> Any:
        with Session(self._engine, expire_on_commit=False) as session:
            session.add_all(objects)
            session.commit()
            return objects[0]

    def _update(self, times: int = 1) -> None:
        with Session(self._engine, expire_on_commit=False) as session:
            for _ in range(times):
                user = session.scalars(sa.select(User).where(User.id == self._turn())).one()
                user.logins += 1
                session.flush()
            session.commit()

    def _nested(self) -> Any:
        comments = [Comment(text=text, score=score) for text, score in (("a", 1), ("b", 2), ("c", 3))]
        return self._add(Post(title="title", body="body", views=0, author_id=self._turn(), comments=comments))

    def close(self) -> None:
        """Give its connections back."""
        self._engine.dispose()
