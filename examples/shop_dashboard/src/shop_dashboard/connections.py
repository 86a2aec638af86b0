"""Whether the integrations of a store answer: tested with its tokens, and written down."""

from __future__ import annotations

import time
from datetime import datetime
from typing import Self

import httpx

from shop_dashboard import secrets
from shop_dashboard.db import AsyncClient, ConnectionEvent, Health, Integration, Store

SLOW = 1000
"""Milliseconds from which on an answer counts as degraded."""


class Integrations:
    """The way to all integrations: `{integration}` in the address becomes their names, `{store}` the store's domain."""

    def __init__(
        self,
        address: str,
        transport: httpx.AsyncBaseTransport | None = None,
        timeout: float = 5.0,
    ) -> None:
        """`timeout` in seconds."""
        self._address = address
        self._timeout = timeout
        self._http = httpx.AsyncClient(transport=transport, timeout=timeout, follow_redirects=False)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._http.aclose()

    async def ask(self, store: str, integration: Integration, token: str) -> tuple[Health, str | None]:
        """Whether it answers to a token; what went wrong, without the token."""
        address = self._address.format(store=store, integration=integration.lower())
        try:
            answer = await self._http.get(address, headers={"Authorization": f"Bearer {token}"})
        except httpx.TimeoutException:
            return Health.FAILED, f"no answer in {self._timeout:g} seconds"
        except httpx.HTTPError as error:
            return Health.FAILED, f"no connection ({type(error).__name__})"
        if answer.status_code in (401, 403):
            return Health.FAILED, "the token was refused"
        if not answer.is_success:
            return Health.FAILED, f"answered {answer.status_code}"
        return Health.OK, None


async def test(
    db: AsyncClient, integrations: Integrations, store: Store, integration: Integration
) -> ConnectionEvent:
    """Test a connection, and record what came of it."""
    token = await secrets.token(db, store.id, integration)
    if token is None:
        return await record(db, store.id, integration, Health.FAILED, 0, "there is no token")
    began = time.monotonic()
    health, message = await integrations.ask(store.domain, integration, token)
    took = round((time.monotonic() - began) * 1000)
    if health is Health.OK and took > SLOW:
        health, message = Health.DEGRADED, "slow"
    return await record(db, store.id, integration, health, took, message)


async def record(
    db: AsyncClient,
    store_id: str,
    integration: Integration,
    status: Health,
    latency: int,
    message: str | None,
) -> ConnectionEvent:
    """Write down one test of a connection; `latency` in milliseconds."""
    return await db.connection_event.create(
        data={
            "storeId": store_id,
            "integration": integration,
            "status": status,
            "latencyMs": latency,
            "message": message,
        }
    )


async def latest(db: AsyncClient, domain: str) -> dict[Integration, ConnectionEvent]:
    """The last test of each integration of a store."""
    found = await db.connection_event.find_many(
        where={"store": {"is": {"domain": domain}}},
        distinct=["integration"],
        order=[{"createdAt": "desc"}, {"id": "asc"}],
    )
    return {each.integration: each for each in found}


async def history(
    db: AsyncClient, store_id: str, integration: Integration, since: datetime
) -> list[ConnectionEvent]:
    """The tests of one integration since a moment, oldest first."""
    return await db.connection_event.find_many(
        where={"storeId": store_id, "integration": integration, "createdAt": {"gte": since}},
        order={"createdAt": "asc"},
    )
