"""The trail: every change of every table, whoever made it, with the name of who did, kept apart by tenant."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import httpx
import pytest

from nicol.errors import NicolError

from .conftest import come_in
from .test_observations import START, a_finding, a_tenant

if TYPE_CHECKING:
    from audit_platform.tenancy import Platform

pytestmark = [pytest.mark.anyio, pytest.mark.slow]


@pytest.mark.proves("Audit Platform", "every change of every table is recorded by triggers of the history")
async def test_every_table_is_recorded_whoever_writes(empty: Platform) -> None:
    from audit_platform.snapshots import capture_snapshot

    tenant, _, engagement = await a_tenant(empty)
    finding = await a_finding(empty, tenant, 0, engagementId=engagement)
    await capture_snapshot(empty, tenant, START)
    await empty.execute_raw(f"""UPDATE "Observation" SET "severity" = 'LOW' WHERE "id" = '{finding}'""")
    await empty.acting_as("ada").audit_engagement.delete(where={"id": engagement})
    entries = [
        (each.table, each.operation, each.actor)
        for each in await empty.audit_entry.find_many(order={"id": "asc"})
    ]
    assert sorted(entries[:5]) == sorted(
        [
            (table, "insert", None)
            for table in ("Tenant", "User", "AuditEngagement", "Observation", "DashboardSnapshot")
        ]
    )
    assert entries[5] == ("Observation", "update", None), "raw SQL, too"
    assert sorted(entries[6:]) == [
        ("AuditEngagement", "delete", "ada"),
        ("Observation", "update", "ada"),
    ], "and what the database itself does to links"


async def test_the_trail_takes_nothing_back(empty: Platform) -> None:
    await a_tenant(empty)
    for sql in ('DELETE FROM "_nicol_audit"', 'UPDATE "_nicol_audit" SET "actor" = NULL'):
        with pytest.raises(NicolError, match="append-only"):
            await empty.execute_raw(sql)


async def test_a_tenant_sees_its_own_entries_only(empty: Platform) -> None:
    from audit_platform.trail import trail_of

    one, _, _ = await a_tenant(empty, "One")
    two, _, _ = await a_tenant(empty, "Two")
    finding = await a_finding(empty, two, 0)
    await empty.observation.delete(where={"id": finding})
    assert [each.operation for each in await trail_of(empty.for_tenant(two), finding)] == ["delete", "insert"]
    assert await trail_of(empty.for_tenant(one), finding) == []


@pytest.mark.proves("Audit Platform", "the page of an observation says who changed what")
async def test_the_page_says_who_changed_what(site: httpx.AsyncClient) -> None:
    page = re.findall(r'href="(/observations/\w+)"', (await site.get("/report")).text)[0]
    await site.post(f"{page}/status", data={"status": "IN_PROGRESS"})
    await site.post(f"{page}/status", data={"status": "CLOSED"})
    part = await site.get(f"{page}/trail", headers={"HX-Request": "true"})
    assert "<html" not in part.text
    whole = (await site.get(f"{page}/trail")).text
    assert all(word in whole for word in ("Malik Aydin", "<del>IN_PROGRESS</del>", "<ins>CLOSED</ins>"))
    await site.post("/leave")
    await come_in(site, "Ingrid Solberg")
    assert (await site.get(f"{page}/trail")).status_code == 404
