"""Writers that meet: the same row made by many at once, and the same number counted by all of them."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import pytest

WRITERS, ROUNDS = 6, 12


def meet(target: Any, work: Callable[[Any, int], None]) -> None:
    """Let writers, each with a client of its own, do the same work in each round at the same moment."""
    gate, failures = threading.Barrier(WRITERS), []

    def write() -> None:
        with target.package.Client(url=target.url) as client:
            for number in range(ROUNDS):
                gate.wait(30)
                try:
                    work(client, number)
                except BaseException as error:  # noqa: BLE001 - told by the test itself
                    failures.append(error)

    threads = [threading.Thread(target=write) for _ in range(WRITERS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert failures == []


@pytest.fixture
def empty(target: Any) -> Any:
    """A client of a database without rows."""
    client = target.package.Client(url=target.url)
    for table in ("comment", "post", "profile", "user", "tag"):
        getattr(client, table).delete_many()
    yield client
    client.disconnect()


@pytest.mark.proves("Client", "upserts that meet never fail: in one statement")
def test_upserts_of_one_row_meet(target: Any, empty: Any) -> None:
    def visit(client: Any, number: int) -> None:
        email = f"{number}@x.org"
        client.user.upsert(
            where={"email": email}, create={"email": email, "logins": 1}, update={"logins": {"increment": 1}}
        )

    meet(target, visit)
    assert [user.logins for user in empty.user.find_many()] == [WRITERS] * ROUNDS


@pytest.mark.proves("Client", "upserts that meet never fail: with nested writes and filters")
def test_upserts_with_nested_writes_meet(target: Any, empty: Any) -> None:
    def visit(client: Any, number: int) -> None:
        email, post = (
            f"{number}@x.org",
            {
                "create": {
                    "title": "visit",
                    "tags": {
                        "connect_or_create": {
                            "where": {"name": f"t{number}"},
                            "create": {"name": f"t{number}"},
                        }
                    },
                }
            },
        )
        client.user.upsert(
            where={"email": email, "NOT": {"name": "nobody"}},
            create={"email": email, "logins": 1, "name": "x", "posts": post},
            update={"logins": {"increment": 1}, "posts": post},
        )

    meet(target, visit)
    users = empty.user.find_many(include={"posts": {"include": {"tags": True}}})
    assert [(user.logins, len(user.posts)) for user in users] == [(WRITERS, WRITERS)] * ROUNDS
    assert {len(post.tags) for user in users for post in user.posts} == {1}
    assert empty.tag.count() == ROUNDS


@pytest.mark.proves("Client", "connect_or_create and nested upserts that meet never fail")
def test_rows_that_are_connected_or_created_meet(target: Any, empty: Any) -> None:
    empty.user.create(data={"email": "root"})

    def write(client: Any, number: int) -> None:
        email = f"{number}@x.org"
        client.post.create(
            data={
                "title": email,
                "author": {"connect_or_create": {"where": {"email": email}, "create": {"email": email}}},
            }
        )
        bio = {"create": {"bio": "new"}, "update": {"bio": "old"}}
        client.user.update(where={"email": email}, data={"profile": {"upsert": bio}})

    meet(target, write)
    users = empty.user.find_many(where={"email": {"not": "root"}}, include={"posts": True, "profile": True})
    assert [(len(user.posts), user.profile.bio) for user in users] == [(WRITERS, "old")] * ROUNDS


@pytest.mark.proves("Client", "upsert_many that meet never fail, and wait for each other in one order")
def test_upserts_of_many_rows_meet(target: Any, empty: Any) -> None:
    def write(client: Any, number: int) -> None:
        rows = [{"email": f"{number}/{row}", "logins": 1} for row in range(20)]
        if threading.get_ident() % 2:
            rows.reverse()
        client.user.upsert_many(data=rows, key="email", update={"logins": {"increment": 1}})

    meet(target, write)
    assert {user.logins for user in empty.user.find_many()} == {WRITERS}
    assert empty.user.count() == 20 * ROUNDS


@pytest.mark.proves("Client", "rows that are taken with a limit are taken once")
def test_rows_taken_with_a_limit_are_taken_once(target: Any, empty: Any) -> None:
    empty.user.create_many(data=[{"email": str(number)} for number in range(WRITERS * ROUNDS * 2)])
    taken: list[str] = []

    def take(client: Any, _number: int) -> None:
        rows = client.user.update_many_and_return(where={"role": "MEMBER"}, data={"role": "GUEST"}, limit=2)
        taken.extend(row.email for row in rows)

    meet(target, take)
    assert len(taken) == len(set(taken)) == empty.user.count(where={"role": "GUEST"})
