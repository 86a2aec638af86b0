"""Settings of scopes: what the database itself is told of whom a transaction is for, to be read by its policies."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, TypeAlias
from uuid import UUID

from nicol.query.faults import invalid

Settings: TypeAlias = Mapping[str, Any]
"""Values, or what is called for them, by the names of settings."""

_NAME = re.compile(r"[A-Za-z_]\w*(\.[A-Za-z_]\w*)+", re.ASCII)
_OWN = "nicol."


def read_settings(around: Settings, given: Settings) -> Settings:
    """The settings of a scope with those of the scopes around it; QueryInvalid for names and values that cannot be meant.

    Databases do not tell capitals apart in such names, so that here all are small.
    """
    found = dict(around)
    for said, value in given.items():
        name = _checked(said)
        if not callable(value):
            _text(name, value)
        if name in found and found[name] != value:
            raise invalid(
                f"two scopes say the setting `{name}`, and not the same",
                hint="make the inner scope of the client that has no scope yet",
            )
        found[name] = value
    return found


def spoken(settings: Settings) -> dict[str, str]:
    """The values as they are now, as texts; QueryInvalid for those that are none."""
    return {
        name: _text(name, value() if callable(value) else value) for name, value in sorted(settings.items())
    }


def _checked(name: Any) -> str:
    if not isinstance(name, str) or not _NAME.fullmatch(name):
        raise invalid(
            f"`{name}` cannot be a setting of a scope: names without a dot are the database's own",
            hint='a name of yours has two parts of letters, digits and underscores: settings={"app.tenant": …}',
        )
    if name.lower().startswith(_OWN):
        raise invalid(
            f"`{name}` cannot be a setting of a scope: names that begin with `{_OWN}` are Nicol's",
            hint="say who acts with db.acting_as(…), and choose another first part for settings of yours",
        )
    return name.lower()


def _text(name: str, value: Any) -> str:
    if (
        isinstance(value, str | int | UUID)
        and not isinstance(value, bool)
        and "\0" not in (text := str(value))
    ):
        return text
    told = "a text with a zero byte" if isinstance(value, str) else f"a {type(value).__name__}"
    raise invalid(
        f"the value of the setting `{name}` of a scope is {told}",
        hint="give a str, an int or a UUID, or a function that returns one; no setting at all is no None",
    )
