"""`python -m control_center`: serve the Control Center until Ctrl-C."""

from __future__ import annotations

import uvicorn

from control_center.app import create_app
from control_center.settings import Settings


def main() -> None:
    """Serve on HOST and PORT; uvicorn prints the address."""
    settings = Settings.from_environment()
    uvicorn.run(create_app(settings), host=settings.host, port=settings.port, access_log=False)


if __name__ == "__main__":
    main()
