"""What loses rows or values, on every database."""

from __future__ import annotations

from collections.abc import Iterator

from nicol.dialects.lint import deeds as d
from nicol.dialects.lint.level import Level
from nicol.dialects.lint.reader import outside, unquoted
from nicol.dialects.lint.rule import Problem, Rebuild, Rule, Script, at, rule


@rule("drop-table", Level.ERROR)
def tables_are_not_dropped_while_they_hold_rows(script: Script) -> Iterator[Problem]:
    """A table is dropped only when nobody needs its rows.

    All of its rows are lost, and code that still runs and uses the table fails.

    Deploy code that no longer uses the table, keep a copy of its rows, drop it in a later migration, and say so
    with an ignore.
    """
    for act, deed in script.each(d.Drop):
        if deed.kind not in ("TABLE", "FOREIGN TABLE"):
            continue
        for name in deed.names:
            if not script.is_rebuilt(name.key) and not script.is_new(name.key, act):
                yield at(act, f'"{name.shown}" is dropped with all its rows')


@rule("drop-column", Level.ERROR)
def columns_are_not_dropped_while_they_hold_values(script: Script) -> Iterator[Problem]:
    """A column is dropped only when nobody needs its values.

    All of its values are lost, and code that still runs and names the column fails; a client that was generated
    before names every column.

    Take the field out of the schema's code first, deploy that, drop the column in a later migration, and say so
    with an ignore.
    """
    for act, deed in script.each(d.DropColumn):
        if not script.is_new(deed.table.key, act) and deed.column.key not in script.new_columns(
            deed.table.key, act
        ):
            yield at(act, f'"{deed.column.shown}" of "{deed.table.shown}" is dropped with all its values')
    for rebuild in script.rebuilds:
        columns = ", ".join(f'"{column}"' for column in _left_out(script, rebuild))
        if columns:
            yield at(
                rebuild.made.table, f'"{rebuild.shown}" is made anew, and the values of {columns} are lost'
            )


def _left_out(script: Script, rebuild: Rebuild) -> Iterator[str]:
    """The columns of the old table that nothing is copied from, where something is copied at all."""
    known = script.before.tables.get(rebuild.table)
    if known is None or rebuild.copy is None:
        return
    copied = {unquoted(part).lower() for part in rebuild.copy.body if part.kind in ("word", "name")}
    everything = any(part.text == "*" for part in outside(rebuild.copy.body)[:2])
    for key, column in known.columns.items():
        if not column.generated and key.lower() not in copied and not everything:
            yield column.name.shown


@rule("drop-schema", Level.ERROR)
def schemas_and_databases_are_not_dropped(script: Script) -> Iterator[Problem]:
    """A migration drops no database, and no schema with what it holds.

    Everything in it is lost, what other applications keep there included.

    Drop the tables one by one, and the empty schema by hand.
    """
    for act, deed in script.each(d.Drop):
        if deed.kind in ("DATABASE", "SCHEMA", "OWNED"):
            yield at(act, f"{deed.kind.lower()} {', '.join(name.shown for name in deed.names)} is dropped")


@rule("drop-cascade", Level.WARNING)
def nothing_is_dropped_with_what_hangs_on_it(script: Script) -> Iterator[Problem]:
    """What is dropped is named, and not found by CASCADE.

    CASCADE takes views, foreign keys and columns with it that the script does not name, today those of the
    developer's database, tomorrow those of production.

    Drop what hangs on it by name, first.
    """
    for act, deed in script.each(d.Drop):
        if deed.cascade is not None and not all(script.is_new(name.key, act) for name in deed.names):
            yield at(deed.cascade, "CASCADE drops things that the script does not name")
    for kind in (d.DropColumn, d.DropConstraint):
        for _, deed in script.each(kind):
            if deed.cascade is not None:
                yield at(deed.cascade, "CASCADE drops things that the script does not name")


@rule("delete-without-where", Level.ERROR)
def rows_are_deleted_by_a_condition(script: Script) -> Iterator[Problem]:
    """DELETE says which rows.

    Every row of the table is lost, and those that refer to them with ON DELETE CASCADE.

    Give a WHERE; where really all rows are meant, say so with an ignore.
    """
    for act, deed in script.each(d.Delete):
        if not deed.bounded and not script.is_new(deed.table.key, act):
            yield at(act, f'every row of "{deed.table.shown}" is deleted')


@rule("update-without-where", Level.WARNING)
def rows_are_updated_by_a_condition(script: Script) -> Iterator[Problem]:
    """UPDATE says which rows.

    Every row of the table is written, values that were good included, and stays locked until the migration ends.

    Give a WHERE that leaves out the rows that are right already (`WHERE "new" IS NULL`), in batches where the table
    is large.
    """
    for act, deed in script.each(d.Update):
        if not deed.bounded and not script.is_new(deed.table.key, act):
            yield at(act, f'every row of "{deed.table.shown}" is updated')


@rule("rebuild-without-rows", Level.ERROR)
def a_rebuilt_table_takes_its_rows_along(script: Script) -> Iterator[Problem]:
    """A table that is made anew gets all rows of the old one.

    The old table is dropped with the rows that were not copied.

    Copy with INSERT INTO … SELECT … FROM the old table, without a condition, before it is dropped.
    """
    for rebuild in script.rebuilds:
        name = rebuild.made.table.shown
        if rebuild.copy is None and not rebuild.made.copied:
            yield at(rebuild.drop, f'the old table is dropped, and nothing was copied from it to "{name}"')
        elif rebuild.copy is not None and rebuild.copy.bounded:
            yield at(rebuild.copy.table, f'not every row is copied to "{name}"; the others are dropped')


@rule("assigned-twice", Level.ERROR)
def a_column_is_set_once(script: Script) -> Iterator[Problem]:
    """UPDATE sets each column once.

    PostgreSQL refuses the statement; SQLite takes the last value and says nothing.

    Keep the assignment that is meant.
    """
    for _, deed in script.each(d.Update):
        seen: set[str] = set()
        for column in deed.columns:
            if column.key in seen:
                yield at(column, f'"{column.shown}" is set twice')
            seen.add(column.key)


RULES: tuple[Rule, ...] = (
    tables_are_not_dropped_while_they_hold_rows,
    columns_are_not_dropped_while_they_hold_values,
    schemas_and_databases_are_not_dropped,
    nothing_is_dropped_with_what_hangs_on_it,
    rows_are_deleted_by_a_condition,
    rows_are_updated_by_a_condition,
    a_rebuilt_table_takes_its_rows_along,
    a_column_is_set_once,
)
