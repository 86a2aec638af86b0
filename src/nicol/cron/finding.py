"""The `Cron` that a text like `shop.cron:cron` names."""

from __future__ import annotations

from importlib import import_module
from operator import attrgetter
from typing import Any

from nicol.cron.application import Cron
from nicol.errors import ConfigurationError


def found(where: str) -> Cron:
    """Import it; ConfigurationError when there is no such thing."""
    module, colon, path = where.partition(":")
    if not colon or not path:
        raise ConfigurationError(
            f"{where!r} names no `Cron`", help="write it as module:name, like shop.cron:cron"
        )
    try:
        named: Any = attrgetter(path)(import_module(module))
    except (ImportError, AttributeError) as error:
        raise ConfigurationError(
            f"{where!r} cannot be imported: {error}", help="write it as module:name"
        ) from error
    if not isinstance(named, Cron):
        raise ConfigurationError(f"{where!r} is no `nicol.cron.Cron` but {type(named).__name__}")
    return named
