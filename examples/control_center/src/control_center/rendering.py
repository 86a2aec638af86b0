"""Templates to HTML: the Jinja environment, its filters and the answers made with it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
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


def ago(moment: datetime, now: datetime) -> str:
    """How long something is past, in its largest unit."""
    seconds = max(int((now - moment).total_seconds()), 0)
    for length, unit in ((86_400, "d"), (3_600, "h"), (60, "min")):
        if seconds >= length:
            return f"{seconds // length} {unit} ago"
    return "just now"


def span(length: timedelta) -> str:
    """A length of time in words."""
    hours = int(length.total_seconds() // 3600)
    return f"{hours // 24} days" if hours >= 48 else f"{hours} hours"


def shop_name(domain: str) -> str:
    """The readable part of a shop's domain."""
    words = domain.removesuffix(".myshopify.com").split("-")
    return " ".join(word if word == "and" else word.capitalize() for word in words)


def _environment() -> Environment:
    made = Environment(
        loader=PackageLoader("control_center"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    filters = {"utc": utc, "plain_utc": plain_utc, "ago": ago, "span": span, "shop_name": shop_name}
    cast("Any", made).filters.update(filters)  # Jinja does not say what a filter is
    return made


_TEMPLATES = _environment()


def html(template: str, status: int = 200, /, **context: object) -> HTMLResponse:
    """An answer made of a template. `now` is what ages are counted to."""
    context.setdefault("now", datetime.now(UTC))
    return HTMLResponse(_TEMPLATES.get_template(template).render(context), status, HEADERS)
