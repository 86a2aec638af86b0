"""The pages over both databases: what they show, in at most three statements, and what they refuse."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import httpx
import pytest

from .conftest import STORE, settings_of, visiting

if TYPE_CHECKING:
    from shop_dashboard.db import AsyncClient

pytestmark = [pytest.mark.anyio, pytest.mark.slow]

AT = f"/stores/{STORE}"
OTHER = "/stores/harbor-and-pine.myshopify.com"


async def ticket_path(db: AsyncClient, customer: str = "Anna Berg") -> str:
    found = await db.ticket.find_first_or_raise(
        where={"customer": customer, "store": {"is": {"domain": STORE}}}
    )
    return f"{AT}/inbox/{found.id}"


@pytest.mark.proves("Shop Dashboard", "every page answers with seeded data")
async def test_every_page_shows_what_is_there(site: httpx.AsyncClient, seeded: AsyncClient) -> None:
    for path, words in (
        ("/", ("Nordlicht Supply", "Harbor and Pine", "being set up")),
        (AT, ("Average order", "Sold out", "data-points", "flagged orders", "drafts to decide")),
        (f"{AT}?days=90", ("in 90 days",)),
        (f"{AT}/flags", ("needs attention", "Work on it")),
        (f"{AT}/flags?resolved=true", ("resolved", "Resolved")),
        (f"{AT}/inbox", ("Anna Berg", "1 new", "1 draft")),
        (f"{AT}/inbox?closed=true", ("No conversation is closed",)),
        (await ticket_path(seeded), ("tracking has not moved", "A draft", "Turn down")),
        (await ticket_path(seeded, "Ole Hansen"), ("from a draft, changed", "How good was it")),
        (f"{AT}/seo", ("Mend the broken links", "critical")),
        (f"{AT}/seo?status=DONE", ("Shorten the descriptions",)),
        (f"{AT}/inventory", ("Knitted cap", "NL-CAP-KNIT", "before a delivery")),
        (f"{AT}/purchases", ("PO-0001", "Bergen Tekstil", "confirmed", "expected")),
        (f"{AT}/settings", ("Search Console", "bing@nordlicht-supply", "overdue", "answered 503")),
    ):
        answer = await site.get(path)
        assert answer.status_code == 200, path
        assert [word for word in words if word not in answer.text] == [], path


@pytest.mark.proves("Shop Dashboard", "each page needs at most three statements")
async def test_a_page_needs_three_statements_at_most(migrated_url: str, seeded: AsyncClient) -> None:
    from shop_dashboard.app import create_app

    app = create_app(settings_of(migrated_url))
    paths = [await ticket_path(seeded)]
    paths += [AT + part for part in ("", "/flags", "/inbox", "/seo", "/inventory", "/purchases", "/settings")]
    async with app.router.lifespan_context(app):
        said: list[str] = []
        app.state.db.on("query", lambda event: said.append(event.sql))
        async with httpx.AsyncClient(
            transport=httpx.ASGITransport(app), base_url="http://shop.example"
        ) as client:
            await client.get(AT)  # fills the cache, which the scheduled job keeps filled
            for path in ("/", *paths):
                said.clear()
                assert (await client.get(path)).status_code == 200
                assert 1 <= len(said) <= 3, (path, said)


async def test_a_flag_is_made_taken_up_and_resolved(site: httpx.AsyncClient, seeded: AsyncClient) -> None:
    order = await seeded.order.find_first_or_raise(
        where={"name": "#1001", "store": {"is": {"domain": STORE}}}
    )
    sent = {"order": order.shopifyOrderId, "reason": "odd address"}
    assert "is flagged: odd address." in (await site.post(f"{AT}/flags", data=sent)).text
    flag = await seeded.order_flag.find_first_or_raise(where={"reason": "odd address"})
    at = f"{AT}/flags/{flag.id}"
    assert "is in progress" in (await site.post(at, data={"action": "take up", "text": "called"})).text
    missing = await site.post(at, data={"action": "resolve", "person": "", "text": "done"})
    assert (missing.status_code, "your name is missing" in missing.text) == (422, True)
    done = {"action": "resolve", "person": "Mara", "text": "address mended"}
    assert "The flag is resolved." in (await site.post(at, data=done)).text
    late = await site.post(at, data={**done, "person": "Jonas"})
    assert "Mara has resolved this already: address mended." in late.text
    assert "address mended" in (await site.get(f"{AT}/flags?resolved=true")).text
    assert (await site.post(f"{OTHER}/flags/{flag.id}", data=done)).status_code == 404
    assert 'value="Jonas"' in (await site.get(f"{AT}/flags")).text, "who was here is remembered"


async def test_a_draft_is_changed_and_sent_and_rated(site: httpx.AsyncClient, seeded: AsyncClient) -> None:
    path = await ticket_path(seeded)
    draft = await seeded.ai_draft.find_first_or_raise(
        where={"message": {"is": {"ticketId": path.rpartition("/")[2]}}}
    )
    at = f"{path}/drafts/{draft.id}"
    sent = await site.post(at, data={"action": "send", "person": "Mara", "text": "Dear Anna, tomorrow."})
    assert "The draft is sent." in sent.text
    assert "Dear Anna, tomorrow." in sent.text
    late = await site.post(at, data={"action": "turn down", "person": "Jonas"})
    assert "Mara has sent this draft already." in late.text
    assert "The score is noted." in (await site.post(at, data={"action": "rate", "score": "0.8"})).text
    assert "between 0 and 1" in (await site.post(at, data={"action": "rate", "score": "7"})).text
    assert (await site.post(at, data={"action": "burn"})).status_code == 400
    assert (await site.post(f"{path}/drafts/none", data={"action": "rate"})).status_code == 404


async def test_a_conversation_is_answered_closed_and_opened_again(
    site: httpx.AsyncClient, seeded: AsyncClient
) -> None:
    path = await ticket_path(seeded)
    answer = await site.post(path, data={"action": "reply", "person": "Mara", "body": "Hi Anna <3"})
    assert "Hi Anna &lt;3" in answer.text
    assert "is closed" in (await site.post(path, data={"action": "close"})).text
    assert "Anna Berg" in (await site.get(f"{AT}/inbox?closed=true")).text
    assert "open again" in (await site.post(path, data={"action": "reopen"})).text
    assert (await site.post(path, data={"action": "burn"})).status_code == 400
    assert (await site.get(path.replace(AT, OTHER))).status_code == 404
    broken = await site.post(path, data={"action": "reply", "person": "Mara", "body": "a\0b"})
    assert broken.status_code == 400


async def test_what_is_missing_is_drafted_and_brought_forward(
    site: httpx.AsyncClient, seeded: AsyncClient
) -> None:
    assert "All that is recommended is under way." in (await site.post(f"{AT}/purchases")).text
    order = await seeded.purchase_order.find_first_or_raise(
        where={"status": "DRAFT", "store": {"is": {"domain": STORE}}}
    )
    at = f"{AT}/purchases/{order.id}"
    assert "The order is sent now." in (await site.post(at, data={"status": "SENT"})).text
    assert "that is sent cannot become sent" in (await site.post(at, data={"status": "SENT"})).text
    assert "The order is cancelled now." in (await site.post(at, data={"status": "CANCELLED"})).text
    assert "1 order drafted." in (await site.post(f"{AT}/purchases")).text
    assert (await site.post(f"{OTHER}/purchases/{order.id}", data={"status": "SENT"})).status_code == 404
    assert (await site.post(at, data={"status": "LOST"})).status_code == 400


async def test_an_action_is_done_and_opened_again(site: httpx.AsyncClient, seeded: AsyncClient) -> None:
    found = await seeded.seo_insight.find_first_or_raise(
        where={"severity": "CRITICAL", "store": {"is": {"domain": STORE}}}
    )
    at = f"{AT}/seo/{found.id}"
    assert "It is dismissed now." in (await site.post(at, data={"status": "DISMISSED"})).text
    assert found.action in (await site.get(f"{AT}/seo?status=DISMISSED")).text
    assert (await site.post(f"{OTHER}/seo/{found.id}", data={"status": "OPEN"})).status_code == 404


async def test_settings_are_changed_and_connections_tested(
    site: httpx.AsyncClient, seeded: AsyncClient
) -> None:
    at = f"{AT}/settings"
    assert "Bing: ok." in (await site.post(f"{at}/connections/BING")).text
    changed = await site.post(f"{at}/secrets/BING", data={"value": "another-token"})
    assert "The token of Bing is changed." in changed.text
    assert "another-token" not in changed.text
    assert "Bing: failed, the token was refused." in (await site.post(f"{at}/connections/BING")).text
    numbers = {"late_after_days": "5", "velocity_days": "14", "cover_days": "45"}
    assert "The thresholds are saved." in (await site.post(at, data=numbers)).text
    kept = await seeded.store_settings.find_first_or_raise(where={"store": {"is": {"domain": STORE}}})
    assert (kept.thresholds.late_after_days, kept.thresholds.high_value) == (5, 500)
    refused = await site.post(at, data={**numbers, "cover_days": "0"})
    assert (refused.status_code, "cover_days" in refused.text) == (400, True)
    assert (await site.post(f"{at}/connections/FAX")).status_code == 400


async def test_what_is_not_there_is_said(site: httpx.AsyncClient) -> None:
    for path in ("/nothing", "/stores/nobody.example", "/stores/nobody.example/settings", f"{AT}/inbox/none"):
        answer = await site.get(path)
        assert (answer.status_code, "Back to all stores" in answer.text) == (404, True), path


@pytest.mark.proves("Shop Dashboard", "a database without tables is said on the page, with the way out")
async def test_a_database_without_tables_says_what_to_do(database_url: str) -> None:
    async with visiting(settings_of(database_url)) as client:
        answer = await client.get("/")
        assert (answer.status_code, "nicol migrate deploy" in answer.text) == (503, True)


async def test_forms_of_other_sites_are_refused(site: httpx.AsyncClient) -> None:
    answer = await site.post(f"{AT}/purchases", headers={"Sec-Fetch-Site": "cross-site"})
    assert answer.status_code == 403


@pytest.mark.parametrize("path", ["/", AT, f"{AT}/settings", f"{AT}/inventory"])
async def test_the_pages_hold_no_inline_script_or_style(site: httpx.AsyncClient, path: str) -> None:
    text = (await site.get(path)).text
    assert not re.search(r"<script(?![^>]*\bsrc=)|<style|\sstyle=|\son\w+=", text)
