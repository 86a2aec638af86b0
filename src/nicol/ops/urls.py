"""Secrets hidden wherever the URLs of databases may stand."""

from __future__ import annotations

import re

_SECRETS = (
    re.compile(r"(?P<keep>[A-Za-z][A-Za-z0-9+.-]*://[^:@/?#\s]*:)[^\s'\"]*(?=@)"),
    re.compile(r"(?P<keep>\b(?:password|sslpassword|api_key|token)=)[^&\s'\"]+", re.IGNORECASE),
)


def masked(text: str) -> str:
    """A text in which the secrets of all URLs are hidden."""
    for secret in _SECRETS:
        text = secret.sub(r"\g<keep>***", text)
    return text
