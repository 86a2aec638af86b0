"""What a request needs and the application holds: the database client, the integrations, and the store that is meant."""

from __future__ import annotations

from typing import Annotated, cast
from urllib.parse import unquote

from fastapi import Depends, HTTPException, Request

from shop_dashboard import stores
from shop_dashboard.connections import Integrations
from shop_dashboard.db import AsyncClient, Store


def _database(request: Request) -> AsyncClient:
    return cast("AsyncClient", request.app.state.db)


def _integrations(request: Request) -> Integrations:
    return cast("Integrations", request.app.state.integrations)


Database = Annotated[AsyncClient, Depends(_database)]
TheIntegrations = Annotated[Integrations, Depends(_integrations)]


async def _store(db: Database, domain: str) -> Store:
    found = await stores.store_of(db, domain)
    if found is None:
        raise HTTPException(404, f"there is no store {domain}")
    return found


TheStore = Annotated[Store, Depends(_store)]

PERSON = "person"
"""The cookie that remembers who answers here, so that nobody types a name twice."""


def _person(request: Request) -> str:
    return unquote(request.cookies.get(PERSON, ""))


Person = Annotated[str, Depends(_person)]
