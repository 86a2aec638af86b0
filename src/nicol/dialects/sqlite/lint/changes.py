"""What SQLite's ALTER TABLE cannot do, and refuses when it is too late: on the rows of production.

https://www.sqlite.org/lang_altertable.html#altertabaddcol and https://www.sqlite.org/lang_altertable.html#altertabdropcol
"""

from __future__ import annotations

from collections.abc import Iterator

from nicol.dialects.lint import deeds as d
from nicol.dialects.lint.deeds import Kind
from nicol.dialects.lint.level import Level
from nicol.dialects.lint.rule import Act, Problem, Rule, Script, at, rule
from nicol.dialects.statements import Token

_NOW = frozenset({"CURRENT_TIMESTAMP", "CURRENT_DATE", "CURRENT_TIME"})


def _grown(script: Script) -> Iterator[tuple[Act, d.Name, d.Column]]:
    for act, deed in script.each(d.AddColumn):
        yield act, deed.table, deed.column


@rule("default-not-constant", Level.ERROR)
def new_columns_have_constant_defaults(script: Script) -> Iterator[Problem]:
    """The default of a new column is a constant.

    SQLite refuses the statement as soon as the table has a row: on the developer's empty table it works.

    Make the table anew, or add the column without a default and fill it by UPDATE.
    """
    for act, table, column in _grown(script):
        default = column.default or ()
        if default and (default[0].word in _NOW or (default[0].kind == "open" and not _is_constant(default))):
            yield at(
                act,
                f'the default of "{column.name.shown}" is not constant, which "{table.shown}" refuses once it has rows',
            )


def _is_constant(default: tuple[Token, ...]) -> bool:
    return not any(
        part.kind in ("word", "name") and part.word not in ("NULL", "TRUE", "FALSE") for part in default
    )


@rule("required-column", Level.ERROR)
def new_columns_have_a_value_for_old_rows(script: Script) -> Iterator[Problem]:
    """A new column that must not be null has a default.

    SQLite refuses the statement, on an empty table too.

    Give it a constant default; or make the table anew and say what old rows get.
    """
    for act, table, column in _grown(script):
        empty = column.default is None or (len(column.default) == 1 and column.default[0].word == "NULL")
        if column.not_null and empty and not column.generated:
            yield at(act, f'"{column.name.shown}" has no value for the rows of "{table.shown}"')


@rule("column-not-addable", Level.ERROR)
def new_columns_are_no_keys(script: Script) -> Iterator[Problem]:
    """A new column is no PRIMARY KEY, not UNIQUE, not STORED, and no foreign key with a default.

    SQLite refuses the statement.

    Add a plain column and CREATE UNIQUE INDEX, make it VIRTUAL, or make the table anew.
    """
    for act, table, column in _grown(script):
        what = "the primary key" if column.has(Kind.PRIMARY) else "unique" if column.has(Kind.UNIQUE) else ""
        what = "stored" if column.stored else what
        if column.has(Kind.FOREIGN) and column.default and column.default[0].word != "NULL":
            what = "a foreign key with a default"
        if what:
            yield at(act, f'"{column.name.shown}" cannot be {what} when it is added to "{table.shown}"')


@rule("column-in-use", Level.ERROR)
def dropped_columns_are_used_by_nothing(script: Script) -> Iterator[Problem]:
    """A column that is dropped is in no index, key, trigger or view.

    SQLite refuses the statement.

    Drop the index first; a key needs the table made anew.
    """
    for act, deed in script.each(d.DropColumn):
        column, table = deed.column.key, deed.table.key
        dropped = {
            name.key
            for other, drop in script.each(d.Drop)
            if drop.kind == "INDEX" and other.start < act.start
            for name in drop.names
        }
        users = [
            f'the index "{script.before.shown(name)}"'
            for name, index in script.before.indexes.items()
            if index.table == table and column in index.columns and name not in dropped
        ]
        known = script.before.tables.get(table)
        users += [f"the {each.kind}" for each in known.constraints if column in each.columns] if known else []
        if users:
            yield at(act, f'"{deed.column.shown}" is in {" and ".join(users)}')


@rule("table-with-view-changed", Level.WARNING)
def tables_under_views_are_not_rebuilt(script: Script) -> Iterator[Problem]:
    """A table that is made anew is read by no view.

    Renaming the new table fails while a view names one that is not there. Nicol takes the views out of the way and
    puts them back, Prisma's deployer does not.

    DROP VIEW before, CREATE VIEW behind.
    """
    gone = {name.key for _, drop in script.each(d.Drop) if drop.kind == "VIEW" for name in drop.names}
    for rebuild in script.rebuilds:
        for view, words in script.before.views.items():
            if rebuild.table in words and view not in gone:
                yield at(
                    rebuild.rename,
                    f'the view "{script.before.shown(view)}" reads the table that is made anew',
                )


RULES: tuple[Rule, ...] = (
    new_columns_have_constant_defaults,
    new_columns_have_a_value_for_old_rows,
    new_columns_are_no_keys,
    dropped_columns_are_used_by_nothing,
    tables_under_views_are_not_rebuilt,
)
