"""What breaks code that still runs, or cannot succeed on the rows that are there, on every database."""

from __future__ import annotations

from collections.abc import Iterator

from nicol.dialects.lint import deeds as d
from nicol.dialects.lint.deeds import Kind
from nicol.dialects.lint.level import Level
from nicol.dialects.lint.rule import Act, Problem, Rule, Script, at, rule


@rule("rename-table", Level.WARNING)
def tables_keep_their_names(script: Script) -> Iterator[Problem]:
    """A table in use keeps its name, and so does its schema.

    Code that still runs fails between the migration and its own deployment, and after a return to the old code.

    Rename only the model and keep the table with @@map("old_name"); or rename while the application stands still.
    """
    for act, deed in script.each(d.RenameTable):
        rebuilt = script.is_rebuilt(deed.new.key) or script.is_rebuilt(deed.table.key)
        if not rebuilt and not script.is_new(deed.table.key, act):
            yield at(act, f'"{deed.table.shown}" is renamed, and code that still runs looks for it')

    for act, other in script.each(d.Other):
        if other.words[:2] == ("ALTER", "SCHEMA") and "RENAME" in other.words:
            yield at(act, "a schema is renamed, and code that still runs looks for its tables")


@rule("rename-column", Level.WARNING)
def columns_keep_their_names(script: Script) -> Iterator[Problem]:
    """A column in use keeps its name.

    Code that still runs fails between the migration and its own deployment, and after a return to the old code.

    Rename only the field and keep the column with @map("old_name"); or let `nicol migrate dev --expand` keep both names
    alike until no code of the former version runs.
    """
    for act, deed in script.each(d.RenameColumn):
        if not script.is_new(deed.table.key, act):
            yield at(
                act,
                f'"{deed.column.shown}" of "{deed.table.shown}" is renamed, and code that still runs looks for it',
            )


@rule("drop-view", Level.WARNING)
def views_stay(script: Script) -> Iterator[Problem]:
    """A view is dropped only to be made anew.

    Code that still runs and reads the view fails.

    Deploy code that no longer reads it, and drop it in a later migration.
    """
    made = {deed.name.key for _, deed in script.each(d.CreateView)}
    for act, deed in script.each(d.Drop):
        if deed.kind in ("VIEW", "MATERIALIZED VIEW"):
            for name in deed.names:
                if name.key not in made:
                    yield at(act, f'"{name.shown}" is dropped, and code that still runs may read it')


@rule("unique-may-fail", Level.WARNING)
def what_becomes_unique_has_no_duplicates(script: Script) -> Iterator[Problem]:
    """Columns that have rows become unique only when no two rows are alike in them.

    The migration fails on the first duplicate, in production and not on the developer's few rows.

    Look for duplicates in production (GROUP BY … HAVING count(*) > 1) and mend them in a migration before this one.
    """
    for act, deed in script.each(d.CreateIndex):
        if deed.unique and _may_repeat(script, act, deed.table.key, deed.columns):
            yield at(act, f'the rows of "{deed.table.shown}" may hold duplicates')
    for act, added in script.each(d.AddConstraint):
        constraint = added.constraint
        unique = constraint.kind in (Kind.UNIQUE, Kind.PRIMARY) and not constraint.using_index
        if unique and _may_repeat(script, act, added.table.key, constraint.columns):
            yield at(act, f'the rows of "{added.table.shown}" may hold duplicates')


def _may_repeat(script: Script, act: Act, table: str, columns: tuple[str, ...]) -> bool:
    """A column that the script adds without a default holds nulls, which are never alike; a smaller unique key suffices."""
    if script.is_new(table, act):
        return False
    added = script.new_columns(table, act)
    if any(key in added and added[key].default is None for key in columns):
        return False
    table, columns = script.former(table, columns, act)
    known = script.before.tables.get(table)
    keys = known.keys(Kind.PRIMARY, Kind.UNIQUE) if known is not None else []
    keys += [
        each.columns
        for each in script.before.indexes.values()
        if each.table == table and each.unique and not each.partial
    ]
    return not any(set(key) <= set(columns) for key in keys if key and "" not in key)


@rule("foreign-key-without-index", Level.NOTE)
def foreign_keys_have_an_index(script: Script) -> Iterator[Problem]:
    """The columns of a foreign key begin an index.

    Every delete and every change of a key in the other table reads this table as a whole, under locks; so does the
    way back along the relation.

    Add @@index([…]) to the model.
    """
    for table, constraint, name in _foreign_keys(script):
        indexed = script.after.indexed(table)
        width = len(constraint.columns)
        if not any(set(key[:width]) == set(constraint.columns) for key in indexed):
            columns = ", ".join(f'"{column}"' for column in _shown(script, table, constraint))
            yield at(constraint, f'the foreign key {columns} of "{name}" has no index')


def _foreign_keys(script: Script) -> Iterator[tuple[str, d.Constraint, str]]:
    """The foreign keys that the script declares, with the table that they are of in the end."""
    stand_ins = {each.made.table.key: each for each in script.rebuilds}
    for _, made in script.each(d.CreateTable):
        rebuild = stand_ins.get(made.table.key)
        for constraint in made.all_constraints if rebuild is None else ():
            if constraint.kind is Kind.FOREIGN:
                yield made.table.key, constraint, made.table.shown
    for _, added in script.each(d.AddConstraint):
        known = added.constraint.name is not None and script.before.constraint(
            added.table.key, added.constraint.name.key
        )
        if added.constraint.kind is Kind.FOREIGN and not known:
            yield added.table.key, added.constraint, added.table.shown
    for _, grown in script.each(d.AddColumn):
        for constraint in grown.column.constraints:
            if constraint.kind is Kind.FOREIGN:
                yield grown.table.key, constraint, grown.table.shown


def _shown(script: Script, table: str, constraint: d.Constraint) -> Iterator[str]:
    for key in constraint.columns:
        column = script.after.column(table, key)
        yield column.name.shown if column is not None else key


RULES: tuple[Rule, ...] = (
    tables_keep_their_names,
    columns_keep_their_names,
    views_stay,
    what_becomes_unique_has_no_duplicates,
    foreign_keys_have_an_index,
)
