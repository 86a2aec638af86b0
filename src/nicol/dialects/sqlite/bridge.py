"""Two columns kept alike by triggers. They run behind the statement, since no trigger of SQLite changes a row on its way."""

from __future__ import annotations

from nicol.catalog import Column, Table
from nicol.dialects.bridging import Bridge, bridge_name, of_row
from nicol.dialects.sqlite.casts import converted
from nicol.sql.quoting import quote


def bridge(table: Table, old: Column, new: Column, *, portable: bool) -> Bridge:
    """The statements for a renamed column. `RETURNING` shows a row as it is before the triggers."""
    name = bridge_name(table, new, None)
    there, back = _value(old, new, portable=portable), _value(new, old, portable=portable)
    place, one, other = quote(table.name), quote(old.name), quote(new.name)
    to_new = f"UPDATE {place} SET {other} = {of_row(there, old.name, 'NEW')} WHERE {_this(table)}"
    to_old = f"UPDATE {place} SET {one} = {of_row(back, new.name, 'NEW')} WHERE {_this(table)}"
    inserted = (
        f"{to_new} AND NEW.{other} IS NULL AND NEW.{one} IS NOT NULL",
        f"{to_old} AND NEW.{one} IS NULL AND NEW.{other} IS NOT NULL",
    )
    # What a bridge has just written is what the other column's value becomes: then nothing is written back.
    echo_new, echo_old = of_row(back, new.name, "NEW"), of_row(there, old.name, "NEW")
    updated = (
        f"{to_new} AND NEW.{one} IS NOT OLD.{one} AND NEW.{other} IS OLD.{other} AND NEW.{one} IS NOT {echo_new}",
        f"{to_old} AND NEW.{other} IS NOT OLD.{other} AND NEW.{one} IS OLD.{one} AND NEW.{other} IS NOT {echo_old}",
    )
    insert, update = quote(f"{name}_insert"), quote(f"{name}_update")
    return Bridge(
        f"UPDATE {place} SET {other} = {there} WHERE {other} IS NULL AND {one} IS NOT NULL",
        (
            f"CREATE TRIGGER {insert} AFTER INSERT ON {place} {_body(inserted)}",
            f"CREATE TRIGGER {update} AFTER UPDATE OF {one}, {other} ON {place} {_body(updated)}",
        ),
        (f"DROP TRIGGER {insert}", f"DROP TRIGGER {update}"),
    )


def _body(statements: tuple[str, ...]) -> str:
    return "BEGIN\n" + "".join(f"  {statement};\n" for statement in statements) + "END"


def _value(before: Column, after: Column, *, portable: bool) -> str:
    if before.type == after.type:
        return quote(before.name)
    return f"({converted(before, after, portable=portable)})"


def _this(table: Table) -> str:
    """The row that the trigger runs for."""
    key = table.primary_key.columns if table.primary_key is not None else ()
    return " AND ".join(f"{quote(each)} IS NEW.{quote(each)}" for each in key) or "rowid = NEW.rowid"
