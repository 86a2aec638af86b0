"""Tenants are kept apart twice: by the client's scopes on every database, and by PostgreSQL's policies behind them."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import psycopg
import pytest

from nicol.client import Scope
from nicol.errors import ClientError, NicolError
from tests.commands import succeed

from .conftest import EXAMPLE, ROLES, nicol
from .test_observations import START, a_chain, a_finding, a_tenant

if TYPE_CHECKING:
    from audit_platform.tenancy import Platform

pytestmark = [pytest.mark.anyio, pytest.mark.slow]

TABLES = ("Tenant", "User", "AuditEngagement", "Observation", "DashboardSnapshot", "_nicol_audit")
MODELS = ("tenant", "user", "audit_engagement", "observation", "dashboard_snapshot", "audit_entry")


@pytest.fixture
async def two(empty: Platform) -> tuple[str, str]:
    """Two tenants with a finding that was found again, and a snapshot each."""
    from audit_platform.snapshots import capture_snapshot

    tenants: list[str] = []
    for name in ("One", "Two"):
        tenant, _, engagement = await a_tenant(empty, name)
        await a_chain(empty, tenant, 2)
        await a_finding(empty, tenant, 3, engagementId=engagement)
        await capture_snapshot(empty, tenant, START)
        tenants.append(tenant)
    return tenants[0], tenants[1]


@pytest.fixture
async def served(two: tuple[str, str], served_url: str) -> AsyncIterator[Platform]:
    """The client of the application's role."""
    from audit_platform.tenancy import Platform

    async with Platform(url=served_url) as client:
        yield client


def raw_for(db: Platform, tenant: str) -> Platform:
    """A client that says SQL of its own for a tenant: nothing but policies keeps it to anything."""
    return db.scoped(Scope(shared="*", raw=True, settings={"app.tenant": tenant}))


@pytest.mark.proves(
    "Audit Platform", "row-level security: without a tenant nothing is seen", only="postgresql"
)
async def test_without_a_tenant_nothing_is_seen(served: Platform, empty: Platform, database_url: str) -> None:
    guarded = database_url.startswith("postgresql:")
    for table, model in zip(TABLES, MODELS, strict=True):
        owners = await getattr(empty, model).count()
        seen = 0 if guarded else owners
        assert owners >= 2
        assert await getattr(served, model).count() == seen, model
        (row,) = await served.query_raw(f'SELECT count(*) AS n FROM "{table}"')
        assert row["n"] == seen, table
    async with served.tx() as tx:
        assert await tx.observation.count() == (0 if guarded else 6)


@pytest.mark.proves(
    "Audit Platform", "row-level security: SQL by hand sees and writes the rows of its tenant alone", only="postgresql"
)  # fmt: skip
async def test_sql_by_hand_is_kept_to_its_tenant(
    served: Platform, empty: Platform, two: tuple[str, str], database_url: str
) -> None:
    mine, others = two
    if not database_url.startswith(
        "postgresql:"
    ):  # scopes refuse it, and without one it is not kept to anything
        with pytest.raises(NicolError, match="no raw SQL"):
            await served.for_tenant(mine).query_raw('SELECT * FROM "Observation"')
        return
    hand = raw_for(served, mine)
    before = await trail_and_rows(empty, others)
    for table in ("User", "AuditEngagement", "Observation", "DashboardSnapshot"):
        rows = await hand.query_raw(f'SELECT "tenantId" FROM "{table}"')
        assert {row["tenantId"] for row in rows} == {mine}, table
        assert await hand.execute_raw(f'UPDATE "{table}" SET "id" = "id" WHERE "tenantId" = $1', others) == 0
        if table != "User":  # an engagement has a lead
            assert await hand.execute_raw(f'DELETE FROM "{table}" WHERE "tenantId" = $1', others) == 0
    assert [row["id"] for row in await hand.query_raw('SELECT "id" FROM "Tenant"')] == [mine]
    entries = await hand.query_raw('SELECT "before", "after" FROM "_nicol_audit"')
    assert entries
    assert all(mine in str(each) and others not in str(each) for each in entries)
    for sql in (
        """UPDATE "Observation" SET "tenantId" = $1""",
        """UPDATE "User" SET "tenantId" = $1""",
        """INSERT INTO "User" ("id", "tenantId", "email", "name", "updatedAt") VALUES ('u', $1, 'e', 'n', now())""",
        """INSERT INTO "Tenant" ("id", "name", "updatedAt") VALUES ('x', $1, now())""",
    ):
        with pytest.raises(ClientError, match=r"row-level security|never change"):
            await hand.execute_raw(sql, others)
    with pytest.raises(ClientError, match="permission denied"):
        await hand.execute_raw('DELETE FROM "_nicol_audit"')
    assert await trail_and_rows(empty, others) == before


