"""Spans of time as people write them: `500ms`, `3s`, `10m`, `1h`, `30d`; a bare number counts seconds."""

from __future__ import annotations

import re

from nicol.errors import ConfigurationError

_UNITS = {"ms": 0.001, "": 1.0, "s": 1.0, "m": 60.0, "min": 60.0, "h": 3600.0, "d": 86400.0}
_FORM = re.compile(r"(\d+(?:\.\d+)?)\s*([a-z]*)")


def seconds(text: str, name: str) -> float:
    """The seconds that a text says; ConfigurationError, naming the setting, when it says none."""
    found = _FORM.fullmatch(text.strip().lower())
    if found is None or found[2] not in _UNITS:
        raise ConfigurationError(
            f"{name}: {text!r} is no span of time", help="write 500ms, 3s, 10m, 1h or 30d"
        )
    return float(found[1]) * _UNITS[found[2]]
