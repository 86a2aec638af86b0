"""The relays that processes of the tests run, `python shop_relay.py KIND`: every message becomes a line of a file."""

from __future__ import annotations

import os
import sys
import time
from datetime import timedelta
from typing import Any

import outbox_shop

from nicol.outbox import AsyncRelay, Relay
from nicol.outbox.serving import serve

URL, LINES = os.environ["SHOP_URL"], os.environ["SHOP_LINES"]
SECONDS = float(os.environ.get("SHOP_SECONDS", "0"))
LEASE = timedelta(seconds=float(os.environ.get("SHOP_LEASE", "60")))


def write(message: Any) -> None:
    """One line in one piece, however many processes write."""
    time.sleep(SECONDS)
    line = f"{message.key} {message.payload} {message.idempotencyKey}\n"
    file = os.open(LINES, os.O_WRONLY | os.O_APPEND | os.O_CREAT)
    os.write(file, line.encode())
    os.close(file)


async def write_later(message: Any) -> None:
    """The same, awaited."""
    write(message)


blocking: Relay[Any] = Relay(outbox_shop.Client(url=URL), write, lease=LEASE, batch=20, poll=0.05)
awaited: AsyncRelay[Any] = AsyncRelay(
    outbox_shop.AsyncClient(url=URL), write_later, lease=LEASE, batch=20, poll=0.05
)

if __name__ == "__main__":
    serve({"blocking": blocking, "awaited": awaited}[sys.argv[1]], 1, once=False)
