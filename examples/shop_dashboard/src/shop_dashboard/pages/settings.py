"""Settings: how connections are, which tokens are due to be changed, and from when on something needs attention."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Annotated

from fastapi import APIRouter, Form, HTTPException, Response
from fastapi.responses import HTMLResponse

from shop_dashboard import connections, secrets
from shop_dashboard.db import Integration
from shop_dashboard.pages.answers import address, done, said
from shop_dashboard.rendering import html, words
from shop_dashboard.shapes import Thresholds
from shop_dashboard.wiring import Database, TheIntegrations, TheStore

router = APIRouter(prefix="/stores/{domain}/settings")


@router.get("")
async def settings(db: Database, domain: str, told: str = "") -> HTMLResponse:
    """A store's settings."""
    found = await db.store_settings.find_first(where={"store": {"is": {"domain": domain}}})
    if found is None:
        raise HTTPException(404, f"there is no store {domain}")
    return html(
        "settings.html",
        domain=domain,
        here="settings",
        settings=found,
        integrations=list(Integration),
        secrets={each.kind: each for each in await secrets.listing(db, domain)},
        health=await connections.latest(db, domain),
        told=told,
    )


@router.post("")
async def change(
    db: Database,
    store: TheStore,
    late_after_days: Annotated[int, Form(ge=1, le=60)],
    velocity_days: Annotated[int, Form(ge=7, le=365)],
    cover_days: Annotated[int, Form(ge=1, le=365)],
) -> Response:
    """Change from when on something needs attention."""
    found = await db.store_settings.find_unique_or_raise(where={"storeId": store.id})
    changed: Thresholds = replace(
        found.thresholds,
        late_after_days=late_after_days,
        velocity_days=velocity_days,
        cover_days=cover_days,
    )
    await db.store_settings.update(where={"storeId": store.id}, data={"thresholds": changed})
    return done(address(store.domain, "/settings", told="The thresholds are saved."))


@router.post("/connections/{integration}")
async def test(
    db: Database, integrations: TheIntegrations, store: TheStore, integration: Integration
) -> Response:
    """Test a connection now."""
    event = await connections.test(db, integrations, store, integration)
    how = f"{words(event.status)}, {event.message}" if event.message else words(event.status)
    return done(address(store.domain, "/settings", told=f"{words(integration)}: {how}."))


@router.post("/secrets/{kind}")
async def rotate(db: Database, store: TheStore, kind: Integration, value: Annotated[str, Form()]) -> Response:
    """Keep a new token in the place of the former one."""
    await secrets.put(db, store, kind, said(value, "the token"), datetime.now(UTC))
    return done(address(store.domain, "/settings", told=f"The token of {words(kind)} is changed."))
