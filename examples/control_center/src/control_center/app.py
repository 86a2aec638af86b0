"""The application put together: lifetime, routes, static files and error pages."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncGenerator
from http import HTTPStatus

from fastapi import FastAPI, Request, Response
from fastapi.exception_handlers import http_exception_handler, request_validation_exception_handler
from fastapi.exceptions import HTTPException, RequestValidationError
from fastapi.staticfiles import StaticFiles
from starlette.exceptions import HTTPException as StarletteHTTPException

from control_center import api, outbox, pages, security
from control_center.db import AsyncClient
from control_center.rendering import HERE, html
from control_center.settings import Settings
from nicol.errors import ClientError, ConnectionFailed, TableMissing, ValueInvalid

API = "/api/"


def create_app(settings: Settings) -> FastAPI:
    """The Control Center over the databases that the settings name."""
    app = FastAPI(title="Operator Control Center", lifespan=_lifespan, docs_url=None, redoc_url=None)
    app.state.settings = settings
    app.middleware("http")(security.guard)
    app.include_router(pages.router)
    app.include_router(api.router)
    app.mount("/static", StaticFiles(directory=HERE / "static"), name="static")
    app.add_exception_handler(StarletteHTTPException, _refusal_page)
    app.add_exception_handler(RequestValidationError, _misuse_page)
    app.add_exception_handler(ClientError, _database_page)
    app.add_exception_handler(Exception, _fault_page)
    return app


@contextlib.asynccontextmanager
async def _lifespan(app: FastAPI) -> AsyncGenerator[None]:
    settings: Settings = app.state.settings
    async with AsyncClient(url=settings.database_url) as db, asyncio.TaskGroup() as tasks:
        app.state.db = db
        app.state.relay = relay = outbox.relay(db, settings.memory_url)
        tasks.create_task(relay.run())
        yield
        relay.stop()


async def _refusal_page(request: Request, fault: Exception) -> Response:
    assert isinstance(fault, StarletteHTTPException)
    if request.url.path.startswith(API):
        return await http_exception_handler(request, fault)
    unsaid = fault.detail == HTTPStatus(fault.status_code).phrase
    return await _told(
        request, fault.status_code, "There is nothing at this address." if unsaid else fault.detail
    )


async def _misuse_page(request: Request, fault: Exception) -> Response:
    assert isinstance(fault, RequestValidationError)
    if request.url.path.startswith(API):
        return await request_validation_exception_handler(request, fault)
    return await _told(
        request, 400, "; ".join(f"{error['loc'][-1]}: {error['msg']}" for error in fault.errors())
    )


async def _database_page(request: Request, fault: Exception) -> Response:
    """A database that cannot answer is the operator's to mend: say how. Everything else is a bug and stays one."""
    match fault:
        case TableMissing():
            message, way_out = "The database has no tables yet, or old ones.", "Run: nicol migrate deploy"
        case ConnectionFailed():
            message, way_out = (
                "The database cannot be reached.",
                "Check DATABASE_URL and that the server runs.",
            )
        case ValueInvalid():
            return await _told(request, 400, fault.message)
        case _:
            raise fault
    return await _told(request, 503, message, way_out)


async def _fault_page(request: Request, _: Exception) -> Response:
    """A bug. The traceback goes to the log, by the server; the reader is not shown it."""
    return await _told(request, 500, "Something went wrong here. It is in the log.")


async def _told(request: Request, status: int, message: str, way_out: str = "") -> Response:
    if request.url.path.startswith(API):
        return await http_exception_handler(request, HTTPException(status, f"{message} {way_out}".strip()))
    return html("error.html", status, title=HTTPStatus(status).phrase, message=message, help=way_out)
