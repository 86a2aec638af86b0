"""Engagements: those of a person with their progress, and one with what it found."""

from __future__ import annotations

from dataclasses import dataclass

from audit_platform.db import AuditEngagement, Observation
from audit_platform.tenancy import Platform

SHOWN, CANDIDATES = 200, 100
"""How many observations of an engagement are shown, and how many are offered as what was found again."""


@dataclass(frozen=True, slots=True)
class Progress:
    """An engagement, how many observations it has, and how many of them are closed."""

    engagement: AuditEngagement
    total: int
    closed: int


async def get_my_engagement_progress(db: Platform, user_id: str) -> list[Progress]:
    """The engagements that a person leads, the next one due first. The database counts: two statements, whatever there is."""
    engagements = await db.audit_engagement.find_many(
        where={"leadId": user_id}, order=[{"dueAt": "asc"}, {"id": "asc"}]
    )
    counts = await db.observation.group_by(
        by="engagementId",
        where={"engagement": {"is": {"leadId": user_id}}},
        count={"_all": True, "closedAt": True},
    )
    known = {row["engagementId"]: (row["_count"]["_all"], row["_count"]["closedAt"]) for row in counts}
    return [Progress(each, *known.get(each.id, (0, 0))) for each in engagements]


async def engagement_with_observations(db: Platform, engagement_id: str) -> AuditEngagement | None:
    """An engagement with its gravest observations and the number of all."""
    return await db.audit_engagement.find_unique(
        where={"id": engagement_id},
        include={
            "observations": {
                "order": [{"severity": "desc"}, {"raisedAt": "desc"}, {"id": "asc"}],
                "take": SHOWN,
            },
            "_count": {"observations": True},
        },
    )


async def repeatable(db: Platform, engagement_id: str) -> list[Observation]:
    """The newest findings outside of an engagement: what it may have found again."""
    return await db.observation.find_many(
        where={"OR": [{"engagementId": None}, {"engagementId": {"not": engagement_id}}]},
        order=[{"raisedAt": "desc"}, {"id": "asc"}],
        take=CANDIDATES,
    )


async def delete_engagement(db: Platform, engagement_id: str) -> bool:
    """Delete an engagement; what it found stays, without it. False where there is none."""
    return await db.audit_engagement.delete_many(where={"id": engagement_id}) > 0
