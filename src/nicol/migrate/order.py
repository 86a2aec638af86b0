"""In which order changes are made: a table of ranks. Drops come first to free names, foreign keys last."""

from __future__ import annotations

from typing import get_args

from nicol.dialects import changes as c
from nicol.dialects.hands import is_passing

RANKS: tuple[tuple[type, str], ...] = (
    (c.CreateNamespace, "CreateSchema"),
    (c.CreateExtension, "CreateExtension"),
    (c.RenameTable, "RenameTable"),
    (c.RenameEnum, "RenameEnum"),
    (c.RenameColumn, "RenameColumn"),
    (c.RenameEnumValue, "RenameEnumValue"),
    (c.RewriteValue, "UpdateValues"),
    (c.CreateEnum, "CreateEnum"),
    (c.AlterEnum, "AlterEnum"),
    (c.DropObject, "DropTrigger"),
    (c.DropForeignKey, "DropForeignKey"),
    (c.DropIndex, "DropIndex"),
    (c.AlterTable, "AlterTable"),
    (c.DropTable, "DropTable"),
    (c.DropEnum, "DropEnum"),
    (c.CreateTable, "CreateTable"),
    (c.RedefineTables, "RedefineTables"),
    (c.CreateIndex, "CreateIndex"),
    (c.RenameForeignKey, "RenameForeignKey"),
    (c.AddForeignKey, "AddForeignKey"),
    (c.RenameIndex, "RenameIndex"),
    (c.SetComment, "Comment"),
    (c.CreateObject, "AuditTrail"),
)
"""Each kind of change with the comment that stands over it in a script, in the order in which they are made."""

_RANK = {kind: rank for rank, (kind, _) in enumerate(RANKS)}
_RENAMES: tuple[type, ...] = get_args(c.Rename)
_TITLES = dict(RANKS)


def order(changes: tuple[c.Change, ...]) -> tuple[c.Change, ...]:
    """The changes in an order in which they can be made; changes of one kind keep theirs.

    An index whose name another one takes goes or is renamed before that.
    """
    taken = {change.index.name for change in changes if isinstance(change, c.CreateIndex)}
    taken |= {
        change.after.name
        for change in changes
        if isinstance(change, c.RenameIndex) and not is_passing(change.after.name)
    }
    back = taken & {change.index.name for change in changes if isinstance(change, c.DropIndex)}

    def rank(change: c.Change) -> float:
        if isinstance(change, _RENAMES):
            return _RANK[c.RenameTable]  # in their own order: each sees what those before it made
        if isinstance(change, c.DropIndex) and change.index.name in back:
            return _RANK[c.CreateEnum] - 0.5  # it may stand in the way of a new type
        if isinstance(change, c.RenameIndex) and change.before.name in taken - back:
            return _RANK[c.DropIndex] + 0.5
        return _RANK[type(change)]

    return tuple(sorted(changes, key=rank))


def title(change: c.Change) -> str:
    """The word for a change that stands over it in a script."""
    return _TITLES[type(change)]
