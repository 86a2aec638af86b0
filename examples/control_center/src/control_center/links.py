"""Links to evidence: which are safe to store and to show."""

from __future__ import annotations

from urllib.parse import urlsplit


def link_fault(link: str) -> str | None:
    """Why a text is no link to evidence, or None when it is one."""
    try:
        parts = urlsplit(link)
    except ValueError:
        return f"“{link}” is not a link"
    if parts.scheme not in ("http", "https") or not parts.hostname or link != link.strip():
        return f"“{link}” is not a link that begins with https:// or http://"
    return None
