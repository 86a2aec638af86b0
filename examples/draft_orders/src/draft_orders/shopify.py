"""The part of Shopify's Admin GraphQL API that is needed here: making a draft order, and finding one that was made.

Shopify documents its `@idempotent` directive for refunds and inventory, not for draft orders. Therefore each draft order
carries its idempotency key as a tag, and whoever does not know what became of a request looks for the tag first.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from types import TracebackType
from typing import Self

import httpx
from pydantic import ValidationError

from draft_orders.contract import Answer, Cost, Data, DraftOrder

CREATE = """\
mutation MakeDraftOrder($input: DraftOrderInput!) {
  draftOrderCreate(input: $input) {
    draftOrder { id name }
    userErrors { field message }
  }
}"""
FIND = """\
query FindDraftOrder($query: String!) {
  draftOrders(first: 1, query: $query) { nodes { id name } }
}"""
TIMEOUT = httpx.Timeout(10.0, connect=5.0)
ATTEMPTS = 5
SHORTEST_PAUSE = 0.1
MAY_HAVE_WORKED = frozenset({408, 429})
"""The statuses from 400 to 499 that do not say that the call was wrong."""
REFUSALS = frozenset({"ACCESS_DENIED", "MAX_COST_EXCEEDED", "SHOP_INACTIVE"})
BROKEN = "INTERNAL_SERVER_ERROR"


class ShopifyError(Exception):
    """Something that Shopify said, or did not say."""


class RefusedError(ShopifyError):
    """Shopify does not want this draft order, and has made none."""


class UncertainError(ShopifyError):
    """Nobody knows whether the draft order was made."""


@dataclass(frozen=True, slots=True)
class Piece:
    """What is ordered: a variant in a size, in millimetres, at a price for one."""

    variant_id: str
    width: int
    height: int
    quantity: int
    unit_price: Decimal
    currency: str


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
        """Make a draft order that carries a key. RefusedError; UncertainError when no answer came."""
        created = (await self._ask(store, CREATE, {"input": _input(piece, key)})).draft_order_create
        if created is not None and created.user_errors:
            raise RefusedError("; ".join(error.message for error in created.user_errors))
        if created is None or created.draft_order is None:
            raise UncertainError(f"{store} answered without a draft order")
        return created.draft_order

    async def find_draft_order(self, store: str, key: str) -> DraftOrder | None:
        """The draft order that carries a key. UncertainError when that cannot be found out."""
        try:
            found = (await self._ask(store, FIND, {"query": f"tag:'{tag_of(key)}'"})).draft_orders
        except RefusedError as error:  # the search was refused: that says nothing about the order
            raise UncertainError(str(error)) from error
        if found is None:
            raise UncertainError(f"{store} answered without draft orders")
        return next(iter(found.nodes), None)

    async def _ask(self, store: str, query: str, variables: Mapping[str, object]) -> Data:
        """The data of an answer; waits and tries again as long as Shopify throttles."""
        for attempt in range(1, ATTEMPTS + 1):
            answer = await self._post(store, {"query": query, "variables": variables})
            if "THROTTLED" not in answer.codes:
                return _data(store, answer)
            if attempt < ATTEMPTS:
                await self._sleep(_pause(answer.extensions.cost))
        raise UncertainError(f"{store} is throttled: {ATTEMPTS} attempts were turned away")

    async def _post(self, store: str, body: Mapping[str, object]) -> Answer:
        try:
            response = await self._http.post(self._url.format(store=store), json=body)
        except httpx.HTTPError as error:
            raise UncertainError(f"{store} did not answer: {type(error).__name__}") from error
        if response.is_client_error and response.status_code not in MAY_HAVE_WORKED:
            raise RefusedError(
                f"{store} refused the call ({response.status_code}): is the access token right?"
            )
        if not response.is_success:
            raise UncertainError(f"{store} answered with the status {response.status_code}")
        try:
            return Answer.model_validate_json(response.content)
        except ValidationError as error:
            raise UncertainError(f"{store} answered with something that is not understood") from error

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._http.aclose()


def tag_of(key: str) -> str:
    """The tag of the draft order that a key is for."""
    return f"request-{key}"


def _input(piece: Piece, key: str) -> dict[str, object]:
    price = {"amount": str(piece.unit_price), "currencyCode": piece.currency}
    size = [
        {"key": "Width", "value": f"{piece.width} mm"},
        {"key": "Height", "value": f"{piece.height} mm"},
    ]
    line = {
        "variantId": piece.variant_id,
        "quantity": piece.quantity,
        "priceOverride": price,
        "customAttributes": size,
    }
    return {"lineItems": [line], "tags": [tag_of(key)]}


def _pause(cost: Cost) -> float:
    """How many seconds it takes until the store's points suffice."""
    missing = cost.requested_query_cost - cost.throttle_status.currently_available
    return max(missing / cost.throttle_status.restore_rate, SHORTEST_PAUSE)


def _data(store: str, answer: Answer) -> Data:
    """What was asked for. An error before the execution is a refusal; after that nobody knows."""
    if answer.errors and (answer.codes & REFUSALS or (answer.data is None and BROKEN not in answer.codes)):
        raise RefusedError(answer.complaint)
    if answer.errors or answer.data is None:
        raise UncertainError(f"{store} broke off: {answer.complaint or 'no data'}")
    return answer.data
