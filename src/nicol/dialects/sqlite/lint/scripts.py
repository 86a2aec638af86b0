"""What a script as a whole does: transactions, pragmas, and what only SQLite's shell understands.

https://www.sqlite.org/pragma.html
"""

from __future__ import annotations

from collections.abc import Iterator

from nicol.dialects.lint import deeds as d
from nicol.dialects.lint.deeds import Kind
from nicol.dialects.lint.level import Level
from nicol.dialects.lint.rule import Problem, Rule, Script, at, rule
from nicol.dialects.sqlite.stages import refusal

_OFF = frozenset({"OFF", "0", "FALSE", "NO"})


@rule("not-runnable", Level.ERROR)
def scripts_hold_sql_only(script: Script) -> Iterator[Problem]:
    """A script holds what SQLite's library understands.

    Commands of the shell and ROLLBACK are refused: nothing of the migration is run.

    Take it out; load rows in a migrate.py beside the SQL.
    """
    for part in script.parts:
        if part.tokens and (refused := refusal(script.text[part.tokens[0].start : part.tokens[-1].end])):
            line = refused.message
            yield Problem(line, part.tokens[0].start, part.tokens[0].end, refused.help)
    for act, deed in script.each(d.Frame):
        if deed.word == "ROLLBACK":
            yield at(act, "the script undoes its transaction, and is refused")


@rule("transaction-in-script", Level.WARNING)
def scripts_leave_transactions_to_nicol(script: Script) -> Iterator[Problem]:
    """A script holds no BEGIN and no COMMIT.

    The migration and its row in the ledger are one transaction already. Nicol does not say these words; another
    tool says them, and what stands behind COMMIT is no longer undone when it fails.

    Take them out.
    """
    for act, deed in script.each(d.Frame):
        if deed.word != "ROLLBACK":
            yield at(act, f"{deed.word} stands in the way of the transaction around the migration")


@rule("foreign-keys-in-transaction", Level.ERROR)
def foreign_keys_are_switched_outside_of_transactions(script: Script) -> Iterator[Problem]:
    """PRAGMA foreign_keys stands before BEGIN.

    Inside a transaction SQLite does not hear it: a table that is then dropped takes the rows with it that refer to
    it with ON DELETE CASCADE, and nothing complains.

    Leave out BEGIN and COMMIT: Nicol switches foreign keys off before its transaction, reads the setting back, and
    counts rows.
    """
    open_since: int | None = None
    for act in script.acts:
        if isinstance(act.deed, d.Frame):
            open_since = act.start if act.deed.word in ("BEGIN", "SAVEPOINT") else None
        elif isinstance(act.deed, d.Setting) and act.deed.name == "FOREIGN_KEYS" and open_since is not None:
            yield at(act, "SQLite does not hear this inside a transaction")


@rule("foreign-keys-stay-off", Level.WARNING)
def foreign_keys_are_switched_on_again(script: Script) -> Iterator[Problem]:
    """A script that switches foreign keys off switches them on again.

    With another tool than Nicol they stay off on the connection, and rows may point nowhere.

    PRAGMA foreign_keys=ON; at the end.
    """
    last = None
    for act, deed in script.each(d.Setting):
        if deed.name == "FOREIGN_KEYS" and deed.value is not None:
            last = act if deed.value.upper() in _OFF else None
    if last is not None:
        yield at(last, "foreign keys stay off behind the script")


@rule("rebuild-with-foreign-keys", Level.WARNING)
def tables_that_others_refer_to_are_rebuilt_without_foreign_keys(script: Script) -> Iterator[Problem]:
    """A table that others refer to is made anew while foreign keys are off.

    DROP TABLE deletes the rows first, and with them those that refer to them with ON DELETE CASCADE. Nicol switches
    foreign keys off by itself for a table that is made anew, other tools do what the script says.

    PRAGMA foreign_keys=OFF; before, PRAGMA foreign_keys=ON; behind.
    """
    parents = {
        each.parent.key
        for table in script.before.tables.values()
        for each in table.constraints
        if each.kind is Kind.FOREIGN and each.parent is not None
    }
    for rebuild in script.rebuilds:
        off = False
        for act, deed in script.each(d.Setting):
            if deed.name == "FOREIGN_KEYS" and deed.value is not None and act.start < rebuild.drop.start:
                off = deed.value.upper() in _OFF
        if not off and rebuild.table in parents:
            yield at(
                rebuild.drop, "rows that refer to the table are deleted with it where foreign keys are on"
            )


_HARMFUL = {
    "WRITABLE_SCHEMA": "the tables of SQLite itself can be written, and the file destroyed",
    "LEGACY_ALTER_TABLE": "views, triggers and foreign keys keep the old name of a table that is renamed",
    "IGNORE_CHECK_CONSTRAINTS": "rows are no longer checked",
    "TRUSTED_SCHEMA": "what stands in the file decides which functions are called",
    "JOURNAL_MODE": "how the file survives a crash changes for everybody",
    "SYNCHRONOUS": "a loss of power may lose rows that were committed",
}


@rule("harmful-pragma", Level.WARNING)
def scripts_leave_the_settings_of_the_file_alone(script: Script) -> Iterator[Problem]:
    """A script sets nothing that protects the file.

    What such a setting does outlasts the migration, or is done by the time it is set back.

    Leave it out; how the file is opened is said in its URL.
    """
    for act, deed in script.each(d.Setting):
        if deed.value is not None and deed.name in _HARMFUL:
            yield at(act, _HARMFUL[deed.name])


@rule("attached-file", Level.WARNING)
def scripts_stay_in_their_file(script: Script) -> Iterator[Problem]:
    """A script works on the database alone.

    ATTACH names a file of one machine, which is another or none on the next.

    Load rows in a migrate.py beside the SQL.
    """
    for act, deed in script.each(d.Other):
        if deed.words[0] in ("ATTACH", "DETACH"):
            yield at(act, "another file is attached")


_LOST = {"REPLACE": "rows that were there are deleted", "IGNORE": "rows are left out"}


@rule("rows-replaced", Level.WARNING)
def rows_that_collide_are_not_lost_silently(script: Script) -> Iterator[Problem]:
    """An INSERT of rows that may collide says what becomes of them, row by row.

    OR REPLACE deletes the rows that were there, OR IGNORE leaves out the new ones, both without a word.

    INSERT … ON CONFLICT (column) DO UPDATE or DO NOTHING names the one key that may collide.
    """
    for act, deed in script.each(d.Insert):
        lost = _LOST.get(deed.conflict.word) if deed.conflict is not None else None
        if (
            deed.conflict is not None
            and lost is not None
            and (deed.selects or not script.is_new(deed.table.key, act))
        ):
            yield at(deed.conflict, f"{lost} where they collide")


RULES: tuple[Rule, ...] = (
    scripts_hold_sql_only,
    scripts_leave_transactions_to_nicol,
    foreign_keys_are_switched_outside_of_transactions,
    foreign_keys_are_switched_on_again,
    tables_that_others_refer_to_are_rebuilt_without_foreign_keys,
    scripts_leave_the_settings_of_the_file_alone,
    scripts_stay_in_their_file,
    rows_that_collide_are_not_lost_silently,
)
