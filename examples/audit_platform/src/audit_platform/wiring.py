"""What a request needs: who visits, and the database as far as it is the visitor's."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Annotated, cast

from fastapi import Depends, Request

from audit_platform.db import User
from audit_platform.tenancy import Platform


class UnknownVisitorError(Exception):
    """Nobody has said who visits."""


@dataclass(frozen=True, slots=True)
class Visitor:
    """Who visits, as the signed cookie says. An identity provider would say the same in its token."""

    user: str
    name: str
    tenant: str
    tenant_name: str


def enter(request: Request, user: User) -> None:
    """Remember who visits."""
    assert user.tenant is not None
    request.session["visitor"] = asdict(Visitor(user.id, user.name, user.tenantId, user.tenant.name))


def _everything(request: Request) -> Platform:
    return cast("Platform", request.app.state.db)


def _visitor(request: Request) -> Visitor:
    try:
        return Visitor(**request.session["visitor"])
    except KeyError:
        raise UnknownVisitorError from None


Everything = Annotated[Platform, Depends(_everything)]
"""The database of all tenants, of which PostgreSQL shows nothing to the application's role until it is kept to something."""


def _entrance(db: Everything) -> Platform:
    return db.at_the_entrance()


Entrance = Annotated[Platform, Depends(_entrance)]
"""Who there is, in which tenants."""

TheVisitor = Annotated[Visitor, Depends(_visitor)]


def _mine(db: Everything, visitor: TheVisitor) -> Platform:
    return db.for_tenant(visitor.tenant).acting_as(visitor.name)


Mine = Annotated[Platform, Depends(_mine)]
"""The database as the visitor's tenant has it; what is written bears the visitor's name."""
