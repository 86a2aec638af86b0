"""One spelling of statements for tests on both databases."""

from __future__ import annotations

import re

from nicol.sql.program import Statement


def sql(url: str, text: str) -> str:
    """The text with its `?` as the database of the URL spells them."""
    if not url.startswith("postgres"):
        return text
    numbers = iter(range(1, 1000))
    return re.sub(r"\?", lambda _: f"${next(numbers)}", text)


def statement(url: str, text: str, *params: object) -> Statement:
    """A statement for the database of the URL."""
    return Statement(sql(url, text), params)
