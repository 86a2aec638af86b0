"""Everything that a database does its own way, one folder per database."""

from __future__ import annotations

from importlib import import_module

from nicol.dialects.dialect import Dialect
from nicol.errors import ConfigurationError

NAMES = ("sqlite", "postgresql")
"""The words that `provider = "…"` may be."""

_ALIASES = {"postgres": "postgresql"}


def named(name: str, *, portable: bool = False) -> Dialect:
    """The dialect of a provider's name. Its folder is imported only now: nobody pays for a database not used."""
    known = _ALIASES.get(name, name)
    if known not in NAMES:
        raise ConfigurationError(
            f'there is no provider called "{name}"', help=f"choose one of: {', '.join(NAMES)}"
        )
    dialect: type[Dialect] = import_module(f"nicol.dialects.{known}.dialect").DIALECT
    return dialect(portable=portable)
