"""Draft orders: priced, made in Shopify, recorded and counted; and what to do when the way there breaks off."""

from __future__ import annotations

import logging
from collections import Counter
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Literal

from draft_orders import matrices
from draft_orders.contract import DraftOrder
from draft_orders.db import AsyncClient, DraftOrderRecord, DraftOrderRequest, Store
from draft_orders.matrices import grid_of
from draft_orders.shopify import Piece, RefusedError, Shopify, UncertainError
from nicol.errors import UniqueViolation

log = logging.getLogger("draft_orders")

PATIENCE = timedelta(minutes=2)
"""How long a request is left to whoever asked last: longer than a call takes, and than Shopify needs to find a new tag."""


class QuantityError(ValueError):
    """Less than one piece."""


class RecordError(Exception):
    """A draft order that Shopify has made and that cannot be recorded."""


class DuplicateOrderError(RecordError):
    """Shopify's id stands in another record of the store already."""


class ForgottenOrderError(RecordError):
    """The store or the matrix was deleted while Shopify made the draft order."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a customer wants: a product of a store in a size, in millimetres."""

    store: str
    product_id: str
    width: int
    height: int
    quantity: int = 1


@dataclass(frozen=True, slots=True)
class Reconciled:
    """What became of requests that were left on their way: so many of each."""

    recorded: int = 0
    refused: int = 0
    uncertain: int = 0


async def create_draft_order(db: AsyncClient, shopify: Shopify, wanted: Wanted) -> DraftOrderRecord:
    """Price a size, make the draft order in Shopify, and record and count it in one transaction.

    UnknownProductError, OutsideMatrixError and QuantityError before anything is written; RefusedError when Shopify does not
    want it; UncertainError when nobody knows: then `reconcile` finds out. RecordError when it was made and cannot be recorded.
    """
    request = await request_of(db, wanted)
    try:
        made = await _make(shopify, request)
    except RefusedError:
        await db.draft_order_request.delete_many(where={"id": request.id})
        raise
    except UncertainError as error:
        await _note(db, request, error)
        raise
    return await record(db, request, made)


async def reconcile(db: AsyncClient, shopify: Shopify, now: datetime | None = None) -> Reconciled:
    """Take care of requests that were left on their way. Any number of processes may do so at the same time."""
    before = (now or datetime.now(UTC)) - PATIENCE
    left = await db.draft_order_request.find_many(
        where={"updatedAt": {"lt": before}}, order={"createdAt": "asc"}, include={"store": True}
    )
    fates = Counter([await _take_care(db, shopify, request) for request in left])
    return Reconciled(fates["recorded"], fates["refused"], fates["uncertain"])


async def _take_care(
    db: AsyncClient, shopify: Shopify, request: DraftOrderRequest
) -> Literal["recorded", "refused", "uncertain", "taken"]:
    """Record what Shopify has made of a request; where it has made nothing, ask again."""
    if not await _claim(db, request):
        return "taken"
    try:
        made = await shopify.find_draft_order(_store(request).domain, request.id)
        await record(db, request, made or await _make(shopify, request))
    except RefusedError as error:
        log.warning("the draft order of request %s was refused after all: %s", request.id, error)
        await db.draft_order_request.delete_many(where={"id": request.id})
        return "refused"
    except (UncertainError, RecordError) as error:
        await _note(db, request, error)
        return "uncertain"
    return "recorded"


async def record(db: AsyncClient, request: DraftOrderRequest, made: DraftOrder) -> DraftOrderRecord:
    """The record of a draft order; the request goes, and the store's counter grows, in the same transaction.

    Where somebody else has recorded it meanwhile, theirs. DuplicateOrderError, ForgottenOrderError.
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
    recorded = await db.draft_order_record.find_unique(
        where={"storeId_shopifyDraftOrderId": {"storeId": request.storeId, "shopifyDraftOrderId": made.id}}
    )
    if recorded is None:
        raise ForgottenOrderError(f"{made.name} was made in Shopify, and its matrix was deleted meanwhile")
    return recorded


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
            "attempts": 1,
        },
        include={"store": True},
    )


async def _make(shopify: Shopify, request: DraftOrderRequest) -> DraftOrder:
    store = _store(request)
    piece = Piece(
        request.variantId,
        request.width,
        request.height,
        request.quantity,
        request.unitPrice,
        store.currency,
    )
    return await shopify.create_draft_order(store.domain, piece, request.id)


async def _claim(db: AsyncClient, request: DraftOrderRequest) -> bool:
    """Whether a request is ours to care for: of all who have read the same number of attempts, one counts it up."""
    claimed = await db.draft_order_request.update_many(
        where={"id": request.id, "attempts": request.attempts}, data={"attempts": {"increment": 1}}
    )
    return claimed == 1


async def _note(db: AsyncClient, request: DraftOrderRequest, error: Exception) -> None:
    await db.draft_order_request.update_many(where={"id": request.id}, data={"lastError": str(error)})


def _store(request: DraftOrderRequest) -> Store:
    assert request.store is not None
    return request.store
