"""`retention plan` and `retention run`: rows go whose time is over, as the schema's `retain` says, a few at a time."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from graphlib import CycleError, TopologicalSorter
from time import monotonic, sleep
from typing import TypeVar

from nicol.catalog import Action, Table
from nicol.dialects.expiry import Expiry, Guard, Pace
from nicol.errors import ConfigurationError, DriverError
from nicol.ops.databases import Conversation, Target, explain, talk, target_of
from nicol.ops.project import Project
from nicol.ops.schemas import read_schema
from nicol.schema.schema import Arity, Model, Retention, Scalar, Schema
from nicol.sql.program import Program, rows, transaction
from nicol.sql.quoting import quote_full

T = TypeVar("T")

_LEAST, _FIRST, _MOST = 100, 200, 10_000
"""Rows of the smallest batch, of the first, and of the largest."""

Told = Callable[[str, int, int], None]
"""Who is told how far the work is: the model, the rows deleted, and the rows that were due."""


@dataclass(frozen=True, slots=True)
class Due:
    """Rows of a model that may go now. `oldest`: the oldest time among them, as the database writes it.

    `guards`: tables whose rows keep rows of this one. `indexed` false: no index leads to the oldest rows.
    """

    model: str
    retention: Retention
    rows: int
    oldest: str | None
    guards: tuple[str, ...]
    indexed: bool


@dataclass(frozen=True, slots=True)
class Swept:
    """What became of a model's old rows: `remaining` are due still, `error` is what the database refused."""

    model: str
    deleted: int
    remaining: int
    seconds: float
    error: str | None = None


@dataclass(slots=True)
class Budget:
    """How much may be done: rows, and seconds from now. None: no limit."""

    rows: int | None = None
    seconds: float | None = None
    started: float = field(default_factory=monotonic)

    @property
    def spent(self) -> bool:
        """True when it is used up."""
        late = self.seconds is not None and monotonic() - self.started >= self.seconds
        return late or (self.rows is not None and self.rows <= 0)

    def allowed(self, wanted: int) -> int:
        """So many rows of those wanted."""
        return wanted if self.rows is None else min(wanted, self.rows)

    def spend(self, count: int) -> None:
        """Take away rows that were deleted."""
        if self.rows is not None:
            self.rows -= count


def retention_plan(
    project: Project, only: tuple[str, ...] = (), *, slack: int = 0
) -> tuple[Target, tuple[Due, ...]]:
    """Count what may go; nothing is deleted. `only`: these models; ConfigurationError where one has no `retain`.

    `slack`: only what may go for so many days already.
    """
    read = read_schema(project)
    target = target_of(project, read)
    with talk(target) as conversation:
        policies = _policies(conversation, read.schema, only)
        return target, tuple(_due(conversation, _later(policy, slack)) for policy in policies)


def retention_run(
    project: Project,
    budget: Budget,
    only: tuple[str, ...] = (),
    told: Told = lambda _model, _deleted, _due: None,
) -> tuple[Target, tuple[Swept, ...]]:
    """Delete what is due, children before parents, until all is gone or the budget is spent. It may end at any time."""
    read = read_schema(project)
    target = target_of(project, read)
    with talk(target) as conversation:
        policies = _policies(conversation, read.schema, only)
        return target, tuple(_sweep(conversation, policy, budget, told) for policy in policies)


# ---- policies --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Policy:
    """A model's `retain` on the live database."""

    model: Model
    retention: Retention
    expiry: Expiry
    indexed: bool


def _policies(conversation: Conversation, schema: Schema, only: tuple[str, ...]) -> tuple[Policy, ...]:
    retained = {model.name: model for model in schema.models if model.retention is not None}
    for name in only:
        if name not in retained:
            known = ", ".join(retained) or "none"
            raise ConfigurationError(
                f"`{name}` is no model with @nicol.retain", help=f"models with it: {known}"
            )
    tables = {(table.namespace, table.name): table for table in conversation.catalog(schema).tables}
    found = [
        policy
        for model in retained.values()
        if not only or model.name in only
        for policy in _policy(model, tables)
    ]
    conversation.need_all_rows(quote_full(policy.expiry.namespace, policy.expiry.table) for policy in found)
    return tuple(_children_first(found, tables))


