"""Snapshots of PostgreSQL by `COPY`, where none of its own tools is at hand: rows as the server writes them, and a layout.

The file is a zip: `layout.json`, and one entry for the rows of each table, in the text format of `COPY`.
"""

from __future__ import annotations

import zipfile
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, ClassVar, TypeVar

import msgspec
import psycopg

from nicol.drivers.address import PostgresAddress
from nicol.drivers.connection import run
from nicol.drivers.postgres import PostgresConnection
from nicol.drivers.postgres_said import told as said
from nicol.drivers.snapshots.layout import LayOut, Layout, TableRows
from nicol.drivers.snapshots.snapshot import Told
from nicol.errors import DriverError
from nicol.sql.program import (
    Begin,
    Commit,
    Program,
    Release,
    RollbackTo,
    Savepoint,
    Statement,
    ask,
    rows,
    say_all,
)
from nicol.sql.quoting import quote, quote_all, quote_full, quote_text

T = TypeVar("T")

LOCK_WAIT = "10s"
_LAYOUT = "layout.json"
_BLOCK = 1 << 20
_LEVEL = 1
"""Higher levels take several times as long for a few percent."""

_EXACT = (
    "SET LOCAL datestyle = 'ISO'",
    "SET LOCAL intervalstyle = 'postgres'",
    "SET LOCAL extra_float_digits = 3",
    "SET LOCAL row_security = off",  # an error rather than some of the rows
    f"SET LOCAL lock_timeout = '{LOCK_WAIT}'",
    "SET LOCAL client_min_messages = warning",
    "SET LOCAL check_function_bodies = off",
)
"""What has values written and read to the last digit, and everything of them: as `pg_dump` asks for it."""


@contextmanager
def open_connection(address: PostgresAddress) -> Generator[PostgresConnection]:
    """A connection of our own; a transaction that is still open at the end is undone."""
    connection = PostgresConnection.open(address.for_scripts())
    try:
        yield connection
    finally:
        connection.close()


def alone(address: PostgresAddress) -> str | None:
    """The namespace that the URL confines us to: others may live beside it in the same database."""
    return address.schema if address.schema not in (None, "public") else None


def _namespaces(address: PostgresAddress) -> Program[tuple[str, ...]]:
    if (own := alone(address)) is not None:
        return (own,)
    return tuple(name for (name,) in (yield from rows(_NAMESPACES)))


_NAMESPACES = r"""
SELECT nspname::text FROM pg_catalog.pg_namespace
WHERE nspname NOT LIKE 'pg\_%' AND nspname <> 'information_schema' ORDER BY nspname
"""


def clearing(address: PostgresAddress) -> Program[tuple[str, ...]]:
    """What takes away the present namespaces."""
    names = yield from _namespaces(address)
    return (
        f"SET LOCAL lock_timeout = '{LOCK_WAIT}'",
        "SET LOCAL client_min_messages = warning",
        *(f"DROP SCHEMA IF EXISTS {quote(name)} CASCADE" for name in names),
        *(() if alone(address) else _PUBLIC),
    )


def rights(address: PostgresAddress) -> Program[tuple[str, ...]]:
    """What lets roles do what they may do now, with those namespaces, tables and sequences that will be there."""
    names = yield from _namespaces(address)
    if not names:
        return ()
    return tuple(text for (text,) in (yield from rows(_RIGHTS.format(", ".join(map(quote_text, names))))))


_RIGHTS = """
SELECT format('DO $role$ BEGIN IF to_reg%s(%L) IS NOT NULL THEN GRANT %s ON %s%s TO %s%s; END IF; END $role$',
              kind, place, string_agg(g.privilege_type, ', '), word, place,
              CASE WHEN g.grantee = 0 THEN 'PUBLIC' ELSE g.grantee::regrole::text END,
              CASE WHEN g.is_grantable THEN ' WITH GRANT OPTION' ELSE '' END)
FROM (
  SELECT 'namespace' AS kind, quote_ident(n.nspname) AS place, 'SCHEMA ' AS word, n.nspowner AS owner, n.nspacl AS rights
  FROM pg_namespace n WHERE n.nspname IN ({0})
  UNION ALL
  SELECT 'class', quote_ident(n.nspname) || '.' || quote_ident(c.relname), '', c.relowner, c.relacl
  FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
  WHERE n.nspname IN ({0}) AND c.relkind IN ('r', 'p', 'v', 'm', 'f', 'S')
) held CROSS JOIN LATERAL aclexplode(held.rights) g
WHERE g.grantee <> held.owner
GROUP BY kind, place, word, g.grantee, g.is_grantable"""

_PUBLIC = (
    'CREATE SCHEMA IF NOT EXISTS "public"',
    "COMMENT ON SCHEMA public IS 'standard public schema'",
)


@dataclass(frozen=True, slots=True)
class CopiedSnapshot:
    """An open transaction whose rows are written one table after the other."""

    address: PostgresAddress
    connection: PostgresConnection
    version: str

    method: ClassVar[str] = "copy"
    suffix: ClassVar[str] = ".copy.zip"

    def run(self, program: Program[T]) -> T:
        """Ask inside the transaction."""
        return run(program, self.connection)

    def save(self, path: Path, lay_out: LayOut, told: Told) -> None:
        """Write the layout and all rows."""
        layout = self.run(_saved(self.address, lay_out))
        done = 0
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=_LEVEL) as packed:
            packed.writestr(_LAYOUT, msgspec.json.encode(layout))
            for number, table in enumerate(layout.tables):
                with packed.open(_entry(number), "w", force_zip64=True) as sink:
                    for block in _read(self.connection, table):
                        sink.write(block)
                        done += len(block)
                        told(done, None)


