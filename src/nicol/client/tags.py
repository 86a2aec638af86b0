"""Tags of statements: comments behind the SQL, as https://google.github.io/sqlcommenter/spec/ writes them."""

from __future__ import annotations

from collections.abc import Callable, Generator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TypeAlias

Tags: TypeAlias = Mapping[str, str]
TagSource: TypeAlias = Tags | Callable[[], Tags | None]

_CURRENT: ContextVar[Mapping[object, Tags]] = ContextVar("nicol_tags")
"""The tags of the block that the thread or task is in, for each family of clients."""


@contextmanager
def tagged(owner: object, tags: Tags) -> Generator[None]:
    """Tags for all calls of the block by a family of clients, besides those of the blocks around it."""
    around = _CURRENT.get({})
    token = _CURRENT.set({**around, owner: {**around.get(owner, {}), **tags}})
    try:
        yield
    finally:
        _CURRENT.reset(token)


def current_tags(owner: object) -> Tags:
    """The tags of the block that the thread or task is in."""
    return _CURRENT.get({}).get(owner, {})


def comment_of(tags: Tags) -> str:
    """The comment that says these tags, or nothing. Everything that could end it early is escaped."""
    pairs = sorted((_escaped(key), _escaped(str(value))) for key, value in tags.items())
    listed = ",".join(f"{key}='{value}'" for key, value in pairs)
    return f"/*{listed}*/" if listed else ""


def with_comment(text: str, comment: str) -> str:
    """A text with a comment behind it; one that has a comment already is left alone, as the specification asks."""
    if not comment or "/*" in text or "--" in text:
        return text
    return f"{text.rstrip().rstrip(';')} {comment}"


def _escaped(word: str) -> str:
    """Percent-encoded, so that neither a quote nor the end of a comment is left in it."""
    from urllib.parse import quote

    return quote(word, safe="")
