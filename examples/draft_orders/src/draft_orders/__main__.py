"""`python -m draft_orders [serve | check | reconcile]`: the application, and what an operator does beside it."""

from __future__ import annotations

import asyncio
import sys

import uvicorn

from draft_orders import orders, stores
from draft_orders.app import create_app, shopify_of
from draft_orders.db import AsyncClient
from draft_orders.settings import Settings
from nicol.errors import NicolError

USAGE = "usage: python -m draft_orders [serve | check | reconcile]"


def main() -> None:
    """What keeps a command from its work is said in one message. `check` ends with 1 where a counter has lost orders."""
    try:
        settings = Settings.from_environment()
        match sys.argv[1:]:
            case [] | ["serve"]:
                asyncio.run(_try(settings))
            case ["check"]:
                sys.exit(asyncio.run(_check(settings)))
            case ["reconcile"]:
                sys.exit(asyncio.run(_reconcile(settings)))
            case _:
                sys.exit(USAGE)
    except (NicolError, ValueError) as fault:
        sys.exit(f"Draft orders cannot start. {fault}")
    uvicorn.run(create_app(settings), host=settings.host, port=settings.port, access_log=False)


async def _try(settings: Settings) -> None:
    """Is the database there, with its tables?"""
    async with AsyncClient(url=settings.database_url) as db:
        await db.draft_order_request.count()


async def _check(settings: Settings) -> int:
    async with AsyncClient(url=settings.database_url) as db:
        found = await stores.miscounts(db)
    for each in found:
        why = "orders were not counted" if each.lost else "orders went with their matrix"
        print(f"{each.domain}: {each.counted} counted, {each.recorded} recorded: {why}")
    if not found:
        print("Every counter is the number of its store's records.")
    return int(any(each.lost for each in found))


async def _reconcile(settings: Settings) -> int:
    async with AsyncClient(url=settings.database_url) as db, shopify_of(settings) as shopify:
        found = await orders.reconcile(db, shopify)
    print(
        f"{found.recorded} draft orders were recorded, {found.refused} refused, {found.uncertain} are still uncertain."
    )
    return int(found.uncertain > 0)


if __name__ == "__main__":
    main()
