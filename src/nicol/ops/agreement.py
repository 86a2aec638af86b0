"""Whether a database, its record and its history agree, so that one can go on from there."""

from __future__ import annotations

from nicol.migrate.ledger import Standing, standing
from nicol.ops.applying import open_ledger, refuse_failed, refuse_halfway
from nicol.ops.databases import Conversation, Target
from nicol.ops.desk import Desk
from nicol.ops.drift import Drift
from nicol.ops.questions import Cancelled


def settled(conversation: Conversation, desk: Desk) -> Standing:
    """Where a database stands whose record can be trusted; refused where something failed, is half done or was edited."""
    ledger = open_ledger(conversation, desk.read.schema)
    stand = standing(desk.history, ledger, desk.target.dialect.name)
    refuse_failed(stand)
    refuse_halfway(stand)
    _refuse_diverged(stand)
    return stand


def _refuse_diverged(stand: Standing) -> None:
    """Stop where the history is not what was applied."""
    changed = [f"{name} was edited after it had been applied" for name in stand.changed]
    missing = [f"{name} is applied, but no longer in the history" for name in stand.missing]
    if reasons := [*changed, *missing]:
        raise Cancelled(
            "the history is not what was applied to the database:" + listed(reasons),
            help="restore the files from version control; or start over with `nicol migrate reset`, which empties the database",
        )


def refuse_drift(found: Drift, target: Target) -> None:
    """Stop where somebody changed tables beside the history."""
    if found.tables:
        raise Cancelled(
            f"the database {target.shown} is not what its history says. What was changed in it:"
            + listed(found.tables, bullet=""),
            help=(
                "if the change was meant, take it into the schema with `nicol db pull` and into the history with "
                "`nicol migrate adopt`; else `nicol migrate reset`, which empties the database"
            ),
        )


def listed(lines: list[str] | tuple[str, ...], limit: int = 20, bullet: str = "- ") -> str:
    """Lines under a sentence, the first of many."""
    shown = "".join(f"\n  {bullet}{line}" for line in lines[:limit])
    return shown + (f"\n  … and {len(lines) - limit} more" if len(lines) > limit else "")
