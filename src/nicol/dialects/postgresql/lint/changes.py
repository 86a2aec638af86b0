"""What writes a table anew, and what running code does not expect of a column or an enum.

https://www.postgresql.org/docs/current/sql-altertable.html#SQL-ALTERTABLE-NOTES
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from nicol.dialects.lint import deeds as d
from nicol.dialects.lint.deeds import Kind, spelled
from nicol.dialects.lint.level import Level
from nicol.dialects.lint.reader import unquoted
from nicol.dialects.lint.rule import Act, Problem, Rule, Script, at, rule
from nicol.dialects.postgresql.lint.types import is_wider
from nicol.dialects.statements import Token

_STABLE = frozenset(
    {
        "NOW", "CURRENT_TIMESTAMP", "CURRENT_DATE", "CURRENT_TIME", "LOCALTIME", "LOCALTIMESTAMP", "TRANSACTION_TIMESTAMP",
        "STATEMENT_TIMESTAMP", "CURRENT_USER", "SESSION_USER", "CURRENT_SCHEMA", "CURRENT_SETTING", "CURRENT_DATABASE",
        "TIMEZONE", "DATE_TRUNC", "TO_TIMESTAMP", "TO_CHAR", "MAKE_INTERVAL", "MAKE_DATE", "JSONB_BUILD_OBJECT",
        "JSONB_BUILD_ARRAY", "JSON_BUILD_OBJECT", "ARRAY", "LOWER", "UPPER", "CONCAT", "COALESCE", "ENCODE", "DECODE", "MD5",
        "ROUND", "ABS", "LENGTH",
    }
)  # fmt: skip
"""Functions that give one value for a whole statement, so that a new column needs no rows written."""

_SERIAL = frozenset({"SERIAL", "BIGSERIAL", "SMALLSERIAL", "SERIAL2", "SERIAL4", "SERIAL8"})


@rule("volatile-default", Level.WARNING)
def new_columns_have_defaults_that_need_no_rewrite(script: Script) -> Iterator[Problem]:
    """The default of a new column is one value for all rows.

    A default that differs from row to row writes the whole table anew while everybody waits.

    Add the column without a default, set the default for new rows, and fill the old ones in batches.
    """
    for act, table, column in _grown(script):
        if (called := _volatile(column.default or ())) is not None:
            yield at(act, f'"{table.shown}" is written anew, since {called}() differs from row to row')


def _volatile(default: tuple[Token, ...]) -> str | None:
    """The function in a default that may differ from row to row. A cast to `varchar(20)` calls nothing."""
    for before, token, behind in zip((None, *default), default, default[1:], strict=False):
        called = token.kind in ("word", "name") and behind.kind == "open"
        cast = before is not None and (before.text == ":" or before.word == "AS")
        if called and not cast and unquoted(token).upper() not in _STABLE:
            return token.text
    return None


def _grown(script: Script) -> Iterator[tuple[Act, d.Name, d.Column]]:
    for act, deed in script.each(d.AddColumn):
        if not script.is_new(deed.table.key, act):
            yield act, deed.table, deed.column


@rule("serial-column", Level.WARNING)
def new_columns_number_no_rows(script: Script) -> Iterator[Problem]:
    """A column that numbers its rows comes with its table.

    Every old row gets a number, for which the whole table is written anew while everybody waits.

    Add a plain column, fill it in batches, and make a sequence its default afterwards.
    """
    for act, table, column in _grown(script):
        if column.identity or column.type_text in _SERIAL:
            yield at(act, f'"{table.shown}" is written anew, since every row gets a number')


@rule("stored-column", Level.WARNING)
def new_columns_are_not_computed_for_every_row(script: Script) -> Iterator[Problem]:
    """A stored computed column comes with its table.

    Its values are computed and the whole table is written anew while everybody waits.

    Add a plain column that a trigger or the application keeps, or, from PostgreSQL 18 on, a virtual one.
    """
    for act, table, column in _grown(script):
        if column.generated and column.stored:
            yield at(act, f'"{table.shown}" is written anew to store "{column.name.shown}" for every row')


@rule("required-column", Level.WARNING)
def new_columns_have_a_value_for_old_rows(script: Script) -> Iterator[Problem]:
    """A new column that must not be null has a default.

    The migration fails on a table with rows; on an empty one, code that still runs fails to insert.

    Give it a default; or add it without NOT NULL, fill it, and set NOT NULL in a later migration.
    """
    for act, table, column in _grown(script):
        filled = (
            column.default is not None or column.generated or column.identity or column.type_text in _SERIAL
        )
        if (column.not_null or column.has(Kind.PRIMARY)) and not filled:
            yield at(act, f'"{column.name.shown}" has no value for the rows of "{table.shown}"')


@rule("type-change", Level.WARNING)
def columns_keep_their_types(script: Script) -> Iterator[Problem]:
    """A column changes its type only to a wider one that stores the same.

    The whole table and its indexes are written anew while everybody waits; a value that does not fit stops the
    migration, and code that still runs may not understand the new type.

    Add a column of the new type, write both, copy in batches, switch, and drop the old one later.
    """
    enums = {each.old for each in made_anew(script)}
    for act, deed in script.each(d.SetType):
        if script.is_new(deed.table.key, act) or deed.column.key in script.new_columns(deed.table.key, act):
            continue
        known = script.before.column(deed.table.key, deed.column.key)
        old = known.type if known is not None else ()
        if _type_name(old) in enums or is_wider(old, deed.type):
            continue
        change = f"from {spelled(old)} to {spelled(deed.type)}" if old else f"to {spelled(deed.type)}"
        yield at(
            act, f'"{deed.table.shown}" is written anew: "{deed.column.shown}" changes its type {change}'
        )


def _type_name(parts: tuple[Token, ...]) -> str:
    """The name of a column's type, without its namespace."""
    names = [part for part in parts if part.kind in ("word", "name")]
    return (
        unquoted(names[-1])
        if names[-1:] and names[-1].kind == "name"
        else "".join(n.text for n in names[-1:]).lower()
    )


