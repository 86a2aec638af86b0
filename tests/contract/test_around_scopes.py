"""Scoped clients: a client that is kept to one tenant sees, counts, orders, touches and makes nothing of another's."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import pytest

from nicol.client import Rule, Scope
from nicol.errors import ClientError, DriverError
from tests.contract.adversary import READS, REFUSED, WRITES
from tests.contract.conftest import Awaited
from tests.contract.worlds import MINE, theirs

TENANT = Scope({"tenantId": MINE}, rules={"Tenant": Rule(where={"id": MINE})}, shared=["Country"])


class Undone(Exception):
    """Nothing that was done is to be kept."""


def outcome(db: Any, call: Callable[[Any], Any], scope: Scope = TENANT) -> tuple[Any, Any]:
    """What a call within the scope answers, or how it fails; and what belongs to the other tenant before and after."""
    answer: Any = None
    untouched: Any = None
    try:
        with db.tx() as tx:
            before = theirs(tx)
            try:
                answer = plain(call(tx.scoped(scope)))
            except ClientError as error:
                answer = (type(error), error.code, error.model, error.fields, error.message)
                if isinstance(error.__cause__, DriverError):
                    raise Undone from None
            untouched = before == theirs(tx)
            raise Undone
    except Undone:
        pass
    return answer, untouched


def plain(value: Any) -> Any:
    """An answer as values that can be compared."""
    if isinstance(value, list):
        return [plain(each) for each in value]
    return value.model_dump() if hasattr(value, "model_dump") else value


# ---- the table -------------------------------------------------------------------------------------------------------


def is_refused(answer: Any) -> bool:
    """True for an answer that is an error."""
    return isinstance(answer, tuple) and isinstance(answer[0], type)


@pytest.mark.proves("Client", "scoped clients see, count, order and group nothing of another tenant's rows")
@pytest.mark.parametrize("name", READS)
def test_what_is_read_tells_nothing_of_others(worlds: list[Any], name: str) -> None:
    (first, kept), (second, _) = (outcome(db, READS[name]) for db in worlds)
    assert first == second
    assert kept in (True, None)
    assert "foe" not in repr(first)
    assert is_refused(first) == any(words in name for words in REFUSED)


@pytest.mark.proves(
    "Client", "scoped clients touch and make nothing of another tenant's, nested writes included"
)
@pytest.mark.parametrize("name", WRITES)
def test_what_is_written_touches_nothing_of_others(worlds: list[Any], name: str) -> None:
    (first, kept), (second, also_kept) = (outcome(db, WRITES[name]) for db in worlds)
    assert first == second
    assert kept in (True, None)
    assert also_kept in (True, None)
    assert is_refused(first) == any(words in name for words in REFUSED)


def test_a_client_without_scope_can_tell_the_worlds_apart(worlds: list[Any]) -> None:
    everything = Scope(shared="*", raw=True)
    alike = {
        name
        for name, call in READS.items()
        if len({repr(outcome(db, call, everything)[0]) for db in worlds}) == 1
    }
    assert len(alike) < len(READS) / 3, alike


def test_scopes_add_up_and_share_the_connections(worlds: list[Any]) -> None:
    mine = worlds[0].scoped(TENANT)
    first = mine.scoped(Scope(rules={"Post": Rule(where={"id": 11})}, shared="*"))
    assert [mine.post.count(), first.post.count(), first.comment.count()] == [3, 1, 3]
    assert worlds[0].is_connected()
    assert first.is_connected()
    worlds[0].disconnect()
    assert not first.is_connected()
    assert first.post.count() == 1
    assert worlds[0].is_connected()


def test_a_batch_is_kept_to_its_scope(worlds: list[Any]) -> None:
    mine = worlds[0].scoped(TENANT)
    with mine.batch() as batch:
        posts = batch.post.count()
        foreign = batch.post.find_unique(where={"id": 22})
    assert [posts.result, foreign.result] == [3, None]


def test_raw_sql_can_be_allowed(worlds: list[Any]) -> None:
    allowed = worlds[0].scoped(Scope(shared="*", raw=True))
    assert allowed.query_raw('SELECT count(*) AS n FROM "Vault"') == [{"n": 1}]


def test_calls_of_two_tenants_are_never_gathered_into_one_another(
    worlds: list[Any], tenants_package: Any
) -> None:
    async def main(url: str) -> list[list[Any]]:
        async with tenants_package.AsyncClient(url=url) as db:
            scopes = [Scope({"tenantId": tenant}, shared="*") for tenant in (1, 2)]
            calls = [
                db.scoped(scope).post.find_unique(where={"id": number})
                for number in (11, 22, 12, 23)
                for scope in scopes
            ]
            found = await asyncio.gather(*calls)
            return [[row and row.id for row in found[index::2]] for index in (0, 1)]

    url = worlds[0]._subject._url if isinstance(worlds[0], Awaited) else worlds[0]._url
    assert asyncio.run(main(url)) == [[11, None, 12, None], [None, 22, None, 23]]
