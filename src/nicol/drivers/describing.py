"""What a database says of a statement without carrying it out: the types of its parameters, and where its columns come from."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

import apsw
import apsw.ext
import msgspec

from nicol.drivers.connection import Connection
from nicol.errors import DriverError

if TYPE_CHECKING:
    from psycopg.pq.abc import PGconn, PGresult


class DescribedColumn(msgspec.Struct, frozen=True):
    """A column of a result: its type in the database's words, and the table's column that it shows, where it is one."""

    name: str
    type: str | None
    modifier: int = -1
    table: str | None = None
    column: str | None = None


class Description(msgspec.Struct, frozen=True):
    """A statement as its database sees it; a parameter's type is None where the database does not know."""

    parameters: tuple[str | None, ...]
    columns: tuple[DescribedColumn, ...]


def describe(connection: Connection, text: str) -> Description:
    """Have a statement read and nothing more. DriverError, with `position` in its details, where it is refused."""
    raw = cast("Any", connection).raw
    return _on_sqlite(raw, text) if isinstance(raw, apsw.Connection) else _on_server(raw.pgconn, text)


# ---- SQLite ------------------------------------------------------------------------------------------------------


def _on_sqlite(raw: apsw.Connection, text: str) -> Description:
    try:
        found = apsw.ext.query_info(raw, text)  # pyright: ignore[reportUnknownMemberType] - partly typed
    except apsw.Error as error:
        offset = getattr(error, "error_offset", -1)
        place = len(text.encode()[:offset].decode(errors="ignore")) + 1 if offset >= 0 else 1
        raise DriverError(
            str(error), state="SQLITE_ERROR", details={"position": str(place)}, statement=text
        ) from error
    columns = tuple(
        DescribedColumn(name, declared or None, table=table, column=column)
        for name, declared, _, table, column in found.description_full or ()
    )
    return Description((None,) * found.bindings_count, columns)


# ---- PostgreSQL --------------------------------------------------------------------------------------------------

_TYPES = "SELECT oid::text, typname FROM pg_type WHERE oid = ANY($1::oid[])"
_ORIGINS = (
    "SELECT c.oid::text, a.attnum::text, c.relname, a.attname FROM pg_class c"
    " JOIN pg_attribute a ON a.attrelid = c.oid WHERE c.oid = ANY($1::oid[])"
)


def _on_server(pgconn: PGconn, text: str) -> Description:
    _checked(pgconn.prepare(b"", text.encode()), text)
    found = _checked(pgconn.describe_prepared(b""), text)
    indexes = range(found.nfields)
    oids = [found.param_type(index) for index in range(found.nparams)]
    names = _named(pgconn, _TYPES, [*oids, *(found.ftype(index) for index in indexes)], 1)
    origins = _named(pgconn, _ORIGINS, [found.ftable(index) for index in indexes], 2)
    columns: list[DescribedColumn] = []
    for index in indexes:
        table, column = origins.get((str(found.ftable(index)), str(found.ftablecol(index))), (None, None))
        (type_,) = names[(str(found.ftype(index)),)]
        name = (found.fname(index) or b"").decode()
        columns.append(DescribedColumn(name, type_, found.fmod(index), table, column))
    return Description(tuple(names[(str(oid),)][0] for oid in oids), tuple(columns))


def _named(pgconn: PGconn, text: str, oids: list[int], key: int) -> dict[tuple[str, ...], tuple[Any, ...]]:
    """What the catalog says of these numbers, by the first columns of its rows."""
    array = "{" + ",".join(map(str, sorted(set(oids)))) + "}"
    found = _checked(pgconn.exec_params(text.encode(), [array.encode()]), text)
    rows = [
        [(found.get_value(row, column) or b"").decode() for column in range(found.nfields)]
        for row in range(found.ntuples)
    ]
    return {tuple(row[:key]): tuple(row[key:]) for row in rows}


def _checked(result: PGresult, text: str) -> PGresult:
    from psycopg.pq import DiagnosticField, ExecStatus

    if result.status in (ExecStatus.COMMAND_OK, ExecStatus.TUPLES_OK):
        return result
    fields = (DiagnosticField.MESSAGE_PRIMARY, DiagnosticField.SQLSTATE, DiagnosticField.STATEMENT_POSITION)
    message, state, place = ((result.error_field(field) or b"").decode() for field in fields)
    raise DriverError(message, state=state, details={"position": place or "1"}, statement=text)
