"""A stand-in for Shopify's Admin API: its schema as far as needed, its throttling by cost, its search, and its faults.

It serves the demo, and the tests in a process of its own. It knows nothing of the application: queries are parsed, validated
and executed as GraphQL (`shopify.graphql`).
"""

from __future__ import annotations

import asyncio
import itertools
import re
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any, cast

import graphql
from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse, Response
from graphql import (
    DocumentNode,
    ExecutionResult,
    FieldNode,
    GraphQLError,
    OperationDefinitionNode,
    build_schema,
    parse,
    validate,
)

SCHEMA = build_schema(Path(__file__).with_name("shopify.graphql").read_text())
_execute: Callable[..., ExecutionResult] = cast("Any", graphql).execute_sync  # whose types are not all known
COSTS = {"draftOrderCreate": 10, "draftOrders": 3}
"""What a field costs, in points."""


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

    def told(self, cost: float) -> dict[str, Any]:
        """What an answer says about them."""
        status = {
            "maximumAvailable": self.size,
            "currentlyAvailable": int(self.left),
            "restoreRate": self.rate,
        }
        return {"cost": {"requestedQueryCost": cost, "throttleStatus": status}}


@dataclass
class Shop:
    """A store: its draft orders, and its points."""

    bucket: Bucket
    orders: list[dict[str, Any]] = field(default_factory=list[dict[str, Any]])

    def answer(self, asked: Mapping[str, Any]) -> dict[str, Any]:
        """What the store says to a query with its variables."""
        try:
            document = parse(str(asked.get("query")))
        except GraphQLError as error:
            return {"errors": [error.formatted]}
        if errors := validate(SCHEMA, document):
            return {"errors": [error.formatted for error in errors]}
        cost = sum(COSTS.get(name, 0) for name in _fields(document))
        if not self.bucket.take(cost):
            return {"errors": [_THROTTLED], "extensions": self.bucket.told(cost)}
        resolvers = {"draftOrders": self._found, "draftOrderCreate": self._created}
        result = _execute(SCHEMA, document, resolvers, variable_values=asked.get("variables"))
        said = {name: part for name, part in result.formatted.items() if part is not None}
        return {**said, "extensions": self.bucket.told(cost)}

    def _found(self, _: object, first: int = 50, query: str = "") -> dict[str, Any]:
        tag = re.fullmatch(r"tag:'([^']*)'", query)
        found = [order for order in self.orders if tag is None or tag[1] in order["tags"]]
        return {"nodes": found[:first]}

    def _created(self, _: object, **given: Any) -> dict[str, Any]:
        wanted = given["input"]
        if faults := list(_faults(wanted)):
            return {"draftOrder": None, "userErrors": faults}
        number = next(_NUMBERS)
        made = {"id": f"gid://shopify/DraftOrder/{number}", "name": f"#D{len(self.orders) + 1}"}
        self.orders.append({**made, "tags": wanted.get("tags") or []})
        return {"draftOrder": self.orders[-1], "userErrors": []}


@dataclass
class Faults:
    """What goes wrong next, so many times: a failure before the work, and after it an answer that is lost or broken."""

    fail: int = 0
    lose_answers: int = 0
    break_answers: int = 0
    seconds: float = 30.0

    def due(self, what: str) -> bool:
        """Whether this request is one of those."""
        left: int = getattr(self, what)
        setattr(self, what, max(left - 1, 0))
        return left > 0


def stand_in(token: str = "", bucket: Callable[[], Bucket] = Bucket) -> FastAPI:
    """The API as an application. `POST /faults` says what goes wrong next; `GET /orders` counts a store's draft orders."""
    app = FastAPI(title="Stand-in for Shopify", docs_url=None, redoc_url=None, openapi_url=None)
    wrong, shops = Faults(), dict[str, Shop]()

    @app.post("/{store}/admin/api/2026-07/graphql.json")
    async def admin_api(request: Request, store: str) -> Response:
        if token and request.headers.get("x-shopify-access-token") != token:
            return JSONResponse({"errors": "[API] Invalid API key or access token"}, 401)
        if wrong.due("fail"):
            return JSONResponse({"errors": "Internal error"}, 502)
        answer = shops.setdefault(store, Shop(bucket())).answer(await request.json())
        if wrong.due("lose_answers"):
            await asyncio.sleep(wrong.seconds)  # the work is done, and nobody hears of it
        return JSONResponse({"errors": [_BROKEN]} if wrong.due("break_answers") else answer)

    @app.post("/faults")
    async def faulty(request: Request) -> Response:
        for name, value in (await request.json()).items():
            setattr(wrong, name, value)
        return Response(status_code=204)

    @app.get("/orders")
    async def made() -> dict[str, int]:
        return {store: len(shop.orders) for store, shop in shops.items()}

    return app


_THROTTLED = {"message": "Throttled", "extensions": {"code": "THROTTLED"}}
_BROKEN = {
    "message": "Internal error. Looks like something went wrong on our end.",
    "extensions": {"code": "INTERNAL_SERVER_ERROR"},
}
_NUMBERS = itertools.count(time.time_ns())
"""Ids that the orders of earlier runs do not have."""


def _fields(document: DocumentNode) -> Iterator[str]:
    for operation in document.definitions:
        if isinstance(operation, OperationDefinitionNode):
            yield from (
                each.name.value for each in operation.selection_set.selections if isinstance(each, FieldNode)
            )


def _faults(given: Mapping[str, Any]) -> Iterator[dict[str, object]]:
    """What the schema cannot say."""
    lines: list[dict[str, Any]] = given.get("lineItems") or []
    if not lines:
        yield {"field": ["lineItems"], "message": "Add at least 1 product"}
    for at, line in enumerate(lines):
        if not str(line.get("variantId")).startswith("gid://shopify/ProductVariant/"):
            yield {"field": ["lineItems", str(at), "variantId"], "message": "Product variant does not exist"}
        if line["quantity"] < 1:
            yield {"field": ["lineItems", str(at), "quantity"], "message": "Quantity must be greater than 0"}
        try:
            Decimal(str(line["priceOverride"]["amount"] if line.get("priceOverride") else 0))
        except InvalidOperation:
            yield {"field": ["lineItems", str(at), "priceOverride"], "message": "Price is not a number"}
