"""A stand-in for Shopify's Admin API: the contract of `draftOrderCreate`, with its throttling by cost and its idempotent keys.

It serves the demo, and the tests in a process of its own. It knows nothing of the application, and reads requests as
Shopify does: the query's text, its variables, the access token.
"""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from typing import Any

from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse, Response

COST = 10
"""What `draftOrderCreate` costs, in points."""

_MUTATION = re.compile(
    r"^\s*mutation\b.*\bdraftOrderCreate\s*\(.*@idempotent\s*\(\s*key\s*:\s*\$key\s*\)", re.DOTALL
)


@dataclass
class Bucket:
    """The points of one store: so many at most, refilled at a rate."""

    size: float = 1000.0
    rate: float = 50.0
    clock: Callable[[], float] = time.monotonic
    left: float = field(init=False)
    _at: float = field(init=False)

    def __post_init__(self) -> None:
        self.left, self._at = self.size, self.clock()

    def take(self, cost: float) -> bool:
        """Take points out, if there are enough."""
        now = self.clock()
        self.left, self._at = min(self.size, self.left + (now - self._at) * self.rate), now
        if self.left < cost:
            return False
        self.left -= cost
        return True


@dataclass
class Faults:
    """What goes wrong next: answers that are lost after the work was done, servers that fail before it."""

    lose_answers: int = 0
    fail: int = 0
    seconds: float = 30.0

    def due(self, what: str) -> bool:
        """Whether this request is one of those; each goes wrong once."""
        left: int = getattr(self, what)
        setattr(self, what, max(left - 1, 0))
        return left > 0


def stand_in(token: str = "", bucket: Callable[[], Bucket] = Bucket, faults: Faults | None = None) -> FastAPI:
    """The API as an application. `app.state.orders` are the draft orders by store; `POST /faults` says what goes wrong next."""
    app = FastAPI(title="Stand-in for Shopify", docs_url=None, redoc_url=None, openapi_url=None)
    app.state.orders = orders = dict[str, dict[str, dict[str, Any]]]()
    app.state.faults = wrong = faults or Faults()
    buckets: dict[str, Bucket] = {}

    @app.post("/{store}/admin/api/2026-07/graphql.json")
    async def graphql(request: Request, store: str) -> Response:
        if token and request.headers.get("x-shopify-access-token") != token:
            return JSONResponse({"errors": "[API] Invalid API key or access token"}, 401)
        if wrong.due("fail"):
            return JSONResponse({"errors": "Internal error"}, 502)
        asked = await request.json()
        kept = buckets.setdefault(store, bucket())
        if not kept.take(COST):
            return JSONResponse({"errors": [_THROTTLED], "extensions": _cost(kept, None)})
        if not _MUTATION.search(str(asked.get("query"))):
            return JSONResponse(
                {"errors": [{"message": "only draftOrderCreate with an idempotent key is spoken here"}]}
            )
        answer = _create(orders.setdefault(store, {}), asked["variables"])
        if wrong.due("lose_answers"):
            await asyncio.sleep(wrong.seconds)  # the work is done, and nobody hears of it
        return JSONResponse({"data": {"draftOrderCreate": answer}, "extensions": _cost(kept, COST)})

    @app.post("/faults")
    async def faulty(request: Request) -> Response:
        for name, value in (await request.json()).items():
            setattr(wrong, name, value)
        return Response(status_code=204)

    @app.get("/orders")
    async def made() -> dict[str, int]:
        return {store: len(found) for store, found in orders.items()}

    return app


_THROTTLED = {"message": "Throttled", "extensions": {"code": "THROTTLED"}}


def _cost(bucket: Bucket, actual: int | None) -> dict[str, Any]:
    status = {
        "maximumAvailable": bucket.size,
        "currentlyAvailable": int(bucket.left),
        "restoreRate": bucket.rate,
    }
    return {"cost": {"requestedQueryCost": COST, "actualQueryCost": actual, "throttleStatus": status}}


def _create(made: dict[str, dict[str, Any]], variables: dict[str, Any]) -> dict[str, Any]:
    """The answer; a key that was used before gets the answer of that time."""
    key, given = str(variables["key"]), variables["input"]
    faults = list(_faults(given))
    if faults:
        return {"draftOrder": None, "userErrors": faults}
    if key not in made:
        made[key] = {"id": f"gid://shopify/DraftOrder/{time.time_ns()}", "name": f"#D{len(made) + 1}"}
    return {"draftOrder": made[key], "userErrors": []}


def _faults(given: dict[str, Any]) -> Iterator[dict[str, object]]:
    lines: list[dict[str, Any]] = given.get("lineItems") or []
    if not lines:
        yield {"field": ["lineItems"], "message": "Add at least 1 product"}
    for at, line in enumerate(lines):
        if not str(line.get("variantId", "")).startswith("gid://shopify/ProductVariant/"):
            yield {"field": ["lineItems", str(at), "variantId"], "message": "Product variant does not exist"}
        if not isinstance(line.get("quantity"), int) or line["quantity"] < 1:
            yield {"field": ["lineItems", str(at), "quantity"], "message": "Quantity must be greater than 0"}
        try:
            Decimal(str(line.get("priceOverride", {}).get("amount")))
        except InvalidOperation:
            yield {"field": ["lineItems", str(at), "priceOverride"], "message": "Price is not a number"}
