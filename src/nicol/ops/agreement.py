"""Whether a database, its record and its history agree, so that one can go on from there."""

from __future__ import annotations

from nicol.migrate.ledger import Standing
from nicol.ops.databases import Target
from nicol.ops.drift import Drift
from nicol.ops.questions import Cancelled


def refuse_diverged(stand: Standing) -> None:
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