async def trail_and_rows(db: Platform, tenant: str) -> list[Any]:
    """All that a tenant has."""
    mine = db.for_tenant(tenant)
    return [await getattr(mine, model).find_many(order={"id": "asc"}) for model in MODELS]


@pytest.mark.proves(
    "Audit Platform", "row-level security: what a scope forgets the database does not", only="postgresql"
)
async def test_a_scope_with_a_hole_is_no_hole(
    served: Platform, two: tuple[str, str], database_url: str
) -> None:
    mine, others = two
    forgetful = served.scoped(Scope(shared="*", settings={"app.tenant": mine}))
    guarded = database_url.startswith("postgresql:")
    found = await forgetful.tenant.find_many(
        include={"observations": {"include": {"repeatOf": True}}, "users": True, "snapshots": True}
    )
    assert {each.id for each in found} == ({mine} if guarded else {mine, others})
    assert await forgetful.observation.update_many(
        where={"tenantId": others}, data={"complianceArea": "Mine"}
    ) == (0 if guarded else 3)


STORIES: dict[str, Callable[[Platform, str], Awaitable[Any]]] = {}


def story(name: str) -> Callable[[Any], Any]:
    """Remember what the platform does for a tenant under a name."""

    def keep(function: Any) -> Any:
        STORIES[name] = function
        return function

    return keep


@story("progress, reports and trends")
async def _reads(db: Platform, tenant: str) -> Any:
    from audit_platform.engagements import get_my_engagement_progress
    from audit_platform.observations import get_repeat_findings
    from audit_platform.snapshots import get_compliance_trend, get_severity_trend

    mine = db.for_tenant(tenant)
    (user,) = await mine.user.find_many()
    progress = await get_my_engagement_progress(mine, user.id)
    findings = await get_repeat_findings(mine)
    return (
        [(each.engagement.id, each.closed, each.total) for each in progress],
        [[link.id for link in each.lineage] for each in findings],
        await get_severity_trend(mine, "day", START.date(), points=2),
        await get_compliance_trend(mine, "day", START.date(), points=2),
    )


@story("an engagement goes, its observations stay")
async def _deletes(db: Platform, tenant: str) -> Any:
    from audit_platform.engagements import delete_engagement
    from audit_platform.observations import delete_observation

    mine = db.for_tenant(tenant).acting_as("ada")
    (engagement,) = await mine.audit_engagement.find_many()
    first = await mine.observation.find_first(where={"repeatOfId": None}, order={"raisedAt": "asc"})
    assert first is not None
    done = await delete_engagement(mine, engagement.id), await delete_observation(mine, first.id)
    left = await mine.observation.find_many()
    return done, len(left), {(each.engagementId, each.repeatOfId) for each in left}


@story("the trail says who")
async def _trail(db: Platform, tenant: str) -> Any:
    from audit_platform.db.enums import ObservationStatus
    from audit_platform.observations import set_status
    from audit_platform.trail import trail_of

    mine = db.for_tenant(tenant).acting_as("ada")
    found = await mine.observation.find_first(order={"raisedAt": "asc"})
    assert found is not None
    await set_status(mine, found.id, ObservationStatus.CLOSED, START + timedelta(days=9))
    return [(each.operation, each.actor) for each in await trail_of(mine, found.id)]


