"""Everything that a database does its own way, one folder per database.

A folder with a `provider` lets schemas be written for its database; one with a `dialect` besides lets them be lived in.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

from nicol.errors import ConfigurationError

if TYPE_CHECKING:
    from nicol.dialects.dialect import Dialect
    from nicol.schema.provider import Provider

NAMES = ("sqlite", "postgresql")
"""The databases that Nicol talks to."""

PROVIDERS = (*NAMES, "cockroachdb", "mysql")
"""The databases that a schema can be written for: the words that `provider = "…"` may be."""

_ALIASES = {"postgres": "postgresql"}


def provider_named(name: str, *, portable: bool = False) -> Provider:
    """A database as the rule book sees it. Its folder is imported only now: nobody pays for a database not used."""
    known = _ALIASES.get(name, name)
    if known not in PROVIDERS:
        raise _unknown(name, PROVIDERS)
    provider: Provider = import_module(f"nicol.dialects.{known}.provider").provider(portable=portable)
    return provider


def named(name: str, *, portable: bool = False) -> Dialect:
    """The dialect of a database that Nicol talks to."""
    known = _ALIASES.get(name, name)
    if known in PROVIDERS and known not in NAMES:
        title = provider_named(known).title
        raise ConfigurationError(
            f"Nicol checks and formats schemas for {title}, but does not talk to such a database",
            help=f"use {' or '.join(NAMES)}; `nicol validate` and `nicol format` work with {known}",
        )
    if known not in NAMES:
        raise _unknown(name, NAMES)
    dialect: type[Dialect] = import_module(f"nicol.dialects.{known}.dialect").DIALECT
    return dialect(portable=portable)


def _unknown(name: str, known: tuple[str, ...]) -> ConfigurationError:
    return ConfigurationError(
        f'there is no provider called "{name}"', help=f"choose one of: {', '.join(known)}"
    )
