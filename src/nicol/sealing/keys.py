"""Keys: each has a name that stands in what it sealed; the first of a ring seals, all of them open."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Callable, Generator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

from nicol.errors import ConfigurationError

KEYS, INDEX_KEYS = "NICOL_KEYS", "NICOL_INDEX_KEYS"
"""The variables of the environment that hold the keys of values, and those of blind indexes."""

SIZE = 32
"""The bytes of a key."""

_NAME = re.compile(r"[A-Za-z0-9._-]{1,40}")


@dataclass(frozen=True, slots=True, repr=False)
class Key:
    """32 secret bytes and their public name. Neither `repr` nor an error shows the bytes."""

    name: str
    secret: bytes

    def __post_init__(self) -> None:
        if not _NAME.fullmatch(self.name):
            raise ConfigurationError(
                "the name of a key has letters, digits, dots, dashes and underscores, at most 40"
            )
        if len(self.secret) != SIZE:
            raise ConfigurationError(
                f"the key `{self.name}` has {len(self.secret)} bytes and needs {SIZE}",
                help="`nicol secrets key` makes one",
            )

    def __repr__(self) -> str:
        return f"Key({self.name!r})"

    def spelled(self) -> str:
        """The key as `parse_keys` reads it."""
        return f"{self.name}:{base64.b64encode(self.secret).decode()}"


@runtime_checkable
class KeyProvider(Protocol):
    """Where keys come from: the environment, a file, or a service that keeps them.

    It is asked when a key is first needed, and again when a value names a key that was not among them: then somebody else
    has begun to use a new one. The first key of each kind is the one that seals.
    """

    def keys(self) -> Sequence[Key]:
        """The keys of values."""
        ...

    def index_keys(self) -> Sequence[Key]:
        """The keys of blind indexes; none where there is no blind index."""
        ...


@dataclass(frozen=True, slots=True, repr=False)
class WrappedKeys:
    """Keys that lie somewhere in wrapped form, each by its name; `unwrap(name, wrapped)` asks a service for the bytes.

    So the plain keys are nowhere but in the memory of the process (envelope encryption).
    """

    unwrap: Callable[[str, bytes], bytes]
    wrapped: Mapping[str, bytes]
    wrapped_index: Mapping[str, bytes] | None = None

    def keys(self) -> Sequence[Key]:
        """The keys of values."""
        return self._opened(self.wrapped)

    def index_keys(self) -> Sequence[Key]:
        """The keys of blind indexes."""
        return self._opened(self.wrapped_index or {})

    def _opened(self, wrapped: Mapping[str, bytes]) -> list[Key]:
        return [Key(name, self.unwrap(name, each)) for name, each in wrapped.items()]


@dataclass(frozen=True, slots=True, repr=False)
class SpelledKeys:
    """Keys out of variables: `read` answers the value of one, None where it is not set."""

    read: Callable[[str], str | None]

    def keys(self) -> Sequence[Key]:
        """The keys of values."""
        return parse_keys(self.read(KEYS) or "", KEYS)

    def index_keys(self) -> Sequence[Key]:
        """The keys of blind indexes."""
        return parse_keys(self.read(INDEX_KEYS) or "", INDEX_KEYS)


def parse_keys(text: str, variable: str) -> tuple[Key, ...]:
    """Keys as `name:base64`, separated by commas or white space; ConfigurationError names the place, never the text."""
    found: dict[str, Key] = {}
    for number, item in enumerate(filter(None, re.split(r"[,\s]+", text)), 1):
        name, colon, encoded = item.partition(":")
        if not colon:
            raise ConfigurationError(
                f"key {number} of {variable} is not spelled `name:base64`",
                help="`nicol secrets key` makes one",
            )
        try:
            secret = base64.b64decode(encoded, validate=True)
        except binascii.Error:
            raise ConfigurationError(
                f"key {number} of {variable} is no base64 behind its name",
                help="`nicol secrets key` makes one",
            ) from None
        if name in found:
            raise ConfigurationError(f"{variable} has two keys of the same name (the second is key {number})")
        found[name] = Key(name, secret)
    return tuple(found.values())


class KeyRing:
    """The keys of one client, asked for when they are needed."""

    def __init__(self, provider: KeyProvider | None = None) -> None:
        self._provider = provider
        self._keys: dict[str, Key] = {}
        self._index: tuple[Key, ...] = ()
        self._missed: set[str] | None = None

    @contextmanager
    def asked_once(self) -> Generator[None]:
        """Within the block a key that the provider does not have is asked for once, and not again for each value."""
        self._missed = set()
        try:
            yield
        finally:
            self._missed = None

    @property
    def newest(self) -> Key:
        """The key that seals; ConfigurationError where there is none."""
        return next(iter((self._keys or self._load()).values()))

    def every(self) -> tuple[Key, ...]:
        """All keys of values, the newest first."""
        return tuple((self._keys or self._load()).values())

    def named(self, name: str) -> Key | None:
        """The key of a name, also one that the provider has got only lately."""
        found = (self._keys or self._load()).get(name)
        if found is not None or (self._missed is not None and name in self._missed):
            return found
        found = self._load().get(name)
        if found is None and self._missed is not None:
            self._missed.add(name)
        return found

    def of_index(self) -> tuple[Key, ...]:
        """All keys of blind indexes, the newest first; ConfigurationError where there is none."""
        if not self._index:
            self._index = tuple(self._provider.index_keys() if self._provider else ())
        if not self._index:
            raise _missing("blind indexes", INDEX_KEYS)
        return self._index

    def _load(self) -> dict[str, Key]:
        self._keys = {key.name: key for key in (self._provider.keys() if self._provider else ())}
        if not self._keys:
            raise _missing("encrypted fields", KEYS)
        return self._keys


def _missing(what: str, variable: str) -> ConfigurationError:
    return ConfigurationError(
        f"the schema has {what}, and there is no key for them",
        help=f"set {variable} to what `nicol secrets key` prints, or give the client a KeyProvider: Client(keys=…)",
    )
