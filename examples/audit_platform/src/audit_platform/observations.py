"""Observations: recorded, closed, deleted, and what each repeats."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from audit_platform.db import Observation
from audit_platform.db.enums import ObservationStatus, Severity
from audit_platform.tenancy import Platform
from nicol.errors import ConstraintViolation, RecordNotFound


class FindingError(ValueError):
    """What cannot be a finding, and why."""


@dataclass(frozen=True, slots=True)
class Instance:
    """An observation as the board reads it."""

    id: str
    title: str
    severity: Severity
    status: ObservationStatus
    complianceArea: str  # noqa: N815 - fields are found by their names
    raisedAt: datetime  # noqa: N815
    repeatOfId: str | None  # noqa: N815


@dataclass(frozen=True, slots=True)
class RepeatFinding:
    """A finding that was made again, and what it repeats: the instance before it, the one before that, up to the original."""

    newest: Instance
    lineage: tuple[Instance, ...]


async def record(
    db: Platform, engagement_id: str, title: str, severity: Severity, area: str, repeat_of: str | None = None
) -> Observation:
    """Write down what an engagement found. FindingError where it says nothing, or a link leads to what is not the tenant's."""
    if not (title.strip() and area.strip()):
        raise FindingError("A finding needs a title and a compliance area.")
    try:
        return await db.observation.create(
            data={
                "title": title.strip(),
                "severity": severity,
                "complianceArea": area.strip(),
                "engagementId": engagement_id,
                "repeatOfId": repeat_of,
            }
        )
    except (ConstraintViolation, RecordNotFound) as fault:
        raise FindingError(
            "A finding belongs to an engagement of yours, and repeats one that was raised before it."
        ) from fault


async def set_status(db: Platform, observation_id: str, status: ObservationStatus, at: datetime) -> bool:
    """Open, take up or close an observation; False where there is none."""
    closed = at if status is ObservationStatus.CLOSED else None
    changed = await db.observation.update_many(
        where={"id": observation_id}, data={"status": status, "closedAt": closed}
    )
    return changed > 0


async def observation_with_lineage(db: Platform, observation_id: str) -> Observation | None:
    """An observation with its engagement and, up `repeatOf`, all that it repeats: one statement, however deep."""
    return await db.observation.find_unique(
        where={"id": observation_id},
        include={
            "engagement": True,
            "repeatOf": {"depth": "all"},
            "_count": {"repeatInstances": True},
        },
    )


async def delete_observation(db: Platform, observation_id: str) -> bool:
    """Delete an observation; what repeats it stays, as an original. False where there is none."""
    return await db.observation.delete_many(where={"id": observation_id}) > 0


async def get_repeat_findings(db: Platform) -> list[RepeatFinding]:
    """Every finding that repeats others and is not repeated itself, the longest lineage first, in one statement.

    The statement reads the observations that repeat one or are repeated: all lineages are among them, so that nothing has to be
    asked again for however long a lineage is.
    """
    found = await db.observation.find_many(
        where={"OR": [{"repeatOfId": {"not": None}}, {"repeatInstances": {"some": {}}}]}, into=Instance
    )
    by_id = {each.id: each for each in found}
    repeated = {each.repeatOfId for each in found}
    newest = [each for each in found if each.repeatOfId is not None and each.id not in repeated]
    findings = [RepeatFinding(each, _lineage(each, by_id)) for each in newest]
    return sorted(findings, key=lambda each: (-len(each.lineage), each.newest.raisedAt, each.newest.id))


def _lineage(instance: Instance, by_id: dict[str, Instance]) -> tuple[Instance, ...]:
    earlier: list[Instance] = []
    while instance.repeatOfId is not None:
        instance = by_id[instance.repeatOfId]
        earlier.append(instance)
    return tuple(earlier)
