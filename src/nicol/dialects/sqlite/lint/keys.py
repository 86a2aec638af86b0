"""Keys, and what hangs on a table that is made anew.

https://www.sqlite.org/lang_createtable.html, https://www.sqlite.org/withoutrowid.html and
https://www.sqlite.org/lang_altertable.html#otheralter
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from nicol.dialects.lint import deeds as d
from nicol.dialects.lint.deeds import Kind
from nicol.dialects.lint.level import Level
from nicol.dialects.lint.rule import Problem, Rebuild, Rule, Script, at, rule


def _primary(made: d.CreateTable) -> tuple[str, ...]:
    return next((each.columns for each in made.all_constraints if each.kind is Kind.PRIMARY), ())


@rule("nullable-primary-key", Level.WARNING)
def primary_keys_are_not_null(script: Script) -> Iterator[Problem]:
    """The columns of a primary key are NOT NULL.

    SQLite takes nulls in a primary key that is not INTEGER, and as many as you like: rows that no key finds.

    Write NOT NULL, or make the table WITHOUT ROWID or STRICT.
    """
    for _, made in script.each(d.CreateTable):
        if "STRICT" in made.options or "WITHOUT" in made.options:
            continue
        key = _primary(made)
        for column in made.columns:
            rowid = len(key) == 1 and column.type_text == "INTEGER"
            if column.name.key in key and not column.not_null and not rowid:
                yield at(column.name, f'"{column.name.shown}" is a primary key that may be null')


@rule("int-primary-key", Level.WARNING)
def numbered_keys_are_integers(script: Script) -> Iterator[Problem]:
    """A key that SQLite is to number is INTEGER PRIMARY KEY, to the letter.

    INT or BIGINT PRIMARY KEY is no rowid: nothing numbers it, and a row that leaves it out gets NULL.

    INTEGER PRIMARY KEY.
    """
    for _, made in script.each(d.CreateTable):
        key = _primary(made)
        for column in made.columns:
            integer = "INT" in column.type_text and column.type_text != "INTEGER"
            if key == (column.name.key,) and integer and not column.not_null:
                yield at(
                    column.name, f'nothing numbers "{column.name.shown}": its type is {column.type_text}'
                )


@rule("without-rowid", Level.ERROR)
def tables_without_rowid_have_a_key_of_their_own(script: Script) -> Iterator[Problem]:
    """A table WITHOUT ROWID has a primary key, and does not number it.

    SQLite refuses the table: it has no rowid that AUTOINCREMENT could count, nor one to find its rows by.

    Declare a PRIMARY KEY without AUTOINCREMENT, or leave out WITHOUT ROWID.
    """
    for act, made in script.each(d.CreateTable):
        if "ROWID" not in made.options:
            continue
        words = [
            token.word for part in script.parts for token in part.tokens if act.start <= token.start < act.end
        ]
        if not _primary(made) or "AUTOINCREMENT" in words:
            yield at(made.table, f'"{made.table.shown}" cannot be WITHOUT ROWID')


@rule("rebuild-loses-triggers", Level.WARNING)
def a_rebuilt_table_keeps_its_triggers(script: Script) -> Iterator[Problem]:
    """A table that is made anew gets its triggers back.

    They are dropped with the old table, without a word. Nicol puts back what hung on the table, Prisma's deployer
    does not.

    Write CREATE TRIGGER anew behind the ALTER TABLE … RENAME.
    """
    for rebuild in script.rebuilds:
        for name in _lost(script, rebuild, script.before.triggers, script.after.triggers):
            yield at(rebuild.drop, f'the trigger "{script.before.shown(name)}" is dropped with the table')


@rule("rebuild-loses-indexes", Level.WARNING)
def a_rebuilt_table_keeps_its_indexes(script: Script) -> Iterator[Problem]:
    """A table that is made anew gets its indexes back.

    They are dropped with the old table, unique ones among them. Nicol puts back what hung on the table, Prisma's
    deployer does not.

    Write CREATE INDEX anew behind the ALTER TABLE … RENAME; DROP INDEX before it says that an index is to go.
    """
    tables = {name: index.table for name, index in script.before.indexes.items()}
    there = {name: index.table for name, index in script.after.indexes.items()}
    dropped = {name.key for _, drop in script.each(d.Drop) if drop.kind == "INDEX" for name in drop.names}
    alike = {(index.table, index.columns) for index in script.after.indexes.values()}
    for rebuild in script.rebuilds:
        columns = {column.name.key for column in rebuild.made.columns}
        for name in _lost(script, rebuild, tables, there):
            index = script.before.indexes[name]
            gone = name in dropped or (index.table, index.columns) in alike
            if not gone and set(index.columns) <= columns | {""}:
                yield at(rebuild.drop, f'the index "{script.before.shown(name)}" is dropped with the table')


def _lost(
    script: Script, rebuild: Rebuild, before: Mapping[str, str], after: Mapping[str, str]
) -> Iterator[str]:
    said = {name.key for _, drop in script.each(d.Drop) if drop.kind == "TRIGGER" for name in drop.names}
    for name, table in before.items():
        if table == rebuild.table and name not in after and name not in said:
            yield name


RULES: tuple[Rule, ...] = (
    primary_keys_are_not_null,
    numbered_keys_are_integers,
    tables_without_rowid_have_a_key_of_their_own,
    a_rebuilt_table_keeps_its_triggers,
    a_rebuilt_table_keeps_its_indexes,
)
