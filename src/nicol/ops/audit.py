"""`audit log`, `audit verify` and `audit prune`: what the trail tells, whether it is whole, how its oldest part goes."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from hashlib import sha256
from itertools import groupby
from typing import Any

import msgspec

from nicol.catalog import AUDIT, ObjectName
from nicol.dialects import changes as c
from nicol.dialects.auditing import TrailTexts
from nicol.errors import ConfigurationError
from nicol.migrate.diff import diff
from nicol.migrate.lower import lower, trail_namespace
from nicol.migrate.summary import summary
from nicol.ops.databases import Conversation, Target, talk, target_of
from nicol.ops.project import Project
from nicol.ops.schemas import read_schema
from nicol.schema.schema import Schema
from nicol.sql.program import Program, Statement, rows, transaction
from nicol.sql.quoting import quote_full

_PIECE, _BATCH = 2_000, 5_000
"""Entries that are read at once, and that are taken away in one transaction."""

Told = Callable[[str, int, int], None]
"""Who is told how far the work is: the table, the entries that were looked at, and all of them."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One change of one row. `at` is as the database writes it; `before` and `after` are the row's columns, as JSON."""

    id: int
    at: str
    actor: str | None
    operation: str
    table: str
    key: str | None
    before: msgspec.Raw | None
    after: msgspec.Raw | None


@dataclass(frozen=True, slots=True)
class Chain:
    """A table's chain: its entries, the number of the first (beyond 1: earlier ones were pruned), its end, its first fault.

    `entry` is the id of the first entry that is not what it was, or not where it was. `outside`: entries of the table that
    came after the chain had begun, and are none of it.
    """

    table: str
    entries: int
    first: int
    last: int
    hash: str
    broken: str | None = None
    entry: int | None = None
    outside: int = 0


@dataclass(frozen=True, slots=True)
class Trail:
    """Whether a trail is whole. `missing`: what the schema wants and the database has not, so that changes go unrecorded."""

    target: Target
    chains: tuple[Chain, ...]
    missing: tuple[str, ...]

    @property
    def whole(self) -> bool:
        """True when nothing was found."""
        return not self.missing and not any(chain.broken for chain in self.chains)


# ---- log -------------------------------------------------------------------------------------------------------------


def audit_log(
    project: Project,
    *,
    model: str | None = None,
    row: str | None = None,
    actor: str | None = None,
    limit: int = 50,
) -> tuple[Target, tuple[Entry, ...]]:
    """The newest entries, newest first; of a model, of one row of it by its key, of one actor."""
    read = read_schema(project)
    target = target_of(project, read)
    wishes: dict[str, Any] = {"table": _table_of(read.schema, model), "row": row, "actor": actor}
    given = {name: value for name, value in wishes.items() if value is not None}
    conditions = [f'"{_COLUMNS[name]}" = :{name}' for name in given]
    where = f" WHERE {' AND '.join(conditions)}" if conditions else ""
    text = (
        'SELECT "id", CAST("at" AS TEXT), "actor", "operation", "table_name", "row_key", CAST("before" AS TEXT),'
        f' CAST("after" AS TEXT) FROM {quote_full(trail_namespace(read.schema, target.dialect), AUDIT)}{where}'
        ' ORDER BY "id" DESC LIMIT :limit'
    )
    given["limit"] = limit
    with talk(target) as conversation:
        _refuse_without_trail(conversation, read.schema)
        statement, names = target.dialect.bound(text, given)
        found = conversation.run(rows(statement, *(given[name] for name in names)))
    return target, tuple(_entry(*each) for each in found)


_COLUMNS = {"table": "table_name", "row": "row_key", "actor": "actor"}


def _entry(
    number: int, at: str, actor: str | None, operation: str, table: str, key: str | None, *images: str | None
) -> Entry:
    before, after = (None if image is None else msgspec.Raw(image.encode()) for image in images)
    return Entry(number, at, actor, operation, table, key, before, after)


def _table_of(schema: Schema, name: str | None) -> str | None:
    """What entries call the table of a model."""
    if name is None:
        return None
    model = next((each for each in schema.models if each.name == name), None)
    if model is None or model.audit is None:
        known = ", ".join(each.name for each in schema.models if each.audit) or "none"
        raise ConfigurationError(f"{name} is no model with @nicol.audit", help=f"models with it: {known}")
    return f"{model.namespace}.{model.mapped}" if model.namespace else model.mapped


