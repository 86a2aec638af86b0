"""Connection tests against a server that goes wrong, what is kept of them, and when its token is due."""

from __future__ import annotations

import logging
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from shop_dashboard import connections, secrets
from shop_dashboard.connections import Integrations
from shop_dashboard.db import Integration
from shop_dashboard.shapes import Connection

from nicol.client import sql
from nicol.errors import ClientError
from nicol.sealing.keys import Key, SpelledKeys
from tests.canary import planted, planted_key
from tests.commands import succeed

from .conftest import KEYS, NOW, nicol, open_store

if TYPE_CHECKING:
    from shop_dashboard.db import AsyncClient, Store

pytestmark = [pytest.mark.anyio, pytest.mark.slow]

TOKENS = {Integration.SHOPIFY: "right-token", Integration.BING: "wrong-token"}
TOKEN = planted("token of a shop")


async def with_tokens(db: AsyncClient, store: Store) -> Store:
    """A store with tokens of two integrations."""
    for kind, token in TOKENS.items():
        await secrets.put(db, store, kind, token, NOW)
    return store


@pytest.mark.proves("Shop Dashboard", "connection tests, recorded with what went wrong and without the token")
@pytest.mark.parametrize(
    ("domain", "integration", "status", "message"),
    [
        ("checked", Integration.SHOPIFY, "OK", None),
        ("checked", Integration.BING, "FAILED", "the token was refused"),
        ("checked", Integration.GA4, "FAILED", "there is no token"),
        ("403", Integration.SHOPIFY, "FAILED", "the token was refused"),
        ("503", Integration.SHOPIFY, "FAILED", "answered 503"),
        ("301", Integration.SHOPIFY, "FAILED", "answered 301"),
        ("silent", Integration.SHOPIFY, "FAILED", "no answer in 0.3 seconds"),
        ("cut", Integration.SHOPIFY, "FAILED", "no connection (RemoteProtocolError)"),
    ],
)
async def test_a_connection_is_tested_and_the_outcome_kept(
    db: AsyncClient, faulty: str, domain: str, integration: Integration, status: str, message: str | None,
    caplog: pytest.LogCaptureFixture,
) -> None:  # fmt: skip
    caplog.set_level(logging.DEBUG)
    store = await with_tokens(db, await open_store(db, domain))
    async with Integrations(faulty, timeout=0.3) as integrations:
        event = await connections.test(db, integrations, store, integration)
    assert (event.status, event.message) == (status, message)
    kept = await db.connection_event.find_first_or_raise(where={"storeId": store.id})
    assert (kept.id, kept.integration, kept.status, kept.message) == (event.id, integration, status, message)
    assert "-token" not in f"{kept}{caplog.text}"


async def test_a_server_that_is_not_there_is_no_connection(db: AsyncClient, store: Store) -> None:
    async with Integrations("http://127.0.0.1:1/{store}/{integration}") as integrations:
        event = await connections.test(db, integrations, await with_tokens(db, store), Integration.SHOPIFY)
    assert (event.status, event.message) == ("FAILED", "no connection (ConnectError)")


async def test_the_latest_test_of_each_integration_is_shown(
    db: AsyncClient, store: Store, other: Store
) -> None:
    for hours, status in ((3, "OK"), (1, "FAILED"), (2, "DEGRADED")):
        event = await connections.record(db, store.id, Integration.GA4, status, 20, None)
        at = NOW - timedelta(hours=hours)
        await db.connection_event.update(where={"id": event.id}, data={"createdAt": at})
    await connections.record(db, store.id, Integration.BING, "OK", 20, None)
    await connections.record(db, other.id, Integration.GA4, "OK", 20, None)
    found = await connections.latest(db, store.domain)
    assert {kind: each.status for kind, each in found.items()} == {"GA4": "FAILED", "BING": "OK"}


async def test_a_changed_token_is_due_in_ninety_days(db: AsyncClient, store: Store) -> None:
    for days, token in ((91, "former"), (0, TOKEN)):
        await secrets.put(db, store, Integration.BING, token, NOW - timedelta(days=days))
    (kept,) = await secrets.listing(db, store.domain)
    assert (kept.name, kept.lastRotatedAt) == ("lampen.example: BING", NOW)
    assert kept.rotationReminderAt == NOW + timedelta(days=90)
    assert await secrets.token(db, store.id, Integration.BING) == TOKEN
    settings = await db.store_settings.find_unique_or_raise(where={"storeId": store.id})
    assert settings.connections["BING"] == Connection("", NOW)


@pytest.mark.proves("Shop Dashboard", "tokens are encrypted in the table, and open in their own rows alone")
async def test_a_token_is_plain_text_nowhere(db: AsyncClient, store: Store, other: Store) -> None:
    for each in (store, other):
        await secrets.put(db, each, Integration.BING, TOKEN, NOW)
    stored = await db.query_raw('SELECT "storeId", "value" FROM "StoreSecret"')
    ciphers = {row["storeId"]: row["value"] for row in stored}
    assert len(set(ciphers.values())) == 2
    assert TOKEN not in "".join(ciphers.values())
    await db.execute_raw(
        sql(
            'UPDATE "StoreSecret" SET "value" = {value} WHERE "storeId" = {store}',
            value=ciphers[store.id],
            store=other.id,
        )
    )
    with pytest.raises(ClientError, match=r"StoreSecret\.value"):
        await secrets.token(db, other.id, Integration.BING)
    assert await secrets.token(db, store.id, Integration.BING) == TOKEN


@pytest.mark.proves(
    "Shop Dashboard", "keys are turned over while the application runs; one that is gone is named"
)
async def test_keys_are_turned_over(
    migrated_url: str, db: AsyncClient, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    from shop_dashboard.db import AsyncClient

    await secrets.put(db, store, Integration.BING, TOKEN, NOW)
    newer = Key("newer", planted_key("newer")).spelled()
    monkeypatch.setenv("NICOL_KEYS", f"{newer},{KEYS}")
    succeed(nicol("secrets", "rotate", DATABASE_URL=migrated_url))
    assert await secrets.token(db, store.id, Integration.BING) == TOKEN
    assert "`newer`" in succeed(nicol("secrets", "status", DATABASE_URL=migrated_url))
    succeed(nicol("secrets", "scan", DATABASE_URL=migrated_url))
    before = await db.query_raw('SELECT "value" FROM "StoreSecret"')
    scanned = nicol("secrets", "scan", DATABASE_URL=migrated_url, NICOL_KEYS=KEYS)
    assert (scanned.returncode, "`newer`" in scanned.stdout + scanned.stderr) == (1, True)
    async with AsyncClient(url=migrated_url, keys=SpelledKeys({"NICOL_KEYS": KEYS}.get)) as former:
        with pytest.raises(ClientError, match="the key `newer`"):
            await secrets.token(former, store.id, Integration.BING)
    assert await db.query_raw('SELECT "value" FROM "StoreSecret"') == before
