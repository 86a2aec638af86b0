"""The database that a command works on: whose it is, how it is reached, and what it means when it refuses."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TypeVar

from nicol.catalog import Catalog
from nicol.dialects.dialect import Dialect, Fault
from nicol.drivers import (
    Address,
    Connection,
    create_database,
    database_exists,
    open_database,
    parse_address,
    run,
)
from nicol.errors import ConfigurationError, ConnectionFailed, DriverError, NicolError
from nicol.ops.project import Project
from nicol.ops.schemas import ReadSchema
from nicol.ops.settings import Setting, migration_url
from nicol.schema.schema import Schema
from nicol.sql.program import Program

T = TypeVar("T")

LEDGER = "_prisma_migrations"
OWN = frozenset({LEDGER, "_nicol_runs", "_nicol_move"})
"""The tables of Prisma's and Nicol's own, which belong to no schema."""


@dataclass(frozen=True, slots=True)
class Target:
    """A database: its URL with the place it came from, its address, and the dialect that it speaks."""

    url: Setting
    address: Address
    dialect: Dialect

    @property
    def shown(self) -> str:
        """The database as it may be named in messages, without secrets."""
        return self.address.masked


@dataclass(frozen=True, slots=True)
class Conversation:
    """A connection to a target on which one program after the other is run."""

    target: Target
    connection: Connection

    def run(self, program: Program[T]) -> T:
        """Drive a program to its answer; DriverError when the database refuses."""
        return run(program, self.connection)

    def catalog(self, schema: Schema | None) -> Catalog:
        """What the database holds of its own, without the ledger."""
        return without_ledger(self.run(self.target.dialect.introspect(namespaces_of(schema))))

    def need_all_rows(self, tables: Iterable[str]) -> None:
        """ConfigurationError where policies may hide rows of these tables, spelled as SQL: work on all of them needs all."""
        self.run(need_all_rows(self.target, tables))

    def clear(self, schema: Schema | None, first: Program[bool] | None = None) -> None:
        """Take away everything that the schema's namespaces hold, the ledger included, after what is said `first`."""
        self.run(self.target.dialect.clear(namespaces_of(schema), first))


def need_all_rows(target: Target, tables: Iterable[str]) -> Program[None]:
    """Look for policies that may hide rows of these tables; ConfigurationError where there are some."""
    veiled = yield from target.dialect.veiled()
    if found := [table for table in dict.fromkeys(tables) if table in veiled]:
        raise ConfigurationError(
            f"policies may hide rows of {', '.join(found)} from the role of {target.shown} (from {target.url.origin})",
            help="name the role that owns the tables, or one with BYPASSRLS; FORCE ROW LEVEL SECURITY binds owners, too",
        )


def target_of(project: Project, read: ReadSchema) -> Target:
    """The database of the project, which must be one that the schema serves."""
    return target_at(migration_url(project, read.schema.datasource), read)


def target_if_any(project: Project, read: ReadSchema) -> Target | None:
    """The project's database, where a URL is set: comparing schemas and histories needs none."""
    try:
        return target_of(project, read)
    except ConfigurationError:
        return None


def target_at(url: Setting, read: ReadSchema) -> Target:
    """The database of a URL, which must be one that the schema serves."""
    address = parse_address(url.value)
    return Target(url, address, read.dialect(address.dialect))


def namespaces_of(schema: Schema | None) -> tuple[str, ...]:
    """The namespaces that a schema lists; none: it lives in the connection's own."""
    return schema.datasource.schemas if schema is not None and schema.datasource is not None else ()


def without_ledger(catalog: Catalog) -> Catalog:
    """A catalog without the tables that belong to no schema."""
    return Catalog(
        tables=tuple(table for table in catalog.tables if table.name not in OWN),
        enums=catalog.enums,
        unmanaged=tuple(thing for thing in catalog.unmanaged if thing.table not in OWN),
        namespaces=catalog.namespaces,
        extensions=catalog.extensions,
    )


@contextmanager
def talk(target: Target) -> Generator[Conversation]:
    """A conversation with a database; its refusals that nobody explained are told in words with a way out."""
    with (
        explained(target),
        open_database(target.address.for_scripts()) as database,
        database.session(write=True) as connection,
    ):
        yield Conversation(target, connection)


def ensure_database(target: Target) -> bool:
    """Make the database where it is missing; True when it was."""
    try:
        return create_database(target.address)
    except DriverError as error:
        raise _not_made(error, target) from error


def _not_made(error: DriverError, target: Target) -> NicolError:
    violation = target.dialect.meaning_of(error)
    if violation is None or violation.fault is not Fault.DATABASE_MISSING:
        return explain(error, target)
    return ConnectionFailed(
        f"the database {target.shown} (from {target.url.origin}) cannot be made: {error.message}",
        code="P1003",
        help="make the folder writable, or give the URL of another database; nothing was changed",
    )


def exists(target: Target) -> bool:
    """True when the database is there; ConnectionFailed when its server cannot be reached."""
    with explained(target):
        return database_exists(target.address)


@contextmanager
def explained(target: Target) -> Generator[None]:
    """Turn what the database says into a message with a code and the way out."""
    try:
        yield
    except DriverError as error:
        raise explain(error, target) from error


def explain(error: DriverError, target: Target) -> NicolError:
    """A database's refusal as a message for people."""
    violation = target.dialect.meaning_of(error)
    place = f"{target.shown} (from {target.url.origin})"
    if violation is not None and (words := _OUTAGES.get(violation.fault)) is not None:
        code, sentence, hint = words(place, target)
        return ConnectionFailed(f"{sentence}: {error.message}", code=code, help=hint)
    statement = f"\n  in: {shortened(error.statement)}" if error.statement else ""
    return NicolError(
        f"the database {place} refused: {error.message}{statement}", help=error.details.get("hint")
    )


def shortened(statement: str, width: int = 300) -> str:
    """A statement on one line, cut where it gets long."""
    line = " ".join(statement.split())
    return line if len(line) <= width else f"{line[: width - 1]}…"


_Words = Callable[[str, Target], tuple[str, str, str]]

_OUTAGES: dict[Fault, _Words] = {
    Fault.UNREACHABLE: lambda place, _: (
        "P1001",
        f"cannot reach the database {place}",
        "is the server running, and are host and port of the URL right? For a file: is its folder there and allowed?",
    ),
    Fault.AUTHENTICATION: lambda place, _: (
        "P1000",
        f"the server refuses the login for {place}",
        "check user and password in the URL; special characters in a password are written as %XX",
    ),
    Fault.DATABASE_MISSING: lambda place, _: (
        "P1003",
        f"there is no database {place}",
        "`nicol migrate deploy`, `nicol migrate dev` and `nicol db push` create it",
    ),
    Fault.ACCESS_DENIED: lambda place, _: (
        "P1010",
        f"access to {place} is denied",
        "give the user the rights it needs, or name another user in the URL",
    ),
    Fault.BUSY: lambda place, _: (
        "P1008",
        f"{place} is locked by somebody else",
        "end the other program or its transaction, and run the command again; nothing was changed",
    ),
    Fault.READ_ONLY: lambda place, _: (
        "P1010",
        f"{place} cannot be written",
        "make the file and its folder writable, or give the URL of another database; nothing was changed",
    ),
    Fault.TOO_MANY_CONNECTIONS: lambda place, _: (
        "P1001",
        f"{place} takes no more connections",
        "close other programs, or raise the server's limit",
    ),
}
