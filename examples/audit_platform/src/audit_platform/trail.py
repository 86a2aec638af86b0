"""The trail of a row: who changed which of its fields, as the database's triggers recorded it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

from audit_platform.db import AuditEntry
from audit_platform.tenancy import Platform

SHOWN = 50
BOOKKEEPING = frozenset({"id", "tenantId", "createdAt", "updatedAt"})


@dataclass(frozen=True, slots=True)
class Change:
    """An entry of the trail: for each field that changed, its name and its values before and after."""

    at: datetime
    actor: str | None
    operation: str
    fields: tuple[tuple[str, object, object], ...]


async def trail_of(db: Platform, observation_id: str) -> list[Change]:
    """The last changes of an observation, the newest first; those of one that is gone, too."""
    entries = await db.audit_entry.find_many(
        where={"table": "Observation", "rowKey": observation_id}, order={"id": "desc"}, take=SHOWN
    )
    return [Change(each.at, each.actor, each.operation, _changed(each)) for each in entries]


def _changed(entry: AuditEntry) -> tuple[tuple[str, object, object], ...]:
    before, after = cast("dict[str, Any]", entry.before or {}), cast("dict[str, Any]", entry.after or {})
    pairs = ((name, before.get(name), after.get(name)) for name in before | after if name not in BOOKKEEPING)
    return tuple(pair for pair in pairs if pair[1] != pair[2])
