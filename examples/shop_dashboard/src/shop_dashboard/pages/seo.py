"""SEO actions: what is to be done, and what became of it."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Form, HTTPException, Response
from fastapi.responses import HTMLResponse

from shop_dashboard import seo
from shop_dashboard.db import InsightStatus
from shop_dashboard.pages.answers import address, done
from shop_dashboard.rendering import html
from shop_dashboard.wiring import Database, TheStore

router = APIRouter(prefix="/stores/{domain}/seo")


@router.get("")
async def listing(
    db: Database, store: TheStore, status: InsightStatus = InsightStatus.OPEN, told: str = ""
) -> HTMLResponse:
    """A store's insights of one status, the gravest first."""
    return html(
        "seo.html",
        domain=store.domain,
        here="seo",
        store=store,
        rows=await seo.listing(db, store.id, status),
        status=status,
        statuses=list(InsightStatus),
        told=told,
    )


@router.post("/{insight_id}")
async def settle(
    db: Database, store: TheStore, insight_id: str, status: Annotated[InsightStatus, Form()]
) -> Response:
    """Say what became of an insight."""
    if not await seo.settle(db, store.id, insight_id, status):
        raise HTTPException(404, f"{store.domain} has no such insight")
    return done(address(store.domain, "/seo", told=f"It is {status.lower()} now."))
