"""The stock: how fast it sells, when it is gone, and what to order."""

from __future__ import annotations

from fastapi import APIRouter
from fastapi.responses import HTMLResponse

from shop_dashboard import purchasing, velocity
from shop_dashboard.rendering import html
from shop_dashboard.wiring import Database, TheStore

router = APIRouter(prefix="/stores/{domain}/inventory")


@router.get("")
async def listing(db: Database, store: TheStore) -> HTMLResponse:
    """A store's products, the next to be sold out first."""
    return html(
        "inventory.html",
        domain=store.domain,
        here="inventory",
        store=store,
        rows=await velocity.listing(db, store.id),
        ordered=await purchasing.under_way(db, store.id),
    )