def _policy(model: Model, tables: dict[tuple[str | None, str], Table]) -> Iterator[Policy]:
    retention = model.retention
    table = tables.get((model.namespace, model.mapped))
    if retention is None:
        return
    if table is None:
        raise ConfigurationError(
            f"the table of `{model.name}` is not there", help="`nicol migrate deploy` makes it"
        )
    expiry = expiry_of(model, retention.by, retention.days, retention.unless)
    yield Policy(
        model,
        retention,
        replace(expiry, guards=tuple(_guards(table, tables.values()))),
        any(index.columns and index.columns[0].name == expiry.time for index in table.indexes),
    )


def expiry_of(model: Model, by: str, days: int, unless: str | None) -> Expiry:
    """The rows of a model that are so many days behind the time in a field, unless another field says otherwise."""
    time, hold = model.scalar(by), model.scalar(unless) if unless else None
    return Expiry(
        model.mapped,
        model.namespace,
        time.mapped,
        time.native,
        days,
        hold=hold.mapped if hold else None,
        flag=hold is not None and hold.type is Scalar.BOOLEAN and hold.arity is Arity.REQUIRED,
    )


def _guards(table: Table, tables: Iterable[Table]) -> Iterator[Guard]:
    for other in tables:
        for key in other.foreign_keys:
            points_here = (key.namespace, key.table) == (table.namespace, table.name)
            if points_here and key.on_delete in (Action.RESTRICT, Action.NO_ACTION):
                yield Guard(other.name, other.namespace, key.columns, key.references)


def _children_first(policies: list[Policy], tables: dict[tuple[str | None, str], Table]) -> Iterable[Policy]:
    """A row that others point at can only go after them; where tables point at each other, the schema's order stays."""
    by_table = {(policy.expiry.namespace, policy.expiry.table): policy for policy in policies}
    order: TopologicalSorter[tuple[str | None, str]] = TopologicalSorter(dict.fromkeys(by_table, ()))
    for place in by_table:
        for key in tables[place].foreign_keys:
            parent = (key.namespace, key.table)
            if parent in by_table and parent != place:
                order.add(parent, place)
    try:
        return [by_table[place] for place in order.static_order()]
    except CycleError:
        return policies


# ---- work ------------------------------------------------------------------------------------------------------------


def _later(policy: Policy, slack: int) -> Policy:
    return replace(policy, expiry=replace(policy.expiry, days=policy.expiry.days + slack))


def _due(conversation: Conversation, policy: Policy) -> Due:
    count, oldest = _counted(conversation, policy)
    return Due(
        policy.model.name,
        policy.retention,
        count,
        None if oldest is None else str(oldest),
        tuple(guard.table for guard in policy.expiry.guards),
        policy.indexed,
    )


def _counted(conversation: Conversation, policy: Policy) -> tuple[int, object]:
    ((count, oldest),) = conversation.run(rows(conversation.target.dialect.expired(policy.expiry)))
    return count, oldest


def _sweep(conversation: Conversation, policy: Policy, budget: Budget, told: Told) -> Swept:
    started, deleted, error = monotonic(), 0, None
    due, _ = _counted(conversation, policy)
    name = policy.model.name
    try:
        for count in _batches(conversation, policy, budget):
            deleted += count
            told(name, deleted, max(due, deleted))
    except DriverError as refused:
        error = explain(refused, conversation.target).message
    remaining, _ = _counted(conversation, policy)
    return Swept(name, deleted, remaining, monotonic() - started, error)


def _batches(conversation: Conversation, policy: Policy, budget: Budget) -> Iterator[int]:
    """Delete batch by batch, each so large that it takes as long as one may; the rows that each deleted."""
    dialect, size, after = conversation.target.dialect, _FIRST, None
    while not budget.spent:
        wanted = budget.allowed(size)
        gone, took = conversation.run(transaction(_timed(dialect.expire(policy.expiry, after, wanted))))
        budget.spend(gone.count)
        yield gone.count
        if gone.count < wanted:
            return
        after, size = gone.last, _next_size(size, took, dialect.pace)
        sleep(took * dialect.pace.rest)


def _timed(work: Program[T]) -> Program[tuple[T, float]]:
    """The answer, and the seconds from the beginning of the transaction on: who waited for its lock kept nobody waiting."""
    started = monotonic()
    return (yield from work), monotonic() - started


def _next_size(size: int, took: float, pace: Pace) -> int:
    fitting = size * pace.seconds / max(took, 1e-6)
    return round(min(max(fitting, size / 2, _LEAST), size * 2, _MOST))
