"""The inbox, and a conversation with its drafts to send, to change or to turn down."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import Annotated

from fastapi import APIRouter, Form, HTTPException, Response
from fastapi.responses import HTMLResponse

from shop_dashboard import drafts, inbox
from shop_dashboard.db import AsyncClient, Ticket
from shop_dashboard.drafts import DraftError, DraftMissingError
from shop_dashboard.pages.answers import Page, address, cut, done, said
from shop_dashboard.rendering import html
from shop_dashboard.wiring import Database, Person, TheStore

router = APIRouter(prefix="/stores/{domain}/inbox")
Text = Annotated[str, Form()]


@router.get("")
async def listing(db: Database, store: TheStore, page: Page = 1, closed: bool = False) -> HTMLResponse:
    """A page of conversations."""
    rows, more = cut(await inbox.entries(db, store.id, closed=closed, page=page), inbox.PAGE)
    return html(
        "inbox.html",
        domain=store.domain,
        here="inbox",
        store=store,
        rows=rows,
        page=page,
        more=more,
        closed=closed,
    )


@router.get("/{ticket_id}")
async def conversation(
    db: Database, domain: str, ticket_id: str, person: Person, told: str = ""
) -> HTMLResponse:
    """A conversation."""
    return html(
        "ticket.html",
        domain=domain,
        here="inbox",
        ticket=await _ticket(db, domain, ticket_id),
        person=person,
        told=told,
    )


@router.post("/{ticket_id}")
async def answer(
    db: Database, domain: str, ticket_id: str, action: Text, person: Text = "", body: Text = ""
) -> Response:
    """Reply in one's own words, note that it was read, close the conversation or open it again."""
    ticket = await _ticket(db, domain, ticket_id)
    told, now = "", datetime.now(UTC)
    match action:
        case "reply":
            await inbox.reply(db, ticket, said(person, "your name"), said(body, "the reply"), now)
            await inbox.mark_read(db, ticket.id, now)
            told = "The reply is sent."
        case "read":
            await inbox.mark_read(db, ticket.id, now)
        case "close" | "reopen":
            await inbox.close(db, ticket.id, again=action == "reopen")
            told = "The conversation is closed." if action == "close" else "The conversation is open again."
        case _:
            raise HTTPException(400, f"“{action}” is nothing that can be done to a conversation")
    return done(address(domain, f"/inbox/{ticket.id}", told=told), person.strip())


@router.post("/{ticket_id}/drafts/{draft_id}")
async def decide(
    db: Database,
    domain: str,
    ticket_id: str,
    draft_id: str,
    action: Text,
    person: Text = "",
    text: Text = "",
    feedback: Text = "",
    score: Annotated[Decimal, Form()] = Decimal(0),
) -> Response:
    """Send a draft, turn it down, or say how good it was; who was too late is told who was faster."""
    ticket, now = await _ticket(db, domain, ticket_id), datetime.now(UTC)
    try:
        match action:
            case "send":
                by = said(person, "your name")
                await drafts.approve(db, ticket.storeId, draft_id, by, said(text, "the text"), now)
                await inbox.mark_read(db, ticket.id, now)
                told = "The draft is sent."
            case "turn down":
                by, why = said(person, "your name"), feedback.strip() or None
                await drafts.turn_down(db, ticket.storeId, draft_id, by, why, now)
                told = "The draft is turned down."
            case "rate":
                await drafts.rate(db, ticket.storeId, draft_id, score, feedback.strip() or None)
                told = "The score is noted."
            case _:
                raise HTTPException(400, f"“{action}” is nothing that can be done to a draft")
    except DraftMissingError as fault:
        raise HTTPException(404, str(fault)) from fault
    except DraftError as fault:
        told = f"{fault}."
    return done(address(domain, f"/inbox/{ticket.id}", told=told), person.strip())


async def _ticket(db: AsyncClient, domain: str, ticket_id: str) -> Ticket:
    found = await inbox.conversation(db, domain, ticket_id)
    if found is None:
        raise HTTPException(404, f"{domain} has no such conversation")
    return found
