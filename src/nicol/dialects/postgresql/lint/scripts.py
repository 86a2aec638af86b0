"""What a script as a whole does: transactions, settings, rows and tables in one go, and what only psql understands."""

from __future__ import annotations

from collections.abc import Iterator

from nicol.dialects.lint import deeds as d
from nicol.dialects.lint.deeds import Kind
from nicol.dialects.lint.level import Level
from nicol.dialects.lint.rule import Act, Problem, Rule, Script, at, rule
from nicol.dialects.postgresql.lint.changes import made_anew
from nicol.dialects.postgresql.stages import refusal, stands_alone


@rule("not-runnable", Level.ERROR)
def scripts_hold_sql_only(script: Script) -> Iterator[Problem]:
    """A script holds what the server understands.

    Commands of psql, data behind COPY … FROM STDIN and ROLLBACK are refused: nothing of the migration is run.

    Take it out; load rows in a migrate.py beside the SQL.
    """
    for part in script.parts:
        if part.tokens and (refused := refusal(script.text[part.tokens[0].start : part.tokens[-1].end])):
            yield Problem(refused.message, part.tokens[0].start, part.tokens[-1].end, refused.help)
    for act, deed in script.each(d.Frame):
        if deed.word in ("ROLLBACK", "ABORT"):
            yield at(act, "the script undoes its transaction, and is refused")


@rule("transaction-in-script", Level.WARNING)
def scripts_leave_transactions_to_nicol(script: Script) -> Iterator[Problem]:
    """A script holds no BEGIN and no COMMIT.

    The migration and its row in the ledger are one transaction already. Nicol does not say these words; another
    tool says them, and what stands behind COMMIT is no longer undone when it fails.

    Take them out. Those that Prisma writes around an enum are let pass.
    """
    enums = {anew.act.statement for anew in made_anew(script)}
    opened = -2
    for act, deed in script.each(d.Frame):
        opened = act.statement if deed.word == "BEGIN" else opened
        if deed.word not in ("ROLLBACK", "ABORT") and opened + 1 not in enums:
            yield at(act, f"{deed.word} stands in the way of the transaction around the migration")


@rule("session-setting", Level.NOTE)
def settings_end_with_the_transaction(script: Script) -> Iterator[Problem]:
    """A setting is SET LOCAL.

    A plain SET stays on the connection when the migration is over; behind a pooler it is somebody else's next.

    SET LOCAL, or set_config(…, true).
    """
    for act, deed in script.each(d.Setting):
        if deed.scope != "LOCAL" and deed.name not in ("CONSTRAINTS", "TRANSACTION") and deed.value:
            yield at(act, f"{deed.name.lower()} stays set on the connection")


@rule("not-one-transaction", Level.OFF)
def scripts_are_one_transaction(script: Script) -> Iterator[Problem]:
    """A script is one transaction.

    What stands before is committed when this statement fails. Nicol records each step and resumes; Prisma's own
    deployer, where both are used, fails on such a script unless the statement is the only one.

    Give the statement a migration of its own.
    """
    parts = [part for part in script.parts if part.tokens]
    for part in parts if len(parts) > 1 else ():
        if stands_alone(part.tokens):
            yield Problem(
                "this statement cannot run in the transaction of the others",
                part.tokens[0].start,
                part.tokens[-1].end,
            )


@rule("rows-with-schema-change", Level.WARNING)
def rows_are_changed_in_a_migration_of_their_own(script: Script) -> Iterator[Problem]:
    """Rows are changed in another transaction than tables.

    The lock of the first ALTER TABLE is held while the rows are written, so that everybody waits for all of it.

    Move the UPDATE, DELETE or INSERT … SELECT to a migration of its own, in batches where the table is large.
    """
    for act, table in _written(script):
        locked = [other for other in _locking(script) if _together(other, act)]
        if locked:
            name = getattr(getattr(locked[0].deed, "table", None), "shown", "a table")
            yield at(act, f'everybody who uses "{name}" waits until the rows of "{table.shown}" are written')


def _together(first: Act, second: Act) -> bool:
    return first.transaction == second.transaction and first.start < second.start


