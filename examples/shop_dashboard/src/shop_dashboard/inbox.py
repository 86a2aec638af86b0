"""The inbox: conversations with their last message, and what was said in one of them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from nicol.client import sql
from shop_dashboard.db import AsyncClient, Author, Ticket, TicketMessage, TicketStatus

PAGE = 30


@dataclass(frozen=True, slots=True)
class Entry:
    """A line of the inbox. `drafts`: proposals that wait for a decision."""

    id: str
    customer: str
    subject: str
    lastMessageAt: datetime  # noqa: N815 - a column
    unread: int
    drafts: int
    author: Author | None
    body: str | None


_ENTRIES = """
SELECT t."id", t."customer", t."subject", t."lastMessageAt", m."author", m."body",
  (SELECT count(*) FROM "TicketMessage" u
    WHERE u."ticketId" = t."id" AND u."author" = 'CUSTOMER' AND u."readAt" IS NULL) AS "unread",
  (SELECT count(*) FROM "AiDraft" d JOIN "TicketMessage" a ON a."id" = d."messageId"
    WHERE a."ticketId" = t."id" AND d."decidedAt" IS NULL) AS "drafts"
FROM "Ticket" t
LEFT JOIN "TicketMessage" m ON m."id" = (
  SELECT n."id" FROM "TicketMessage" n WHERE n."ticketId" = t."id" ORDER BY n."createdAt" DESC, n."id" DESC LIMIT 1)
WHERE t."storeId" = {store} AND {status}
ORDER BY t."lastMessageAt" DESC, t."id"
LIMIT {take} OFFSET {skip}
"""
_OPEN, _CLOSED = sql("""t."status" = 'OPEN'"""), sql("""t."status" = 'CLOSED'""")


async def entries(db: AsyncClient, store_id: str, *, closed: bool = False, page: int = 1) -> list[Entry]:
    """One page of conversations, the latest first, and one more where there is a next page. One round trip."""
    wanted = sql(
        _ENTRIES,
        store=store_id,
        status=_CLOSED if closed else _OPEN,
        take=PAGE + 1,
        skip=(page - 1) * PAGE,
    )
    return await db.query_raw(wanted, into=Entry)


async def conversation(db: AsyncClient, domain: str, ticket_id: str) -> Ticket | None:
    """A conversation with all that was said in it, and the drafts to each message."""
    return await db.ticket.find_first(
        where={"id": ticket_id, "store": {"is": {"domain": domain}}},
        include={
            "messages": {
                "order": [{"createdAt": "asc"}, {"id": "asc"}],
                "include": {"drafts": {"order": {"createdAt": "asc"}}},
            }
        },
    )


async def mark_read(db: AsyncClient, ticket_id: str, now: datetime) -> int:
    """Note that somebody has read a conversation: how many messages were new."""
    return await db.ticket_message.update_many(
        where={"ticketId": ticket_id, "author": Author.CUSTOMER, "readAt": None}, data={"readAt": now}
    )


async def reply(db: AsyncClient, ticket: Ticket, by: str, body: str, now: datetime) -> TicketMessage:
    """Answer a customer in one's own words."""
    async with db.tx() as tx:
        said = await tx.ticket_message.create(
            data={
                "storeId": ticket.storeId,
                "ticketId": ticket.id,
                "author": Author.HUMAN,
                "name": by,
                "body": body,
                "createdAt": now,
            }
        )
        await tx.ticket.update(where={"id": ticket.id}, data={"lastMessageAt": now})
    return said


async def close(db: AsyncClient, ticket_id: str, *, again: bool = False) -> None:
    """Close a conversation, or open it again."""
    status = TicketStatus.OPEN if again else TicketStatus.CLOSED
    await db.ticket.update_many(where={"id": ticket_id}, data={"status": status})
