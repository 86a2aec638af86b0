"""What a request needs and the application holds: the database client and the way to Shopify."""

from __future__ import annotations

from typing import Annotated, cast

from fastapi import Depends, Request

from draft_orders.db import AsyncClient
from draft_orders.shopify import Shopify


def _database(request: Request) -> AsyncClient:
    return cast("AsyncClient", request.app.state.db)


def _shopify(request: Request) -> Shopify:
    return cast("Shopify", request.app.state.shopify)


Database = Annotated[AsyncClient, Depends(_database)]
TheShopify = Annotated[Shopify, Depends(_shopify)]
