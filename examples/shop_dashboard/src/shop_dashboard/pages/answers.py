"""What the pages share: addresses, pages of a list, and answers to forms that say what was done."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, TypeVar
from urllib.parse import quote, urlencode

from fastapi import HTTPException, Query
from fastapi.responses import RedirectResponse

from shop_dashboard.wiring import PERSON

YEAR = 365 * 86_400
T = TypeVar("T")

Page = Annotated[int, Query(ge=1, le=100_000)]


def address(domain: str, path: str = "", **query: str) -> str:
    """The address of a page of a store."""
    asked = {name: value for name, value in query.items() if value}
    return f"/stores/{quote(domain, safe='')}{path}" + (f"?{urlencode(asked)}" if asked else "")


def cut(found: Sequence[T], size: int) -> tuple[Sequence[T], bool]:
    """One page of rows of which one more was read, and whether there is a next page."""
    return found[:size], len(found) > size


def said(text: str, what: str) -> str:
    """What somebody typed, without the blanks around it; a 422 answer where there is nothing."""
    if not text.strip():
        raise HTTPException(422, f"{what} is missing")
    return text.strip()


def done(where: str, person: str = "") -> RedirectResponse:
    """Back to a page after a form, which remembers who sent it."""
    answer = RedirectResponse(where, 303)
    if person:
        answer.set_cookie(PERSON, quote(person), max_age=YEAR, httponly=True, samesite="strict")
    return answer
