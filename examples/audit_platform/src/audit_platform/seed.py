"""Two tenants with engagements, findings that come again and a snapshot for each day: always the same. `--large` has more."""

from __future__ import annotations

import asyncio
import sys
from collections import Counter
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from random import Random

from audit_platform.db import AsyncClient, Tenant
from audit_platform.db.enums import EngagementStatus, Severity
from audit_platform.db.types import (
    AuditEngagementCreateInput,
    DashboardSnapshotCreateInput,
    ObservationCreateInput,
    UserCreateInput,
)
from audit_platform.snapshots import measured, midnight

SMALL, LARGE = 90, 10_000
"""Observations of a tenant."""

HISTORY, SNAPSHOTS, BATCH = 900, 400, 2000
"""Days since the first observation, days with snapshots, and rows that are written at once."""

GAP = range(60, 75)
"""Days ago on which nobody took a snapshot."""

TENANTS = (
    ("Hansea Versicherung", "hansea.example", ("Johanna Petersen", "Malik Aydin", "Ruth Okafor")),
    ("Borealis Energy", "borealis.example", ("Ingrid Solberg", "Tomás Herrera", "Wei Lindqvist")),
)
AUDITS = (
    "Access management", "Payments and treasury", "Vendor onboarding", "Claims handling",
    "Business continuity", "Payroll", "Data protection", "Procurement",
)  # fmt: skip
AREAS = ("Data protection", "Financial reporting", "IT general controls", "Procurement")
FINDINGS = (
    "Leavers keep their accounts for weeks", "Payments over the limit with one approval",
    "Backups are not restored for a test", "Vendors without a signed data agreement",
    "Reconciliations are older than a month", "Shared administrator password",
    "Changes go live without a review", "Emergency plan names people who left",
    "Invoices are paid twice", "Access rights are not reviewed each year",
    "Personal data is kept for too long", "Tenders are decided without minutes",
)  # fmt: skip
STATES = (
    EngagementStatus.FIELDWORK,
    EngagementStatus.FIELDWORK,
    EngagementStatus.FIELDWORK,
    EngagementStatus.REPORTING,
)
SEVERITIES = (
    Severity.LOW, Severity.MEDIUM, Severity.MEDIUM, Severity.HIGH, Severity.HIGH, Severity.CRITICAL
)  # fmt: skip


async def seed(db: AsyncClient, observations: int = SMALL) -> None:
    """Fill an empty database; a database with tenants is left as it is."""
    if await db.tenant.count():
        return
    now = datetime.now(UTC).replace(microsecond=0)
    for name, domain, people in TENANTS:
        dice = Random(name)  # noqa: S311 - numbers for show
        tenant = await _open(db, name, domain, people)
        engagements = await _plan(db, tenant, now, dice)
        found = _find(engagements, observations, now, dice)
        for at in range(0, len(found), BATCH):
            await db.observation.create_many(data=[each.row(tenant.id) for each in found[at : at + BATCH]])
        await db.dashboard_snapshot.create_many(data=_look_back(tenant.id, found, now))


async def _open(db: AsyncClient, name: str, domain: str, people: tuple[str, ...]) -> Tenant:
    users: list[UserCreateInput] = [
        {
            "name": person,
            "email": f"{person.split()[0].lower()}@{domain}",
            "role": "AUDITOR" if place else "HEAD_OF_AUDIT",
        }
        for place, person in enumerate(people)
    ]
    return await db.tenant.create(
        data={"name": name, "users": {"create": users}}, include={"users": {"order": {"email": "asc"}}}
    )


