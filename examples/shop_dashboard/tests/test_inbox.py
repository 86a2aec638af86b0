"""The inbox in one round trip, and drafts that are sent, changed or turned down by one person alone."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest
from shop_dashboard import drafts, inbox
from shop_dashboard.drafts import AlreadyDecidedError, DraftError, DraftMissingError
from shop_dashboard.shapes import Edit

from nicol.errors import ValueInvalid

from .conftest import NOW

if TYPE_CHECKING:
    from shop_dashboard.db import AiDraft, AsyncClient, Store, Ticket

pytestmark = [pytest.mark.anyio, pytest.mark.slow]
HOUR = timedelta(hours=1)


async def ticket_of(db: AsyncClient, store: Store, customer: str, *said: str) -> Ticket:
    """A conversation in which a customer has said something once an hour."""
    made = await db.ticket.create(
        data={
            "storeId": store.id,
            "customer": customer,
            "email": "someone@example.com",
            "subject": f"About {customer}",
            "lastMessageAt": NOW + (len(said) - 1) * HOUR,
        }
    )
    for at, body in enumerate(said):
        await db.ticket_message.create(
            data={
                "storeId": store.id,
                "ticketId": made.id,
                "author": "CUSTOMER",
                "name": customer,
                "body": body,
                "createdAt": NOW + at * HOUR,
            }
        )
    return made


async def draft_to(db: AsyncClient, ticket: Ticket, text: str = "Hello, it is on its way.") -> AiDraft:
    message = await db.ticket_message.find_first_or_raise(where={"ticketId": ticket.id})
    return await db.ai_draft.create(
        data={
            "storeId": ticket.storeId,
            "messageId": message.id,
            "model": "writer",
            "version": "1",
            "text": text,
        }
    )


@pytest.mark.proves("Shop Dashboard", "the inbox with last message and unread count in one round trip")
async def test_the_inbox_is_read_in_one_statement(db: AsyncClient, store: Store, other: Store) -> None:
    long = await ticket_of(db, store, "Anna", "first", "second", "third")
    short = await ticket_of(db, store, "Tom", "only one")
    silent = await ticket_of(db, store, "Ole")
    await ticket_of(db, other, "Somebody else's", "not for us")
    await draft_to(db, long)
    await inbox.mark_read(db, short.id, NOW)
    said: list[str] = []
    db.on("query", lambda event: said.append(event.sql))
    found = await inbox.entries(db, store.id)
    assert len(said) == 1
    assert [(each.id, each.body, each.unread, each.drafts) for each in found] == [
        (long.id, "third", 3, 1),
        (short.id, "only one", 0, 0),
        (silent.id, None, 0, 0),
    ]
    assert found[0].lastMessageAt == NOW + 2 * HOUR


async def test_pages_of_the_inbox_hold_every_conversation_once(db: AsyncClient, store: Store) -> None:
    made = {(await ticket_of(db, store, f"customer {at}", "hello")).id for at in range(inbox.PAGE + 5)}
    first = await inbox.entries(db, store.id)
    second = await inbox.entries(db, store.id, page=2)
    assert len(first) == inbox.PAGE + 1, "one more says that there is a next page"
    assert {each.id for each in [*first[: inbox.PAGE], *second]} == made
    await inbox.close(db, first[0].id)
    assert [each.id for each in await inbox.entries(db, store.id, closed=True)] == [first[0].id]


async def test_an_answer_moves_a_conversation_up(db: AsyncClient, store: Store) -> None:
    ticket = await ticket_of(db, store, "Anna", "hello")
    await ticket_of(db, store, "Tom", "hello", "again")
    await inbox.reply(db, ticket, "Mara", "Hi Anna", NOW + 3 * HOUR)
    entry = (await inbox.entries(db, store.id))[0]
    assert (entry.id, entry.author, entry.body, entry.unread) == (ticket.id, "HUMAN", "Hi Anna", 1)


@pytest.mark.proves("Shop Dashboard", "a draft is sent once, whoever approves it at the same time")
async def test_of_many_who_decide_a_draft_one_does(db: AsyncClient, store: Store) -> None:
    ticket = await ticket_of(db, store, "Anna", "where is it?")
    draft = await draft_to(db, ticket)
    told = await asyncio.gather(
        *(drafts.approve(db, store.id, draft.id, f"person {at}", draft.text, NOW) for at in range(4)),
        *(drafts.turn_down(db, store.id, draft.id, f"person {at}", "no", NOW) for at in range(4, 8)),
        return_exceptions=True,
    )
    (winner,) = [at for at, each in enumerate(told) if not isinstance(each, BaseException)]
    assert sum(isinstance(each, AlreadyDecidedError) for each in told) == 7
    assert all(f"person {winner} has" in str(each) for each in told if isinstance(each, BaseException))
    kept = await db.ai_draft.find_unique_or_raise(where={"id": draft.id})
    assert (kept.approved, kept.decidedBy) == (winner < 4, f"person {winner}")
    sent = await db.ticket_message.find_many(where={"author": "AI"})
    assert [each.name for each in sent] == ([f"person {winner}"] if winner < 4 else [])


async def test_what_a_person_changed_is_kept_beside_the_draft(db: AsyncClient, store: Store) -> None:
    ticket = await ticket_of(db, store, "Anna", "where is it?")
    draft = await draft_to(db, ticket)
    said = await drafts.approve(db, store.id, draft.id, "Mara", "Hello Anna, it is on its way.", NOW + HOUR)
    assert said.edits == [Edit("Mara", NOW + HOUR, "Hello, it is on its way.")]
    assert said.metadata == {"draft": draft.id, "model": "writer", "version": "1"}
    kept = await db.ai_draft.find_unique_or_raise(where={"id": draft.id})
    assert (kept.edit, kept.approved) == ("Hello Anna, it is on its way.", True)
    entry = (await inbox.entries(db, store.id))[0]
    assert (entry.body, entry.drafts) == ("Hello Anna, it is on its way.", 0)


async def test_a_draft_that_cannot_be_sent_stays_undecided(db: AsyncClient, store: Store) -> None:
    draft = await draft_to(db, await ticket_of(db, store, "Anna", "where is it?"))
    with pytest.raises(ValueInvalid, match=r"AiDraft\.edit"):
        await drafts.approve(db, store.id, draft.id, "Mara", "broken \0 text", NOW)
    kept = await db.ai_draft.find_unique_or_raise(where={"id": draft.id})
    assert (kept.approved, kept.decidedAt, kept.edit) == (False, None, None)


async def test_feedback_and_scores_are_kept_for_later(db: AsyncClient, store: Store, other: Store) -> None:
    draft = await draft_to(db, await ticket_of(db, store, "Anna", "where is it?"))
    await drafts.turn_down(db, store.id, draft.id, "Mara", "cold", NOW)
    await drafts.rate(db, store.id, draft.id, Decimal("0.15"))
    kept = await db.ai_draft.find_unique_or_raise(where={"id": draft.id})
    assert (kept.feedback, kept.rewardScore, kept.approved) == ("cold", Decimal("0.15"), False)
    for wrong in ("-0.01", "1.01"):
        with pytest.raises(DraftError, match="between 0 and 1"):
            await drafts.rate(db, store.id, draft.id, Decimal(wrong))
    with pytest.raises(DraftMissingError):
        await drafts.rate(db, other.id, draft.id, Decimal(1))
