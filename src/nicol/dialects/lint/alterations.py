"""Reading ALTER TABLE: its actions, each a deed of its own."""

from __future__ import annotations

from collections.abc import Iterator

from nicol.dialects.lint import deeds as d
from nicol.dialects.lint.columns import column, constraint, is_constraint
from nicol.dialects.lint.reader import Fold, Reader, items
from nicol.dialects.statements import Token


def alterations(reader: Reader, table: d.Name) -> Iterator[tuple[d.Deed, int, int]]:
    """The actions behind ALTER TABLE's name, each with its place."""
    for item in items(reader.rest):
        yield _alteration(item, table, reader.fold), item[0].start, item[-1].end


def _alteration(item: tuple[Token, ...], table: d.Name, fold: Fold) -> d.Deed:
    reader = Reader(item, fold)
    found: d.Deed | None = None
    if reader.take("ADD"):
        found = _add(reader, table)
    elif reader.take("DROP"):
        found = _drop(reader, table)
    elif reader.take("ALTER"):
        found = _alter(reader, table)
    elif reader.take("VALIDATE", "CONSTRAINT") and (name := reader.name()) is not None:
        found = d.Validate(table, name)
    elif reader.take("RENAME"):
        found = _rename(reader, table)
    return found or d.AlterTable(table, tuple(part.word or part.text for part in item))


def _add(reader: Reader, table: d.Name) -> d.Deed | None:
    if reader.rest and is_constraint(reader.rest):
        added = constraint(reader.rest, reader.fold)
        return d.AddConstraint(table, added) if added is not None else None
    reader.take("COLUMN")
    reader.take("IF", "NOT", "EXISTS")
    new = column(reader.rest, reader.fold) if reader.rest else None
    return d.AddColumn(table, new) if new is not None else None


def _drop(reader: Reader, table: d.Name) -> d.Deed | None:
    constrains = reader.take("CONSTRAINT")
    reader.take("COLUMN")
    reader.take("IF", "EXISTS")
    name = reader.name()
    cascade = next((part for part in reader.rest if part.word == "CASCADE"), None)
    if name is None:
        return None
    return d.DropConstraint(table, name, cascade) if constrains else d.DropColumn(table, name, cascade)


def _alter(reader: Reader, table: d.Name) -> d.Deed | None:
    reader.take("COLUMN")
    name = reader.name()
    if name is None:
        return None
    if reader.take("SET", "NOT", "NULL"):
        return d.SetNotNull(table, name)
    if reader.take("DROP", "NOT", "NULL"):
        return d.DropNotNull(table, name)
    if reader.take("SET", "DATA", "TYPE") or reader.take("TYPE"):
        new = reader.until(lambda token: token.word in ("USING", "COLLATE"))
        return d.SetType(table, name, new, any(part.word == "USING" for part in reader.rest))
    return None


def _rename(reader: Reader, table: d.Name) -> d.Deed | None:
    if reader.word == "CONSTRAINT":
        return None
    if reader.take("TO"):
        new = reader.name()
        return d.RenameTable(table, new) if new is not None else None
    reader.take("COLUMN")
    old = reader.name()
    new = reader.name() if reader.take("TO") else None
    return d.RenameColumn(table, old, new) if old is not None and new is not None else None
