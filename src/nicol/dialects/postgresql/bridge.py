"""Two columns kept alike by triggers, which change the row on its way into the table."""

from __future__ import annotations

from nicol.catalog import Column, Table
from nicol.dialects.bridging import Bridge, bridge_name, of_row
from nicol.dialects.postgresql.casts import converted
from nicol.sql.quoting import quote, quote_full

_FUNCTION = """\
CREATE FUNCTION {function}() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'INSERT' THEN
    IF NEW.{new} IS NULL THEN
      NEW.{new} := {there};
    ELSIF NEW.{old} IS NULL THEN
      NEW.{old} := {back};
    END IF;
  ELSIF {old_changed} AND NOT {new_changed} THEN
    NEW.{new} := {there};
  ELSIF {new_changed} AND NOT {old_changed} THEN
    NEW.{old} := {back};
  END IF;
  RETURN NEW;
END
$$"""


def bridge(
    table: Table, old: Column, new: Column, *, limit: int | None, incomparable: frozenset[str]
) -> Bridge:
    """The statements for a renamed column. `incomparable`: the types of which only the texts can be compared."""
    name = bridge_name(table, new, limit)
    place, function = quote_full(table.namespace, table.name), quote_full(table.namespace, name)
    there, back = _value(old, new), _value(new, old)
    one, other = quote(old.name), quote(new.name)
    triggers = {"insert": "INSERT", "update": f"UPDATE OF {one}, {other}"}
    body = _FUNCTION.format(
        function=function,
        old=one,
        new=other,
        there=of_row(there, old.name, "NEW"),
        back=of_row(back, new.name, "NEW"),
        old_changed=_changed(old, incomparable),
        new_changed=_changed(new, incomparable),
    )
    return Bridge(
        f"UPDATE {place} SET {other} = {there} WHERE {other} IS NULL AND {one} IS NOT NULL",
        (
            body,
            *(
                f"CREATE TRIGGER {quote(f'{name}_{end}')} BEFORE {event} ON {place} FOR EACH ROW EXECUTE FUNCTION {function}()"
                for end, event in triggers.items()
            ),
        ),
        (
            *(f"DROP TRIGGER {quote(f'{name}_{end}')} ON {place}" for end in triggers),
            f"DROP FUNCTION {function}()",
        ),
    )


def _value(before: Column, after: Column) -> str:
    return quote(before.name) if before.type == after.type else converted(before, after)


def _changed(column: Column, incomparable: frozenset[str]) -> str:
    name = quote(column.name) + ("::text" if column.type.name in incomparable else "")
    return f"(NEW.{name} IS DISTINCT FROM OLD.{name})"
