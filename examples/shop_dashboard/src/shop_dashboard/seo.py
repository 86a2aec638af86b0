"""What to do about how a shop is found: the gravest first."""

from __future__ import annotations

from shop_dashboard.db import AsyncClient, InsightStatus, SeoInsight


async def listing(db: AsyncClient, store_id: str, status: InsightStatus) -> list[SeoInsight]:
    """A store's insights of a status."""
    return await db.seo_insight.find_many(
        where={"storeId": store_id, "status": status},
        order=[{"severity": "desc"}, {"createdAt": "desc"}, {"id": "asc"}],
        take=100,
    )


async def settle(db: AsyncClient, store_id: str, insight_id: str, status: InsightStatus) -> bool:
    """Say what became of an insight; False when this store has none such."""
    return bool(
        await db.seo_insight.update_many(
            where={"id": insight_id, "storeId": store_id}, data={"status": status}
        )
    )
