"""The object of a program that a text like `shop.cron:cron` names."""

from __future__ import annotations

import sys
from importlib import import_module
from operator import attrgetter
from pathlib import Path
from typing import Any

from nicol.errors import ConfigurationError


def named(where: str, *kinds: type[Any]) -> Any:
    """Import it, from the working directory or its `src` as well; ConfigurationError when it is none of these kinds."""
    module, colon, path = where.partition(":")
    expected = " or ".join(f"{kind.__module__.rpartition('.')[0]}.{kind.__name__}" for kind in kinds)
    if not colon or not path:
        raise ConfigurationError(
            f"{where!r} names no `{kinds[0].__name__}`",
            help="write it as module:name, like shop.jobs:it",
        )
    sys.path[:0] = [str(Path.cwd()), str(Path.cwd() / "src")]
    try:
        found = attrgetter(path)(import_module(module))
    except (ImportError, AttributeError) as error:
        raise ConfigurationError(
            f"{where!r} cannot be imported: {error}", help="write it as module:name"
        ) from error
    if not isinstance(found, kinds):
        raise ConfigurationError(f"{where!r} is no `{expected}` but {type(found).__name__}")
    return found
