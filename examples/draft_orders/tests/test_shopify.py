"""The way to Shopify, answer by answer: what is a refusal, what is uncertain, and what is waited for."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import httpx
import pytest
from draft_orders.shopify import Piece, RefusedError, Shopify, UncertainError
from draft_orders.stand_in import Bucket, Shop

from .conftest import STORE, TOKEN, Server

pytestmark = pytest.mark.anyio

PIECE = Piece("gid://shopify/ProductVariant/1", 700, 900, 2, Decimal("49.90"), "EUR")
MADE = {"data": {"draftOrderCreate": {"draftOrder": {"id": "gid://1", "name": "#D1"}, "userErrors": []}}}
UNMADE = {"data": {"draftOrderCreate": None}}


def error(code: str = "") -> dict[str, Any]:
    return {"errors": [{"message": "Something is wrong", "extensions": {"code": code} if code else {}}]}


def answering(status: int, body: object) -> Shopify:
    """A way to a server that always says the same."""
    return Shopify(
        "http://{store}/", transport=httpx.MockTransport(lambda _: httpx.Response(status, json=body))
    )


@pytest.mark.parametrize(
    ("status", "body", "outcome"),
    [
        (200, MADE, None),
        (200, MADE | {"extensions": {"cost": {"requestedQueryCost": 10}}}, None),
        (200, error(), RefusedError),
        (200, error("argumentLiteralsIncompatible"), RefusedError),
        (200, error("ACCESS_DENIED") | UNMADE, RefusedError),
        (200, error("INTERNAL_SERVER_ERROR"), UncertainError),
        (200, error() | UNMADE, UncertainError),
        (200, UNMADE, UncertainError),
        (200, {}, UncertainError),
        (200, ["no", "object"], UncertainError),
        (
            200,
            {"data": {"draftOrderCreate": {"draftOrder": {"id": "gid://1"}, "userErrors": []}}},
            UncertainError,
        ),
        (401, {"errors": "[API] Invalid API key or access token"}, RefusedError),
        (404, {"errors": "Not Found"}, RefusedError),
        (429, {"errors": "Too many requests"}, UncertainError),
        (500, {}, UncertainError),
        (503, {}, UncertainError),
    ],
)
async def test_an_answer_is_an_order_a_refusal_or_uncertain(
    status: int, body: object, outcome: type[Exception] | None
) -> None:
    async with answering(status, body) as shopify:
        if outcome is None:
            assert (await shopify.create_draft_order(STORE, PIECE, "key")).name == "#D1"
        else:
            with pytest.raises(outcome):
                await shopify.create_draft_order(STORE, PIECE, "key")


async def test_a_store_that_always_throttles_is_given_up() -> None:
    pauses: list[float] = []

    async def sleep(seconds: float) -> None:
        pauses.append(seconds)

    status = {"maximumAvailable": 100, "currentlyAvailable": 4, "restoreRate": 2}
    body = error("THROTTLED") | {"extensions": {"cost": {"requestedQueryCost": 10, "throttleStatus": status}}}
    transport = httpx.MockTransport(lambda _: httpx.Response(200, json=body))
    async with Shopify("http://{store}/", transport=transport, sleep=sleep) as shopify:
        with pytest.raises(UncertainError, match="throttled"):
            await shopify.create_draft_order(STORE, PIECE, "key")
    assert pauses == [3.0, 3.0, 3.0, 3.0]


@pytest.mark.slow
async def test_an_order_is_found_by_its_key(server: Server) -> None:
    async with Shopify(server.url, TOKEN) as shopify:
        assert await shopify.find_draft_order(STORE, "one") is None
        made = await shopify.create_draft_order(STORE, PIECE, "one")
        await shopify.create_draft_order(STORE, PIECE, "two")
        assert await shopify.find_draft_order(STORE, "one") == made
        assert await shopify.find_draft_order("another.myshopify.com", "one") is None


@pytest.mark.parametrize(
    ("query", "complaint"),
    [
        ("{ draftOrders(first: 1) { nodes { colour } } }", "Cannot query field 'colour'"),
        ("mutation { draftOrderCreate { userErrors { message } } }", "is required"),
        ("{ orders { id } }", "Cannot query field 'orders'"),
        ("{", "Syntax Error"),
        (
            'mutation { draftOrderCreate(input: {lineItems: "x"}) { userErrors { message } } }',
            "to be an object",
        ),
    ],
)
def test_the_stand_in_refuses_what_its_schema_does_not_hold(query: str, complaint: str) -> None:
    answer = Shop(Bucket()).answer({"query": query})
    assert complaint in answer["errors"][0]["message"]
    assert "data" not in answer
