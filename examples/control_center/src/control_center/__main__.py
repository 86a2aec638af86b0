"""`python -m control_center`: serve the Control Center until Ctrl-C."""

from __future__ import annotations

import asyncio
import sys

import uvicorn

from control_center.app import create_app
from control_center.db import AsyncClient
from control_center.settings import Settings
from nicol.errors import NicolError


def main() -> None:
    """Serve on HOST and PORT; uvicorn prints the address. What keeps it from starting is said in one message."""
    try:
        settings = Settings.from_environment()
        asyncio.run(_try(settings))
    except (NicolError, ValueError) as fault:
        sys.exit(f"The Control Center cannot start. {fault}")
    uvicorn.run(create_app(settings), host=settings.host, port=settings.port, access_log=False)


async def _try(settings: Settings) -> None:
    """Is the database there, with its tables? The memory store may be away: decisions wait for it."""
    async with AsyncClient(url=settings.database_url) as db:
        await db.decision_outbox.count()


if __name__ == "__main__":
    main()
