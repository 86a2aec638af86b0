"""The application put together: lifetime, routes, static files and error pages."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncGenerator
from http import HTTPStatus

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import RedirectResponse
from fastapi.staticfiles import StaticFiles
from starlette.exceptions import HTTPException
from starlette.middleware.sessions import SessionMiddleware

from audit_platform import pages, security
from audit_platform.rendering import HERE, html
from audit_platform.settings import Settings
from audit_platform.tenancy import Platform
from audit_platform.wiring import UnknownVisitorError
from nicol.errors import ClientError, ConnectionFailed, TableMissing, ValueInvalid


def create_app(settings: Settings) -> FastAPI:
    """The audit platform over the database that the settings name."""
    app = FastAPI(title="Audit platform", lifespan=_lifespan, docs_url=None, redoc_url=None)
    app.state.settings = settings
    app.add_middleware(SessionMiddleware, secret_key=settings.secret_key, session_cookie="audit_platform")
    app.middleware("http")(security.guard)
    app.include_router(pages.router)
    app.mount("/static", StaticFiles(directory=HERE / "static"), name="static")
    app.add_exception_handler(UnknownVisitorError, _to_the_entrance)
    app.add_exception_handler(HTTPException, _refusal_page)
    app.add_exception_handler(RequestValidationError, _misuse_page)
    app.add_exception_handler(ClientError, _database_page)
    app.add_exception_handler(Exception, _fault_page)
    return app


@contextlib.asynccontextmanager
async def _lifespan(app: FastAPI) -> AsyncGenerator[None]:
    async with Platform(url=app.state.settings.database_url) as db:
        app.state.db = db
        yield


async def _to_the_entrance(_: Request, __: Exception) -> Response:
    return RedirectResponse("/", 303)


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
