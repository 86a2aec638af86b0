"""Purchase orders: drafted from recommendations, brought forward one by one."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated

from fastapi import APIRouter, Form, HTTPException, Response
from fastapi.responses import HTMLResponse

from shop_dashboard import purchasing
from shop_dashboard.db import PurchaseStatus
from shop_dashboard.pages.answers import address, done
from shop_dashboard.purchasing import PurchaseError, PurchaseMissingError
from shop_dashboard.rendering import count, html
from shop_dashboard.wiring import Database, TheStore

router = APIRouter(prefix="/stores/{domain}/purchases")


@router.get("")
async def listing(db: Database, store: TheStore, told: str = "") -> HTMLResponse:
    """A store's purchase orders."""
    return html(
        "purchases.html",
        domain=store.domain,
        here="purchases",
        store=store,
        rows=await purchasing.listing(db, store.id),
        following=purchasing.NEXT,
        told=told,
    )


@router.post("")
async def draft(db: Database, store: TheStore) -> Response:
    """Draft what is recommended."""
    made = await purchasing.draft_recommended(db, store.id)
    told = f"{count(len(made), 'order')} drafted." if made else "All that is recommended is under way."
    return done(address(store.domain, "/purchases", told=told))


@router.post("/{order_id}")
async def advance(
    db: Database, store: TheStore, order_id: str, status: Annotated[PurchaseStatus, Form()]
) -> Response:
    """Bring an order forward."""
    try:
        await purchasing.advance(db, store.id, order_id, status, datetime.now(UTC))
        told = f"The order is {status.lower()} now."
    except PurchaseMissingError as fault:
        raise HTTPException(404, str(fault)) from fault
    except PurchaseError as fault:
        told = f"{fault}."
    return done(address(store.domain, "/purchases", told=told))
