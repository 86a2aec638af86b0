"""The pages: a shop's tiles and approvals, the history of one fact type, and the audit trail."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from typing import Annotated
from urllib.parse import quote, unquote, urlencode
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from fastapi import APIRouter, Form, HTTPException, Query, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse, StreamingResponse
from pydantic import BaseModel

from control_center import approvals, csv_export, decisions, facts
from control_center.approvals import AlreadyAnsweredError, Answer, ProposalMissingError
from control_center.decisions import AuditFilter, DecisionError
from control_center.fact_types import fact_type
from control_center.masthead import head
from control_center.rendering import html
from control_center.wiring import Database, TheRelay

router = APIRouter(include_in_schema=False)
OPERATOR_COOKIE = "operator"
YEAR = 365 * 86_400


class AuditQuery(BaseModel):
    """The audit trail's filter as it stands in the address; dates are days of the time zone `tz`."""

    scope: str = ""
    actor: str = ""
    since: str = ""
    until: str = ""
    tz: str = "UTC"
    page: int = 1

    def wanted(self) -> AuditFilter:
        """The filter for the database; a 400 answer for a date that is none."""
        return AuditFilter(
            scope=self.scope or None,
            actor=self.actor or None,
            since=self._midnight(self.since, 0),
            until=self._midnight(self.until, 1),
        )

    def address(self, path: str, **changes: object) -> str:
        """The address of the same filter, some of it changed."""
        chosen = self.model_dump(exclude_defaults=True) | changes
        return f"{path}?{urlencode(chosen)}" if chosen else path

    def _midnight(self, day: str, days_later: int) -> datetime | None:
        if not day:
            return None
        try:
            chosen = date.fromisoformat(day) + timedelta(days=days_later)
            return datetime.combine(chosen, time(), ZoneInfo(self.tz)).astimezone(UTC)
        except (ValueError, OverflowError) as fault:
            raise HTTPException(400, f"“{day}” is not a date such as 2026-11-21") from fault
        except ZoneInfoNotFoundError as fault:
            raise HTTPException(400, f"“{self.tz}” is not a time zone such as Europe/Berlin") from fault


class AnswerForm(BaseModel):
    """An operator's answer to a proposal, as the form sends it."""

    action: str = ""
    actor: str = ""
    rationale: str = ""
    evidence_url: str = ""

    def said(self) -> Answer:
        """The answer, without the blanks around it."""
        return Answer(
            action=self.action.strip(),
            actor=self.actor.strip(),
            rationale=self.rationale.strip() or None,
            evidence_url=self.evidence_url.strip() or None,
        )


@router.get("/")
async def home(request: Request, db: Database) -> Response:
    """The first shop's page; a page that says what to do when there is none."""
    top = await head(db)
    if top.shops:
        return RedirectResponse(_address(top.shops[0]), 303)
    return html("empty.html", head=top, shop=None, address=request.base_url)


@router.get("/shops/{shop}")
async def dashboard(request: Request, db: Database, shop: str) -> HTMLResponse:
    """Tiles, approvals queue and the last decisions of a shop."""
    return html("shop.html", **await _shop_context(db, shop), operator=_operator(request))


@router.get("/shops/{shop}/tiles")
async def tiles(db: Database, shop: str) -> HTMLResponse:
    """The tiles alone, for the page to refresh itself."""
    found, now = await facts.shown(db, shop), datetime.now(UTC)
    return html("parts/tiles.html", tiles=facts.tiles(found, now), shop=shop, now=now)


@router.get("/shops/{shop}/facts/{name}")
async def fact_history(db: Database, shop: str, name: str) -> HTMLResponse:
    """One fact type of a shop: its chart, its facts, and what was decided because of them."""
    past = await facts.history(db, shop, name, take=90)
    if not past:
        raise HTTPException(404, f"{shop} has no facts named {name}")
    now = datetime.now(UTC)
    return html(
        "fact.html",
        head=await head(db),
        shop=shop,
        kind=fact_type(name),
        tile=facts.tile(past[0], past, now),
        decided=await decisions.because_of(db, shop, name),
        readings=[facts.tile(fact, past[at:], now) for at, fact in enumerate(past[:20])],
        now=now,
    )


