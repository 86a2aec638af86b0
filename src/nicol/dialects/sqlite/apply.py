"""How SQLite carries out a migration: one transaction, tables rebuilt without losing a row, and the ledger's words.

https://www.sqlite.org/lang_altertable.html#otheralter tells why foreign keys are off while a table is rebuilt, and
https://www.sqlite.org/pragma.html#pragma_foreign_keys that they only go off outside of a transaction.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TypeVar

from nicol.dialects.ledger import LedgerTexts, SessionTexts
from nicol.dialects.scripts import END, LIMITS, Limits, bare, refuse_undo
from nicol.dialects.sqlite.casts import MISFITS
from nicol.errors import DriverError, MigrationBusy, MigrationError
from nicol.sql.program import Begin, Program, Rollback, Row, Statement, nested, rows, transaction
from nicol.sql.quoting import quote, quote_text

T = TypeVar("T")

_NOW = "CAST(unixepoch('subsec') * 1000 AS INTEGER)"
_TABLE = '"_prisma_migrations"'

LEDGER = LedgerTexts(
    create=f"""CREATE TABLE IF NOT EXISTS {_TABLE} (
    "id"                    TEXT PRIMARY KEY NOT NULL,
    "checksum"              TEXT NOT NULL,
    "finished_at"           DATETIME,
    "migration_name"        TEXT NOT NULL,
    "logs"                  TEXT,
    "rolled_back_at"        DATETIME,
    "started_at"            DATETIME NOT NULL DEFAULT current_timestamp,
    "applied_steps_count"   INTEGER UNSIGNED NOT NULL DEFAULT 0
)""",
    exists="SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = '_prisma_migrations'",
    lock="",
    turn="",
    read="SELECT id, migration_name, checksum, finished_at IS NOT NULL, rolled_back_at IS NOT NULL, logs,"
    f" applied_steps_count FROM {_TABLE} ORDER BY started_at, rowid",
    record=f"INSERT INTO {_TABLE} (id, checksum, migration_name, applied_steps_count, started_at, finished_at)"
    f" VALUES (?, ?, ?, ?, {_NOW}, {_NOW})",
    roll_back=f"UPDATE {_TABLE} SET rolled_back_at = {_NOW}"
    " WHERE migration_name = ? AND finished_at IS NULL AND rolled_back_at IS NULL",
    undo=f"UPDATE {_TABLE} SET rolled_back_at = {_NOW} WHERE migration_name = ? AND rolled_back_at IS NULL",
    begin=f"INSERT INTO {_TABLE} (id, checksum, migration_name, logs, started_at) VALUES (?, ?, ?, ?, {_NOW})",
    note=f"UPDATE {_TABLE} SET applied_steps_count = ?, logs = ?, id = ?, checksum = ?"
    " WHERE id = ? AND finished_at IS NULL AND rolled_back_at IS NULL",
    finish=f"UPDATE {_TABLE} SET applied_steps_count = ?, checksum = ?, logs = NULL, finished_at = {_NOW}"
    " WHERE id = ? AND finished_at IS NULL AND rolled_back_at IS NULL",
    now="SELECT unixepoch('subsec')",
)
SESSIONS = SessionTexts()

_NAME = r'(?:"((?:[^"]|"")+)"|\[([^\]]+)\]|`([^`]+)`|(\w+))'
_FRAME = re.compile(
    rf"(?is)(?:BEGIN|COMMIT|END)\b(?:\s+(?:DEFERRED|IMMEDIATE|EXCLUSIVE|TRANSACTION))*{END}"
    r"|PRAGMA\s+(?:foreign_keys|defer_foreign_keys|foreign_key_check)\b",
)
_KEYS_OFF = re.compile(r"PRAGMA\s+foreign_keys\s*(?:=|\()\s*(?:off|0|false|no)", re.IGNORECASE)
_DROP = re.compile(rf"DROP\s+TABLE\s+(?:IF\s+EXISTS\s+)?{_NAME}\s*\Z", re.IGNORECASE)
_RENAME = re.compile(rf"ALTER\s+TABLE\s+{_NAME}\s+RENAME\s+TO\s+{_NAME}\s*\Z", re.IGNORECASE)
_COPY = re.compile(rf"INSERT\s+INTO\s+{_NAME}.*\bSELECT\b(?P<rest>.*)", re.IGNORECASE | re.DOTALL)
_NARROWING = re.compile(r"\b(?:WHERE|DISTINCT|LIMIT|GROUP|JOIN|UNION|EXCEPT|INTERSECT)\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Rebuild:
    """A table that a script makes anew under another name, fills from the old one, drops and renames.

    `whole`: the script copies every row, so that a lost one is a fault. `drop` and `rename` are its statements' places.
    """

    table: str
    stand_in: str
    drop: int
    rename: int
    whole: bool


def transact(
    statements: tuple[str, ...],
    first: Program[bool],
    last: Program[None],
    limits: Limits = LIMITS,
    *,
    exact: bool = False,
) -> Program[bool]:
    """Run a script's statements in one transaction, between `first` (false: there is nothing to do) and `last`.

    `exact`: a column that gets another type holds no value that is none of it.
    """
    refuse_undo(statements)
    if limits.lock is not None:
        yield Statement(f"PRAGMA busy_timeout = {max(1, round(limits.lock * 1000))}", prepare=False)
    spoken = tuple((statement, bare(statement)) for statement in statements)
    texts = tuple((statement, words) for statement, words in spoken if words and not _FRAME.match(words))
    rebuilds = _rebuilds([words for _, words in texts])
    work = _let_in(
        transaction(_work(tuple(statement for statement, _ in texts), rebuilds, first, last, exact=exact))
    )
    if rebuilds or any(_KEYS_OFF.match(words) for _, words in spoken):
        return (yield from _without_foreign_keys(work))
    return (yield from work)


def _let_in(work: Program[T]) -> Program[T]:
    """Who cannot begin waits for another writer; nothing after that waits."""
    try:
        return (yield from work)
    except DriverError as error:
        if error.state != "SQLITE_BUSY" or error.statement != "BEGIN IMMEDIATE":
            raise
        raise MigrationBusy("somebody else is writing") from error


def _work(
    statements: tuple[str, ...],
    rebuilds: Sequence[Rebuild],
    first: Program[bool],
    last: Program[None],
    *,
    exact: bool,
) -> Program[bool]:
    if not (yield from first):
        return False
    if not statements:  # no more than a word in the ledger: the tables need not be looked through
        yield from last
        return True
    violations = yield from _violations()
    hanging = yield from _hanging_on(rebuilds)
    drops = {rebuild.drop: rebuild for rebuild in rebuilds}
    renames = {rebuild.rename for rebuild in rebuilds}
    for place, statement in enumerate(statements):
        if place in drops:
            yield from _check_copy(drops[place])
            if exact:
                yield from _check_types(drops[place])
            yield from _carry_numbers(drops[place])
        if place in renames:
            yield from _rename(statement)
        elif place in drops:
            yield from _drop(drops[place].table, statement)
        else:
            yield Statement(statement, prepare=False)
    yield from _put_back(hanging, statements)
    _compare(violations, (yield from _violations()))
    yield from last
    return True


def _without_foreign_keys(work: Program[T]) -> Program[T]:
    """Run a transaction with foreign keys off, and leave them as they were."""
    ((was_on,),) = yield from rows("PRAGMA foreign_keys")
    yield Statement("PRAGMA foreign_keys = OFF", prepare=False)
    ((still_on,),) = yield from rows("PRAGMA foreign_keys")
    if still_on:
        raise MigrationError(
            "foreign keys cannot be switched off for rebuilding a table, since a transaction is open",
            help="apply the migration on a connection of its own",
        )
    try:
        return (yield from work)
    finally:
        if was_on:
            yield Statement("PRAGMA foreign_keys = ON", prepare=False)


def clear(first: Program[bool] | None) -> Program[None]:
    """Take away everything that the file holds, in one transaction."""
    yield from _without_foreign_keys(_let_in(transaction(_cleared(first))))


def _cleared(first: Program[bool] | None) -> Program[bool]:
    if first is not None:
        yield from first
    return (yield from _clear())


def aside(work: Program[T]) -> Program[T]:
    """Run work as on an empty file, in one transaction that is undone."""
    return (yield from _without_foreign_keys(_undone(work)))


def _undone(work: Program[T]) -> Program[T]:
    yield Begin()
    try:
        yield from _clear()
        return (yield from nested(work, "nicol_aside"))
    finally:
        yield Rollback()


def _clear() -> Program[bool]:
    things = yield from rows(
        "SELECT type, name FROM sqlite_master"
        " WHERE type IN ('view', 'trigger', 'table') AND substr(name, 1, 7) <> 'sqlite_'"
        " ORDER BY type = 'table', sql NOT LIKE 'CREATE VIRTUAL %', type"  # shadow tables go with their virtual one
    )
    for kind, name in things:
        yield Statement(f"DROP {kind.upper()} IF EXISTS {quote(name)}", prepare=False)
    return True


# ---- rebuilt tables --------------------------------------------------------------------------------------------------


def _rebuilds(statements: Sequence[str]) -> tuple[Rebuild, ...]:
    found: list[Rebuild] = []
    for place, statement in enumerate(statements):
        if (rename := _RENAME.match(statement)) is None:
            continue
        stand_in, table = _names(rename.groups())
        drop = next((at for at in range(place) if _dropped(statements[at]) == table), None)
        if drop is not None:
            found.append(Rebuild(table, stand_in, drop, place, _copied_whole(stand_in, statements[:drop])))
    return tuple(found)


def _copied_whole(stand_in: str, statements: Sequence[str]) -> bool:
    found = [
        match for match in map(_COPY.match, statements) if match and _names(match.groups()[:4]) == [stand_in]
    ]
    return bool(found) and not any(_NARROWING.search(match["rest"]) for match in found)


def _dropped(statement: str) -> str | None:
    match = _DROP.match(statement)
    return _names(match.groups())[0] if match else None


def _names(groups: Iterable[str | None]) -> list[str]:
    return [group.replace('""', '"') for group in groups if group is not None]


def _check_copy(rebuild: Rebuild) -> Program[None]:
    """Before the old table goes: are all its rows in the new one?"""
    if not rebuild.whole:
        return
    ((old, new),) = yield from rows(
        f"SELECT (SELECT count(*) FROM {quote(rebuild.table)}), (SELECT count(*) FROM {quote(rebuild.stand_in)})"
    )
    if old != new:
        raise MigrationError(
            f'rebuilding the table "{rebuild.table}" would keep {new} of its {old} rows; nothing was changed',
            help="look at the INSERT … SELECT of the migration; say with a WHERE clause which rows are meant to go",
        )


def _check_types(rebuild: Rebuild) -> Program[None]:
    """Before the old table goes: is every value of a column whose type changes one of its new type?"""
    changed = yield from rows(
        "SELECT n.name, upper(n.type) FROM pragma_table_info(?) n LEFT JOIN pragma_table_info(?) o ON o.name = n.name"
        " WHERE upper(o.type) IS NOT upper(n.type)",
        rebuild.stand_in,
        rebuild.table,
    )
    for name, kind in changed:
        if kind not in MISFITS:
            continue
        misfit, place = MISFITS[kind].format(c=quote(name)), quote(rebuild.stand_in)
        ((count,),) = yield from rows(
            f"SELECT count(*) FROM {place} WHERE {quote(name)} IS NOT NULL AND ({misfit})"
        )
        if count:
            raise MigrationError(
                f'{count} value{"s" if count > 1 else ""} of the column "{name}" of the table "{rebuild.table}" cannot be cast'
                f" to {kind}; nothing was changed",
                help="correct these values first, or convert them in the INSERT … SELECT of the migration",
            )


def _drop(table: str, statement: str) -> Program[None]:
    """The old table goes, and takes no row of the tables along that refer to it: foreign keys are off, and this looks."""
    before = yield from _referring(table)
    yield Statement(statement, prepare=False)
    after = yield from _referring(table)
    if before != after:
        lost = ", ".join(f'"{name}"' for name in sorted(before) if before[name] != after.get(name))
        raise MigrationError(
            f'rebuilding the table "{table}" would cost rows of {lost}; nothing was changed',
            help="apply the migration on a connection of its own, so that foreign keys can be switched off before it",
        )


def _referring(table: str) -> Program[dict[str, int]]:
    """The tables that refer to a table, with the number of their rows."""
    names = yield from rows(
        "SELECT DISTINCT m.name FROM sqlite_master m JOIN pragma_foreign_key_list(m.name) f"
        " WHERE m.type = 'table' AND f.\"table\" = ? COLLATE NOCASE AND m.name <> ? COLLATE NOCASE",
        table,
        table,
    )
    found: dict[str, int] = {}
    for (name,) in names:
        ((count,),) = yield from rows(f"SELECT count(*) FROM {quote(name)}")
        found[name] = count
    return found


def _carry_numbers(rebuild: Rebuild) -> Program[None]:
    """AUTOINCREMENT never gives a number twice, not even that of a row long gone (https://www.sqlite.org/autoinc.html)."""
    numbered = yield from rows(
        "SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = ? AND sql LIKE '%AUTOINCREMENT%'",
        rebuild.stand_in,
    )
    if not numbered:
        return
    pair = (rebuild.table, rebuild.stand_in)
    ((last,),) = yield from rows("SELECT max(seq) FROM sqlite_sequence WHERE name IN (?, ?)", *pair)
    if last is not None:
        yield Statement("DELETE FROM sqlite_sequence WHERE name = ?", (rebuild.stand_in,), prepare=False)
        yield Statement("INSERT INTO sqlite_sequence VALUES (?, ?)", (rebuild.stand_in, last), prepare=False)


def _rename(statement: str) -> Program[None]:
    """Without the legacy rule a view on the table would make the rename fail: the view reads a table just dropped."""
    yield Statement("PRAGMA legacy_alter_table = ON", prepare=False)
    try:
        yield Statement(statement, prepare=False)
    finally:
        yield Statement("PRAGMA legacy_alter_table = OFF", prepare=False)


def _hanging_on(rebuilds: Sequence[Rebuild]) -> Program[list[Row]]:
    """Name and text of the triggers of tables that will be rebuilt: they go with the old table."""
    if not rebuilds:
        return []
    tables = ", ".join(quote_text(rebuild.table) for rebuild in rebuilds)
    return (
        yield from rows(
            f"SELECT name, sql FROM sqlite_master WHERE type = 'trigger' AND tbl_name IN ({tables})"
        )
    )


def _put_back(triggers: Sequence[Row], statements: Sequence[str]) -> Program[None]:
    """Make lost triggers anew, unless the script itself speaks of them."""
    for name, text in triggers:
        speaks = re.compile(rf"\bTRIGGER\b.*\b{re.escape(name)}\b", re.DOTALL | re.IGNORECASE)
        exists = yield from rows("SELECT 1 FROM sqlite_master WHERE type = 'trigger' AND name = ?", name)
        if not exists and not any(map(speaks.search, statements)):
            yield Statement(text, prepare=False)


# ---- foreign keys ----------------------------------------------------------------------------------------------------


def _violations() -> Program[dict[tuple[str, str], int]]:
    """How many rows of a table point at no row of another, for each pair of tables."""
    found: dict[tuple[str, str], int] = {}
    for table, _row, parent, _key in (yield from rows("PRAGMA foreign_key_check")):
        found[(table, parent)] = found.get((table, parent), 0) + 1
    return found


def _compare(before: dict[tuple[str, str], int], after: dict[tuple[str, str], int]) -> None:
    for (table, parent), count in after.items():
        more = count - before.get((table, parent), 0)
        if more > 0:
            raise MigrationError(
                f'{more} row{"s" if more > 1 else ""} of "{table}" would point at rows of "{parent}" that do not exist;'
                " nothing was changed",
                help="correct or remove these rows in the migration before the foreign key is added",
            )
