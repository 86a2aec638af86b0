"""Rows that point at rows which are not there: they stay behind, and then those that pointed at them."""

from __future__ import annotations

from collections.abc import Sequence

from nicol.ops.databases import Conversation
from nicol.ops.moving.columns import Mover
from nicol.ops.moving.quarantine import Quarantine
from nicol.ops.moving.state import Reference
from nicol.sql.program import Statement, ask, rows, transaction
from nicol.sql.quoting import quote


def send_orphans_away(
    target: Conversation, references: Sequence[Reference], wanted: Sequence[Mover], quarantine: Quarantine
) -> None:
    """Bring them into quarantine and delete them, until every reference leads somewhere."""
    by_table = {mover.table: mover for mover in wanted}
    known = [(by_table[each.table], each) for each in references if each.table in by_table]
    while any(_away(target, mover, each, quarantine) for mover, each in known):
        pass


def _away(target: Conversation, mover: Mover, reference: Reference, quarantine: Quarantine) -> int:
    filled = " AND ".join(f"c.{quote(name)} IS NOT NULL" for name in reference.columns)
    pairs = zip(reference.columns, reference.references, strict=True)
    equal = " AND ".join(f"p.{quote(other)} = c.{quote(own)}" for own, other in pairs)
    orphan = f"{filled} AND NOT EXISTS (SELECT 1 FROM {reference.parent} AS p WHERE {equal})"
    listed = ", ".join(f"c.{quote(name)}" for name in mover.names)
    found = target.run(rows(f"SELECT {listed} FROM {mover.table} AS c WHERE {orphan}"))
    reason = f"{', '.join(reference.columns)}: there is no such row of {reference.parent}"
    for row in found:
        quarantine.bring(mover.title, mover.key_of(row), reason, dict(zip(mover.names, row, strict=True)))
    if found:
        keys = ", ".join(map(quote, mover.keys))
        gone = f"SELECT {', '.join(f'c.{quote(name)}' for name in mover.keys)} FROM {mover.table} AS c WHERE {orphan}"
        target.run(transaction(ask(Statement(f"DELETE FROM {mover.table} WHERE ({keys}) IN ({gone})"))))
    return len(found)
