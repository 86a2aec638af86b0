"""Replies that a model proposed: sent as they are, sent with changes, or turned down; and what people made of them."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

from shop_dashboard.db import AiDraft, AsyncClient, Author, TicketMessage
from shop_dashboard.db.types import AiDraftUpdateManyInput
from shop_dashboard.shapes import Edit


class DraftError(Exception):
    """A draft that cannot be decided as was asked; the message says why."""


class DraftMissingError(DraftError):
    """There is no such draft in this store."""


class AlreadyDecidedError(DraftError):
    """Somebody else was faster."""

    def __init__(self, draft: AiDraft) -> None:
        did = "sent" if draft.approved else "turned down"
        super().__init__(f"{draft.decidedBy or 'Somebody'} has {did} this draft already")
        self.draft = draft


async def approve(
    db: AsyncClient, store_id: str, draft_id: str, by: str, text: str, now: datetime
) -> TicketMessage:
    """Send a draft, with the changes that a person made. Of several who decide at once one does (AlreadyDecidedError)."""
    async with db.tx() as tx:
        draft = await _decide(tx, store_id, draft_id, {"approved": True, "decidedBy": by, "decidedAt": now})
        answered = draft.message
        assert answered is not None
        edited = text != draft.text
        if edited:
            await tx.ai_draft.update(where={"id": draft.id}, data={"edit": text})
        said = await tx.ticket_message.create(
            data={
                "storeId": store_id,
                "ticketId": answered.ticketId,
                "author": Author.AI,
                "name": by,
                "body": text,
                "edits": [Edit(by, now, draft.text)] if edited else [],
                "metadata": {"draft": draft.id, "model": draft.model, "version": draft.version},
                "createdAt": now,
            }
        )
        await tx.ticket.update(where={"id": answered.ticketId}, data={"lastMessageAt": now})
    return said


async def turn_down(
    db: AsyncClient, store_id: str, draft_id: str, by: str, feedback: str | None, now: datetime
) -> None:
    """Decide that a draft is not sent, and say why. AlreadyDecidedError as for `approve`."""
    async with db.tx() as tx:
        await _decide(tx, store_id, draft_id, {"feedback": feedback, "decidedBy": by, "decidedAt": now})


async def rate(
    db: AsyncClient, store_id: str, draft_id: str, score: Decimal, feedback: str | None = None
) -> None:
    """Say how good a draft was, from 0 to 1, for later tuning. DraftError for other scores."""
    if not 0 <= score <= 1:
        raise DraftError("a score lies between 0 and 1")
    data: AiDraftUpdateManyInput = {"rewardScore": score}
    if feedback:
        data["feedback"] = feedback
    rated = await db.ai_draft.update_many(where={"id": draft_id, "storeId": store_id}, data=data)
    if not rated:
        raise DraftMissingError("there is no such draft")


async def _decide(tx: AsyncClient, store_id: str, draft_id: str, decision: AiDraftUpdateManyInput) -> AiDraft:
    decided = await tx.ai_draft.update_many(
        where={"id": draft_id, "storeId": store_id, "decidedAt": None}, data=decision
    )
    found = await tx.ai_draft.find_first(
        where={"id": draft_id, "storeId": store_id}, include={"message": True}
    )
    if found is None:
        raise DraftMissingError("there is no such draft")
    if not decided:
        raise AlreadyDecidedError(found)
    return found
