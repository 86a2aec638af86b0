"""The pages, as programs read them: what each shows, what it costs, and who may see it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import httpx
import pytest

from .conftest import come_in, said_by, visiting

if TYPE_CHECKING:
    from audit_platform.tenancy import Platform

pytestmark = [pytest.mark.anyio, pytest.mark.slow]


async def links(site: httpx.AsyncClient, page: str, kind: str) -> list[str]:
    """The addresses of a kind that a page leads to."""
    return re.findall(rf'href="(/{kind}/\w+)"', (await site.get(page)).text)


@pytest.mark.proves("Audit Platform", "every page answers with seeded data")
async def test_every_page_shows_what_is_there(site: httpx.AsyncClient) -> None:
    engagement = (await links(site, "/engagements", "engagements"))[0]
    observation = (await links(site, "/report", "observations"))[0]
    for path, words in (
        ("/", ("Hansea Versicherung", "Borealis Energy", "Johanna Petersen")),
        ("/engagements", ("My engagements", "<progress", "of")),
        (engagement, ("What was found", "Write down a finding", "Compliance area")),
        (observation, ("Lineage", 'class="lineage"', "Status")),
        ("/trends", ("By severity", "By compliance area", "data-points", "null", "Procurement")),
        ("/trends?by=month", ('aria-current="true" data-focus>By month',)),
        ("/report", ("Repeat findings", "first found", "found again", "Hansea Versicherung")),
    ):
        answer = await site.get(path)
        assert answer.status_code == 200, path
        assert all(word in answer.text for word in words), (path, words)


@pytest.mark.proves("Audit Platform", "each page needs at most three statements")
async def test_a_page_needs_three_statements_at_most(site: httpx.AsyncClient) -> None:
    engagement = (await links(site, "/engagements", "engagements"))[0]
    observation = (await links(site, "/report", "observations"))[0]
    said = said_by(site.app.state.db)  # type: ignore[attr-defined]
    for path in ("/", "/engagements", engagement, observation, f"{observation}/trail", "/trends", "/report"):
        said.clear()
        assert (await site.get(path)).status_code == 200
        statements = [
            sql for sql in said if "set_config" not in sql
        ]  # it travels with the statement behind it
        assert 1 <= len(statements) <= 3, (path, said)


async def test_who_has_not_come_in_is_led_to_the_entrance(migrated_url: str, db: Platform) -> None:
    async with visiting(migrated_url) as client:
        for path in ("/engagements", "/trends", "/report"):
            assert "Who are you?" in (await client.get(path)).text
        client.cookies.set("audit_platform", "eyJ2aXNpdG9yIjoge319.aaaa.bbbb")
        assert "Who are you?" in (await client.get("/report")).text, "nobody signed that"
        assert (await client.post("/enter", data={"user": "nobody"})).status_code == 404


@pytest.mark.proves("Audit Platform", "what belongs to another tenant is not there for its visitors")
async def test_another_tenants_pages_are_not_there(site: httpx.AsyncClient) -> None:
    engagement = (await links(site, "/engagements", "engagements"))[0]
    observation = (await links(site, "/report", "observations"))[0]
    await site.post("/leave")
    await come_in(site, "Ingrid Solberg")
    for path in (engagement, observation):
        assert (await site.get(path)).status_code == 404
        assert (await site.post(f"{path}/delete")).status_code == 404
    assert (await site.post(f"{observation}/status", data={"status": "CLOSED"})).status_code == 404
    assert "Hansea" not in (await site.get("/report")).text


async def test_a_finding_is_written_down_closed_and_deleted(site: httpx.AsyncClient, db: Platform) -> None:
    engagement = (await links(site, "/engagements", "engagements"))[0]
    original = re.findall(r'<option value="(\w{25})">', (await site.get(engagement)).text)[0]
    form = {"title": "Keys under the mat", "severity": "CRITICAL", "area": "Premises", "repeat_of": original}
    answer = await site.post(f"{engagement}/observations", data=form)
    assert (answer.status_code, "Keys under the mat" in answer.text) == (200, True)
    found = await db.observation.find_first_or_raise(where={"title": "Keys under the mat"})
    assert (found.repeatOfId, found.engagementId) == (original, engagement.rpartition("/")[2])
    page = f"/observations/{found.id}"
    closed = await site.post(f"{page}/status", data={"status": "CLOSED"})
    assert re.search(r'value="CLOSED" class="yes"', closed.text)
    assert (await site.post(f"{page}/delete")).url.path == "/engagements"
    assert (await site.get(page)).status_code == 404
    assert await db.observation.count(where={"id": original}) == 1


@pytest.mark.parametrize(
    ("changes", "status", "words"),
    [
        ({"title": "  "}, 422, "needs a title"),
        ({"repeat_of": "cnobody"}, 422, "raised before it"),
        ({"severity": "DREADFUL"}, 400, "severity"),
    ],
)
async def test_what_is_no_finding_is_said_on_the_page(
    site: httpx.AsyncClient, changes: dict[str, str], status: int, words: str
) -> None:
    engagement = (await links(site, "/engagements", "engagements"))[0]
    form = {"title": "A", "severity": "LOW", "area": "B", **changes}
    answer = await site.post(f"{engagement}/observations", data=form)
    assert (answer.status_code, words in answer.text) == (status, True), answer.text


async def test_todays_snapshot_is_taken_from_the_page(site: httpx.AsyncClient, db: Platform) -> None:
    before = await db.dashboard_snapshot.count()
    for _ in range(2):
        assert (await site.post("/snapshots")).url.path == "/trends"
    assert await db.dashboard_snapshot.count() == before, "the seed has one of today"


async def test_forms_of_other_sites_are_refused(site: httpx.AsyncClient) -> None:
    answer = await site.post("/snapshots", headers={"Sec-Fetch-Site": "cross-site"})
    assert answer.status_code == 403


@pytest.mark.parametrize("path", ["/", "/engagements", "/trends", "/report"])
async def test_the_pages_hold_no_inline_script_or_style(site: httpx.AsyncClient, path: str) -> None:
    text = (await site.get(path)).text
    assert not re.search(r"<script(?![^>]*\bsrc=)|<style|\sstyle=|\son\w+=|https?://(?!audit\.example)", text)
