"""Flagged orders: one flag at a time, and of many who resolve it one."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from shop_dashboard import flags
from shop_dashboard.flags import AlreadyResolvedError, FlagMissingError

from .conftest import NOW

if TYPE_CHECKING:
    from shop_dashboard.db import AsyncClient, Store

pytestmark = [pytest.mark.anyio, pytest.mark.slow]

ORDER = "gid://shopify/Order/1"


@pytest.mark.proves(
    "Shop Dashboard", "of many who resolve a flag at once one wins, and the others are told who"
)
async def test_of_many_who_resolve_a_flag_one_wins(db: AsyncClient, store: Store) -> None:
    flag = await flags.flag(db, store.id, ORDER, "late")
    told = await asyncio.gather(
        *(flags.resolve(db, store.id, flag.id, f"person {at}", f"way {at}", NOW) for at in range(8)),
        return_exceptions=True,
    )
    (winner,) = [at for at, each in enumerate(told) if each is None]
    for each in told:
        if each is not None:
            assert isinstance(each, AlreadyResolvedError)
            assert str(each) == f"person {winner} has resolved this already: way {winner}"
    kept = await db.order_flag.find_unique_or_raise(where={"id": flag.id})
    assert (kept.status, kept.resolvedBy, kept.resolvedAt) == ("RESOLVED", f"person {winner}", NOW)


async def test_an_order_has_one_flag_that_is_not_resolved(db: AsyncClient, store: Store) -> None:
    made = await asyncio.gather(*(flags.flag(db, store.id, ORDER, f"reason {at}") for at in range(6)))
    assert len({each.id for each in made}) == 1
    await flags.resolve(db, store.id, made[0].id, "Mara", "sent", NOW)
    again = await flags.flag(db, store.id, ORDER, "late once more")
    assert again.id != made[0].id
    assert await db.order_flag.count() == 2


async def test_the_same_number_in_another_store_is_another_order(
    db: AsyncClient, store: Store, other: Store
) -> None:
    for each, name in ((store, "ours"), (other, "theirs")):
        await db.order.create(
            data={
                "storeId": each.id,
                "shopifyOrderId": ORDER,
                "name": name,
                "customer": "Anna",
                "total": 1,
                "placedAt": NOW,
            }
        )
        await flags.flag(db, each.id, ORDER, name)
    for each, name in ((store, "ours"), (other, "theirs")):
        (found,) = await flags.listing(db, each.id, resolved=False)
        assert found.order
        assert (found.flag.reason, found.order.name) == (name, name)
    (ours,) = await flags.listing(db, store.id, resolved=False)
    with pytest.raises(FlagMissingError):
        await flags.resolve(db, other.id, ours.flag.id, "Mara", "sent", NOW)
    with pytest.raises(FlagMissingError):
        await flags.take_up(db, other.id, ours.flag.id, None)


async def test_a_flag_is_taken_up_until_it_is_resolved(db: AsyncClient, store: Store) -> None:
    flag = await flags.flag(db, store.id, ORDER, "late")
    await flags.take_up(db, store.id, flag.id, "wrote to the customer")
    (found,) = await flags.listing(db, store.id, resolved=False)
    assert (found.flag.status, found.flag.notes, found.order) == (
        "IN_PROGRESS",
        "wrote to the customer",
        None,
    )
    await flags.resolve(db, store.id, flag.id, "Mara", "sent", NOW)
    with pytest.raises(AlreadyResolvedError):
        await flags.take_up(db, store.id, flag.id, None)


async def test_open_flags_come_oldest_first_and_resolved_ones_newest_first(
    db: AsyncClient, store: Store
) -> None:
    made = []
    for at in range(flags.PAGE + 3):
        flag = await flags.flag(db, store.id, f"gid://shopify/Order/{at}", "late")
        moment = NOW - timedelta(hours=at)
        await db.order_flag.update(where={"id": flag.id}, data={"createdAt": moment})
        made.append(flag.id)
    first = [each.flag.id for each in await flags.listing(db, store.id, resolved=False)]
    second = [each.flag.id for each in await flags.listing(db, store.id, resolved=False, page=2)]
    assert [*first[: flags.PAGE], *second] == made[::-1]
    for at, each in enumerate(made[:3]):
        await flags.resolve(db, store.id, each, "Mara", "sent", NOW + timedelta(hours=at))
    assert [each.flag.id for each in await flags.listing(db, store.id, resolved=True)] == made[2::-1]
