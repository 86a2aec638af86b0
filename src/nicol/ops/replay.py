"""What becomes of a history: replayed where nobody is disturbed, in memory or in a scratch database."""

from __future__ import annotations

import secrets
from collections.abc import Generator, Iterable
from contextlib import contextmanager
from dataclasses import dataclass

from nicol.catalog import Catalog
from nicol.dialects.dialect import Dialect
from nicol.drivers import create_database, drop_database, parse_address
from nicol.errors import MigrationError
from nicol.migrate.apply import replay
from nicol.migrate.history import Migration
from nicol.ops.databases import Conversation, Target, explained, talk, target_at
from nicol.ops.project import Project, Setting, shadow_url
from nicol.ops.schemas import ReadSchema
from nicol.schema.schema import Schema


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
    with _scratch(dialect, places) as conversation:
        for migration in migrations:
            conversation.run(replay(migration, dialect))
        return conversation.catalog(schema)


@contextmanager
def _scratch(dialect: Dialect, places: Places) -> Generator[Conversation]:
    """An empty database of that kind, which is gone afterwards."""
    if dialect.in_memory is not None:
        memory = Target(Setting(dialect.in_memory, "memory"), parse_address(dialect.in_memory), dialect)
        with talk(memory) as conversation:
            yield conversation
        return
    with _database(_own(dialect, places)) as target, talk(target) as conversation:
        yield conversation


def _own(dialect: Dialect, places: Places) -> Target:
    """The shadow database that was given, else a new one on the target's server."""
    if places.shadow is not None and places.shadow.dialect.name == dialect.name:
        if places.target is not None and places.shadow.address == places.target.address:
            raise MigrationError(
                f"the shadow database is the database itself ({places.shadow.shown})",
                help="give another one: it is emptied each time",
            )
        return places.shadow
    target = places.target
    if target is None or target.dialect.name != dialect.name:
        raise MigrationError(
            f"the history cannot be replayed for {dialect.name}: no server is at hand",
            code="P3014",
            help="give a URL of that kind with --url, or name a variable with `shadow_url_env` in the configuration",
        )
    return Target(target.url, target.address.on(f"nicol_scratch_{secrets.token_hex(6)}"), dialect)


@contextmanager
def _database(target: Target) -> Generator[Target]:
    """The database made anew, and taken away at the end."""
    with explained(target):
        drop_database(target.address)
        create_database(target.address)
    try:
        yield target
    finally:
        with explained(target):
            drop_database(target.address)
