"""Migrations that another branch left behind: which they are, told by names alone, and what was found about each."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from nicol.migrate.history import History


def late_names(history: History, new: Collection[str], settled: Collection[str]) -> tuple[str, ...]:
    """Those of the new migrations that some settled ones follow by name."""
    newest = max(settled, default="")
    return tuple(name for name in history.names if name in new and name < newest)


@dataclass(frozen=True, slots=True)
class Clash:
    """What a migration and `other` both concern, so that their order matters; in words."""

    other: str
    about: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Late:
    """A pending migration that comes, by its name, before some that are applied: `behind` them it would be applied."""

    name: str
    behind: tuple[str, ...]
    clashes: tuple[Clash, ...]

    @property
    def sentence(self) -> str:
        """What that means for whoever applies it."""
        if not self.clashes:
            return f"{self.name} comes late, behind {_listed(self.behind)}: it has nothing to do with what they change"
        reasons = "; ".join(f"{each.other} ({', '.join(each.about)})" for each in self.clashes)
        return f"{self.name} comes late, and its order matters beside {reasons}"


def _listed(names: tuple[str, ...], limit: int = 3) -> str:
    shown = ", ".join(names[:limit])
    return shown + (f" and {len(names) - limit} more" if len(names) > limit else "")
