"""Templates to HTML: the Jinja environment, its filters and the answers made with it."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any, cast

from fastapi.responses import HTMLResponse
from jinja2 import Environment, PackageLoader, StrictUndefined

HERE = Path(__file__).parent
HEADERS = {"Cache-Control": "no-cache", "Vary": "HX-Request"}


def utc(moment: datetime) -> str:
    """A moment for a `datetime` attribute."""
    return moment.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


def plain_utc(moment: datetime) -> str:
    """A moment as text, for a page without its script."""
    return moment.astimezone(UTC).strftime("%Y-%m-%d %H:%M UTC")


def price(amount: Decimal, currency: str) -> str:
    """An amount of money as people read it."""
    return f"{amount:,.2f} {currency}"


def count(number: int, one: str, many: str = "") -> str:
    """A number of things in words."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"


def shop_name(domain: str) -> str:
    """The readable part of a shop's domain."""
    words = domain.removesuffix(".myshopify.com").split("-")
    return " ".join(word if word == "and" else word.capitalize() for word in words)


def change(now: Decimal | int, before: Decimal | int) -> str:
    """How much something grew, in percent; empty where there was nothing before."""
    return f"{float((now - before) / before * 100):+.1f} %" if before else ""


def words(name: str) -> str:
    """A value of an enum as people write it."""
    return KNOWN.get(name, name.replace("_", " ").lower())


KNOWN = {"GA4": "Google Analytics", "SHOPIFY": "Shopify", "BING": "Bing", "MCP": "MCP", "AI": "AI draft",
         "SEARCH_CONSOLE": "Search Console"}  # fmt: skip


def _environment() -> Environment:
    made = Environment(
        loader=PackageLoader("shop_dashboard"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    filters = {
        "utc": utc,
        "plain_utc": plain_utc,
        "price": price,
        "count_of": count,
        "shop_name": shop_name,
        "change_from": change,
        "words": words,
    }
    cast("Any", made).filters.update(filters)  # Jinja does not say what a filter is
    return made


_TEMPLATES = _environment()


def html(template: str, status: int = 200, /, **context: object) -> HTMLResponse:
    """An answer made of a template. `now` is what is early or late by."""
    context.setdefault("now", datetime.now(UTC))
    return HTMLResponse(_TEMPLATES.get_template(template).render(context), status, HEADERS)
