"""`python -m audit_platform [serve | capture]`: the application, and the job that takes each day's snapshots."""

from __future__ import annotations

import asyncio
import sys
from datetime import UTC, datetime

import uvicorn

from audit_platform.app import create_app
from audit_platform.settings import Settings
from audit_platform.snapshots import capture_all
from audit_platform.tenancy import Platform
from nicol.errors import NicolError

USAGE = "usage: python -m audit_platform [serve | capture]"


def main() -> None:
    """What keeps a command from its work is said in one message."""
    try:
        settings = Settings.from_environment()
        match sys.argv[1:]:
            case [] | ["serve"]:
                asyncio.run(_try(settings))
            case ["capture"]:
                sys.exit(asyncio.run(_capture(settings)))
            case _:
                sys.exit(USAGE)
    except (NicolError, ValueError) as fault:
        sys.exit(f"The audit platform cannot start. {fault}")
    uvicorn.run(create_app(settings), host=settings.host, port=settings.port, access_log=False)


async def _try(settings: Settings) -> None:
    """Is the database there, with its tables?"""
    async with Platform(url=settings.database_url) as db:
        await db.at_the_entrance().tenant.count()


async def _capture(settings: Settings) -> int:
    async with Platform(url=settings.database_url) as db:
        tenants = await capture_all(db, datetime.now(UTC))
    print(f"Took today's snapshot of {tenants} tenants.")
    return 0


if __name__ == "__main__":
    main()
