"""What schedulers call: retention, key figures, forecasts, and tests of all connections."""

from __future__ import annotations

from datetime import UTC, datetime

from nicol.cron import Cron
from shop_dashboard import connections, kpis, velocity
from shop_dashboard.connections import Integrations
from shop_dashboard.db import AsyncClient, Store, StoreStatus
from shop_dashboard.kpis import LENGTHS
from shop_dashboard.settings import Settings


def jobs(settings: Settings, db: AsyncClient, integrations: Integrations) -> Cron:
    """`POST /retention`, `/kpis`, `/velocity` and `/connections`, for who knows `CRON_SECRET`."""
    cron = Cron(settings.project, url=settings.database_url, environment=settings.environment)

    async def active() -> list[Store]:
        return await db.store.find_many(
            where={"status": StoreStatus.ACTIVE},
            include={"settings": True, "secrets": {"omit": {"value": True}}},
        )

    @cron.job("kpis", slot="10m", timeout="5m")
    async def figures() -> dict[str, int]:
        """Sooner than figures are stale, so that no page has to add them up."""
        stores, now = await active(), datetime.now(UTC)
        for store in stores:
            for days in LENGTHS:
                await kpis.refresh(db, store, kpis.Span.until(store, now, days), now)
        return {"stores": len(stores)}

    @cron.job("velocity", slot="6h", timeout="5m")
    async def forecast() -> dict[str, int]:
        now = datetime.now(UTC)
        return {
            each.domain: await velocity.forecast(db, each.id, each.settings.thresholds, now)
            for each in await active()
            if each.settings
        }

    @cron.job("connections", slot="15m", timeout="5m")
    async def test_all() -> dict[str, dict[str, str]]:
        return {
            each.domain: {
                secret.kind: (await connections.test(db, integrations, each, secret.kind)).status
                for secret in each.secrets or ()
            }
            for each in await active()
        }

    return cron
