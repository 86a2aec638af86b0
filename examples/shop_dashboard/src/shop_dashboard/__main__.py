"""`python -m shop_dashboard`: serve the dashboard until Ctrl-C."""

from __future__ import annotations

import asyncio
import sys

import uvicorn

from nicol.errors import NicolError
from shop_dashboard.app import create_app
from shop_dashboard.db import AsyncClient
from shop_dashboard.settings import Settings


def main() -> None:
    """Serve on HOST and PORT; uvicorn prints the address. What keeps it from starting is said in one message."""
    try:
        settings = Settings.from_environment()
        asyncio.run(_try(settings))
        app = create_app(settings)
    except (NicolError, ValueError) as fault:
        sys.exit(f"The dashboard cannot start. {fault}")
    uvicorn.run(app, host=settings.host, port=settings.port, access_log=False)


async def _try(settings: Settings) -> None:
    """Is the database there, with its tables?"""
    async with AsyncClient(url=settings.database_url) as db:
        await db.purchase_order.count()


if __name__ == "__main__":
    main()
