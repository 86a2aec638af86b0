"""Which old backups go: pure, from what is there to what may go."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from nicol.ops.backups.manifest import Manifest


@dataclass(frozen=True, slots=True)
class Keep:
    """How many backups of a database stay, and how long: who fulfils one of the two stays. Without both, all stay."""

    number: int | None = None
    age: timedelta | None = None


def expired(backups: Sequence[Manifest], keep: Keep, now: datetime) -> tuple[Manifest, ...]:
    """The backups that may go, of those of one database. The newest stays, and so does the newest that was verified."""
    if keep.number is None and keep.age is None:
        return ()
    ordered = sorted(backups, key=lambda each: each.taken, reverse=True)
    spared = {each.name for each in ordered[: max(keep.number or 0, 1)]}
    spared |= {each.name for each in ordered if keep.age is not None and now - each.taken <= keep.age}
    spared |= {each.name for each in [each for each in ordered if each.verified][:1]}
    return tuple(each for each in ordered if each.name not in spared)