async def _plan(db: AsyncClient, tenant: Tenant, now: datetime, dice: Random) -> list[str]:
    """The tenant's engagements, the oldest first: those that are over are closed."""
    ids, leads = [_id(dice) for _ in AUDITS], tenant.users or []
    rows: list[AuditEngagementCreateInput] = [
        {
            "id": ids[place],
            "tenantId": tenant.id,
            "leadId": leads[place % len(leads)].id,
            "title": f"{title} {(now - timedelta(days=400 * (1 - place / len(AUDITS)))).year}",
            "status": "CLOSED" if place < 2 else dice.choice(STATES),
            "dueAt": now + timedelta(days=60 * (place - 3)),
        }
        for place, title in enumerate(AUDITS)
    ]
    await db.audit_engagement.create_many(data=rows)
    return ids


@dataclass(frozen=True, slots=True)
class Finding:
    """An observation to be: its id, what of `FINDINGS` it is, and the earlier one that it repeats."""

    id: str
    topic: int
    severity: Severity
    raised: datetime
    closed: datetime | None
    engagement: str | None
    again: Finding | None

    def row(self, tenant_id: str) -> ObservationCreateInput:
        """It as a row. All rows have the same fields, so that `create_many` writes them in their order: originals first."""
        return {
            "id": self.id,
            "tenantId": tenant_id,
            "title": FINDINGS[self.topic],
            "severity": self.severity,
            "complianceArea": self.area,
            "raisedAt": self.raised,
            "createdAt": self.raised,
            "status": "CLOSED" if self.closed else "IN_PROGRESS" if self.topic % 2 else "OPEN",
            "closedAt": self.closed,
            "engagementId": self.engagement,
            "repeatOfId": self.again.id if self.again else None,
        }

    @property
    def area(self) -> str:
        """Its compliance area."""
        return AREAS[self.topic % len(AREAS)]

    def state(self, at: datetime) -> tuple[str, str, str]:
        """How a snapshot of a moment counts it."""
        return self.severity, "CLOSED" if self.closed and self.closed <= at else "OPEN", self.area


def _find(engagements: list[str], number: int, now: datetime, dice: Random) -> list[Finding]:
    """Findings in the order in which they were raised; one in three is an earlier one again, and some have no engagement."""
    ages = sorted((HISTORY * dice.random() ** 1.3 for _ in range(number)), reverse=True)
    found: list[Finding] = []
    originals: list[Finding] = []
    for place, age in enumerate(ages):
        raised = now - timedelta(days=age, milliseconds=number - place)
        again = originals.pop(dice.randrange(len(originals))) if originals and dice.random() < 0.35 else None
        closed = raised + timedelta(days=dice.triangular(10, 300, 90))
        engagement = engagements[int((1 - age / HISTORY) * len(engagements)) % len(engagements)]
        found.append(
            Finding(
                _id(dice),
                again.topic if again else dice.randrange(len(FINDINGS)),
                dice.choice(SEVERITIES),
                raised,
                closed if closed < now else None,
                engagement if dice.random() < 0.85 else None,
                again,
            )
        )
        originals.append(found[-1])
    return found


def _look_back(tenant_id: str, found: list[Finding], now: datetime) -> list[DashboardSnapshotCreateInput]:
    """What the daily job would have counted on each day; on those of the gap it did not run."""
    today = midnight(now.date())
    return [
        {
            "tenantId": tenant_id,
            "day": day,
            "capturedAt": day + timedelta(hours=2),
            "metrics": measured((*state, number) for state, number in Counter(states).items()),
        }
        for day in (today - timedelta(days=ago) for ago in reversed(range(SNAPSHOTS)) if ago not in GAP)
        for states in [[each.state(day) for each in found if each.raised <= day]]
    ]


def _id(dice: Random) -> str:
    """An id that is the same every time and looks like the others."""
    return f"c{dice.getrandbits(120):024x}"[:25]


async def main() -> None:
    """`python -m audit_platform.seed [--large]`: the seed in one transaction, small or large."""
    async with AsyncClient() as db, db.tx(timeout=600) as tx:
        await seed(tx, LARGE if "--large" in sys.argv else SMALL)


if __name__ == "__main__":
    asyncio.run(main())
