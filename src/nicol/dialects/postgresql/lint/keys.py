"""What locks a table in use for long: keys, indexes and checks that are built or looked through while everybody waits.

https://www.postgresql.org/docs/current/explicit-locking.html and https://www.postgresql.org/docs/current/sql-altertable.html
"""

from __future__ import annotations

from collections.abc import Iterator

from nicol.dialects.lint import deeds as d
from nicol.dialects.lint.deeds import Kind
from nicol.dialects.lint.level import Level
from nicol.dialects.lint.rule import Act, Problem, Rule, Script, at, rule
from nicol.sql.quoting import quote


@rule("index-not-concurrent", Level.WARNING)
def indexes_are_built_beside_writers(script: Script) -> Iterator[Problem]:
    """An index of a table in use is built CONCURRENTLY.

    Every write to the table waits until the index is built.

    CREATE INDEX CONCURRENTLY; Nicol runs it outside of the transaction, as a step of its own, and mends what an
    interruption leaves.
    """
    for act, deed in script.each(d.CreateIndex):
        if not deed.concurrently and not script.is_new(deed.table.key, act):
            yield at(act, f'writes to "{deed.table.shown}" wait until its index is built')


@rule("drop-index-not-concurrent", Level.WARNING)
def indexes_are_dropped_beside_readers(script: Script) -> Iterator[Problem]:
    """An index of a table in use is dropped CONCURRENTLY.

    DROP INDEX waits for everybody who uses the table, and whoever comes after it waits behind it.

    DROP INDEX CONCURRENTLY, which Nicol runs as a step of its own.
    """
    for act, deed in script.each(d.Drop):
        if deed.kind != "INDEX" or deed.concurrently or deed.cascade:
            continue
        tables = {script.before.indexes[n.key].table for n in deed.names if n.key in script.before.indexes}
        own = {index.name.key for _, index in script.each(d.CreateIndex) if index.name is not None}
        goes = tables and all(_is_dropped(script, table) for table in tables)
        if not goes and not all(name.key in own for name in deed.names):
            names = ", ".join(f'"{name.shown}"' for name in deed.names)
            yield at(act, f"everybody who uses the table waits while {names} is dropped")


def _is_dropped(script: Script, table: str) -> bool:
    return any(
        deed.kind == "TABLE" and table in {name.key for name in deed.names} for _, deed in script.each(d.Drop)
    )


@rule("reindex-not-concurrent", Level.WARNING)
def indexes_are_rebuilt_beside_writers(script: Script) -> Iterator[Problem]:
    """REINDEX is said CONCURRENTLY.

    Every write to the table waits, and every reader who would use the index.

    REINDEX INDEX CONCURRENTLY or REINDEX TABLE CONCURRENTLY.
    """
    for act, deed in script.each(d.Other):
        if deed.words[:1] == ("REINDEX",) and "CONCURRENTLY" not in deed.words:
            yield at(act, "writes wait until the index is built anew")


@rule("detach-not-concurrent", Level.WARNING)
def partitions_are_detached_beside_readers(script: Script) -> Iterator[Problem]:
    """A partition is detached CONCURRENTLY.

    Everybody who uses the partitioned table waits.

    ALTER TABLE … DETACH PARTITION … CONCURRENTLY.
    """
    for act, deed in script.each(d.AlterTable):
        if deed.words[:2] == ("DETACH", "PARTITION") and not {"CONCURRENTLY", "FINALIZE"} & set(deed.words):
            yield at(act, f'everybody who uses "{deed.table.shown}" waits while a partition is detached')


@rule("foreign-key-scan", Level.WARNING)
def foreign_keys_are_validated_afterwards(script: Script) -> Iterator[Problem]:
    """A foreign key of a table in use is added NOT VALID, and validated in a later migration.

    Writes to both tables wait while every row is looked up in the other table.

    ADD CONSTRAINT … NOT VALID here, which holds for new rows at once, and VALIDATE CONSTRAINT in the next migration.
    """
    for act, table, constraint in _added(script, Kind.FOREIGN):
        both = dict.fromkeys(name.shown for name in (table, constraint.parent) if name is not None)
        tables = " and ".join(f'"{name}"' for name in both)
        yield at(act, f"writes to {tables} wait while every row is checked")


@rule("check-scan", Level.WARNING)
def checks_are_validated_afterwards(script: Script) -> Iterator[Problem]:
    """A check of a table in use is added NOT VALID, and validated in a later migration.

    Everybody who uses the table waits while every row is checked; one old row that fails the check stops the
    migration.

    ADD CONSTRAINT … CHECK (…) NOT VALID here, and VALIDATE CONSTRAINT in the next migration.
    """
    for act, table, constraint in _added(script, Kind.CHECK):
        if not constraint.not_valid:
            yield at(act, f'everybody who uses "{table.shown}" waits while every row is checked')


def _added(script: Script, kind: Kind) -> Iterator[tuple[Act, d.Name, d.Constraint]]:
    """Constraints for which rows are looked at: not for the foreign key of a column that comes with it and without a value."""
    for act, deed in script.each(d.AddConstraint):
        constraint = deed.constraint
        if constraint.kind is kind and not constraint.not_valid and not script.is_new(deed.table.key, act):
            yield act, deed.table, constraint
    for act, grown in script.each(d.AddColumn):
        empty = kind is Kind.FOREIGN and grown.column.default is None
        if not empty and not script.is_new(grown.table.key, act):
            for constraint in grown.column.constraints:
                if constraint.kind is kind:
                    yield act, grown.table, constraint


