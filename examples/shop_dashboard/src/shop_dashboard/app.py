"""The application put together: lifetime, routes, scheduled jobs, static files and error pages."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncGenerator
from http import HTTPStatus

import httpx
from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.staticfiles import StaticFiles
from starlette.exceptions import HTTPException

from nicol.errors import ClientError, ConnectionFailed, TableMissing, ValueInvalid
from shop_dashboard import pages, scheduled, security
from shop_dashboard.connections import Integrations
from shop_dashboard.db import AsyncClient
from shop_dashboard.rendering import HERE, html
from shop_dashboard.settings import Settings
from shop_dashboard.stand_in import stand_in

STAND_IN = "http://integrations.stand-in/{store}/{integration}"


def create_app(settings: Settings) -> FastAPI:
    """The dashboard of the stores in the database that the settings name."""
    app = FastAPI(title="Shop dashboard", lifespan=_lifespan, docs_url=None, redoc_url=None)
    app.state.db = db = AsyncClient(url=settings.database_url)
    app.state.integrations = integrations = integrations_of(settings)
    app.middleware("http")(security.guard)
    app.include_router(pages.router)
    app.mount("/cron", scheduled.jobs(settings, db, integrations))
    app.mount("/static", StaticFiles(directory=HERE / "static"), name="static")
    app.add_exception_handler(HTTPException, _refusal_page)
    app.add_exception_handler(RequestValidationError, _misuse_page)
    app.add_exception_handler(ClientError, _database_page)
    app.add_exception_handler(Exception, _fault_page)
    return app


def integrations_of(settings: Settings) -> Integrations:
    """The way to the integrations, or to a stand-in in this process where the settings name none."""
    if settings.integrations_url is not None:
        return Integrations(settings.integrations_url)
    return Integrations(STAND_IN, httpx.ASGITransport(stand_in()))


@contextlib.asynccontextmanager
async def _lifespan(app: FastAPI) -> AsyncGenerator[None]:
    async with app.state.db, app.state.integrations:
        yield


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
            return _told(
                503, "The database cannot be reached.", "Check DATABASE_URL and that the server runs."
            )
        case ValueInvalid():
            return _told(400, fault.message)
        case _:
            raise fault


async def _fault_page(_: Request, __: Exception) -> Response:
    """A bug. The traceback goes to the log, by the server; the reader is not shown it."""
    return _told(500, "Something went wrong here. It is in the log.")


def _told(status: int, message: str, way_out: str = "") -> Response:
    return html("error.html", status, title=HTTPStatus(status).phrase, message=message, help=way_out)
