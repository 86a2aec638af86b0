"""What SQLite's ALTER TABLE cannot do, and refuses when it is too late: on the rows of production.

https://www.sqlite.org/lang_altertable.html#altertabaddcol and https://www.sqlite.org/lang_altertable.html#altertabdropcol
"""

from __future__ import annotations

from collections.abc import Iterator

from nicol.dialects.lint import deeds as d
from nicol.dialects.lint.deeds import Kind
from nicol.dialects.lint.known import Table
from nicol.dialects.lint.level import Level
from nicol.dialects.lint.reader import unquoted
from nicol.dialects.lint.rule import Act, Problem, Rebuild, Rule, Script, at, rule
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
    """A literal in parentheses, with a sign at most; SQLite computes nothing here."""
    inner = [part for part in default if part.kind not in ("open", "close")]
    inner = inner[1:] if inner and inner[0].text in "+-" else inner
    if any(part.kind in ("word", "name") for part in inner):
        return [part.word for part in inner] in (["NULL"], ["TRUE"], ["FALSE"])
    return not any(part.text in "+-*/%|&<>=~" for part in inner)


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


@rule("not-null-may-fail", Level.WARNING)
def what_becomes_not_null_holds_no_nulls(script: Script) -> Iterator[Problem]:
    """A column with rows becomes NOT NULL only when no row is null in it.

    The migration fails on the first null, in production and not on the developer's few rows.

    UPDATE … SET "column" = … WHERE "column" IS NULL before it; or copy COALESCE("column", …) where the table is made anew.
    """
    for act, deed in script.each(d.SetNotNull):
        added = script.new_columns(deed.table.key, act).get(deed.column.key)
        filled = added is not None and added.default is not None
        if not filled and not script.is_new(deed.table.key, act):
            yield at(act, f'a row of "{deed.table.shown}" may be null in "{deed.column.shown}"')
    for rebuild in script.rebuilds:
        known = script.before.tables.get(rebuild.table, Table())
        for column in rebuild.made.columns:
            before = known.columns.get(column.name.key)
            if before is not None and _becomes_required(before, column) and not _replaced(column, rebuild):
                yield at(column.name, f'a row of "{rebuild.shown}" may be null in "{column.name.shown}"')


def _becomes_required(before: d.Column, after: d.Column) -> bool:
    return after.not_null and not before.not_null and not before.has(Kind.PRIMARY)


def _replaced(column: d.Column, rebuild: Rebuild) -> bool:
    """True where the copy says what takes the place of a null, or copies nothing of it."""
    parts = rebuild.copy.body if rebuild.copy is not None else ()
    places = [place for place, part in enumerate(parts) if unquoted(part).lower() == column.name.key]
    return not places or any(
        place > 1 and parts[place - 2].word in ("COALESCE", "IFNULL") for place in places
    )


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
        users += [f"the {kind}" for kind in _constraining(script, table, column)]
        if users:
            yield at(act, f'"{deed.column.shown}" is in {" and ".join(users)}')


def _constraining(script: Script, table: str, column: str) -> Iterator[Kind]:
    """The kinds of constraints that keep a column: those of its own that are no keys go with it."""
    known = script.before.tables.get(table, Table())
    declared = known.columns.get(column)
    for each in known.constraints:
        goes = (
            declared is not None and each in declared.constraints and each.kind in (Kind.FOREIGN, Kind.CHECK)
        )
        names = {unquoted(part).lower() for part in each.body if part.kind in ("word", "name")}
        if not goes and (column in each.columns or (each.kind is Kind.CHECK and column in names)):
            yield each.kind


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
    what_becomes_not_null_holds_no_nulls,
    new_columns_are_no_keys,
    dropped_columns_are_used_by_nothing,
    tables_under_views_are_not_rebuilt,
)
