"""`db copy`: every row of one database into another, by the schema that both serve.

Tables are read in the order of their keys, a piece at a time, and each piece is written with how far it leads in one
transaction of the target. A row that cannot be carried stays behind, in a file that says why.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from time import monotonic

from nicol.catalog import Catalog
from nicol.drivers.address import anchored
from nicol.errors import ConfigurationError, MigrationError
from nicol.ops.databases import Conversation, Target, exists, namespaces_of, talk, target_at
from nicol.ops.moving.columns import Mover, Row, movers
from nicol.ops.moving.comparing import Compared, compare
from nicol.ops.moving.orphans import send_orphans_away
from nicol.ops.moving.quarantine import Quarantine
from nicol.ops.moving.reading import ahead, pieces
from nicol.ops.moving.state import (
    TABLE,
    Plan,
    Progress,
    Reference,
    begin_state,
    end_state,
    read_state,
    write_progress,
)
from nicol.ops.moving.writing import let_in
from nicol.ops.project import Project
from nicol.ops.schemas import ReadSchema, read_schema
from nicol.ops.settings import Setting
from nicol.sql.program import Begin, Program, Rollback, Statement, ask, rows, say_all, transaction
from nicol.sql.quoting import quote_full

Told = Callable[[str, int, int], None]
"""Who is told how far a table is: its name, rows done, and rows in all."""


@dataclass(frozen=True, slots=True)
class Moved:
    """What became of one table: rows that came, rows that stayed behind, and the comparison, where it was made."""

    name: str
    came: int
    stayed: int
    compared: Compared | None = None


@dataclass(frozen=True, slots=True)
class Move:
    """A move that has come to its end. `resumed`: an earlier one was gone on with."""

    source: str
    target: str
    tables: tuple[Moved, ...]
    seconds: float
    resumed: bool
    quarantine: Path

    @property
    def equal(self) -> bool:
        """True when no comparison found a difference."""
        return all(table.compared is None or table.compared.equal for table in self.tables)


@dataclass(frozen=True, slots=True)
class _Way:
    """Both ends of a move, and the tables on it."""

    source: Conversation
    target: Conversation
    tables: tuple[Mover, ...]
    quarantine: Quarantine
    told: Told


def db_copy(
    project: Project,
    source_url: str,
    target_url: str,
    *,
    quarantine: Path,
    verify: bool = True,
    told: Told = lambda _table, _done, _total: None,
) -> Move:
    """Move all rows. The target has the schema's tables, and nothing in them, unless a move was begun before.

    ConfigurationError says what is in the way; nothing was changed then.
    """
    started, read = monotonic(), read_schema(project)
    source, target = (
        target_at(Setting(anchored(url, project.root), flag), read)
        for url, flag in ((source_url, "--from"), (target_url, "--to"))
    )
    _apart(source, target)
    wanted = tuple(movers(read.schema, source.dialect, target.dialect))
    with ExitStack() as stack:
        way = _Way(
            stack.enter_context(talk(source)),
            stack.enter_context(talk(target)),
            wanted,
            Quarantine(quarantine),
            told,
        )
        for end in (way.source, way.target):
            end.need_all_rows(mover.table for mover in wanted)
        way.source.run(ask(Begin(write=False, isolation="REPEATABLE READ")))
        stack.callback(lambda: way.source.run(ask(Rollback())))
        resumed = _carry(way, read)
        moved = tuple(_judged(way, mover, verify=verify) for mover in wanted)
    return Move(source.shown, target.shown, moved, monotonic() - started, resumed, quarantine)


def _carry(way: _Way, read: ReadSchema) -> bool:
    """Everything from the first row to the last key; True when an earlier move was gone on with."""
    dialect = way.target.target.dialect
    catalog = way.target.run(dialect.introspect(namespaces_of(read.schema)))
    loose = dialect.loose(catalog)
    resumed = any(table.name == TABLE for table in catalog.tables)
    plan, progress = _former(way) if resumed else _begun(way, catalog)
    way.target.run(say_all(map(Statement, loose.off)))
    for mover in way.tables:
        _move(way, mover, progress.get(mover.title, Progress()))
    send_orphans_away(way.target, plan.references, way.tables, way.quarantine)
    way.target.run(transaction(_finish(plan, dialect.counters(catalog))))
    way.target.run(say_all(map(Statement, loose.on)))
    return resumed


def _apart(source: Target, target: Target) -> None:
    if source.address == target.address:
        raise ConfigurationError("--from and --to are the same database", help="name two")
    for end, way_out in ((source, "name another one"), (target, "nicol migrate deploy --url … makes it")):
        if not exists(end):
            raise ConfigurationError(f"there is no database {end.shown} ({end.url.origin})", help=way_out)


# ---- beginning and end -----------------------------------------------------------------------------------------------


def _former(way: _Way) -> tuple[Plan, dict[str, Progress]]:
    """What an earlier move left, which has to be the same one."""
    plan, progress = way.target.run(read_state())
    if plan.source != way.source.target.shown:
        raise MigrationError(
            f"a move from {plan.source} into {way.target.target.shown} was begun and has not come to its end",
            help=f"go on with --from {plan.source}, or empty the target: nicol migrate reset --url …",
        )
    return plan, progress


def _begun(way: _Way, catalog: Catalog) -> tuple[Plan, dict[str, Progress]]:
    """A new move into empty tables; what lets rows in and what will put it back are noted in one transaction."""
    _check_empty(way, catalog)
    dialect = way.target.target.dialect
    loose = dialect.loose(catalog)
    references = tuple(
        Reference(
            quote_full(table.namespace, table.name),
            key.columns,
            quote_full(key.namespace, key.table),
            key.references,
        )
        for table in catalog.tables
        for key in table.foreign_keys
    )
    plan = Plan(way.source.target.shown, loose.after, references)

    def work() -> Program[None]:
        yield from begin_state(dialect, plan)
        yield from say_all(map(Statement, loose.before))

    way.target.run(transaction(work()))
    return plan, {}


def _check_empty(way: _Way, catalog: Catalog) -> None:
    there, shown = (
        {quote_full(table.namespace, table.name) for table in catalog.tables},
        way.target.target.shown,
    )
    for mover in way.tables:
        if mover.table not in there:
            raise ConfigurationError(
                f"{shown} has no table {mover.table}", help="nicol migrate deploy --url … makes it"
            )
        if way.target.run(rows(f"SELECT 1 FROM {mover.table} LIMIT 1")):
            raise ConfigurationError(
                f"the table {mover.table} of {shown} is not empty, and rows are not mixed",
                help="nicol migrate reset --url … empties it",
            )
    if way.quarantine.path.exists():
        raise ConfigurationError(
            f"{way.quarantine.path} is there already",
            help="name another file with --quarantine, or take it away",
        )


def _finish(plan: Plan, counters: Iterable[str]) -> Program[None]:
    """Everything back in its place, in one transaction with the end of the move."""
    yield from say_all(map(Statement, plan.after))
    yield from say_all(map(Statement, counters))
    yield from end_state()


# ---- rows ------------------------------------------------------------------------------------------------------------


def _move(way: _Way, mover: Mover, progress: Progress) -> None:
    """Move what is left of a table."""
    if progress.done:
        return
    ((total,),) = way.source.run(rows(f"SELECT count(*) FROM {mover.table}"))

    def unreadable(key: Row, reason: str) -> None:
        way.quarantine.bring(mover.title, key, reason, {})

    for crossing in ahead(
        map(partial(_crossing, mover), pieces(way.source, mover, progress.key, unreadable))
    ):
        progress = progress.after(crossing.last, crossing.count)
        way.target.run(transaction(_written(way, mover, crossing, progress)))
        way.told(mover.title, progress.seen, max(total, progress.seen))
    way.target.run(transaction(write_progress(way.target.target.dialect, mover.title, progress.ended())))


@dataclass(frozen=True, slots=True)
class _Crossing:
    """A piece on its way: rows as they were and as they will be, those that cannot cross, and the key at its end."""

    good: Sequence[Row]
    moved: Sequence[Row]
    bad: list[tuple[Row, str]]
    last: Row
    count: int


def _crossing(mover: Mover, piece: Sequence[Row]) -> _Crossing:
    return _Crossing(*mover.sorted_out(piece), mover.key_of(piece[-1]), len(piece))


def _written(way: _Way, mover: Mover, crossing: _Crossing, progress: Progress) -> Program[None]:
    """Write a piece and how far it leads; what stays behind is on the disk before the database forgets where it was."""
    bad = crossing.bad
    yield from let_in(mover, crossing.good, crossing.moved, bad)
    for row, reason in bad:
        way.quarantine.bring(mover.title, mover.key_of(row), reason, dict(zip(mover.names, row, strict=True)))
    yield from write_progress(way.target.target.dialect, mover.title, progress)


def _judged(way: _Way, mover: Mover, *, verify: bool) -> Moved:
    left_out = way.quarantine.keys().get(mover.title, set())
    ((came,),) = way.target.run(rows(f"SELECT count(*) FROM {mover.table}"))
    compared = compare(way.source, way.target, mover, left_out, way.told) if verify else None
    return Moved(mover.title, came, len(left_out), compared)