def _refuse_without_trail(conversation: Conversation, schema: Schema) -> None:
    place = ObjectName(AUDIT, trail_namespace(schema, conversation.target.dialect))
    conversation.need_all_rows([quote_full(place.namespace, place.name)])
    if conversation.catalog(schema).table(place.name, place.namespace) is None:
        raise ConfigurationError(
            f"{conversation.target.shown} has no audit trail",
            help="give a model /// @nicol.audit, and let `nicol migrate dev` or `nicol db push` make it",
        )


# ---- verify ----------------------------------------------------------------------------------------------------------


def audit_verify(project: Project, told: Told = lambda _table, _done, _all: None) -> Trail:
    """Compute every hash of every chain anew, and look whether all that records changes is there."""
    read = read_schema(project)
    target = target_of(project, read)
    texts = target.dialect.trail_texts(trail_namespace(read.schema, target.dialect))
    with talk(target) as conversation:
        _refuse_without_trail(conversation, read.schema)
        changes = diff(conversation.catalog(read.schema), lower(read.schema, target.dialect))
        missing = summary(each for each in changes if isinstance(each, c.CreateObject))
        chains = conversation.run(_chains(texts, told))
    return Trail(target, chains, missing)


def _chains(texts: TrailTexts, told: Told) -> Program[tuple[Chain, ...]]:
    sizes: Mapping[str, int] = dict((yield from rows(texts.chains)))
    outside: Mapping[str, int] = dict((yield from rows(texts.strangers)))
    links: dict[str, _Links] = {}
    place: tuple[str, int] = ("", 0)
    while piece := (yield from rows(texts.links, *place, _PIECE)):
        for table, own in groupby(piece, key=lambda row: row[0]):
            chain = links.setdefault(table, _Links())
            for _, number, entry, covered, digest in own:
                chain.take(number, entry, covered, digest)
            told(table, chain.entries, sizes.get(table, chain.entries))
        place = piece[-1][0], piece[-1][1]
    return tuple(chain.told(table, outside.get(table, 0)) for table, chain in links.items())


class _Links:
    """A chain, link by link. The first one's hash is taken as it is where it covers an entry that was pruned."""

    def __init__(self) -> None:
        self.entries = self.first = self.last = 0
        self.hash = ""
        self.broken: str | None = None
        self.entry: int | None = None

    def take(self, number: int, entry: int, covered: str, digest: str) -> None:
        """Hold the next entry against those before it."""
        fault = self._fault(number, covered, digest)
        if fault is not None and self.broken is None:
            self.broken, self.entry = fault, entry
        self.first = self.first or number
        self.entries, self.last, self.hash = self.entries + 1, number, digest

    def _fault(self, number: int, covered: str, digest: str) -> str | None:
        if self.entries == 0 and number > 1:
            return None
        if number != self.last + 1:
            return f"between {self.last} and {number} entries are missing"
        if sha256((self.hash + covered).encode()).hexdigest() != digest:
            return f"entry {number} is not what was recorded, or follows another one than it did"
        return None

    def told(self, table: str, outside: int) -> Chain:
        """What was found."""
        return Chain(table, self.entries, self.first, self.last, self.hash, self.broken, self.entry, outside)


# ---- prune -----------------------------------------------------------------------------------------------------------


def audit_prune(
    project: Project, days: int, told: Told = lambda _table, _done, _all: None
) -> tuple[Target, int]:
    """Take away the entries that are older than so many days, a few in each transaction; how many went.

    Only who owns the table may: what refuses to let entries go is lifted inside of each transaction. The last old entry of
    each chain stays, since the next one rests on it.
    """
    read = read_schema(project)
    target = target_of(project, read)
    texts = target.dialect.trail_texts(trail_namespace(read.schema, target.dialect))
    gone = 0
    with talk(target) as conversation:
        _refuse_without_trail(conversation, read.schema)
        while count := conversation.run(transaction(_pruned(texts, days))):
            gone += count
            told(AUDIT, gone, gone)
    return target, gone


def _pruned(texts: TrailTexts, days: int) -> Program[int]:
    yield from _each(texts.open)
    result = yield Statement(texts.prune, (days, _BATCH))
    yield from _each(texts.close)
    return result.affected


def _each(statements: tuple[str, ...]) -> Iterator[Any]:
    for text in statements:
        yield Statement(text, prepare=False)
