"""The pages over HTTP: what they say, what they refuse, and what they never let through."""

import csv
import html
import io
import re
from collections.abc import Mapping
from datetime import UTC, datetime

import pytest
from control_center import seed
from control_center.app import create_app
from control_center.db import AsyncClient
from control_center.settings import Settings
from httpx import ASGITransport
from httpx import AsyncClient as Site

from .conftest import SHOP, MemoryStore, visiting

pytestmark = [pytest.mark.anyio, pytest.mark.slow]
EVIDENCE = "https://example.com/report"
SALES = {
    "shopDomain": SHOP,
    "factType": "shopify.sales.summary",
    "value": {"gross": 4812.4, "currency": "EUR"},
}
IDEA = {
    "shopDomain": SHOP,
    "factType": "pricing.catalog.proposal",
    "value": {
        "title": "Lower the <b>price</b>",
        "summary": "Because",
        "changes": [{"what": "Jacket", "from": "1", "to": "2"}],
    },
}
FORM = {"action": "approve", "actor": "Mara", "rationale": "agreed", "evidence_url": EVIDENCE}
HTMX = {"HX-Request": "true"}


async def add(site: Site, fact: Mapping[str, object]) -> int:
    answer = await site.post("/api/facts", json=fact)
    assert answer.status_code == 201, answer.text
    return answer.json()["id"]


async def decide(site: Site, **changes: object) -> None:
    decision = {"scope": "ops", "actor": "Mara", "action": "note"} | changes
    assert (await site.post("/api/decisions", json=decision)).status_code == 201


async def test_without_facts_the_page_says_how_to_begin(site: Site) -> None:
    page = await site.get("/")
    assert page.status_code == 200
    assert "nicol db seed" in page.text


@pytest.mark.proves("Control Center", "page with tiles, approvals and lately decided")
async def test_the_page_of_a_shop_shows_tiles_and_what_waits(site: Site) -> None:
    await add(site, SALES | {"evidenceUrl": EVIDENCE})
    await add(site, IDEA)
    await decide(site, shopDomain=SHOP, rationale="watched")
    page = await site.get("/")
    assert page.url.path == f"/shops/{SHOP}"
    for text in ("€4,812", "Sales, 24 hours", "Lower the &lt;b&gt;price&lt;/b&gt;", "watched", EVIDENCE):
        assert text in page.text
    assert "<b>price</b>" not in page.text


@pytest.mark.proves("Control Center", "each page needs at most three statements")
async def test_a_page_needs_three_statements_at_most(settings: Settings) -> None:
    app = create_app(settings)
    said: list[str] = []
    at = f"/shops/{SHOP}"
    paths = (at, f"{at}/tiles", f"{at}/facts/shopify.sales.summary", "/audit", "/audit?scope=ops&page=2")
    async with (
        AsyncClient(url=settings.database_url) as db,
        Site(transport=ASGITransport(app), base_url="http://center.example") as site,
    ):
        app.state.db = db  # and no relay, whose statements are not a page's
        await seed.fill(db, datetime.now(UTC))
        db.on("query", lambda event: said.append(event.sql))
        for path in (*paths, "/memory-status"):
            said.clear()
            assert (await site.get(path)).status_code == 200
            assert 1 <= len(said) <= 3, (path, said)


async def test_one_fact_type_has_a_page_of_its_own(site: Site) -> None:
    for gross in (1, 2, 3):
        await add(site, SALES | {"value": {"gross": gross}})
    page = await site.get(f"/shops/{SHOP}/facts/shopify.sales.summary")
    assert page.status_code == 200
    assert page.text.count("<tr>") == 4
    assert 'data-chart="history"' in page.text
    assert "Decided because of it" not in page.text


async def test_a_facts_page_names_what_was_decided_because_of_it(site: Site) -> None:
    fact = await add(site, SALES)
    await decide(site, factId=fact, rationale="watched closely")
    await decide(site, rationale="something else")
    page = await site.get(f"/shops/{SHOP}/facts/shopify.sales.summary")
    assert "watched closely" in page.text
    assert "something else" not in page.text


@pytest.mark.parametrize(
    "path", ["/nothing", "/shops/unknown.example", f"/shops/{SHOP}/facts/a.b.c", "/static/none.css"]
)
async def test_what_is_not_there_is_said_on_a_page(site: Site, path: str) -> None:
    page = await site.get(path)
    assert page.status_code == 404
    assert "Not Found" in page.text
    assert "<!doctype html>" in page.text


# ---- answering -----------------------------------------------------------------------------------------------------------


