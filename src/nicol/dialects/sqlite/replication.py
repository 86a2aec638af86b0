"""Where SQLite's log stands: a copy of a file follows no log, so that only time can tell."""

from __future__ import annotations

from nicol.sql.program import Program


def position() -> Program[str | None]:
    """Nothing to compare."""
    yield from ()
    return None


def reached(position: str) -> Program[bool | None]:  # noqa: ARG001 - there is nothing to compare it with
    """Unknown."""
    yield from ()
    return None
