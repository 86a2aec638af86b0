"""Names and texts in SQL's standard quotes, which every database here understands."""

from __future__ import annotations

from collections.abc import Sequence


def quote(name: str) -> str:
    """An identifier in SQL's standard quotes."""
    return '"' + name.replace('"', '""') + '"'


def quote_full(namespace: str | None, name: str) -> str:
    """A name with its namespace, where it has one that is not the connection's own."""
    return quote(name) if namespace is None else f"{quote(namespace)}.{quote(name)}"


def quote_all(names: Sequence[str]) -> str:
    """Identifiers in quotes, separated by commas."""
    return ", ".join(quote(name) for name in names)


def quote_text(text: str) -> str:
    """A string literal in SQL's standard quotes."""
    return "'" + text.replace("'", "''") + "'"
