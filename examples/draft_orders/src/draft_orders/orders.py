"""Draft orders: priced, made in Shopify, recorded and counted; and what to do when the way there breaks off."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from draft_orders import matrices
from draft_orders.db import AsyncClient, DraftOrderRecord, DraftOrderRequest
from draft_orders.matrices import grid_of
from draft_orders.shopify import DraftOrder, Piece, RefusedError, Shopify, ShopifyError
from nicol.errors import UniqueViolation

PATIENCE = timedelta(minutes=1)
"""How old a request is before somebody else than its own caller takes care of it."""


class QuantityError(ValueError):
    """Less than one piece."""


class DuplicateOrderError(ValueError):
    """Shopify's id stands in another record of the store already."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a customer wants: a product of a store in a size, in millimetres."""

    store: str
    product_id: str
    width: int
    height: int
    quantity: int = 1


async def create_draft_order(db: AsyncClient, shopify: Shopify, wanted: Wanted) -> DraftOrderRecord:
    """Price a size, make the draft order in Shopify, and record and count it in one transaction.

    UnknownProductError, OutsideMatrixError and QuantityError before anything is written; RefusedError when Shopify does not
    want it; UncertainError when nobody knows: then `reconcile` finds out.
    """
    request = await request_of(db, wanted)
    try:
        made = await _make(shopify, request)
    except RefusedError:
        await db.draft_order_request.delete_many(where={"id": request.id})
        raise
    except ShopifyError as error:
        await _note(db, request, error)
        raise
    return await record(db, request, made)


async def reconcile(db: AsyncClient, shopify: Shopify, now: datetime | None = None) -> tuple[int, int]:
    """Take care of requests that were left on their way: how many became records, and how many are still uncertain.

    The same key is sent again, so that Shopify answers with the draft order that it made, and makes none twice.
    """
    recorded = uncertain = 0
    before = (now or datetime.now(UTC)) - PATIENCE
    left = await db.draft_order_request.find_many(
        where={"createdAt": {"lt": before}}, order={"createdAt": "asc"}, include={"store": True}
    )
    for request in left:
        try:
            await record(db, request, await _make(shopify, request))
            recorded += 1
        except RefusedError:
            await db.draft_order_request.delete_many(where={"id": request.id})
        except ShopifyError as error:
            await _note(db, request, error)
            uncertain += 1
    return recorded, uncertain


async def record(db: AsyncClient, request: DraftOrderRequest, made: DraftOrder) -> DraftOrderRecord:
    """The record of a draft order; the request goes, and the store's counter grows, in the same transaction.

    Where somebody else has recorded it meanwhile, theirs. DuplicateOrderError when Shopify's id belongs to another one.
    """
    try:
        async with db.tx() as tx:
            if await tx.draft_order_request.delete_many(where={"id": request.id}):
                await tx.store.update(
                    where={"id": request.storeId}, data={"totalDraftOrdersCreated": {"increment": 1}}
                )
                return await tx.draft_order_record.create(
                    data={
                        "storeId": request.storeId,
                        "matrixId": request.matrixId,
                        "shopifyDraftOrderId": made.id,
                        "shopifyOrderName": made.name,
                        "productId": request.productId,
                        "variantId": request.variantId,
                        "width": request.width,
                        "height": request.height,
                        "quantity": request.quantity,
                        "unitPrice": request.unitPrice,
                        "totalPrice": request.totalPrice,
                    }
                )
    except UniqueViolation as error:
        raise DuplicateOrderError(f"{made.name} ({made.id}) is recorded already, as another order") from error
    return await db.draft_order_record.find_unique_or_raise(
        where={"storeId_shopifyDraftOrderId": {"storeId": request.storeId, "shopifyDraftOrderId": made.id}}
    )


async def request_of(db: AsyncClient, wanted: Wanted) -> DraftOrderRequest:
    """Price a size, and write down what will be asked of Shopify."""
    if wanted.quantity < 1:
        raise QuantityError("at least one piece is needed")
    product = await matrices.priced(db, wanted.store, wanted.product_id)
    assert product.matrix is not None
    price = grid_of(product.matrix).price(wanted.width, wanted.height)
    return await db.draft_order_request.create(
        data={
            "storeId": product.storeId,
            "matrixId": product.matrixId,
            "productId": product.productId,
            "variantId": product.variantId,
            "width": wanted.width,
            "height": wanted.height,
            "quantity": wanted.quantity,
            "unitPrice": price,
            "totalPrice": price * wanted.quantity,
        },
        include={"store": True},
    )


async def _make(shopify: Shopify, request: DraftOrderRequest) -> DraftOrder:
    assert request.store is not None
    piece = Piece(
        request.variantId,
        request.width,
        request.height,
        request.quantity,
        request.unitPrice,
        request.store.currency,
    )
    return await shopify.create_draft_order(request.store.domain, piece, request.id)


async def _note(db: AsyncClient, request: DraftOrderRequest, error: ShopifyError) -> None:
    await db.draft_order_request.update_many(
        where={"id": request.id}, data={"attempts": {"increment": 1}, "lastError": str(error)}
    )
