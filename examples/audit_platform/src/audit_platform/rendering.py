"""Templates to HTML: the Jinja environment, its filters and the answers made with it."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any, cast

from fastapi.responses import HTMLResponse
from jinja2 import Environment, PackageLoader, StrictUndefined

HERE = Path(__file__).parent
HEADERS = {"Cache-Control": "no-store", "Vary": "HX-Request"}


def utc(moment: datetime) -> str:
    """A moment for a `datetime` attribute."""
    return moment.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


def plain_utc(moment: datetime) -> str:
    """A moment as text, for a page without its script."""
    return moment.astimezone(UTC).strftime("%Y-%m-%d %H:%M UTC")


def count(number: int, one: str, many: str = "") -> str:
    """A number of things in words."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"


def words(name: str) -> str:
    """The name of an enum's value as people read it; other names are readable already."""
    return name.replace("_", " ").capitalize() if name.isupper() else name


def _environment() -> Environment:
    made = Environment(
        loader=PackageLoader("audit_platform"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    filters = {"utc": utc, "plain_utc": plain_utc, "count_of": count, "words": words}
    cast("Any", made).filters.update(filters)  # Jinja does not say what a filter is
    return made


_TEMPLATES = _environment()


def html(template: str, status: int = 200, /, **context: object) -> HTMLResponse:
    """An answer made of a template."""
    return HTMLResponse(_TEMPLATES.get_template(template).render(context), status, HEADERS)