async def test_an_answer_without_scripts_leads_back_to_the_page(site: Site) -> None:
    idea = await add(site, IDEA)
    page = await site.post(f"/shops/{SHOP}/proposals/{idea}", data=FORM)
    assert page.url.path == f"/shops/{SHOP}"
    assert "Nothing waits for an approval" in page.text
    assert "agreed" in page.text
    assert site.cookies["operator"] == "Mara"


async def test_an_answer_with_htmx_brings_the_parts_that_changed(site: Site) -> None:
    idea = await add(site, IDEA)
    part = await site.post(f"/shops/{SHOP}/proposals/{idea}", data=FORM, headers=HTMX)
    assert part.status_code == 200
    assert "<html" not in part.text
    assert {"approvals", "recent", "memory-status", "notice"} <= set(re.findall(r'id="([\w-]+)"', part.text))


@pytest.mark.proves("Control Center", "validation messages beside the form")
@pytest.mark.parametrize("headers", [{}, HTMX])
async def test_what_is_missing_is_said_beside_the_field_and_nothing_typed_is_lost(
    site: Site, headers: dict[str, str]
) -> None:
    idea = await add(site, IDEA)
    page = await site.post(
        f"/shops/{SHOP}/proposals/{idea}", data=FORM | {"evidence_url": "", "actor": " "}, headers=headers
    )
    assert page.status_code == 422
    assert f'id="proposal-{idea}-evidence-fault">an approval needs evidence' in page.text
    assert f'id="proposal-{idea}-actor-fault">a decision needs its actor' in page.text
    assert ">agreed</textarea>" in page.text
    assert "<details open>" in page.text


async def test_an_answered_proposal_says_who_was_faster(site: Site) -> None:
    idea = await add(site, IDEA)
    await add(site, IDEA)
    for actor in ("Mara", "Jonas"):
        part = await site.post(f"/shops/{SHOP}/proposals/{idea}", data=FORM | {"actor": actor}, headers=HTMX)
    assert "Mara has already answered" in part.text


@pytest.mark.parametrize("actor", ["Łukasz 🙂", "a; b=c", '"quoted"', "O'Neil <b>"])
async def test_a_name_of_any_letters_is_remembered(site: Site, actor: str) -> None:
    first = await add(site, IDEA)
    await add(site, IDEA)
    page = await site.post(f"/shops/{SHOP}/proposals/{first}", data=FORM | {"actor": actor})
    assert page.status_code == 200
    (shown,) = re.findall(r'name="actor"[^>]* value="([^"]*)"', page.text)
    assert html.unescape(shown) == actor


async def test_text_that_no_database_can_hold_is_refused(site: Site) -> None:
    idea = await add(site, IDEA)
    page = await site.post(f"/shops/{SHOP}/proposals/{idea}", data=FORM | {"rationale": "a\0b"})
    assert page.status_code in (400, 422)


async def test_a_proposal_of_another_shop_is_not_found(site: Site) -> None:
    idea = await add(site, IDEA)
    assert (await site.post(f"/shops/other.example/proposals/{idea}", data=FORM)).status_code == 404


async def test_an_unknown_proposal_is_not_found(site: Site) -> None:
    await add(site, SALES)
    assert (await site.post(f"/shops/{SHOP}/proposals/404", data=FORM)).status_code == 404


# ---- audit trail ---------------------------------------------------------------------------------------------------------


async def test_the_trail_can_be_filtered_in_the_address(site: Site) -> None:
    await decide(site, rationale="first", scope="ops")
    await decide(site, rationale="second", scope="ads", actor="Jonas")
    page = await site.get("/audit", params={"scope": "ads"})
    assert "second" in page.text
    assert "first" not in page.text
    part = await site.get(
        "/audit", params={"actor": "Mara", "scope": "", "since": "", "until": "", "tz": "UTC"}, headers=HTMX
    )
    assert "first" in part.text
    assert "<html" not in part.text
    assert "No decision matches" in (await site.get("/audit", params={"until": "2001-01-01"})).text


@pytest.mark.parametrize(
    "params",
    [
        {"since": "yesterday"},
        {"since": "2026-02-30"},
        {"since": "2026-01-01", "tz": "Mars/Base"},
        {"until": "9999-12-31"},
    ],
)
async def test_a_date_that_is_none_is_refused_with_the_reason(site: Site, params: dict[str, str]) -> None:
    page = await site.get("/audit", params=params)
    assert page.status_code == 400
    assert "is not a" in page.text


@pytest.mark.parametrize("page", ["-1", "0", "7"])
async def test_a_page_that_is_none_shows_the_nearest(site: Site, page: str) -> None:
    await decide(site, rationale="only")
    assert "only" in (await site.get("/audit", params={"page": page})).text


