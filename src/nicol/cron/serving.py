"""The endpoint as a process of its own."""

from __future__ import annotations

import logging
import socket
from collections.abc import Callable

from starlette.applications import Starlette
from starlette.routing import Mount

from nicol.cron.application import Cron
from nicol.errors import ConfigurationError


def serve(cron: Cron, host: str, port: int, told: Callable[[str], None]) -> None:
    """Serve under `/cron` until the process is told to end; `told` gets the address once it is open.

    There is no access log: it would hold the secrets of those who send them in the address.
    """
    import uvicorn

    try:
        listening = socket.create_server((host, port))
    except OSError as error:
        raise ConfigurationError(
            f"{host}:{port} cannot be listened on: {error.strerror}", help="choose another --port"
        ) from None
    # asyncio does this only for sockets that name their protocol; without it every answer, said in two pieces, waits 40 ms
    # for the acknowledgement of its first one. Accepted sockets inherit it.
    listening.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(message)s")
    config = uvicorn.Config(Starlette(routes=[Mount("/cron", cron)]), log_level="warning", access_log=False)
    name, number = listening.getsockname()[:2]
    told(f"http://{name}:{number}")
    uvicorn.Server(config).run(sockets=[listening])
