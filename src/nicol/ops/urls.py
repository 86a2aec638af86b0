"""Database URLs as texts: relative files taken from the project's folder, and secrets hidden wherever they may stand."""

from __future__ import annotations

import re
from pathlib import Path
from urllib.parse import quote, unquote

_SECRETS = (
    re.compile(r"(?P<keep>[A-Za-z][A-Za-z0-9+.-]*://[^:@/?#\s]*:)[^\s'\"]*(?=@)"),
    re.compile(r"(?P<keep>\b(?:password|sslpassword|api_key|token)=)[^&\s'\"]+", re.IGNORECASE),
)


def anchored(url: str, root: Path) -> str:
    """A URL whose relative file, where it has one, is taken from `root`."""
    scheme, colon, rest = url.strip().partition(":")
    path, mark, query = rest.partition("?")
    if (
        scheme.lower() not in ("file", "sqlite")
        or not colon
        or path in ("", ":memory:")
        or path.startswith("/")
    ):
        return url
    return f"{scheme}:{quote(str((root / unquote(path)).resolve()), safe='/:')}{mark}{query}"


def masked(text: str) -> str:
    """A text in which the secrets of all URLs are hidden."""
    for secret in _SECRETS:
        text = secret.sub(r"\g<keep>***", text)
    return text
