"""Comments in which a script says that a thing is meant to be on its database only: `-- nicol: only trigger audit <reason>`.

They stand anywhere in the script of one database, and hold from its migration on.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass

from nicol.migrate.history import Migration

_ONLY = re.compile(
    r"^[ \t]*--+[ \t]*nicol[ \t]*:[ \t]*only[ \t]+(?P<kind>trigger|view|table)[ \t]+"
    r'(?P<name>"(?:[^"]|"")+"|[^\s:]+)[ \t]*:?[ \t]*(?P<reason>.*?)[ \t]*$',
    re.MULTILINE | re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Thing:
    """A table, a trigger or a view that is on one database only; `provider` says on which."""

    kind: str
    name: str
    provider: str


@dataclass(frozen=True, slots=True)
class Meant:
    """What a script says of a thing; without a `reason` it says nothing. `provider` is empty in a script for all databases."""

    migration: str
    thing: Thing
    reason: str

    @property
    def text(self) -> str:
        """The comment as a line of a script."""
        quoted = self.thing.name.replace('"', '""')
        return f'-- nicol: only {self.thing.kind} "{quoted}" {self.reason}\n'

    def faults(self, found: Collection[Thing]) -> Iterator[str]:
        """What is wrong with the comment, where so many things are on one database only."""
        kind, name, provider = self.thing.kind, self.thing.name, self.thing.provider
        if not provider:
            yield f"`-- nicol: only {kind} {name}` stands in a script for all databases; write it into the one for its own"
        elif not self.reason:
            yield f"`-- nicol: only {kind} {name}` does not say why; give the reason behind the name"
        elif self.thing not in found:
            yield f"`-- nicol: only {kind} {name}` is said of nothing: there is no such {kind} on {provider} only"


def meant_in(migrations: Iterable[Migration]) -> tuple[Meant, ...]:
    """What the scripts of a history say is meant to be on one database only."""
    return tuple(
        Meant(migration.name, Thing(match["kind"].lower(), _bare(match["name"]), provider), match["reason"])
        for migration in migrations
        for provider, sql in migration.scripts
        for match in _ONLY.finditer(sql)
    )


def _bare(name: str) -> str:
    return name[1:-1].replace('""', '"') if name.startswith('"') else name