def _entry(number: int) -> str:
    return f"rows/{number:05}.copy"


def _saved(address: PostgresAddress, lay_out: LayOut) -> Program[Layout]:
    """The layout, when nobody can change the tables any more, with the state of the sequences at its end."""
    yield from say_all(map(Statement, _EXACT))
    namespaces = yield from _namespaces(address)
    layout = yield from lay_out(namespaces)
    if layout.tables:
        yield Statement(f"LOCK TABLE {', '.join(table.name for table in layout.tables)} IN ACCESS SHARE MODE")
    counters = yield from _counters(namespaces)
    return msgspec.structs.replace(layout, after=(*layout.after, *counters))


def _counters(namespaces: tuple[str, ...]) -> Program[list[tuple[str, ...]]]:
    """What sets each sequence to where it is; one that belongs to a column is found by that, whatever it will be called."""
    found = yield from rows(_SEQUENCES.format(", ".join(map(quote_text, namespaces))))
    counters: list[tuple[str, ...]] = []
    for space, name, owner_space, owner, column in found:
        sequence = quote_full(space, name)
        ((last, called),) = yield from rows(f"SELECT last_value, is_called FROM {sequence}")
        place = (
            quote_text(sequence)
            if owner is None
            else f"pg_catalog.pg_get_serial_sequence({quote_text(quote_full(owner_space, owner))}, {quote_text(column)})"
        )
        counters.append((f"SELECT pg_catalog.setval({place}, {last}, {str(called).lower()})",))
    return counters


_SEQUENCES = """
SELECT n.nspname::text, c.relname::text, tn.nspname::text, t.relname::text, a.attname::text
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
LEFT JOIN pg_depend d ON d.objid = c.oid AND d.classid = 'pg_class'::regclass AND d.refclassid = 'pg_class'::regclass
  AND d.refobjsubid > 0 AND d.deptype IN ('a', 'i')
LEFT JOIN pg_class t ON t.oid = d.refobjid LEFT JOIN pg_namespace tn ON tn.oid = t.relnamespace
LEFT JOIN pg_attribute a ON a.attrelid = t.oid AND a.attnum = d.refobjsubid
WHERE c.relkind = 'S' AND n.nspname IN ({})
  AND NOT EXISTS (SELECT FROM pg_depend e WHERE e.objid = c.oid AND e.deptype = 'e') ORDER BY 1, 2"""


def _read(connection: PostgresConnection, table: TableRows) -> Iterator[bytes]:
    text = f"COPY {table.name} ({quote_all(table.columns)}) TO STDOUT"
    with _telling(connection, text), connection.raw.cursor() as cursor, cursor.copy(text.encode()) as source:
        yield from map(bytes, source)


@contextmanager
def _telling(connection: PostgresConnection, text: str) -> Generator[None]:
    try:
        yield
    except psycopg.Error as error:
        raise said(error, Statement(text), broken=connection.broken, inside=True) from error


# ---- back ------------------------------------------------------------------------------------------------------------


def copied_restore(address: PostgresAddress, path: Path, told: Told) -> None:
    """Replace everything in one transaction."""
    with zipfile.ZipFile(path) as packed, open_connection(address) as connection:
        layout = msgspec.json.decode(packed.read(_LAYOUT), type=Layout)
        run(ask(Begin()), connection)
        kept = run(rights(address), connection)
        left = run(_emptied(address, layout), connection)
        done = 0
        for number, table in enumerate(layout.tables):
            with packed.open(_entry(number)) as source:
                done = _write(connection, table, source, done, told)
        run(_made((*left, *layout.after), complete=True), connection)
        run(say_all(Statement(text, prepare=False) for text in kept), connection)
        run(ask(Commit()), connection)


def _emptied(address: PostgresAddress, layout: Layout) -> Program[tuple[tuple[str, ...], ...]]:
    opening = yield from clearing(address)
    yield from say_all(map(Statement, (*_EXACT, *opening)))
    return (yield from _made(layout.before, complete=False))


_MARK = "nicol_object"


def _made(objects: tuple[tuple[str, ...], ...], *, complete: bool) -> Program[tuple[tuple[str, ...], ...]]:
    """Make the objects: what the server refuses waits for the others. Those that are left; none, when all have to be made."""
    while objects:
        waiting: list[tuple[str, ...]] = []
        refusal: DriverError | None = None
        for texts in objects:
            yield Savepoint(_MARK)
            try:
                yield from say_all(Statement(text, prepare=False) for text in texts)
            except DriverError as error:
                if error.broken:
                    raise
                refusal = refusal or error
                waiting.append(texts)
                yield RollbackTo(_MARK)
            yield Release(_MARK)
        if len(waiting) == len(objects):
            if complete and refusal is not None:
                raise refusal
            break
        objects = tuple(waiting)
    return objects


def _write(connection: PostgresConnection, table: TableRows, source: IO[bytes], done: int, told: Told) -> int:
    text = f"COPY {table.name} ({quote_all(table.columns)}) FROM STDIN"
    with _telling(connection, text), connection.raw.cursor() as cursor, cursor.copy(text.encode()) as sink:
        while block := source.read(_BLOCK):
            sink.write(block)
            done += len(block)
            told(done, None)
    return done
