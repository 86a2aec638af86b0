"""The application put together: lifetime, routes, static files and error pages."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import AsyncGenerator
from http import HTTPStatus

import httpx
from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.staticfiles import StaticFiles
from starlette.exceptions import HTTPException

from draft_orders import orders, pages, security
from draft_orders.db import AsyncClient
from draft_orders.orders import Reconciled
from draft_orders.rendering import HERE, html
from draft_orders.settings import Settings
from draft_orders.shopify import Shopify
from draft_orders.stand_in import stand_in
from nicol.errors import ClientError, ConnectionFailed, TableMissing, ValueInvalid

STAND_IN = "http://shopify.stand-in/{store}/admin/api/2026-07/graphql.json"
BETWEEN = 30.0
"""Seconds between two looks at requests that were left on their way."""

log = logging.getLogger("draft_orders")


def create_app(settings: Settings) -> FastAPI:
    """The draft orders of the stores in the database that the settings name."""
    app = FastAPI(title="Draft orders", lifespan=_lifespan, docs_url=None, redoc_url=None)
    app.state.settings = settings
    app.middleware("http")(security.guard)
    app.include_router(pages.router)
    app.mount("/static", StaticFiles(directory=HERE / "static"), name="static")
    app.add_exception_handler(HTTPException, _refusal_page)
    app.add_exception_handler(RequestValidationError, _misuse_page)
    app.add_exception_handler(ClientError, _database_page)
    app.add_exception_handler(Exception, _fault_page)
    return app


def shopify_of(settings: Settings) -> Shopify:
    """The way to the stores' Admin API, or to a stand-in in this process where the settings name none."""
    if settings.shopify_url is not None:
        return Shopify(settings.shopify_url, settings.shopify_token)
    return Shopify(STAND_IN, transport=httpx.ASGITransport(stand_in()))


@contextlib.asynccontextmanager
async def _lifespan(app: FastAPI) -> AsyncGenerator[None]:
    settings: Settings = app.state.settings
    async with AsyncClient(url=settings.database_url) as db, shopify_of(settings) as shopify:
        app.state.db, app.state.shopify = db, shopify
        caring = asyncio.create_task(_care(db, shopify))
        yield
        caring.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await caring


async def _care(db: AsyncClient, shopify: Shopify) -> None:
    while True:
        try:
            found = await orders.reconcile(db, shopify)
            if found != Reconciled():
                log.info("requests that were left on their way: %s", found)
        except Exception:
            log.exception("could not look after requests that were left; the next round tries again")
        await asyncio.sleep(BETWEEN)


async def _refusal_page(_: Request, fault: Exception) -> Response:
    assert isinstance(fault, HTTPException)
    unsaid = fault.detail == HTTPStatus(fault.status_code).phrase
    return _told(fault.status_code, "There is nothing at this address." if unsaid else fault.detail)


async def _misuse_page(_: Request, fault: Exception) -> Response:
    assert isinstance(fault, RequestValidationError)
    return _told(400, "; ".join(f"{error['loc'][-1]}: {error['msg']}" for error in fault.errors()))


async def _database_page(_: Request, fault: Exception) -> Response:
    """A database that cannot answer is the operator's to mend: say how. Everything else is a bug and stays one."""
    match fault:
        case TableMissing():
            return _told(503, "The database has no tables yet, or old ones.", "Run: nicol migrate deploy")
        case ConnectionFailed():
            way_out = "Check DATABASE_URL and that the server runs."
            return _told(503, "The database cannot be reached.", way_out)
        case ValueInvalid():
            return _told(400, fault.message)
        case _:
            raise fault


async def _fault_page(_: Request, __: Exception) -> Response:
    """A bug. The traceback goes to the log, by the server; the reader is not shown it."""
    return _told(500, "Something went wrong here. It is in the log.")


def _told(status: int, message: str, way_out: str = "") -> Response:
    return html("error.html", status, title=HTTPStatus(status).phrase, message=message, help=way_out)
