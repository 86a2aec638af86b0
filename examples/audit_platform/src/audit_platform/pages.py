"""The pages: my engagements, one of them, an observation, the trends, and the report to the board."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Annotated, TypeVar
from urllib.parse import quote

from fastapi import APIRouter, Form, HTTPException, Request, Response
from fastapi.responses import HTMLResponse, JSONResponse, RedirectResponse

from audit_platform import engagements, observations, snapshots, trail
from audit_platform.db.enums import ObservationStatus, Severity
from audit_platform.observations import FindingError
from audit_platform.rendering import html
from audit_platform.snapshots import Trend, Unit
from audit_platform.wiring import Entrance, Everything, Mine, TheVisitor, enter

T = TypeVar("T")

router = APIRouter(include_in_schema=False)

REPORTED = 100
"""How many repeat findings the report prints in full."""


@router.get("/")
async def entrance(request: Request, db: Entrance) -> HTMLResponse:
    """Who works here, to choose from: in the place of an identity provider."""
    tenants = await db.tenant.find_many(
        order={"name": "asc"}, include={"users": {"order": [{"role": "desc"}, {"name": "asc"}]}}
    )
    return html("entrance.html", tenants=tenants, visitor=request.session.get("visitor"), here="")


@router.post("/enter")
async def come_in(request: Request, db: Entrance, user: Annotated[str, Form()]) -> Response:
    """Be somebody, until one leaves."""
    found = await db.user.find_unique(where={"id": user}, include={"tenant": True})
    if found is None:
        raise HTTPException(404, "Nobody works here by that name.")
    enter(request, found)
    return RedirectResponse("/engagements", 303)


@router.post("/leave")
async def leave(request: Request) -> Response:
    """Be nobody again."""
    request.session.clear()
    return RedirectResponse("/", 303)


@router.get("/api/health")
async def health(db: Entrance) -> JSONResponse:
    """Whether the database answers."""
    await db.tenant.count()
    return JSONResponse({"ok": True, "waiting": 0})


@router.get("/engagements")
async def my_engagements(db: Mine, visitor: TheVisitor) -> HTMLResponse:
    """What the visitor leads, and how far it is."""
    progress = await engagements.get_my_engagement_progress(db, visitor.user)
    return html("engagements.html", visitor=visitor, here="engagements", progress=progress)


@router.get("/engagements/{engagement_id}")
async def engagement(db: Mine, visitor: TheVisitor, engagement_id: str) -> HTMLResponse:
    """An engagement, what it found, and the form for what it finds next."""
    return await _engagement_page(db, visitor, engagement_id)


@router.post("/engagements/{engagement_id}/observations")
async def record(
    db: Mine,
    visitor: TheVisitor,
    engagement_id: str,
    title: Annotated[str, Form()],
    severity: Annotated[Severity, Form()],
    area: Annotated[str, Form()],
    repeat_of: Annotated[str, Form()] = "",
) -> Response:
    """Write down what an engagement found; what the database refuses is said where it was typed."""
    try:
        await observations.record(db, engagement_id, title, severity, area, repeat_of or None)
    except FindingError as fault:
        return await _engagement_page(db, visitor, engagement_id, str(fault))
    return RedirectResponse(f"/engagements/{quote(engagement_id)}", 303)


@router.post("/engagements/{engagement_id}/delete")
async def delete_engagement(db: Mine, engagement_id: str) -> Response:
    """Delete an engagement; its observations stay."""
    _there(await engagements.delete_engagement(db, engagement_id), "engagement")
    return RedirectResponse("/engagements", 303)


@router.get("/observations/{observation_id}")
async def observation(db: Mine, visitor: TheVisitor, observation_id: str) -> HTMLResponse:
    """An observation with all that it repeats."""
    found = _there(await observations.observation_with_lineage(db, observation_id), "observation")
    return html(
        "observation.html", visitor=visitor, here="", observation=found, statuses=list(ObservationStatus)
    )


@router.get("/observations/{observation_id}/trail")
async def history(request: Request, db: Mine, visitor: TheVisitor, observation_id: str) -> HTMLResponse:
    """Who changed an observation, and how; the list alone where the observation's page asks for it."""
    changes = _there(await trail.trail_of(db, observation_id), "observation")
    template = "parts/trail.html" if _is_fragment(request) else "trail.html"
    return html(template, visitor=visitor, here="", observation_id=observation_id, changes=changes)


@router.post("/observations/{observation_id}/status")
async def set_status(db: Mine, observation_id: str, status: Annotated[ObservationStatus, Form()]) -> Response:
    """Open, take up or close an observation."""
    changed = await observations.set_status(db, observation_id, status, datetime.now(UTC))
    _there(changed, "observation")
    return RedirectResponse(f"/observations/{quote(observation_id)}", 303)


@router.post("/observations/{observation_id}/delete")
async def delete_observation(db: Mine, observation_id: str) -> Response:
    """Delete an observation; what repeats it stays."""
    _there(await observations.delete_observation(db, observation_id), "observation")
    return RedirectResponse("/engagements", 303)


@router.get("/trends")
async def trends(request: Request, db: Mine, visitor: TheVisitor, by: Unit = "week") -> HTMLResponse:
    """Open observations by severity and by compliance area; the part with the charts alone where another unit is chosen."""
    today = datetime.now(UTC).date()
    shown = [
        ("severity", "By severity", await snapshots.get_severity_trend(db, by, today)),
        ("area", "By compliance area", await snapshots.get_compliance_trend(db, by, today)),
    ]
    charts = [(name, title, trend, _points(trend)) for name, title, trend in shown]
    template = "parts/trends.html" if _is_fragment(request) else "trends.html"
    return html(template, visitor=visitor, here="trends", unit=by, charts=charts)


@router.post("/snapshots")
async def capture(db: Everything, visitor: TheVisitor) -> Response:
    """Take today's snapshot of the visitor's tenant now, or anew."""
    await snapshots.capture_snapshot(db.acting_as(visitor.name), visitor.tenant, datetime.now(UTC))
    return RedirectResponse("/trends?by=day", 303)


@router.get("/report")
async def report(db: Mine, visitor: TheVisitor) -> HTMLResponse:
    """The report to the board: what was found again, and since when. Made to be printed."""
    findings = await observations.get_repeat_findings(db)
    return html(
        "report.html",
        visitor=visitor,
        here="report",
        findings=findings[:REPORTED],
        total=len(findings),
        unsettled=sum(each.newest.status is not ObservationStatus.CLOSED for each in findings),
        longest=max((len(each.lineage) for each in findings), default=0),
        at=datetime.now(UTC),
    )


async def _engagement_page(
    db: Mine, visitor: TheVisitor, engagement_id: str, fault: str = ""
) -> HTMLResponse:
    found = _there(await engagements.engagement_with_observations(db, engagement_id), "engagement")
    return html(
        "engagement.html",
        422 if fault else 200,
        visitor=visitor,
        here="engagements",
        engagement=found,
        candidates=await engagements.repeatable(db, engagement_id),
        severities=list(reversed(Severity)),
        fault=fault,
    )


def _points(trend: Trend) -> str:
    """A trend as the chart takes it: moments, then a list for each series, null where there is a gap."""
    return json.dumps([trend.moments, *trend.series.values()])


def _there(found: T | None, kind: str) -> T:
    if not found:
        raise HTTPException(404, f"There is no such {kind} here.")
    return found


def _is_fragment(request: Request) -> bool:
    """Whether htmx wants a part of a page; when it goes back in history it wants the whole."""
    return request.headers.get("hx-request") == "true" and "hx-history-restore-request" not in request.headers
