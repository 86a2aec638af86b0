"""The audit trail in a SQLite file: triggers on each audited table, and a row that says who writes.

A trigger sees nothing of the connection it runs for, so that the name of who writes stands in a table while the transaction
goes. Only a chain needs a function that SQLite lacks (`nicol_sha256`, of Nicol's connections). Programs without it cannot write
into a chained table (`no such function: nicol_sha256`), since an entry outside of the chain is worth nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from nicol.catalog import AUDIT, Column, ColumnType, PrimaryKey, Table, Unmanaged
from nicol.dialects.auditing import (
    APPEND_ONLY,
    CHAINS,
    PRUNE,
    STRANGERS,
    Audited,
    Signing,
    Trail,
    TrailTexts,
    Words,
    entries,
)
from nicol.dialects.sqlite.types import now
from nicol.sql.quoting import quote, quote_all, quote_text

_ACTOR = f"{AUDIT}_actor"
_FIELDS = ("at", "actor", "operation", "table_name", "row_key", "before", "after")
SIGNING = Signing(
    f'INSERT INTO "{_ACTOR}" ("id", "actor") VALUES (1, ?)'
    ' ON CONFLICT ("id") DO UPDATE SET "actor" = excluded."actor"',
    f'DELETE FROM "{_ACTOR}"',
    f'DELETE FROM "{_ACTOR}"',
)


def trail(audited: Sequence[Audited]) -> Trail:
    """The tables and triggers of an audit trail; nothing where no table is audited."""
    if not audited:
        return Trail()
    chained = any(each.chain for each in audited)
    words = Words("INTEGER", ColumnType("DATETIME"), "TEXT", ColumnType("TEXT"))
    actor = Table(
        _ACTOR,
        (
            Column("id", ColumnType("INTEGER"), autoincrement=True),
            Column("actor", ColumnType("TEXT")),
        ),
        PrimaryKey(("id",)),
    )
    objects = (*_guards(chained=chained), *(trigger for each in audited for trigger in _triggers(each)))
    return Trail((entries(words, None, chained=chained), actor), objects)


def _guards(*, chained: bool) -> Iterator[Unmanaged]:
    """REPLACE takes rows away without a trigger that would hear of it (https://sqlite.org/lang_conflict.html)."""
    taken = ['"id" = NEW."id"'] + (['("table_name", "number") = (NEW."table_name", NEW."number")'] * chained)
    exists = " OR ".join(f'EXISTS (SELECT 1 FROM "{AUDIT}" WHERE {each})' for each in taken)
    for event, condition in (("update", ""), ("delete", ""), ("insert", f" WHEN {exists}")):
        told = "replacing an entry" if event == "insert" else event
        body = f"  SELECT RAISE(ABORT, {quote_text(f'{APPEND_ONLY}: {told} is refused')});\n"
        yield _trigger(AUDIT, f"{AUDIT}_kept_{event}", f"BEFORE {event.upper()}", condition, body)


def _triggers(audited: Audited) -> Iterator[Unmanaged]:
    changed = " OR ".join(f"OLD.{quote(each.name)} IS NOT NEW.{quote(each.name)}" for each in audited.watched)
    for event, row, condition in (
        ("insert", "NEW", ""),
        ("update", "OLD", f" WHEN {changed}"),
        ("delete", "OLD", ""),
    ):
        before = "NULL" if event == "insert" else _json(audited.shown, "OLD")
        after = "NULL" if event == "delete" else _json(audited.shown, "NEW")
        who = f'(SELECT "actor" FROM "{_ACTOR}")'
        values = (
            now(None),
            who,
            quote_text(event),
            quote_text(audited.name),
            _row_key(audited, row),
            before,
            after,
        )
        body = _chained(values) if audited.chain else _plain(values)
        name = f"{AUDIT}_{audited.table.name}_{event}"
        yield _trigger(audited.table.name, name, f"AFTER {event.upper()}", condition, body)


def _trigger(table: str, name: str, when: str, condition: str, body: str) -> Unmanaged:
    text = f"CREATE TRIGGER {quote(name)} {when} ON {quote(table)}{condition} BEGIN\n{body}END"
    return Unmanaged("trigger", name, text, table)


def _plain(values: Sequence[str]) -> str:
    return f"  INSERT INTO {quote(AUDIT)} ({quote_all(_FIELDS)})\n  VALUES ({_lines(values)});\n"


def _chained(values: Sequence[str]) -> str:
    """The last entry of the table's chain is read, and covered by the hash of the new one."""
    name = values[_FIELDS.index("table_name")]
    named = _lines(f"{value} AS {quote(field)}" for field, value in zip(_FIELDS, values, strict=True))
    number = 'coalesce(l."number", 0) + 1'
    covered = _covered(number, "v.", text=" || ''")
    return (
        f'  INSERT INTO {quote(AUDIT)} ({quote_all(_FIELDS)}, "number", "hash")\n'
        f"  SELECT {', '.join(f'v.{quote(field)}' for field in _FIELDS)}, {number},\n"
        f"    nicol_sha256(coalesce(l.\"hash\", '') || {covered})\n"
        f"  FROM (SELECT {named}) v\n"
        f'  LEFT JOIN (SELECT "number", "hash" FROM {quote(AUDIT)} WHERE "table_name" = {name}'
        ' AND "number" IS NOT NULL ORDER BY "number" DESC LIMIT 1) l ON true;\n'
    )


def _covered(number: str, row: str, *, text: str = "") -> str:
    """What a hash covers beside the one before it. `text` makes a text of what SQLite knows to be JSON, as a column does."""
    return f"json_array({', '.join((number, *(f'{row}{quote(field)}{text}' for field in _FIELDS)))})"


def _lines(values: Iterable[str]) -> str:
    return ",\n    ".join(values)


def _row_key(audited: Audited, row: str) -> str:
    """One column's value as a text, several as a JSON list."""
    columns = [each for each in audited.table.columns if each.name in audited.key]
    columns.sort(key=lambda column: audited.key.index(column.name))
    if len(columns) == 1:
        return f"CAST({_value(columns[0], row, bare=True)} AS TEXT)"
    return f"json_array({', '.join(_value(column, row) for column in columns)})"


def _json(columns: Sequence[Column], row: str) -> str:
    return f"json_object({', '.join(f'{quote_text(each.name)}, {_value(each, row)}' for each in columns)})"


_JSON_BOUNDS = frozenset({"json", "list", "decimal"})


def _value(column: Column, row: str, *, bare: bool = False) -> str:
    """A column's value as JSON, alike on all databases: truth values, numbers of any length, JSON as such, bytes in hex.

    `bare`: not inside of JSON, where a text is a text.
    """
    value, kind = f"{row}.{quote(column.name)}", column.type.name
    bound = column.type.bound.kind if column.type.bound is not None else None
    match kind:
        case "BLOB":
            return f"'\\x' || lower(hex({value}))"
        case "BOOLEAN" if not bare:
            return f"json(CASE {value} WHEN 1 THEN 'true' WHEN 0 THEN 'false' ELSE json_quote({value}) END)"
        case _ if not bare and (kind == "JSONB" or bound in _JSON_BOUNDS):
            return f"CASE WHEN json_valid({value}) THEN json({value}) ELSE {value} END"
        case _:
            return value


_OLD = "strftime('%Y-%m-%dT%H:%M:%f+00:00', 'now', '-' || ?1 || ' days')"

TEXTS = TrailTexts(
    chains=CHAINS.format(place=quote(AUDIT)),
    links=f'SELECT "table_name", "number", "id", {_covered(quote("number"), "")}, "hash" FROM {quote(AUDIT)}'
    ' WHERE "number" IS NOT NULL AND ("table_name", "number") > (?, ?) ORDER BY "table_name", "number" LIMIT ?',
    strangers=STRANGERS.format(place=quote(AUDIT)),
    open=(f'DROP TRIGGER "{AUDIT}_kept_delete"',),
    close=tuple(each.definition for each in _guards(chained=False) if each.name.endswith("_delete")),
    prune=PRUNE.format(place=quote(AUDIT), old=_OLD, limit="?2"),
)
