"""What a request needs and the application holds: the database client and the relay."""

from __future__ import annotations

from typing import Annotated, cast

from fastapi import Depends, Request

from control_center.db import AsyncClient, DecisionOutbox
from nicol.outbox import AsyncRelay


def _database(request: Request) -> AsyncClient:
    return cast("AsyncClient", request.app.state.db)


def _relay(request: Request) -> AsyncRelay[DecisionOutbox]:
    return cast("AsyncRelay[DecisionOutbox]", request.app.state.relay)


Database = Annotated[AsyncClient, Depends(_database)]
TheRelay = Annotated[AsyncRelay[DecisionOutbox], Depends(_relay)]