@rule("drop-not-null", Level.NOTE)
def columns_stay_not_null(script: Script) -> Iterator[Problem]:
    """A column that was never null stays so.

    Code that still runs, and whoever else reads the table, does not expect nulls.

    Deploy code that understands nulls before it is allowed to write them.
    """
    for act, deed in script.each(d.DropNotNull):
        if not script.is_new(deed.table.key, act):
            yield at(act, f'"{deed.column.shown}" of "{deed.table.shown}" may be null from now on')


# ---- enums -----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Anew:
    """An enum that a script makes anew: its name, its act, and the values that it loses (None: the old ones are not known)."""

    old: str
    act: Act
    lost: tuple[str, ...] | None


def made_anew(script: Script) -> Iterator[Anew]:
    """Types that are made under another name, given to the columns, and renamed to the old name."""
    created = {deed.type.key: (act, deed) for act, deed in script.each(d.CreateEnum)}
    for _, renamed in script.each(d.RenameType):
        if renamed.type.key in created:
            act, made = created[renamed.type.key]
            old = script.before.enums.get(renamed.new.key)
            lost = tuple(value for value in old if value not in made.values) if old is not None else None
            yield Anew(renamed.new.key, act, lost)


@rule("enum-value-removed", Level.WARNING)
def enums_keep_their_values(script: Script) -> Iterator[Problem]:
    """An enum keeps its values.

    The migration fails on the first row that holds a value which is gone, every table with such a column is written
    anew while everybody waits, and code that still runs writes values that no longer exist.

    Stop writing the value, update the rows that hold it, and leave it in the type, or remove it in a later
    migration.
    """
    for anew in made_anew(script):
        if anew.lost is None:
            yield at(
                anew.act,
                f'the enum "{anew.old}" is made anew; rows with a value that it no longer has stop the migration',
            )
        elif anew.lost:
            values = ", ".join(f"'{value}'" for value in anew.lost)
            yield at(anew.act, f'the enum "{anew.old}" loses {values}')
        else:
            yield at(
                anew.act,
                f'tables are written anew, since the enum "{anew.old}" is made anew',
                "ALTER TYPE … ADD VALUE adds values in place",
            )


