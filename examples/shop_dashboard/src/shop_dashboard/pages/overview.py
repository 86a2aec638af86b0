"""All stores; and one store at a glance: key figures with their charts, and what waits."""

from __future__ import annotations

from datetime import UTC, datetime, time
from typing import Literal

from fastapi import APIRouter
from fastapi.responses import HTMLResponse, JSONResponse

from shop_dashboard import stores
from shop_dashboard.kpis import LENGTHS, Span, kpis
from shop_dashboard.rendering import html
from shop_dashboard.shapes import Day
from shop_dashboard.wiring import Database, TheStore

router = APIRouter()


@router.get("/")
async def home(db: Database) -> HTMLResponse:
    """All stores with what waits in them."""
    return html("stores.html", stores=await stores.all_stores(db))


@router.get("/api/health")
async def health(db: Database) -> JSONResponse:
    """Whether the database answers. Nothing is ever on its way here."""
    await db.store.count()
    return JSONResponse({"ok": True, "waiting": 0})


@router.get("/stores/{domain}")
async def overview(db: Database, store: TheStore, days: Literal["7", "30", "90"] = "30") -> HTMLResponse:
    """A store at a glance."""
    now = datetime.now(UTC)
    span = Span.until(store, now, int(days))
    found = await kpis(db, store, span, now)
    return html(
        "overview.html",
        domain=store.domain,
        here="overview",
        store=store,
        span=span,
        lengths=LENGTHS,
        chosen=int(days),
        sales=found.sales,
        sales_points=[(_noon(day), float(day.total)) for day in found.sales.days],
        order_points=[(_noon(day), day.orders) for day in found.sales.days],
        stock=found.stock,
    )


def _noon(day: Day) -> int:
    """The middle of a day in seconds since 1970, for a chart."""
    return int(datetime.combine(day.day, time(12), UTC).timestamp())
