"""A stand-in for the integrations, so that the demo can test its connections: each answers to its token."""

from __future__ import annotations

from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse

from shop_dashboard.db import Integration

TOKENS: dict[str, str] = {kind: f"example-token-{kind.lower()}" for kind in Integration}


def stand_in() -> FastAPI:
    """`GET /{store}/{integration}`: 200 for the integration's token, 401 for others."""
    app = FastAPI(docs_url=None, redoc_url=None)

    @app.get("/{store}/{integration}")
    async def answer(request: Request, store: str, integration: str) -> JSONResponse:
        taken = request.headers.get("authorization") == f"Bearer {TOKENS[Integration(integration.upper())]}"
        return JSONResponse({"store": store, "taken": taken}, 200 if taken else 401)

    return app
