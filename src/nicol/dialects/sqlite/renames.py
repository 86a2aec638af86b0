"""How SQLite spells renames: whatever refers to a table or column follows by itself (https://www.sqlite.org/lang_altertable.html).

An enum is no type here: its values are rewritten where they stand.
"""

from __future__ import annotations

from typing import assert_never

from nicol.dialects import changes as c
from nicol.sql.quoting import quote, quote_text


def spell_rename(change: c.Rename) -> tuple[str, ...]:
    """The statements of a rename."""
    match change:
        case c.RenameTable(before=old, after=new):
            return (f"ALTER TABLE {quote(old.name)} RENAME TO {quote(new.name)}",)
        case c.RenameColumn(table=table, before=name, after=new_name):
            return (f"ALTER TABLE {quote(table.name)} RENAME COLUMN {quote(name)} TO {quote(new_name)}",)
        case c.RewriteValue():
            return (_update(change),)
        case c.RenameEnum() | c.RenameEnumValue():
            raise AssertionError("in SQLite an enum is no type")
        case _:
            assert_never(change)


def _update(change: c.RewriteValue) -> str:
    name, old = quote(change.column), quote_text(change.before)
    listed = f"EXISTS (SELECT 1 FROM json_each({name}) WHERE value = {old})"
    where = listed if change.listed else f"{name} = {old}"
    return f"UPDATE {quote(change.table.name)} SET {name} = {rewritten(name, change)} WHERE {where}"


def rewritten(value: str, change: c.RewriteValue) -> str:
    """The SQL of a value under its new name; all others as they are."""
    old, new = quote_text(change.before), quote_text(change.after)
    if not change.listed:
        return f"CASE {value} WHEN {old} THEN {new} ELSE {value} END"
    items = (
        f"SELECT json_group_array(CASE value WHEN {old} THEN {new} ELSE value END) FROM json_each({value})"
    )
    return f"CASE WHEN {value} IS NULL THEN NULL ELSE ({items}) END"