async def test_days_are_those_of_the_readers_time_zone(
    migrated_url: str, settings: Settings, site: Site
) -> None:
    moment = datetime(2026, 6, 30, 22, 30, tzinfo=UTC)
    async with AsyncClient(url=migrated_url) as db:
        await db.decision_log.create(
            data={"scope": "ops", "actor": "Mara", "action": "note", "createdAt": moment}
        )
    berlin = {"since": "2026-07-01", "until": "2026-07-01", "tz": "Europe/Berlin"}
    assert "1 decision<" in (await site.get("/audit", params=berlin)).text
    assert "0 decisions<" in (await site.get("/audit", params=berlin | {"tz": "UTC"})).text


@pytest.mark.proves("Control Center", "CSV export, safe in spreadsheets")
async def test_the_csv_holds_what_the_filter_lets_through_and_no_formula(site: Site) -> None:
    formulas = ["=1+1", "+1", "-1", "@SUM(A1)", "\tx", "\rx"]
    for text in formulas:
        await decide(site, rationale=text, actor=f'{text.strip()} "quoted", comma')
    await decide(site, scope="ads")
    answer = await site.get("/audit.csv", params={"scope": "ops"})
    assert answer.headers["content-type"].startswith("text/csv")
    assert "attachment" in answer.headers["content-disposition"]
    rows = list(csv.DictReader(io.StringIO(answer.text, newline="")))
    assert [row["rationale"] for row in reversed(rows)] == [f"'{text}" for text in formulas]
    assert all(row["actor"].startswith("'") or row["actor"][0] == "x" for row in rows)
    assert {row["scope"] for row in rows} == {"ops"}


async def test_an_address_that_means_nothing_is_refused_on_a_page(site: Site) -> None:
    page = await site.get("/audit", params={"page": "many"})
    assert page.status_code == 400
    assert "page" in page.text
    assert "<!doctype html>" in page.text


async def test_going_back_in_history_brings_the_whole_page(site: Site) -> None:
    page = await site.get("/audit", headers=HTMX | {"HX-History-Restore-Request": "true"})
    assert "<html" in page.text
    assert page.headers["vary"] == "HX-Request"


# ---- the memory store ----------------------------------------------------------------------------------------------------


@pytest.mark.proves("Control Center", "the page says how many decisions wait")
async def test_the_page_says_how_many_decisions_wait(site: Site, memory: MemoryStore) -> None:
    await add(site, SALES)
    assert "Memory store up to date" in (await site.get("/")).text
    memory.stop()
    await decide(site)
    await decide(site)
    assert "2 decisions wait for the memory store" in (await site.get("/memory-status")).text
    assert (await site.get("/api/health")).json() == {"ok": True, "waiting": 2}


# ---- security ------------------------------------------------------------------------------------------------------------


@pytest.mark.proves("Control Center", "forms of other sites are refused")
@pytest.mark.parametrize(
    "headers",
    [
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Sec-Fetch-Site": "", "Origin": "https://evil.example"},
        {"Sec-Fetch-Site": "", "Origin": "null"},
    ],
)
async def test_a_form_that_another_site_sent_is_refused(
    settings: Settings, site: Site, headers: dict[str, str]
) -> None:
    idea = await add(site, IDEA)
    page = await site.post(f"/shops/{SHOP}/proposals/{idea}", data=FORM, headers=headers)
    assert page.status_code == 403
    assert "another site" in page.text
    assert "Decide" in (await site.get(f"/shops/{SHOP}", headers=headers)).text


async def test_every_answer_forbids_what_the_page_does_not_need(site: Site) -> None:
    await add(site, SALES)
    for path in ("/", "/audit", "/nothing", "/static/page.css"):
        headers = (await site.get(path)).headers
        assert "default-src 'none'" in headers["content-security-policy"]
        assert "unsafe" not in headers["content-security-policy"]
        assert headers["x-content-type-options"] == "nosniff"


async def test_the_pages_hold_no_inline_script_or_style(site: Site) -> None:
    await add(site, SALES)
    await add(site, IDEA)
    for path in ("/", "/audit", f"/shops/{SHOP}/facts/shopify.sales.summary"):
        page = (await site.get(path)).text
        assert not re.search(r"<script(?![^>]*\bsrc=)|<style|\sstyle=|\son\w+=", page)
        assert not re.search(r'(?:src|href)="(?:https?:)?//(?!example\.com)', page)


# ---- the database --------------------------------------------------------------------------------------------------------


async def test_a_database_without_tables_is_said_with_the_way_out(database_url: str) -> None:
    async with visiting(Settings(database_url=database_url)) as site:
        page = await site.get("/")
        answer = await site.get("/api/health")
    assert (page.status_code, answer.status_code) == (503, 503)
    assert "nicol migrate deploy" in page.text
    assert "nicol migrate deploy" in answer.json()["detail"]
