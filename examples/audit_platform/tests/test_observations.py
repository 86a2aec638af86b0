"""Findings and their links: lineages of any depth in one statement, no circle, and nothing that goes takes another along."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from nicol.errors import ClientError, ConstraintViolation, NicolError

from .conftest import said_by

if TYPE_CHECKING:
    from audit_platform.tenancy import Platform

pytestmark = [pytest.mark.anyio, pytest.mark.slow]

START = datetime(2025, 1, 1, tzinfo=UTC)


async def a_tenant(db: Platform, name: str = "Acme") -> tuple[str, str, str]:
    """A tenant with a person and an engagement: their ids."""
    tenant = await db.tenant.create(
        data={"name": name, "users": {"create": {"name": "Ada", "email": f"ada@{name}.example"}}},
        include={"users": True},
    )
    (user,) = tenant.users or ()
    made = await db.audit_engagement.create(
        data={"tenantId": tenant.id, "leadId": user.id, "title": "Payroll", "dueAt": START}
    )
    return tenant.id, user.id, made.id


async def a_finding(db: Platform, tenant: str, days: int, **fields: Any) -> str:
    made = await db.observation.create(
        data={
            "tenantId": tenant,
            "title": f"day {days}",
            "severity": "HIGH",
            "complianceArea": "Payroll",
            "raisedAt": START + timedelta(days=days),
            **fields,
        }
    )
    return made.id


async def a_chain(db: Platform, tenant: str, length: int) -> list[str]:
    ids: list[str] = []
    for place in range(length):
        ids.append(await a_finding(db, tenant, place, repeatOfId=ids[-1] if ids else None))
    return ids


@pytest.mark.proves("Audit Platform", "progress of my engagements, counted by the database")
async def test_progress_is_counted_by_the_database(empty: Platform) -> None:
    from audit_platform.engagements import get_my_engagement_progress

    tenant, user, engagement = await a_tenant(empty)
    another = await empty.audit_engagement.create(
        data={"tenantId": tenant, "leadId": user, "title": "Nothing yet", "dueAt": START + timedelta(days=1)}
    )
    for day in range(5):
        closed = {"status": "CLOSED", "closedAt": START} if day < 2 else {}
        await a_finding(empty, tenant, day, engagementId=engagement, **closed)
    await a_finding(empty, tenant, 9)
    said = said_by(empty)
    found = await get_my_engagement_progress(empty.for_tenant(tenant), user)
    assert [(each.engagement.id, each.closed, each.total) for each in found] == [
        (engagement, 2, 5),
        (another.id, 0, 0),
    ]
    assert len(said) == 2


@pytest.mark.proves("Audit Platform", "every lineage of repeat findings in one statement, at any depth")
async def test_lineages_are_whole_and_read_in_one_statement(empty: Platform) -> None:
    from audit_platform.observations import get_repeat_findings, observation_with_lineage

    tenant, _, _ = await a_tenant(empty)
    deep, short = await a_chain(empty, tenant, 60), await a_chain(empty, tenant, 2)
    fork = await a_finding(empty, tenant, 99, repeatOfId=deep[30])
    await a_finding(empty, tenant, 5)
    said = said_by(empty)
    mine = empty.for_tenant(tenant)
    found = {each.newest.id: [one.id for one in each.lineage] for each in await get_repeat_findings(mine)}
    assert len(said) == 1
    assert found == {deep[-1]: deep[-2::-1], fork: deep[30::-1], short[-1]: short[:1]}
    said.clear()
    newest = await observation_with_lineage(mine, deep[-1])
    walked, at = [], newest
    while at is not None:
        walked.append(at.id)
        at = at.repeatOf
    assert walked == deep[::-1]
    assert sum("RECURSIVE" in sql for sql in said) == 1
    assert len(said) == 2, "one for the observation (without an engagement), one for all that it repeats"


@pytest.mark.proves("Audit Platform", "a circle of findings cannot be made, by a client or in SQL")
async def test_no_finding_repeats_itself(empty: Platform) -> None:
    tenant, _, _ = await a_tenant(empty)
    ids = await a_chain(empty, tenant, 3)
    for below, above in ((ids[0], ids[2]), (ids[0], ids[0]), (ids[1], ids[2])):
        with pytest.raises(ConstraintViolation, match="raised before it"):
            await empty.observation.update(where={"id": below}, data={"repeatOfId": above})
        with pytest.raises(NicolError, match="raised before it"):
            await empty.execute_raw(
                f"""UPDATE "Observation" SET "repeatOfId" = '{above}' WHERE "id" = '{below}'"""
            )
    with pytest.raises(ConstraintViolation, match="never change"):
        await empty.observation.update(where={"id": ids[0]}, data={"raisedAt": START + timedelta(days=9)})


@pytest.mark.proves("Audit Platform", "two writers at once cannot make a circle of findings")
async def test_writers_at_once_make_no_circle(empty: Platform) -> None:
    tenant, _, _ = await a_tenant(empty)
    for day in range(0, 20, 2):
        one, two = await a_finding(empty, tenant, day), await a_finding(empty, tenant, day + 1)
        answers = await asyncio.gather(
            empty.observation.update(where={"id": one}, data={"repeatOfId": two}),
            empty.observation.update(where={"id": two}, data={"repeatOfId": one}),
            return_exceptions=True,
        )
        assert isinstance(answers[0], ClientError)
        assert not isinstance(answers[1], BaseException)


@pytest.mark.proves("Audit Platform", "what an engagement found outlives it, and a repeat its original")
async def test_links_become_null_and_observations_stay(empty: Platform) -> None:
    from audit_platform.engagements import delete_engagement
    from audit_platform.observations import delete_observation, get_repeat_findings

    tenant, _, engagement = await a_tenant(empty)
    mine = empty.for_tenant(tenant)
    original = await a_finding(empty, tenant, 0, engagementId=engagement)
    again = await a_finding(empty, tenant, 1, engagementId=engagement, repeatOfId=original)
    assert await delete_engagement(mine, engagement)
    assert not await delete_engagement(mine, engagement)
    assert [each.engagementId for each in await mine.observation.find_many()] == [None, None]
    assert await delete_observation(mine, original)
    left = await mine.observation.find_unique_or_raise(where={"id": again})
    assert (left.repeatOfId, await get_repeat_findings(mine)) == (None, [])


async def test_closing_says_when_and_opening_forgets_it(empty: Platform) -> None:
    from audit_platform.db.enums import ObservationStatus
    from audit_platform.observations import set_status

    tenant, _, _ = await a_tenant(empty)
    mine, finding = empty.for_tenant(tenant), await a_finding(empty, tenant, 0)
    for status, closed in ((ObservationStatus.CLOSED, START), (ObservationStatus.OPEN, None)):
        assert await set_status(mine, finding, status, START)
        found = await mine.observation.find_unique_or_raise(where={"id": finding})
        assert (found.status, found.closedAt) == (status, closed)
    with pytest.raises(ConstraintViolation):
        await mine.observation.update(where={"id": finding}, data={"status": "CLOSED"})


@pytest.mark.proves("Audit Platform", "tenants never see, count, link or change each other's rows")
async def test_tenants_are_kept_apart(empty: Platform) -> None:
    from audit_platform import engagements, observations, snapshots
    from audit_platform.db.enums import ObservationStatus, Severity

    one, _, _ = await a_tenant(empty, "One")
    two, user, engagement = await a_tenant(empty, "Two")
    ids = await a_chain(empty, two, 3)
    await snapshots.capture_snapshot(empty, two, START)
    db = empty.for_tenant(one)
    assert [each.name for each in await db.tenant.find_many()] == ["One"]
    assert await observations.get_repeat_findings(db) == []
    assert await observations.observation_with_lineage(db, ids[2]) is None
    assert await engagements.get_my_engagement_progress(db, user) == []
    assert await engagements.engagement_with_observations(db, engagement) is None
    assert await engagements.repeatable(db, "none") == []
    assert not await observations.set_status(db, ids[0], ObservationStatus.CLOSED, START)
    assert not await observations.delete_observation(db, ids[0])
    assert not await engagements.delete_engagement(db, engagement)
    assert (await snapshots.get_severity_trend(db, "day", START.date())).series["HIGH"][-1] is None
    with pytest.raises((observations.FindingError, ClientError)):
        await observations.record(db, engagement, "Ours?", Severity.LOW, "IT")
    for link in ({"repeatOfId": ids[0]}, {"engagementId": engagement}):
        with pytest.raises(ConstraintViolation, match="of its tenant"):
            await a_finding(empty, one, 50, **link)
    assert await empty.observation.count() == 3
