"""How PostgreSQL spells renames. Keys and indexes follow by changes of their own; sequences of numbered columns follow here."""

from __future__ import annotations

from typing import assert_never

from nicol.catalog import ObjectName
from nicol.dialects import changes as c
from nicol.dialects.postgresql.types import spell_name
from nicol.sql.quoting import quote, quote_text


def spell_rename(change: c.Rename) -> tuple[str, ...]:
    """The statements of a rename."""
    match change:
        case c.RenameTable(before=old, after=new, numbered=numbered):
            sequences = (
                _follow(sequence_of(ObjectName(old.name, new.namespace), name), new, name)
                for name in numbered
            )
            return (*_move("TABLE", old, new), *(text for text in sequences if text))
        case c.RenameColumn(table=table, before=old, after=new, numbered=numbered):
            text = f"ALTER TABLE {spell_name(table)} RENAME COLUMN {quote(old)} TO {quote(new)}"
            follow = _follow(sequence_of(table, old), table, new) if numbered else None
            return (text, follow) if follow else (text,)
        case c.RenameEnum(before=old, after=new):
            return _move("TYPE", old, new)
        case c.RenameEnumValue(enum=enum, before=old, after=new):
            return (f"ALTER TYPE {spell_name(enum)} RENAME VALUE {quote_text(old)} TO {quote_text(new)}",)
        case c.RewriteValue():
            raise AssertionError("in PostgreSQL an enum is a type")
        case _:
            assert_never(change)


def _move(kind: str, old: ObjectName, new: ObjectName) -> tuple[str, ...]:
    """Another namespace first, then another name; what belongs to a table goes with it."""
    alter, moved = f"ALTER {kind}", ObjectName(old.name, new.namespace)
    space = (f"{alter} {spell_name(old)} SET SCHEMA {quote(new.namespace or '')}",) if moved != old else ()
    name = (f"{alter} {spell_name(moved)} RENAME TO {quote(new.name)}",) if moved != new else ()
    return (*space, *name)


def _follow(old: ObjectName, table: ObjectName, column: str) -> str | None:
    """A sequence takes the name that SERIAL would give it now, if it had the one that SERIAL gave it then."""
    new = sequence_of(table, column)
    return None if new == old else f"ALTER SEQUENCE IF EXISTS {spell_name(old)} RENAME TO {quote(new.name)}"


def sequence_of(table: ObjectName, column: str) -> ObjectName:
    """The sequence's name as SERIAL makes it, which shortens the table's and the column's name in turn."""
    first, second = table.name, column
    while len(f"{first}_{second}_seq".encode()) > 63:
        if len(first.encode()) > len(second.encode()):
            first = first[:-1]
        else:
            second = second[:-1]
    return ObjectName(f"{first}_{second}_seq", table.namespace)
