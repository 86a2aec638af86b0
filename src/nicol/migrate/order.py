"""In which order changes are made: a table of ranks. Drops come first to free names, foreign keys last."""

from __future__ import annotations

from nicol.dialects import changes as c

RANKS: tuple[tuple[type, str], ...] = (
    (c.CreateNamespace, "CreateSchema"),
    (c.CreateExtension, "CreateExtension"),
    (c.CreateEnum, "CreateEnum"),
    (c.AlterEnum, "AlterEnum"),
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
)
"""Each kind of change with the comment that stands over it in a script, in the order in which they are made."""

_RANK = {kind: rank for rank, (kind, _) in enumerate(RANKS)}
_TITLES = dict(RANKS)


def order(changes: tuple[c.Change, ...]) -> tuple[c.Change, ...]:
    """The changes in an order in which they can be made; changes of one kind keep theirs."""
    return tuple(sorted(changes, key=lambda change: _RANK[type(change)]))


def title(change: c.Change) -> str:
    """The word for a change that stands over it in a script."""
    return _TITLES[type(change)]
