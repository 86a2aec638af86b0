"""What becomes of a history: replayed where nobody is disturbed, in memory or in a scratch database."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TypeVar

from nicol.catalog import Catalog
from nicol.dialects.dialect import Dialect, Fault
from nicol.drivers import create_database, drop_database, parse_address
from nicol.errors import DriverError, MigrationError
from nicol.migrate.apply import replayed, replayed_along
from nicol.migrate.history import Migration
from nicol.ops.databases import Target, explain, explained, namespaces_of, talk, target_at, without_ledger
from nicol.ops.project import Project
from nicol.ops.schemas import ReadSchema
from nicol.ops.settings import Setting, shadow_url
from nicol.schema.schema import Schema
from nicol.sql.program import Program

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Places:
    """Where a history can be replayed: a database that was given for it, and the server of the project's database."""

    target: Target | None = None
    shadow: Target | None = None

    def serve(self, dialect: Dialect) -> bool:
        """True when a history of that database can be replayed."""
        return dialect.in_memory is not None or any(
            place is not None and place.dialect.name == dialect.name for place in (self.shadow, self.target)
        )


def places_of(project: Project, read: ReadSchema, target: Target | None) -> Places:
    """The places that a project offers."""
    url = shadow_url(project, read.schema.datasource)
    return Places(target, target_at(url, read) if url is not None else None)


def catalog_after(
    migrations: Iterable[Migration], dialect: Dialect, schema: Schema | None, places: Places
) -> Catalog:
    """What an empty database holds after the migrations."""
    program = partial(replayed, tuple(migrations), dialect, namespaces_of(schema))
    return without_ledger(_aside(program, dialect, schema, places))


def catalogs_along(
    migrations: Sequence[Migration], dialect: Dialect, schema: Schema | None, places: Places
) -> tuple[Catalog, ...]:
    """What a database that was empty holds after each of the migrations."""
    program = partial(replayed_along, migrations, dialect, namespaces_of(schema))
    return tuple(map(without_ledger, _aside(program, dialect, schema, places)))


def _aside(program: Callable[[], Program[T]], dialect: Dialect, schema: Schema | None, places: Places) -> T:
    """The answer of an empty database in which nobody is disturbed."""
    if dialect.in_memory is not None:
        memory = Target(Setting(dialect.in_memory, "memory"), parse_address(dialect.in_memory), dialect)
        with talk(memory) as conversation:
            return conversation.run(program())
    if (shadow := places.shadow) is not None and shadow.dialect.name == dialect.name:
        return _in_shadow(shadow, places.target, schema, program)
    if (target := places.target) is not None and target.dialect.name == dialect.name:
        return _on_server(target, program)
    raise MigrationError(
        f"the history cannot be replayed for {dialect.name}: no server is at hand",
        code="P3014",
        help=(
            f"give the URL of a {dialect.name} database that may be emptied with --shadow-url, or name a variable that holds "
            "it with `shadow_url_env` in the configuration"
        ),
    )


def _in_shadow(
    shadow: Target, target: Target | None, schema: Schema | None, program: Callable[[], Program[T]]
) -> T:
    """In the database that was given for it, which is emptied before and afterwards."""
    if target is not None and shadow.address == target.address:
        raise MigrationError(
            f"the shadow database is the database itself ({shadow.shown})",
            help="give another one: it is emptied each time",
        )
    with talk(shadow) as conversation:
        conversation.clear(schema)
        try:
            return conversation.run(program())
        finally:
            conversation.clear(schema)


def _on_server(target: Target, program: Callable[[], Program[T]]) -> T:
    """In a database of its own on the target's server, else aside in the target itself, where all of it is undone."""
    scratch = Target(target.url, target.address.on(f"nicol_scratch_{secrets.token_hex(6)}"), target.dialect)
    try:
        create_database(scratch.address)
    except DriverError as error:
        if not _is_denied(error, target):
            raise explain(error, target) from error
        with talk(target) as conversation:
            return conversation.run(target.dialect.aside(program()))
    try:
        with talk(scratch) as conversation:
            return conversation.run(program())
    finally:
        with explained(scratch):
            drop_database(scratch.address)


def _is_denied(error: DriverError, target: Target) -> bool:
    violation = target.dialect.meaning_of(error)
    return violation is not None and violation.fault is Fault.ACCESS_DENIED
