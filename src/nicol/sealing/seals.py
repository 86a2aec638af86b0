"""Seals: what a key makes of the values of one field, so that a value is of use in its own row and field alone.

Random values are AES-256-GCM with the name of the field, the key of the row and the name of the key as associated data
(NIST SP 800-38D). Deterministic ones are AES-SIV (RFC 5297), which needs no nonce and tells nothing but equality. Every field
has keys of its own, derived by HKDF (RFC 5869); a blind index is HMAC-SHA-256.
"""

from __future__ import annotations

import hashlib
import hmac
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable
from typing import TYPE_CHECKING, TypeAlias

import msgspec

from nicol.errors import MissingExtra
from nicol.sealing.keys import Key, KeyRing

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM, AESSIV

RowKey: TypeAlias = tuple[str, ...]
"""The key of the row that a value belongs to, each part as text; nothing for deterministic values."""

PREFIX = "nicol:1:"
"""What every sealed value begins with: `nicol:1:<key>:<base64>`."""

_NONCE = 12
_TAG = 16


class Unreadable(ValueError):
    """A stored value that cannot be opened. The message has no part of it."""


class Seal:
    """The seal of one field, called `Model.field`. `random` gives so many random bytes."""

    def __init__(self, ring: KeyRing, name: str, random: Callable[[int], bytes], *, same: bool) -> None:
        self.same = same
        """True when equal values are sealed to equal texts."""
        self._ring = ring
        self._name = name
        self._random = random
        self._gcm: dict[str, AESGCM] = {}
        self._siv: dict[str, AESSIV] = {}

    def seal(self, plain: bytes, row: RowKey) -> str:
        """The value as it is stored."""
        key = self._ring.newest
        return self._same(key, plain) if self.same else self._anew(key, plain, row)

    def open(self, stored: str, row: RowKey) -> bytes:
        """The value that was sealed; Unreadable for any other text, and for what was sealed for another row or field."""
        name = key_name(stored)
        if name is None:
            raise Unreadable(
                "it is plain text; `nicol secrets rotate --plain` encrypts what was there before"
            )
        key = self._ring.named(name)
        if key is None:
            raise Unreadable(f"it was encrypted with the key `{name}`, which is not among the keys")
        try:
            sealed = urlsafe_b64decode(stored[len(PREFIX) + len(name) + 1 :])
            return self._opened(key, sealed, row)
        except (ValueError, _invalid_tag()):
            raise Unreadable(
                "it was encrypted for another row or field, or was changed; where the model or the field had another name,"
                ' write it: @nicol.encrypted(name: "Model.field")'
            ) from None

    def spellings(self, plain: bytes) -> list[str]:
        """What a value may look like where it is stored, under every key; for deterministic values alone."""
        return [self._same(key, plain) for key in self._ring.every()]

    def digest(self, plain: bytes) -> str:
        """What a blind index holds of a value."""
        return self._digest(self._ring.of_index()[0], plain)

    def digests(self, plain: bytes) -> list[str]:
        """What a blind index may hold of a value, under every key."""
        return [self._digest(key, plain) for key in self._ring.of_index()]

    def _anew(self, key: Key, plain: bytes, row: RowKey) -> str:
        nonce = self._random(_NONCE)
        sealed = nonce + self._cipher(key).encrypt(nonce, plain, self._bound(key, row))
        return f"{PREFIX}{key.name}:{urlsafe_b64encode(sealed).decode()}"

    def _same(self, key: Key, plain: bytes) -> str:
        sealed = self._same_cipher(key).encrypt(plain, [self._bound(key, ())])
        return f"{PREFIX}{key.name}:{urlsafe_b64encode(sealed).decode()}"

    def _opened(self, key: Key, sealed: bytes, row: RowKey) -> bytes:
        if self.same:
            return self._same_cipher(key).decrypt(sealed, [self._bound(key, ())])
        if len(sealed) < _NONCE + _TAG:
            raise ValueError
        return self._cipher(key).decrypt(sealed[:_NONCE], sealed[_NONCE:], self._bound(key, row))

    def _bound(self, key: Key, row: RowKey) -> bytes:
        return msgspec.json.encode((PREFIX, key.name, self._name, *row))

    def _digest(self, key: Key, plain: bytes) -> str:
        secret = _derived(key, f"index {self._name}", 32)
        return urlsafe_b64encode(hmac.digest(secret, plain, "sha256")).rstrip(b"=").decode()

    def _cipher(self, key: Key) -> AESGCM:
        found = self._gcm.get(key.name)
        if found is None:
            found = self._gcm[key.name] = _ciphers().AESGCM(_derived(key, f"random {self._name}", 32))
        return found

    def _same_cipher(self, key: Key) -> AESSIV:
        found = self._siv.get(key.name)
        if found is None:
            found = self._siv[key.name] = _ciphers().AESSIV(_derived(key, f"same {self._name}", 64))
        return found


def key_name(stored: str) -> str | None:
    """The name of the key that a stored value was sealed with; None for plain text."""
    if not stored.startswith(PREFIX):
        return None
    name, colon, _ = stored[len(PREFIX) :].partition(":")
    return name if colon else None


def _derived(key: Key, purpose: str, size: int) -> bytes:
    """HKDF without a salt: the key is random already."""
    extracted = hmac.digest(bytes(hashlib.sha256().digest_size), key.secret, "sha256")
    made, block = b"", b""
    for number in range(1, -(-size // 32) + 1):
        block = hmac.digest(extracted, block + f"nicol {purpose}".encode() + bytes([number]), "sha256")
        made += block
    return made[:size]


class _Ciphers:
    """The part of `cryptography` that is used."""

    AESGCM: type[AESGCM]
    AESSIV: type[AESSIV]


def _ciphers() -> type[_Ciphers]:
    try:
        from cryptography.hazmat.primitives.ciphers import aead
    except ModuleNotFoundError:
        raise MissingExtra("field encryption", "crypto") from None
    return aead  # pyright: ignore[reportReturnType] - a module has the attributes


def _invalid_tag() -> type[Exception]:
    from cryptography.exceptions import InvalidTag

    return InvalidTag
