"""The part of Shopify's Admin GraphQL API that is needed here: making a draft order, once."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from types import TracebackType
from typing import Any, Self, cast

import httpx

MUTATION = """\
mutation MakeDraftOrder($input: DraftOrderInput!, $key: String!) {
  draftOrderCreate(input: $input) @idempotent(key: $key) {
    draftOrder { id name }
    userErrors { field message }
  }
}"""
TIMEOUT = httpx.Timeout(10.0, connect=5.0)
ATTEMPTS = 5


class ShopifyError(Exception):
    """Something that Shopify said, or did not say."""


class RefusedError(ShopifyError):
    """Shopify does not want this draft order, and has made none."""


class UncertainError(ShopifyError):
    """Nobody knows whether the draft order was made: the same key finds out, and makes no second one."""


@dataclass(frozen=True, slots=True)
class Piece:
    """What is ordered: a variant in a size, at a price for one."""

    variant_id: str
    width: int
    height: int
    quantity: int
    unit_price: Decimal
    currency: str


@dataclass(frozen=True, slots=True)
class DraftOrder:
    """What Shopify has made."""

    id: str
    name: str


class Shopify:
    """A client for the stores of an application. `url` holds `{store}` where a store's domain belongs."""

    def __init__(
        self,
        url: str,
        token: str = "",
        transport: httpx.AsyncBaseTransport | None = None,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        headers = {"X-Shopify-Access-Token": token, "Accept": "application/json"}
        self._url = url
        self._http = httpx.AsyncClient(timeout=TIMEOUT, headers=headers, transport=transport)
        self._sleep = sleep

    async def create_draft_order(self, store: str, piece: Piece, key: str) -> DraftOrder:
        """Make a draft order; with a key that was used before, the one that was made then.

        Waits and tries again as long as Shopify throttles. RefusedError, or UncertainError when no answer came.
        """
        variables = {"input": _input(piece), "key": key}
        for attempt in range(1, ATTEMPTS + 1):
            answer = await self._ask(store, variables)
            pause = _throttled(answer)
            if pause is None:
                return _made(answer)
            if attempt < ATTEMPTS:
                await self._sleep(pause)
        raise UncertainError(f"{store} is throttled: {ATTEMPTS} attempts were turned away")

    async def _ask(self, store: str, variables: Mapping[str, object]) -> dict[str, Any]:
        try:
            response = await self._http.post(
                self._url.format(store=store), json={"query": MUTATION, "variables": variables}
            )
        except httpx.HTTPError as error:
            raise UncertainError(f"{store} did not answer: {type(error).__name__}") from error
        if response.status_code in (401, 403, 404):
            raise RefusedError(f"{store} refuses the access token, or is not there ({response.status_code})")
        if response.status_code != 200:
            raise UncertainError(f"{store} answered with the status {response.status_code}")
        try:
            return cast("dict[str, Any]", response.json())
        except ValueError as error:
            raise UncertainError(f"{store} answered with something else than JSON") from error

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._http.aclose()


def _input(piece: Piece) -> dict[str, object]:
    price = {"amount": str(piece.unit_price), "currencyCode": piece.currency}
    size = [
        {"key": "Width", "value": f"{piece.width} mm"},
        {"key": "Height", "value": f"{piece.height} mm"},
    ]
    return {
        "lineItems": [
            {
                "variantId": piece.variant_id,
                "quantity": piece.quantity,
                "priceOverride": price,
                "customAttributes": size,
            }
        ]
    }


def _throttled(answer: Mapping[str, Any]) -> float | None:
    """How long to wait until the bucket holds what the query costs; None when the query was answered."""
    codes = {error.get("extensions", {}).get("code") for error in answer.get("errors", ())}
    if "THROTTLED" not in codes:
        return None
    cost = answer.get("extensions", {}).get("cost", {})
    status = cost.get("throttleStatus", {})
    missing = cost.get("requestedQueryCost", 10) - status.get("currentlyAvailable", 0)
    return float(max(missing / (status.get("restoreRate") or 50), 0.1))


def _made(answer: Mapping[str, Any]) -> DraftOrder:
    if answer.get("errors"):
        raise RefusedError("; ".join(str(error.get("message")) for error in answer["errors"]))
    result = answer["data"]["draftOrderCreate"]
    if result["userErrors"]:
        raise RefusedError("; ".join(str(error["message"]) for error in result["userErrors"]))
    return DraftOrder(str(result["draftOrder"]["id"]), str(result["draftOrder"]["name"]))
