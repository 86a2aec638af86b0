"""`migrate deploy --plan`: what a deployment would do to the database as it is; nothing is written."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TypeVar

from nicol.dialects.counted import counted
from nicol.dialects.dialect import Dialect
from nicol.dialects.foresight import Foresight, Held
from nicol.dialects.outlook import Lock, Outlook, Risk
from nicol.dialects.scripts import Stage, bare
from nicol.errors import DriverError
from nicol.migrate.apply import is_outage, stages_of
from nicol.migrate.history import Migration, check_lock
from nicol.migrate.late import Late
from nicol.migrate.ledger import LedgerRow, Standing, read_ledger, standing
from nicol.ops.applying import due, latecomers, refuse_failed, unrecorded
from nicol.ops.data_migrations import check_python
from nicol.ops.databases import Conversation, Target, exists, talk, target_of
from nicol.ops.histories import read_history
from nicol.ops.project import Project
from nicol.ops.schemas import read_schema
from nicol.sql.program import Program, Result, rows

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class PlannedStatement:
    """A statement, the locks it takes, and what it costs on the rows that are there; `stops`: it cannot be carried out."""

    text: str
    locks: tuple[Lock, ...]
    costs: tuple[str, ...]
    stops: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class PlannedStep:
    """What is carried out at once: one transaction, or a statement `alone`. `done`: an earlier deployment came so far."""

    alone: bool
    done: bool
    statements: tuple[PlannedStatement, ...]


@dataclass(frozen=True, slots=True)
class PlannedMigration:
    """A migration that would be applied; `python`: its `migrate.py` runs at the end."""

    name: str
    steps: tuple[PlannedStep, ...]
    python: bool


@dataclass(frozen=True, slots=True)
class DeploymentPlan:
    """What would be applied, in order, and where the database stands before it. `exists` false: it would be made.

    `late` are those of them that would come behind applied ones which follow them by name; `held` would go on waiting.
    """

    target: Target
    before: Standing
    exists: bool
    migrations: tuple[PlannedMigration, ...]
    late: tuple[Late, ...] = ()
    held: tuple[str, ...] = ()

    @property
    def clashing(self) -> bool:
        """True when it would be refused unless it may go out of order."""
        return any(each.clashes for each in self.late)

    @property
    def stops(self) -> tuple[str, ...]:
        """The reasons why the deployment would fail on the rows that are there."""
        return tuple(
            sentence
            for migration in self.migrations
            for step in migration.steps
            for statement in step.statements
            for sentence in statement.stops
        )


def plan_deployment(project: Project, *, contract: bool = False) -> DeploymentPlan:
    """Look at what is pending, and count in the live database what it costs. `contract` as in a deployment."""
    read = read_schema(project)
    target = target_of(project, read)
    history = read_history(project.migrations)
    check_lock(history.lock, (target.dialect.name,))
    if not exists(target):
        before = standing(history, (), target.dialect.name)
        check_python(history.migrations, project.root)
        unmade = tuple(_unmade(migration, target.dialect) for migration in history.migrations)
        return DeploymentPlan(target, before, exists=False, migrations=unmade)
    with talk(target) as conversation:
        ledger = conversation.run(read_ledger(target.dialect))
        if ledger is None and conversation.catalog(read.schema).tables:
            raise unrecorded(target)
        before = standing(history, ledger or (), target.dialect.name)
        refuse_failed(before)
        pending, held = due(history.migrations, before, contract=contract)
        check_python(pending, project.root)
        foresight = Foresight(conversation.catalog(read.schema), target.dialect.script)
        planned = tuple(_planned(conversation, migration, ledger or (), foresight) for migration in pending)
        late = latecomers(history, before, target.dialect)
    return DeploymentPlan(target, before, exists=True, migrations=planned, late=late, held=held)


def _planned(
    conversation: Conversation, migration: Migration, ledger: tuple[LedgerRow, ...], foresight: Foresight
) -> PlannedMigration:
    dialect = conversation.target.dialect
    stages = conversation.run(stages_of(migration, dialect))
    done = next((row.steps for row in ledger if row.name == migration.name and row.progress is not None), 0)
    outlooks = iter(dialect.outlooks([text for stage in stages for text in stage.statements]))
    steps = tuple(
        PlannedStep(
            stage.alone,
            number < done,
            tuple(_statements(conversation, stage, outlooks, foresight, real=number >= done)),
        )
        for number, stage in enumerate(stages)
    )
    if migration.python is not None:
        foresight.doubt()
    return PlannedMigration(migration.name, steps, migration.python is not None)


def _statements(
    conversation: Conversation,
    stage: Stage,
    outlooks: Iterator[Outlook],
    foresight: Foresight,
    *,
    real: bool,
) -> Iterator[PlannedStatement]:
    """Each is judged on the rows as those before it leave them; what was done already has left them so."""
    for text in stage.statements:
        outlook = next(outlooks)
        held = foresight.held(text)
        found = [_weighed(conversation, risk, held) for risk in outlook.risks] if real else []
        if real:
            foresight.read(text)
        yield PlannedStatement(
            bare(text),
            outlook.locks,
            tuple(sentence for sentence, stops in found if sentence and not stops),
            tuple(sentence for sentence, stops in found if sentence and stops),
        )


_DOUBT = "; an earlier statement may change that"


def _weighed(conversation: Conversation, risk: Risk, held: Held | None) -> tuple[str, bool]:
    """What a risk comes to, in a sentence that is empty where it comes to nothing, and whether it stops the statement."""
    if held is None:
        return "", False
    count, sure = _count(conversation, risk.asked_of(held.sql)), held.sure
    if count is None:  # the rows there cannot be asked for in advance: those that are here tell what may be
        count, sure = _count(conversation, risk.count) or 0, False
    sentence = counted(risk.sentence, count) if count else ""
    return (sentence, risk.stops) if sure or not sentence else (sentence + _DOUBT, False)


def _count(conversation: Conversation, query: str) -> int | None:
    """The answer to a query; None where the database refuses it."""
    try:
        return int(conversation.run(rows(query))[0][0])
    except DriverError as error:
        if is_outage(conversation.target.dialect, error):
            raise
        return None


def _unmade(migration: Migration, dialect: Dialect) -> PlannedMigration:
    """The plan for a database that is not there: no row is in anybody's way."""
    stages = _without_server(stages_of(migration, dialect))
    steps = tuple(
        PlannedStep(
            stage.alone,
            done=False,
            statements=tuple(PlannedStatement(bare(text), (), (), ()) for text in stage.statements),
        )
        for stage in stages
    )
    return PlannedMigration(migration.name, steps, migration.python is not None)


_NEWEST = 999999


def _without_server(program: Program[T]) -> T:
    """Drive a program that asks for nothing but the server's version."""
    try:
        next(program)
        while True:
            program.send(Result([(_NEWEST,)]))
    except StopIteration as stop:
        return stop.value
