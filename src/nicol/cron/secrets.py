"""Who may call: one of two secrets, compared without telling anything by the time that it takes."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping

LEAST = 16
"""Characters that a secret has at least: a shorter one is as good as none."""

_NOBODY = bytes(32)
"""A digest that no text is known to have."""


class Secrets:
    """The secrets of the environment. Without any, nobody may call."""

    def __init__(self, variables: Mapping[str, str], names: tuple[str, str]) -> None:
        given = {name: variables.get(name, "") for name in names}
        self.weak = tuple(name for name, text in given.items() if 0 < len(text) < LEAST)
        self._known = [len(text) >= LEAST for text in given.values()]
        self._digests = [
            _digest(text.encode()) if known else _NOBODY
            for text, known in zip(given.values(), self._known, strict=True)
        ]

    @property
    def open(self) -> bool:
        """True when there is a secret that somebody may know."""
        return any(self._known)

    def admit(self, said: str | None) -> bool:
        """True when this is one of the secrets.

        The digests are as long whatever was said, all of them are compared to the end, and where a secret is not set
        something that nobody can say stands in its place (https://docs.python.org/3/library/hmac.html#hmac.compare_digest).
        """
        digest = _digest((said or "").encode("utf-8", "surrogateescape"))
        admitted = False
        for own, known in zip(self._digests, self._known, strict=True):
            admitted |= hmac.compare_digest(digest, own) & known
        return admitted


def _digest(text: bytes) -> bytes:
    return hashlib.sha256(text).digest()
