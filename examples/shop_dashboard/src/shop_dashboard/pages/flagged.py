"""Flagged orders: what is open, what was resolved, and the forms that change it."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated

from fastapi import APIRouter, Form, HTTPException, Response
from fastapi.responses import HTMLResponse

from shop_dashboard import flags
from shop_dashboard.flags import FlagError, FlagMissingError
from shop_dashboard.pages.answers import Page, address, cut, done, said
from shop_dashboard.rendering import html
from shop_dashboard.wiring import Database, Person, TheStore

router = APIRouter(prefix="/stores/{domain}/flags")
Text = Annotated[str, Form()]


@router.get("")
async def listing(
    db: Database, store: TheStore, person: Person, page: Page = 1, resolved: bool = False, told: str = ""
) -> HTMLResponse:
    """A page of flagged orders."""
    rows, more = cut(await flags.listing(db, store.id, resolved=resolved, page=page), flags.PAGE)
    return html(
        "flags.html",
        domain=store.domain,
        here="flags",
        store=store,
        rows=rows,
        page=page,
        more=more,
        resolved=resolved,
        told=told,
        person=person,
    )


@router.post("")
async def flag(db: Database, store: TheStore, order: Text, reason: Text, notes: Text = "") -> Response:
    """Flag an order."""
    made = await flags.flag(
        db, store.id, said(order, "the order"), said(reason, "the reason"), notes.strip() or None
    )
    return done(
        address(store.domain, "/flags", told=f"Order {made.shopifyOrderId} is flagged: {made.reason}.")
    )


@router.post("/{flag_id}")
async def change(
    db: Database,
    store: TheStore,
    flag_id: str,
    action: Text,
    person: Text = "",
    text: Text = "",
) -> Response:
    """Take a flag up with a note, or resolve it; who was too late is told who was faster."""
    back = address(store.domain, "/flags", told="The flag is resolved.")
    try:
        if action == "resolve":
            by, how = said(person, "your name"), said(text, "what was done")
            await flags.resolve(db, store.id, flag_id, by, how, datetime.now(UTC))
        else:
            await flags.take_up(db, store.id, flag_id, text.strip() or None)
            back = address(store.domain, "/flags", told="The flag is in progress.")
    except FlagMissingError as fault:
        raise HTTPException(404, str(fault)) from fault
    except FlagError as fault:
        back = address(store.domain, "/flags", told=f"{fault}.")
    return done(back, person.strip())
