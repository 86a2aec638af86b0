"""Draft orders on both databases: priced, made once, recorded and counted, whatever goes wrong on the way."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import httpx
import pytest
from draft_orders import orders, shopify, stores
from draft_orders.contract import DraftOrder
from draft_orders.matrices import UnknownProductError
from draft_orders.orders import (
    DuplicateOrderError,
    ForgottenOrderError,
    QuantityError,
    Reconciled,
    Wanted,
    create_draft_order,
    reconcile,
    record,
)
from draft_orders.pricing import OutsideMatrixError
from draft_orders.shopify import RefusedError, Shopify, UncertainError

from nicol.errors import ConstraintViolation, TableMissing

from .conftest import STORE, TOKEN, Server, first_product

if TYPE_CHECKING:
    from draft_orders.db import AsyncClient

pytestmark = [pytest.mark.anyio, pytest.mark.slow]

LATER = datetime.now(UTC) + timedelta(hours=1)
NOTHING, RECORDED, UNCERTAIN = Reconciled(), Reconciled(recorded=1), Reconciled(uncertain=1)


@pytest.fixture
async def api(server: Server) -> AsyncIterator[Shopify]:
    """The way to the server."""
    async with Shopify(server.url, TOKEN) as client:
        yield client


async def wanted(db: AsyncClient, **changes: int) -> Wanted:
    product = await first_product(db)
    return Wanted(STORE, product.productId, **{"width": 700, "height": 900, "quantity": 2} | changes)


async def counter(db: AsyncClient) -> int:
    return (await db.store.find_unique_or_raise(where={"domain": STORE})).totalDraftOrdersCreated


async def recorded(db: AsyncClient) -> int:
    return await db.draft_order_record.count(where={"store": {"is": {"domain": STORE}}})


@pytest.mark.proves(
    "Draft Orders", "a draft order is priced, made in Shopify, recorded and counted in one transaction"
)
async def test_an_order_is_priced_made_recorded_and_counted(
    db: AsyncClient, api: Shopify, server: Server
) -> None:
    before = await counter(db)
    made = await create_draft_order(db, api, await wanted(db))
    product = await first_product(db)
    assert made.unitPrice == product.matrix.cells[7 + 2]
    assert made.totalPrice == made.unitPrice * 2
    assert (made.width, made.height, made.quantity, made.shopifyOrderName) == (700, 900, 2, "#D1")
    assert await counter(db) == before + 1 == await recorded(db)
    assert await db.draft_order_request.count() == 0
    assert server.orders() == 1


@pytest.mark.parametrize(
    ("changes", "refusal"),
    [
        ({"width": 2001}, OutsideMatrixError),
        ({"quantity": 0}, QuantityError),
        ({"height": 0}, OutsideMatrixError),
    ],
)
async def test_what_cannot_be_ordered_is_refused_before_anything_is_written(
    db: AsyncClient, api: Shopify, server: Server, changes: dict[str, int], refusal: type[Exception]
) -> None:
    with pytest.raises(refusal):
        await create_draft_order(db, api, await wanted(db, **changes))
    assert await db.draft_order_request.count() == 0
    assert server.orders() == 0


async def test_another_stores_product_is_unknown_here(db: AsyncClient, api: Shopify) -> None:
    product = await first_product(db)
    with pytest.raises(UnknownProductError):
        await create_draft_order(
            db, api, Wanted("northern-shades.myshopify.com", product.productId, 700, 900)
        )


@pytest.mark.proves(
    "Draft Orders", "an answer lost after success is reconciled, and nothing is ordered twice"
)
async def test_an_answer_that_was_lost_is_reconciled_and_nothing_is_ordered_twice(
    db: AsyncClient, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shopify, "TIMEOUT", httpx.Timeout(0.5))
    before = await counter(db)
    async with Shopify(server.url, TOKEN) as api:
        server.go_wrong(lose_answers=1, seconds=2)
        with pytest.raises(UncertainError, match="did not answer"):
            await create_draft_order(db, api, await wanted(db))
        assert (await counter(db), server.orders()) == (before, 1)
        (left,) = await db.draft_order_request.find_many(where={})
        assert (left.attempts, "did not answer" in (left.lastError or "")) == (1, True)
        assert await reconcile(db, api) == NOTHING, "its own caller may still be at work"
        assert await reconcile(db, api, LATER) == RECORDED
        assert await reconcile(db, api, LATER) == NOTHING
    assert (await counter(db), await recorded(db), server.orders()) == (before + 1, before + 1, 1)


async def test_a_server_that_fails_leaves_the_order_to_be_reconciled(
    db: AsyncClient, api: Shopify, server: Server
) -> None:
    server.go_wrong(fail=2)
    with pytest.raises(UncertainError, match="502"):
        await create_draft_order(db, api, await wanted(db))
    assert await reconcile(db, api, LATER) == UNCERTAIN
    assert await reconcile(db, api, LATER) == RECORDED
    assert server.orders() == 1


async def test_an_answer_that_breaks_off_after_the_work_is_no_refusal(
    db: AsyncClient, api: Shopify, server: Server
) -> None:
    server.go_wrong(break_answers=1)
    with pytest.raises(UncertainError, match="broke off"):
        await create_draft_order(db, api, await wanted(db))
    assert await reconcile(db, api, LATER) == RECORDED
    assert server.orders() == 1


@pytest.mark.proves("Draft Orders", "what Shopify made and the database could not record is recorded later")
async def test_what_was_made_and_not_recorded_is_recorded_by_the_next_run(
    db: AsyncClient, api: Shopify, server: Server
) -> None:
    before = await counter(db)
    await db.execute_raw('ALTER TABLE "DraftOrderRecord" RENAME TO "Elsewhere"')
    with pytest.raises(TableMissing):
        await create_draft_order(db, api, await wanted(db))
    assert (await counter(db), server.orders()) == (before, 1), "nothing of the transaction stays"
    await db.execute_raw('ALTER TABLE "Elsewhere" RENAME TO "DraftOrderRecord"')
    assert await reconcile(db, api, LATER) == RECORDED
    assert (await counter(db), await recorded(db), server.orders()) == (before + 1, before + 1, 1)


async def test_of_several_that_reconcile_at_once_one_asks_again(
    db: AsyncClient, api: Shopify, server: Server
) -> None:
    server.go_wrong(fail=1)
    with pytest.raises(UncertainError):
        await create_draft_order(db, api, await wanted(db))
    hour_ago = datetime.now(UTC) - timedelta(hours=1)
    await db.draft_order_request.update_many(where={}, data={"updatedAt": hour_ago})
    found = await asyncio.gather(*(reconcile(db, api) for _ in range(4)))
    assert sorted(each.recorded for each in found) == [0, 0, 0, 1]
    assert server.orders() == 1


async def test_a_request_that_cannot_be_recorded_does_not_hold_up_the_others(
    db: AsyncClient, api: Shopify, server: Server
) -> None:
    taken = await create_draft_order(db, api, await wanted(db))
    server.go_wrong(break_answers=2)
    for _ in range(2):
        with pytest.raises(UncertainError):
            await create_draft_order(db, api, await wanted(db))
    stolen, _ = await db.draft_order_request.find_many(where={}, order={"createdAt": "asc"})
    made = await api.find_draft_order(STORE, stolen.id)
    assert made is not None
    await db.draft_order_record.update(where={"id": taken.id}, data={"shopifyDraftOrderId": made.id})
    assert await reconcile(db, api, LATER) == Reconciled(recorded=1, uncertain=1)
    (left,) = await db.draft_order_request.find_many(where={})
    assert "recorded already" in (left.lastError or "")


async def test_a_token_that_is_refused_later_forgets_no_order(
    db: AsyncClient, api: Shopify, server: Server
) -> None:
    server.go_wrong(break_answers=1)
    with pytest.raises(UncertainError):
        await create_draft_order(db, api, await wanted(db))
    async with Shopify(server.url, "expired") as locked_out:
        assert await reconcile(db, locked_out, LATER) == UNCERTAIN
    assert await reconcile(db, api, LATER) == RECORDED


async def test_an_order_that_is_refused_after_all_is_no_longer_on_its_way(
    db: AsyncClient, api: Shopify, server: Server
) -> None:
    server.go_wrong(fail=1)
    with pytest.raises(UncertainError):
        await create_draft_order(db, api, await wanted(db))
    await db.draft_order_request.update_many(where={}, data={"variantId": "gone"})
    assert await reconcile(db, api, LATER) == Reconciled(refused=1)
    assert await db.draft_order_request.count() == 0


async def test_an_order_whose_matrix_goes_meanwhile_is_reported(db: AsyncClient, api: Shopify) -> None:
    request = await orders.request_of(db, await wanted(db))
    await db.price_matrix.delete(where={"id": request.matrixId})
    with pytest.raises(ForgottenOrderError, match="#D9 was made in Shopify"):
        await record(db, request, DraftOrder(id="gid://shopify/DraftOrder/9", name="#D9"))


@pytest.mark.parametrize("server", [(25, 20)], indirect=True)
async def test_throttled_requests_wait_for_what_they_cost(db: AsyncClient, server: Server) -> None:
    pauses: list[float] = []

    async def sleep(seconds: float) -> None:
        pauses.append(seconds)
        await asyncio.sleep(seconds)

    async with Shopify(server.url, TOKEN, sleep=sleep) as api:
        for _ in range(4):
            await create_draft_order(db, api, await wanted(db))
    assert pauses
    assert all(0.1 <= pause <= 0.5 for pause in pauses)
    assert server.orders() == 4


async def test_a_token_that_is_refused_is_said_and_leaves_nothing(db: AsyncClient, server: Server) -> None:
    async with Shopify(server.url, "stolen") as api:
        with pytest.raises(RefusedError, match="access token"):
            await create_draft_order(db, api, await wanted(db))
    assert await db.draft_order_request.count() == 0


async def test_what_shopify_does_not_want_is_said_and_leaves_nothing(
    db: AsyncClient, api: Shopify, server: Server
) -> None:
    product = await first_product(db)
    await db.product_matrix.update(where={"id": product.id}, data={"variantId": "gone"})
    with pytest.raises(RefusedError, match="does not exist"):
        await create_draft_order(db, api, await wanted(db))
    assert await db.draft_order_request.count() == 0


@pytest.mark.proves("Draft Orders", "a duplicate Shopify id is refused by the database and reported as such")
async def test_a_duplicate_id_of_shopify_is_reported_and_not_counted(db: AsyncClient, api: Shopify) -> None:
    made = await create_draft_order(db, api, await wanted(db))
    before = await counter(db)
    request = await orders.request_of(db, await wanted(db))
    with pytest.raises(DuplicateOrderError, match="recorded already"):
        await record(db, request, DraftOrder(id=made.shopifyDraftOrderId, name=made.shopifyOrderName))
    assert await counter(db) == before
    assert await db.draft_order_request.count() == 1, "nothing of the transaction stays"


async def test_of_two_that_record_the_same_request_one_counts(db: AsyncClient) -> None:
    before = await counter(db)
    request = await orders.request_of(db, await wanted(db))
    made = DraftOrder(id="gid://shopify/DraftOrder/new", name="#D9")
    first, second = await asyncio.gather(record(db, request, made), record(db, request, made))
    assert first.id == second.id
    assert await counter(db) == before + 1


async def test_the_database_refuses_a_size_or_a_number_that_is_none(db: AsyncClient) -> None:
    found = (await db.draft_order_record.find_first_or_raise(where={})).model_dump()
    row = {name: value for name, value in found.items() if name not in ("store", "matrix")}
    for change in ({"quantity": 0}, {"width": 0}):
        data: Any = {**row, "id": "x", "shopifyDraftOrderId": "x", **change}
        with pytest.raises(ConstraintViolation):
            await db.draft_order_record.create(data=data)


@pytest.mark.proves("Draft Orders", "deleting a store or a matrix removes its records")
async def test_records_go_with_their_matrix_and_with_their_store(db: AsyncClient) -> None:
    product = await first_product(db)
    await db.price_matrix.delete(where={"id": product.matrixId})
    assert await db.draft_order_record.count(where={"matrixId": product.matrixId}) == 0
    (found,) = await stores.miscounts(db)
    assert (found.domain, found.lost) == (STORE, False)
    await db.store.delete(where={"domain": STORE})
    assert await db.draft_order_record.count(where={"storeId": product.storeId}) == 0
    assert await stores.miscounts(db) == []


async def test_a_counter_that_has_lost_orders_is_found(db: AsyncClient) -> None:
    assert await stores.miscounts(db) == []
    await db.store.update(where={"domain": STORE}, data={"totalDraftOrdersCreated": {"decrement": 1}})
    assert [found.lost for found in await stores.miscounts(db)] == [True]


@pytest.mark.proves("Draft Orders", "32 writers at once are counted exactly")
async def test_writers_at_once_are_counted_exactly(db: AsyncClient) -> None:
    before, writers, each = await counter(db), 32, 8
    asked = await wanted(db)

    async def write(writer: int) -> None:
        for number in range(each):
            request = await orders.request_of(db, asked)
            made = DraftOrder(id=f"gid://shopify/DraftOrder/w{writer}-{number}", name="#W")
            await record(db, request, made)

    await asyncio.gather(*(write(writer) for writer in range(writers)))
    assert await counter(db) == before + writers * each == await recorded(db)