def _written(script: Script) -> Iterator[tuple[Act, d.Name]]:
    for act in script.acts:
        match act.deed:
            case d.Update(table=table) | d.Delete(table=table):
                if not script.is_new(table.key, act):
                    yield act, table
            case d.Insert(table=table, selects=True):
                if not all(script.is_new(source, act) for source in act.deed.sources):
                    yield act, table
            case _:
                pass


_LOCKING = (
    d.AddColumn, d.DropColumn, d.SetType, d.SetNotNull, d.DropNotNull, d.AddConstraint, d.DropConstraint, d.RenameTable,
    d.RenameColumn,
)  # fmt: skip


def _locking(script: Script) -> Iterator[Act]:
    """What takes a lock on a table in use and keeps it until the transaction ends."""
    for act in script.acts:
        if isinstance(act.deed, _LOCKING) and not script.is_new(act.deed.table.key, act):
            yield act


@rule("lock-order", Level.OFF)
def transactions_lock_one_table_in_use(script: Script) -> Iterator[Problem]:
    """A transaction takes the strongest lock on one table in use.

    Code that uses the same tables in another order waits for the migration while the migration waits for it: one of
    both is cancelled (deadlock detected). Nicol tries again, the code may not. Prisma's scripts change several
    tables, so this rule is off unless asked for.

    One migration for each table, or the order in which the code uses them.
    """
    locked: dict[int, d.Name] = {}
    for act in _locking(script):
        table: d.Name = getattr(act.deed, "table")  # noqa: B009
        first = locked.setdefault(act.transaction, table)
        if first.key != table.key:
            yield at(act, f'"{table.shown}" is locked while the lock on "{first.shown}" is held')


@rule("explicit-lock", Level.WARNING)
def tables_are_not_locked_by_hand(script: Script) -> Iterator[Problem]:
    """A script locks no table by LOCK TABLE.

    Whoever uses the table waits until the migration ends, reading included unless a weaker mode is named.

    Leave it out: statements take the locks that they need; or name the weakest MODE that does.
    """
    for act, deed in script.each(d.Other):
        if deed.words[0] == "LOCK":
            yield at(act, "the table stays locked until the migration ends")


@rule("truncate", Level.ERROR)
def tables_are_not_emptied(script: Script) -> Iterator[Problem]:
    """No table is emptied by TRUNCATE.

    Every row is lost, without triggers and under the strongest lock; with CASCADE, those of every table that refers
    to it, too.

    DELETE with a condition, in batches; where really all rows are meant, say so with an ignore.
    """
    for act, deed in script.each(d.Truncate):
        if not all(script.is_new(name.key, act) for name in deed.tables):
            names = ", ".join(f'"{name.shown}"' for name in deed.tables)
            more = " and of every table that refers to it" if deed.cascade else ""
            yield at(act, f"every row of {names}{more} is lost")


@rule("drop-foreign-key", Level.NOTE)
def foreign_keys_stay(script: Script) -> Iterator[Problem]:
    """A foreign key is dropped only to be made anew.

    From now on rows may point nowhere, and nothing is deleted along with what it belongs to.

    Keep it; or be sure that the code looks after the rows.
    """
    added = {(deed.table.key, deed.constraint.columns) for _, deed in script.each(d.AddConstraint)}
    gone = {name.key for _, drop in script.each(d.Drop) if drop.kind == "TABLE" for name in drop.names}
    for act, deed in script.each(d.DropConstraint):
        known = script.before.constraint(deed.table.key, deed.name.key)
        if known is None or known.kind is not Kind.FOREIGN or deed.table.key in gone:
            continue
        columns = {
            column.column.key for _, column in script.each(d.DropColumn) if column.table.key == deed.table.key
        }
        parent_goes = known.parent is not None and known.parent.key in gone
        if (
            (deed.table.key, known.columns) not in added
            and not columns & set(known.columns)
            and not parent_goes
        ):
            yield at(act, f'nothing checks the rows of "{deed.table.shown}" any more')


RULES: tuple[Rule, ...] = (
    scripts_hold_sql_only,
    scripts_leave_transactions_to_nicol,
    settings_end_with_the_transaction,
    scripts_are_one_transaction,
    rows_are_changed_in_a_migration_of_their_own,
    transactions_lock_one_table_in_use,
    tables_are_not_locked_by_hand,
    tables_are_not_emptied,
    foreign_keys_stay,
)