@rule("rename-enum-value", Level.WARNING)
def enum_values_keep_their_names(script: Script) -> Iterator[Problem]:
    """A value of an enum keeps its name.

    Code that still runs writes the old name, which fails, and does not know the new one.

    Add a value, write that, update the rows, and leave the old one in the type.
    """
    for act, deed in script.each(d.RenameValue):
        yield at(
            act,
            f'the value {deed.old.text} of "{deed.type.shown}" is renamed, and code that still runs writes it',
        )


@rule("enum-value-unordered", Level.OFF)
def enum_values_are_added_at_a_place(script: Script) -> Iterator[Problem]:
    """A new value of an enum says BEFORE or AFTER which other one it stands.

    It is sorted behind all others, whatever its meaning is.

    ALTER TYPE … ADD VALUE … BEFORE or AFTER.
    """
    for act, deed in script.each(d.AddValue):
        if not deed.ordered:
            yield at(act, f"'{deed.value}' is sorted behind all other values of \"{deed.type.shown}\"")


# ---- tables as a whole -----------------------------------------------------------------------------------------------

_REWRITES = (
    (("SET", "TABLESPACE"), "moved to another tablespace"),
    (("SET", "LOGGED"), "written anew to be logged"),
    (("SET", "UNLOGGED"), "written anew to be unlogged"),
    (("SET", "ACCESS", "METHOD"), "written anew by another access method"),
)


@rule("table-rewrite", Level.WARNING)
def tables_stay_where_they_are(script: Script) -> Iterator[Problem]:
    """No table is written anew or moved by a migration.

    Everybody who uses the table waits until it is copied.

    Do it while the application stands still, or with a tool that copies beside the writers, as pg_repack does.
    """
    for act, deed in script.each(d.AlterTable):
        for words, what in _REWRITES:
            if deed.words[: len(words)] == words and not script.is_new(deed.table.key, act):
                yield at(act, f'"{deed.table.shown}" is {what} while everybody waits')
    for act, deed in script.each(d.Other):
        if deed.words[0] == "CLUSTER" or (deed.words[0] == "VACUUM" and "FULL" in deed.words[:4]):
            yield at(act, "tables are written anew while everybody waits")


@rule("trigger-disabled", Level.WARNING)
def triggers_are_enabled_again(script: Script) -> Iterator[Problem]:
    """Triggers that a script disables are enabled again by it.

    Disabled triggers, those of foreign keys among them, stay so for everybody.

    ALTER TABLE … ENABLE TRIGGER … at the end of the same script.
    """
    enabled = {
        deed.table.key for _, deed in script.each(d.AlterTable) if deed.words[:2] == ("ENABLE", "TRIGGER")
    }
    for act, deed in script.each(d.AlterTable):
        if deed.words[:2] == ("DISABLE", "TRIGGER") and deed.table.key not in enabled:
            yield at(act, f'the triggers of "{deed.table.shown}" stay disabled')


RULES: tuple[Rule, ...] = (
    new_columns_have_defaults_that_need_no_rewrite,
    new_columns_number_no_rows,
    new_columns_are_not_computed_for_every_row,
    new_columns_have_a_value_for_old_rows,
    columns_keep_their_types,
    columns_stay_not_null,
    enums_keep_their_values,
    enum_values_keep_their_names,
    enum_values_are_added_at_a_place,
    tables_stay_where_they_are,
    triggers_are_enabled_again,
)
