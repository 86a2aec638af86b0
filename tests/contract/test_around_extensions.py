"""Extensions: subclasses of a client whose methods see every part of a call, and methods of clients and models."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import pytest

from nicol.client import Done, Part, Rule, Scope, after, before
from nicol.errors import RecordNotFound, UniqueViolation
from tests.contract.conftest import Awaited, Target


class Watchful:
    """What both clients of the tests have in common."""

    heard: list[Any]

    @before()
    def hear(self, part: Part) -> None:
        self.heard.append((".".join(part.path), part.model, part.operation))

    @before("create", model="Tag")
    def lower(self, part: Part) -> Mapping[str, Any]:
        return {
            **part.arguments,
            "data": {**part.arguments["data"], "name": part.arguments["data"]["name"].lower()},
        }

    @before("delete", "delete_many", model=["Comment", "Post"])
    def refuse(self, part: Part) -> None:
        raise PermissionError(f"{part.model} is kept")

    @before("find_many", model="Comment")
    def no_spam(self, part: Part) -> Mapping[str, Any]:
        where = (
            {"AND": [part.arguments.get("where") or {}, {"spam": False}]}
            if part.arguments.get("where")
            else {"spam": False}
        )
        return {**part.arguments, "where": where}


class Measured:
    """Measures calls."""

    ended: list[Done]

    @after("count", "create")
    def measure(self, done: Done) -> None:
        self.ended.append(done)


@pytest.fixture(params=["blocking", "awaited"])
def extended(request: pytest.FixtureRequest, target: Target) -> Iterator[Callable[..., Any]]:
    """Opens clients of a class that is made of the client of the kind in turn and the given ones."""
    opened: list[Any] = []
    with asyncio.Runner() as runner:

        def open_one(*bases: type, **body: Any) -> Any:
            awaited = request.param == "awaited"
            base = target.package.AsyncClient if awaited else target.package.Client
            client: Any = type("Extended", (*bases, base), body)(url=target.url)
            opened.append(Awaited(client, runner) if awaited else client)
            return opened[-1]

        yield open_one
        for client in opened:
            client.disconnect()


NESTED = {
    "email": "a@x.org",
    "posts": {
        "create": [
            {
                "title": "one",
                "tags": {
                    "create": {"name": "RED"},
                    "connect_or_create": [{"where": {"name": "BLUE"}, "create": {"name": "BLUE"}}],
                },
                "comments": {"create_many": {"data": [{"text": "x"}, {"text": "spam", "spam": True}]}},
            }
        ]
    },
    "profile": {"create": {"bio": "x"}},
}


@pytest.mark.proves("Client", "query hooks see nested reads and writes and may change their arguments")
def test_methods_see_and_change_every_part_of_a_call(db: Any, extended: Callable[..., Any]) -> None:
    heard: list[Any] = []
    client = extended(Watchful, heard=heard)
    include = {
        "posts": {"include": {"comments": True, "tags": {"order": {"name": "asc"}}}},
        "profile": True,
        "manager": False,
    }
    user = client.user.create(data=NESTED, include=include)
    assert [tag.name for tag in user.posts[0].tags] == ["BLUE", "red"]
    assert [comment.text for comment in user.posts[0].comments] == ["x"]
    assert heard == [
        ("", "User", "create"),
        ("include.posts", "Post", "find_many"),
        ("include.posts.include.comments", "Comment", "find_many"),
        ("include.posts.include.tags", "Tag", "find_many"),
        ("include.profile", "Profile", "find_first"),
        ("data.posts.create", "Post", "create"),
        ("data.posts.create.data.tags.create", "Tag", "create"),
        ("data.posts.create.data.tags.connect_or_create", "Tag", "connect_or_create"),
        ("data.posts.create.data.comments.create_many", "Comment", "create_many"),
        ("data.profile.create", "Profile", "create"),
    ]
    assert client.comment.count() == 2
    assert [row.text for row in client.comment.find_many(where={"text": {"not": ""}})] == ["x"]


ACTS: dict[str, tuple[dict[str, Any], list[tuple[str, str]]]] = {
    "acts on many": (
        {"posts": {"set": [], "connect": {"id": "p"}, "disconnect": [{"id": "p"}],
                   "update_many": {"where": {}, "data": {"views": 1}},
                   "update": {"where": {"id": "p"}, "data": {"author": {"update": {"name": "n"}}}},
                   "upsert": {"where": {"id": "p"}, "create": {"title": "n"}, "update": {"tags": {"set": [{"id": 1}]}}}}},
        [("Post", "connect"), ("Post", "disconnect"), ("Post", "update_many"), ("Post", "update"), ("User", "update"),
         ("Post", "upsert"), ("Tag", "set")],
    ),
    "acts on one": (
        {"profile": {"update": {"bio": "y"}, "disconnect": False, "upsert": {"create": {"bio": "x"}, "update": {"bio": "y"}}},
         "manager": {"disconnect": True, "update": {"where": {"name": "m"}, "data": {"name": "n"}}}},
        [("Profile", "update"), ("Profile", "upsert"), ("User", "disconnect"), ("User", "update")],
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", ACTS)
def test_nested_acts_are_given_back_as_they_were(db: Any, name: str, target: Target) -> None:
    from nicol.client.parts import walked

    data, expected = ACTS[name]
    with target.package.Client(url=target.url) as client:
        models = client._planning().models
    heard: list[Part] = []

    def ask(part: Part) -> Part:
        heard.append(part)
        return part

    arguments = {"where": {"id": 1}, "data": data}
    assert walked(models, ask, Part("User", "update", arguments)) == arguments
    assert [(part.model, part.operation) for part in heard[1:]] == expected


@pytest.mark.proves("Client", "query hooks may refuse a call, whatever part of it they do not want")
def test_methods_may_refuse(db: Any, extended: Callable[..., Any]) -> None:
    client = extended(Watchful, heard=[])
    user = client.user.create(data={"email": "a@x.org", "posts": {"create": {"title": "x"}}})
    for call in (
        client.post.delete_many,
        lambda: client.user.update(where={"id": user.id}, data={"posts": {"delete_many": {}}}),
    ):
        with pytest.raises(PermissionError, match="Post is kept"):
            call()
    with pytest.raises(PermissionError), client.tx() as tx:
        tx.post.delete_many()
    assert db.post.count() == 1


@pytest.mark.proves("Client", "a query hook of an operation or model that there is not is an error")
def test_a_method_that_would_never_be_called_is_told(target: Target) -> None:
    with pytest.raises(ValueError, match="`@before` knows no operation 'delte': did you mean 'delete'"):
        before("delete_many", "delte")
    with pytest.raises(ValueError, match="`@after` knows no operation 'connect': known here: aggregate, "):
        after("connect")

    class Guarded(target.package.Client):
        @before("delete", model="Pots")
        def keep(self, part: Part) -> None:
            raise PermissionError

    with (
        Guarded(url=target.url) as db,
        pytest.raises(ValueError, match="knows no model 'Pots': did you mean 'Post'"),
    ):
        db.counter.count()


@pytest.mark.proves("Client", "query hooks may measure calls")
def test_methods_may_measure(db: Any, extended: Callable[..., Any]) -> None:
    ended: list[Done] = []
    client = extended(Measured, ended=ended)
    client.user.create(data={"email": "a@x.org"})
    with pytest.raises(UniqueViolation):
        client.user.create(data={"email": "a@x.org"})
    client.user.find_many()
    with client.tx() as tx:
        assert tx.user.count() == 1
    assert [(done.model, done.operation) for done in ended] == [("User", "create")] * 2 + [("User", "count")]
    assert [type(done.error) for done in ended] == [type(None), UniqueViolation, type(None)]
    assert all(0 <= done.seconds < 5 for done in ended)


@pytest.mark.proves("Client", "clients and models with methods of their own")
def test_clients_and_models_have_methods_of_their_own(
    db: Any, extended: Callable[..., Any], target: Target
) -> None:
    class Scoped:
        def named(self: Any, name: str) -> Any:
            return self.scoped(
                Scope(rules={"User": Rule(where={"name": name}, data={"name": name})}, shared="*")
            )

    client = extended(Scoped, Watchful, heard=[])
    db.user.create(data={"email": "b@x.org", "name": "b"})
    ada = client.named("a")
    assert ada.user.create(data={"email": "a@x.org"}).name == "a"
    assert [ada.user.count(), client.user.count()] == [1, 2]
    with ada.tx() as tx:
        assert tx.user.count() == 1
        assert tx.tag.create(data={"name": "LOUD"}).name == "loud"
    with pytest.raises(RecordNotFound):
        ada.user.update(where={"email": "b@x.org"}, data={"logins": 1})
