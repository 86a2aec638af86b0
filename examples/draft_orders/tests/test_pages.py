"""The pages over both databases: what they show, in at most three statements, and what they refuse."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import httpx
import pytest
from draft_orders.settings import Settings

from .conftest import STORE, TOKEN, Server, first_product, visiting

if TYPE_CHECKING:
    from draft_orders.db import AsyncClient

pytestmark = [pytest.mark.anyio, pytest.mark.slow]

AT = f"/stores/{STORE}"
SIZE = {"width": "700", "height": "900", "quantity": "2"}


async def matrix_path(db: AsyncClient) -> str:
    return f"{AT}/matrices/{(await first_product(db)).matrixId}"


@pytest.mark.proves("Draft Orders", "every page answers with seeded data")
async def test_every_page_shows_what_is_there(site: httpx.AsyncClient, db: AsyncClient) -> None:
    product = await first_product(db)
    for path, words in (
        ("/", ("Leinen &amp; Licht", "Northern Shades", "all recorded")),
        (AT, ("Draft orders in all", "80", "data-points", "Older")),
        (f"{AT}?page=4", ("page 4", "Newer")),
        (f"{AT}/calculator", ("Say a width and a height", product.title)),
        (f"{AT}/calculator?width=700&height=900&quantity=3", ("3 pieces at", "Make the draft order")),
        (f"{AT}/matrices", (product.matrix.name, "2000 × 2600 mm")),
        (await matrix_path(db), ('name="cell-4-6"', 'value="2600"')),
    ):
        answer = await site.get(path)
        assert answer.status_code == 200, path
        assert all(word in answer.text for word in words), (path, words)


@pytest.mark.proves("Draft Orders", "each page needs at most three statements")
async def test_a_page_needs_three_statements_at_most(migrated_url: str, db: AsyncClient) -> None:
    from draft_orders.app import create_app

    app = create_app(Settings(database_url=migrated_url))
    paths = ("/", AT, f"{AT}/calculator?width=1&height=1", f"{AT}/matrices", await matrix_path(db))
    async with app.router.lifespan_context(app):
        said: list[str] = []
        app.state.db.on("query", lambda event: said.append(event.sql))
        async with httpx.AsyncClient(
            transport=httpx.ASGITransport(app), base_url="http://orders.example"
        ) as client:
            for path in paths:
                said.clear()
                assert (await client.get(path)).status_code == 200
                assert 1 <= len(said) <= 3, (path, said)


async def test_an_order_is_made_from_the_page(site: httpx.AsyncClient, db: AsyncClient) -> None:
    product = (await first_product(db)).productId
    answer = await site.post(f"{AT}/orders", data={"product": product, **SIZE})
    assert "The draft order #D1 was made in Shopify and recorded." in answer.text
    assert (await site.get("/api/health")).json() == {"ok": True, "waiting": 0}
    assert ">81<" in (await site.get("/")).text


@pytest.mark.parametrize(
    ("changes", "status", "words"),
    [
        ({"width": "5000"}, 422, "5000 × 900 mm has no price"),
        ({"quantity": "0"}, 422, "At least one piece is needed"),
        ({"product": "gid://shopify/Product/1"}, 404, "has no matrix for the product"),
        ({"width": "wide"}, 400, "width"),
    ],
)
async def test_what_cannot_be_ordered_is_said_on_the_page(
    site: httpx.AsyncClient, db: AsyncClient, changes: dict[str, str], status: int, words: str
) -> None:
    product = (await first_product(db)).productId
    answer = await site.post(f"{AT}/orders", data={"product": product, **SIZE, **changes})
    assert (answer.status_code, words in answer.text) == (status, True), answer.text


async def test_an_order_that_nobody_knows_of_is_shown_as_on_the_way(
    migrated_url: str, db: AsyncClient, server: Server
) -> None:
    product = (await first_product(db)).productId
    settings = Settings(database_url=migrated_url, shopify_url=server.url, shopify_token=TOKEN)
    server.go_wrong(fail=1)
    async with visiting(settings) as client:
        answer = await client.post(f"{AT}/orders", data={"product": product, **SIZE})
        assert (answer.status_code, "nothing is ordered twice" in answer.text) == (503, True)
        assert "1 order on the way" in (await client.get("/")).text


async def test_a_matrix_is_edited_and_what_is_none_is_not_saved(
    site: httpx.AsyncClient, db: AsyncClient
) -> None:
    path = await matrix_path(db)
    fields = dict(re.findall(r'name="([\w-]+)"[^>]*? value="([^"]*)"', (await site.get(path)).text))
    fields |= {"name": "Linen", "cell-0-0": "1,25", "action": "save"}
    wider = await site.post(path, data={**fields, "action": "add width"})
    assert 'name="width-7"' in wider.text
    refused = await site.post(path, data={**fields, "width-1": "9"})
    assert (refused.status_code, "The widths must rise" in refused.text) == (422, True)
    assert 'value="1,25"' in refused.text, "what was typed stays"
    saved = await site.post(path, data=fields)
    assert "The matrix is saved." in saved.text
    assert 'name="cell-0-0" value="1.25"' in saved.text
    emptied = {
        name: "" if name.startswith("cell-0-") or name == "height-0" else value
        for name, value in fields.items()
    }
    assert 'name="cell-4-0"' not in (await site.post(path, data=emptied)).text
    assert (await first_product(db)).matrix.heights == [900, 1400, 2000, 2600]


async def test_another_stores_matrix_is_not_there(site: httpx.AsyncClient, db: AsyncClient) -> None:
    other = (await first_product(db, "northern-shades.myshopify.com")).matrixId
    assert (await site.get(f"{AT}/matrices/{other}")).status_code == 404
    assert (await site.post(f"{AT}/matrices/{other}", data={"name": "x"})).status_code in (404, 422)
    assert (await site.get("/stores/nobody.example")).status_code == 404


async def test_forms_of_other_sites_are_refused(site: httpx.AsyncClient) -> None:
    answer = await site.post(f"{AT}/orders", data=SIZE, headers={"Sec-Fetch-Site": "cross-site"})
    assert answer.status_code == 403


@pytest.mark.parametrize("path", ["/", AT, f"{AT}/calculator"])
async def test_the_pages_hold_no_inline_script_or_style(site: httpx.AsyncClient, path: str) -> None:
    text = (await site.get(path)).text
    assert not re.search(
        r"<script(?![^>]*\bsrc=)|<style|\sstyle=|\son\w+=|https?://(?!orders\.example)", text
    )
