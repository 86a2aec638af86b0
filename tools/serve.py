"""Serves all examples in one process, each on a port of its own, and a page on the first port that leads to them."""

from __future__ import annotations

import asyncio
import html
import os
import sys
from collections.abc import Sequence
from importlib import import_module

import httpx
import uvicorn
from demo import EXAMPLES, HOST, ROOT, Example
from fastapi import FastAPI
from fastapi.responses import HTMLResponse
from fastapi.staticfiles import StaticFiles

STATIC = ROOT / "examples" / "control_center" / "src" / "control_center" / "static"
POLICY = "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; font-src 'self'; base-uri 'none'"
PAGE = """\
<!doctype html>
<html lang="en">
<head>
  <meta charset="utf-8">
  <meta name="viewport" content="width=device-width, initial-scale=1">
  <meta name="color-scheme" content="light dark">
  <title>The examples of Nicol</title>
  <link rel="icon" href="/static/icon.svg" type="image/svg+xml">
  <link rel="stylesheet" href="/static/page.css">
  <script src="/static/theme.js"></script>
</head>
<body>
  <main id="main">
    <div class="opening">
      <h1>The examples of Nicol</h1>
      <p class="quiet">Whole applications, on SQLite here and on PostgreSQL in production, made to be copied. All of them
      run in this process; their data lies in <code>.demo/</code>.</p>
    </div>
    <ul class="tiles">
{tiles}
    </ul>
  </main>
</body>
</html>
"""
TILE = """\
      <li class="tile">
        <h2><a href="{address}">{title}</a></h2>
        <p>{about}</p>
        <p class="foot"><span>{state}</span> <span><code>examples/{folder}</code></span></p>
      </li>"""


async def serve(ports: Sequence[int]) -> None:
    """Serve until Ctrl-C."""
    addresses = {example: f"http://{HOST}:{port}" for example, port in zip(EXAMPLES, ports[1:], strict=True)}
    applications = [landing(addresses), *map(application, EXAMPLES)]
    servers = [
        uvicorn.Server(uvicorn.Config(app, host=HOST, port=port, access_log=False, log_level="warning"))
        for app, port in zip(applications, ports, strict=True)
    ]
    async with asyncio.TaskGroup() as tasks:
        for server in servers:
            tasks.create_task(_until_the_first_ends(server, servers))


async def _until_the_first_ends(server: uvicorn.Server, others: Sequence[uvicorn.Server]) -> None:
    await server.serve()
    for other in others:
        other.should_exit = True


def application(example: Example) -> FastAPI:
    """An example's own application over its data."""
    settings = import_module(f"{example.folder}.settings").Settings
    app: FastAPI = import_module(f"{example.folder}.app").create_app(
        settings.from_environment({**os.environ, **example.environment})
    )
    return app


def landing(addresses: dict[Example, str]) -> FastAPI:
    """The page that leads to all examples, and says whether each answers."""
    app = FastAPI(title="The examples of Nicol", docs_url=None, redoc_url=None)
    app.mount("/static", StaticFiles(directory=STATIC))

    @app.get("/")
    async def page() -> HTMLResponse:
        async with httpx.AsyncClient(timeout=5) as client:
            states = await asyncio.gather(*(_state(client, address) for address in addresses.values()))
        tiles = "\n".join(
            TILE.format(
                address=address,
                title=html.escape(example.title),
                about=html.escape(example.about),
                folder=example.folder,
                state=html.escape(state),
            )
            for (example, address), state in zip(addresses.items(), states, strict=True)
        )
        return HTMLResponse(PAGE.format(tiles=tiles), headers={"Content-Security-Policy": POLICY})

    return app


async def _state(client: httpx.AsyncClient, address: str) -> str:
    try:
        answer = (await client.get(f"{address}/api/health")).raise_for_status().json()
    except httpx.HTTPError as error:
        return f"does not answer ({type(error).__name__})"
    return f"answers; {answer['waiting']} on their way" if answer["waiting"] else "answers"


if __name__ == "__main__":
    asyncio.run(serve([int(port) for port in sys.argv[1:]]))