@story("the job takes snapshots of all")
async def _captures(db: Platform, tenant: str) -> Any:
    from audit_platform.snapshots import capture_all

    taken = await capture_all(db, START + timedelta(days=1))
    return taken, await db.for_tenant(tenant).dashboard_snapshot.count()


@story("links to another tenant's rows are refused")
async def _links(db: Platform, tenant: str) -> Any:
    mine = db.for_tenant(tenant)
    (other,) = [each.id for each in await db.at_the_entrance().tenant.find_many() if each.id != tenant]
    theirs = await db.for_tenant(other).observation.find_first()
    assert theirs is not None
    with pytest.raises(ClientError):
        await mine.observation.update_many(data={"repeatOfId": theirs.id})
    return await mine.observation.count(where={"repeatOfId": theirs.id})


@pytest.mark.proves("Audit Platform", "the application's role does all that it did, policies or not")
@pytest.mark.parametrize("name", list(STORIES))
async def test_the_applications_role_does_what_the_owner_does(
    served: Platform, empty: Platform, two: tuple[str, str], name: str
) -> None:
    answers = [await STORIES[name](client, tenant) for client, tenant in ((served, two[0]), (empty, two[1]))]
    assert shape(answers[0]) == shape(answers[1])


def shape(answer: Any) -> Any:
    """An answer without ids."""
    if isinstance(answer, tuple | list | set):
        return (
            sorted(map(repr, map(shape, answer)))
            if isinstance(answer, set)
            else [shape(each) for each in answer]
        )
    return "id" if isinstance(answer, str) and len(answer) == 25 else answer


def test_the_seed_needs_the_owner(served_url: str, migrated_url: str, database_url: str) -> None:
    if database_url.startswith("postgresql:"):
        seeded = nicol("db", "seed", DATABASE_URL=served_url)
        assert seeded.returncode != 0
        assert "row-level security" in seeded.stdout + seeded.stderr
    succeed(nicol("db", "seed", DATABASE_URL=migrated_url))
    captured = subprocess.run(
        [sys.executable, "-m", "audit_platform", "capture"],
        cwd=EXAMPLE, env={"DATABASE_URL": served_url, "PATH": ""}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert "snapshot of 2 tenants" in captured.stdout, captured


LOSSES = {
    "policy tenant of table Observation": (
        'DROP POLICY tenant ON "Observation"',
        'ALTER POLICY tenant ON "Observation" USING (true)',
    ),
    "table Observation: no longer ROW LEVEL SECURITY": (
        'ALTER TABLE "Observation" DISABLE ROW LEVEL SECURITY',
    ),
    "grant audit_platform_application of table Observation": (
        'REVOKE SELECT ON "Observation" FROM audit_platform_application',
    ),
}


@pytest.mark.proves("Audit Platform", "a policy that was lost is named, and comes back", only="postgresql")
@pytest.mark.parametrize(
    ("named", "loss"), [(named, loss) for named, each in LOSSES.items() for loss in each]
)
def test_a_lost_policy_is_named_and_comes_back(
    postgres_url: str, tmp_path: Path, named: str, loss: str
) -> None:
    with psycopg.connect(postgres_url, autocommit=True) as owner:
        owner.execute(ROLES)
        succeed(nicol("migrate", "deploy", DATABASE_URL=postgres_url))
        succeed(nicol("migrate", "status", "--drift", DATABASE_URL=postgres_url))
        owner.execute(loss.encode())
    status = nicol("migrate", "status", "--drift", DATABASE_URL=postgres_url)
    assert (status.returncode, named in status.stdout + status.stderr) == (1, True), status
    doctor = nicol("doctor", DATABASE_URL=postgres_url)
    assert named in doctor.stdout + doctor.stderr, doctor
    if not named.startswith("policy"):
        return  # rights and switches are told, and no script makes them
    script = tmp_path / "repair.sql"
    where = ("--from", "config-datasource", "--to", "migrations", "--script", "--output", str(script))
    succeed(nicol("migrate", "diff", *where, DATABASE_URL=postgres_url))
    succeed(nicol("db", "execute", "--file", str(script), DATABASE_URL=postgres_url))
    succeed(nicol("migrate", "status", "--drift", DATABASE_URL=postgres_url))