@rule("validated-at-once", Level.WARNING)
def constraints_are_validated_in_another_transaction(script: Script) -> Iterator[Problem]:
    """A constraint that was added NOT VALID is validated in a later migration.

    The lock of ADD CONSTRAINT is held until the transaction ends, so that everybody waits for the validation after
    all.

    Move VALIDATE CONSTRAINT to a migration of its own.
    """
    added = {
        (deed.table.key, deed.constraint.name.key): act
        for act, deed in script.each(d.AddConstraint)
        if deed.constraint.name is not None and not script.is_new(deed.table.key, act)
    }
    for act, deed in script.each(d.Validate):
        begun = added.get((deed.table.key, deed.name.key))
        if begun is not None and begun.transaction == act.transaction:
            yield at(act, f'"{deed.name.shown}" is validated in the transaction that added it')


@rule("constraint-not-validated", Level.NOTE)
def constraints_are_validated_in_the_end(script: Script) -> Iterator[Problem]:
    """What is added NOT VALID is validated by some later migration.

    Old rows may break it, and the planner does not believe it.

    ALTER TABLE … VALIDATE CONSTRAINT … in the next migration.
    """
    validated = {(deed.table.key, deed.name.key) for deed in script.later if isinstance(deed, d.Validate)}
    validated |= {(deed.table.key, deed.name.key) for _, deed in script.each(d.Validate)}
    for act, deed in script.each(d.AddConstraint):
        name = deed.constraint.name
        if deed.constraint.not_valid and name is not None and (deed.table.key, name.key) not in validated:
            way = f"ALTER TABLE {quote(deed.table.shown)} VALIDATE CONSTRAINT {quote(name.shown)}; in the next migration"
            yield at(act, f'"{name.shown}" is not validated for old rows', way)


@rule("unique-constraint-scan", Level.WARNING)
def unique_constraints_take_a_finished_index(script: Script) -> Iterator[Problem]:
    """A primary key or a unique constraint of a table in use takes an index that was built CONCURRENTLY.

    Everybody who uses the table waits until its index is built.

    CREATE UNIQUE INDEX CONCURRENTLY first, then ADD CONSTRAINT … UNIQUE USING INDEX (or PRIMARY KEY USING INDEX).
    """
    kinds = (Kind.UNIQUE, Kind.PRIMARY)
    for act, deed in script.each(d.AddConstraint):
        constraint = deed.constraint
        if constraint.kind in kinds and not constraint.using_index and not script.is_new(deed.table.key, act):
            yield at(
                act,
                f'everybody who uses "{deed.table.shown}" waits until the index of the {constraint.kind} is built',
            )
    for act, grown in script.each(d.AddColumn):
        for constraint in grown.column.constraints:
            if constraint.kind in kinds and not script.is_new(grown.table.key, act):
                yield at(
                    act,
                    f'everybody who uses "{grown.table.shown}" waits until the index of the {constraint.kind} is built',
                )


@rule("exclusion-constraint", Level.WARNING)
def exclusion_constraints_come_with_the_table(script: Script) -> Iterator[Problem]:
    """An exclusion constraint is declared with its table.

    Everybody who uses the table waits while its index is built; it can be neither built beside writers nor added
    NOT VALID.

    Declare it in CREATE TABLE; on a table in use, add it while few are there.
    """
    for act, deed in script.each(d.AddConstraint):
        if deed.constraint.kind is Kind.EXCLUDE and not script.is_new(deed.table.key, act):
            yield at(act, f'everybody who uses "{deed.table.shown}" waits until its index is built')


@rule("not-null-scan", Level.WARNING)
def not_null_is_proved_by_a_check(script: Script) -> Iterator[Problem]:
    """A column of a table in use becomes NOT NULL behind a validated check.

    Everybody who uses the table waits while every row is looked at; one null stops the migration, and code that
    still runs and writes nulls fails.

    ADD CONSTRAINT … CHECK ("column" IS NOT NULL) NOT VALID, then VALIDATE CONSTRAINT in the next migration, then
    SET NOT NULL and drop the check.
    """
    for act, deed in script.each(d.SetNotNull):
        added = script.new_columns(deed.table.key, act)
        if script.is_new(deed.table.key, act) or _is_filled(added.get(deed.column.key)):
            continue
        if not _is_proved(script, act, deed):
            yield at(
                act, f'everybody who uses "{deed.table.shown}" waits while every row is looked at for nulls'
            )


def _is_filled(column: d.Column | None) -> bool:
    return column is not None and column.default is not None


def _is_proved(script: Script, act: Act, deed: d.SetNotNull) -> bool:
    """A validated check says that the column is not null."""
    known = script.before.tables.get(deed.table.key)
    checks = [each for each in known.constraints if not each.not_valid] if known is not None else []
    validated = {v.name.key for other, v in script.each(d.Validate) if other.start < act.start}
    checks += [
        each
        for each in (known.constraints if known is not None else ())
        if each.name is not None and each.name.key in validated
    ]
    return any(_says_not_null(each, deed.column) for each in checks if each.kind is Kind.CHECK)


def _says_not_null(check: d.Constraint, column: d.Name) -> bool:
    words = [part.word or part.text for part in check.body if part.kind in ("word", "name")]
    names = [place for place, word in enumerate(words) if word.strip('"').lower() == column.shown.lower()]
    return any(words[place + 1 : place + 4] == ["IS", "NOT", "NULL"] for place in names) and "OR" not in words


RULES: tuple[Rule, ...] = (
    indexes_are_built_beside_writers,
    indexes_are_dropped_beside_readers,
    indexes_are_rebuilt_beside_writers,
    partitions_are_detached_beside_readers,
    foreign_keys_are_validated_afterwards,
    checks_are_validated_afterwards,
    constraints_are_validated_in_another_transaction,
    constraints_are_validated_in_the_end,
    unique_constraints_take_a_finished_index,
    exclusion_constraints_come_with_the_table,
    not_null_is_proved_by_a_check,
)