@router.post("/shops/{shop}/proposals/{fact_id}")
async def answer_proposal(
    request: Request,
    db: Database,
    relay: TheRelay,
    shop: str,
    fact_id: int,
    form: Annotated[AnswerForm, Form()],
) -> Response:
    """Record an approval or a rejection; the form comes back with what is missing, or the queue without the proposal."""
    said, faults, notice = form.said(), {}, ""
    try:
        await approvals.answer(db, shop, fact_id, said)
        relay.wake()
        notice = f"Recorded: {said.actor} answered with {said.action}."
    except DecisionError as refused:
        faults = refused.faults
    except AlreadyAnsweredError as earlier:
        notice = f"{earlier}."
    except ProposalMissingError as missing:
        raise HTTPException(404, str(missing)) from missing
    return await _answered(request, db, shop, fact_id, form, faults, notice)


@router.get("/memory-status")
async def memory_status(db: Database) -> HTMLResponse:
    """How many decisions wait for the memory store."""
    return html("parts/memory_status.html", head=await head(db))


@router.get("/audit")
async def audit(request: Request, db: Database, query: Annotated[AuditQuery, Query()]) -> HTMLResponse:
    """The audit trail, filtered and in pages."""
    wanted = query.wanted()
    overview = await decisions.overview(db, wanted)
    pages = max(1, -(-overview.total // decisions.PAGE))
    page = min(max(query.page, 1), pages)
    context: dict[str, object] = {
        "query": query,
        "found": await decisions.search(db, wanted, page),
        "overview": overview,
        "page": page,
        "pages": pages,
        "fragment": _is_fragment(request),
    }
    if _is_fragment(request):
        return html("parts/audit_results.html", **context)
    return html("audit.html", head=await head(db), shop=None, **context)


@router.get("/audit.csv")
async def audit_csv(db: Database, query: Annotated[AuditQuery, Query()]) -> StreamingResponse:
    """The filtered audit trail as a CSV file."""
    lines = csv_export.csv_lines(decisions.export(db, query.wanted()))
    named = {"Content-Disposition": 'attachment; filename="audit-trail.csv"'}
    return StreamingResponse(lines, media_type="text/csv; charset=utf-8", headers=named)


async def _answered(
    request: Request,
    db: Database,
    shop: str,
    fact_id: int,
    form: AnswerForm,
    faults: dict[str, str],
    notice: str,
) -> Response:
    if not faults and not _is_fragment(request):
        return _remember(RedirectResponse(f"{_address(shop)}#approvals", 303), form.actor)
    context = await _shop_context(db, shop)
    template = "parts/approvals.html" if _is_fragment(request) else "shop.html"
    answer = html(
        template,
        422 if faults else 200,
        **context
        | {
            "operator": form.actor or _operator(request),
            "notice": notice,
            "refused": {"fact_id": fact_id, "form": form, "faults": faults} if faults else None,
            "fragment": _is_fragment(request),
        },
    )
    return answer if faults else _remember(answer, form.actor)


async def _shop_context(db: Database, shop: str) -> dict[str, object]:
    now = datetime.now(UTC)
    top = await head(db)
    if shop not in top.shops:
        raise HTTPException(404, f"no shop named {shop} has sent a fact")
    found = await facts.shown(db, shop)
    return {
        "head": top,
        "shop": shop,
        "tiles": facts.tiles(found, now),
        "proposals": approvals.waiting(found),
        "recent": await decisions.of_shop(db, shop),
        "now": now,
        "notice": "",
        "refused": None,
        "fragment": False,
    }


def _address(shop: str) -> str:
    return f"/shops/{quote(shop, safe='')}"


def _is_fragment(request: Request) -> bool:
    """Whether htmx wants a part of a page; when it goes back in history it wants the whole."""
    return request.headers.get("hx-request") == "true" and "hx-history-restore-request" not in request.headers


def _operator(request: Request) -> str:
    return unquote(request.cookies.get(OPERATOR_COOKIE, ""))


def _remember(answer: Response, operator: str) -> Response:
    answer.set_cookie(
        OPERATOR_COOKIE, quote(operator.strip()), max_age=YEAR, httponly=True, samesite="strict"
    )
    return answer
