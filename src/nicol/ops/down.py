"""`migrate down`: back to an earlier state of the history, computed from the history itself, with the rows that can be kept."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from nicol.dialects.dialect import Dialect
from nicol.dialects.scripts import bare
from nicol.errors import DriverError, MigrationError
from nicol.migrate.apply import is_outage
from nicol.migrate.history import History, Migration
from nicol.migrate.ledger import read_ledger, standing
from nicol.migrate.plan import Step, script, steps_between
from nicol.migrate.stepwise import queue
from nicol.migrate.undo import renames_in, undone, writes_rows
from nicol.ops.agreement import refuse_drift, settled
from nicol.ops.applying import patiently
from nicol.ops.databases import Conversation, Target, talk
from nicol.ops.desk import open_desk
from nicol.ops.drift import drift
from nicol.ops.hazards import consent, weigh
from nicol.ops.manner import Manner
from nicol.ops.objects import exchange
from nicol.ops.project import Project
from nicol.ops.questions import Cancelled, Questioner
from nicol.ops.replay import Places, catalog_after
from nicol.ops.schemas import ReadSchema
from nicol.sql.program import Program, Statement


@dataclass(frozen=True, slots=True)
class Way:
    """A way back: `undone` are the migrations that it takes back, newest first; `last` the one that stays the newest.

    `remarks` are what is lost, and what the way back does not undo. `taken`: the database has gone it.
    """

    target: Target
    undone: tuple[str, ...]
    last: str | None
    script: str
    remarks: tuple[str, ...] = ()
    taken: bool = False


@dataclass(frozen=True, slots=True)
class Goal:
    """How far back: to the migration `name`, by a number of `steps`, or, with neither, to the empty database."""

    name: str | None = None
    steps: int | None = None

    def undone(self, history: History, applied: Sequence[str]) -> tuple[str, ...]:
        """The applied migrations that have to be taken back, newest first."""
        if self.name is None:
            newest = tuple(reversed(applied))
            return newest if self.steps is None else newest[: self.steps]
        if self.name not in history.names:
            raise MigrationError(
                f"there is no migration {self.name}",
                code="P3017",
                help=_named(history.names),
                migration=self.name,
            )
        if self.name not in applied:
            raise MigrationError(
                f"the migration {self.name} is not applied, so there is no way back to it",
                code="P3011",
                help=_named(applied),
                migration=self.name,
            )
        return tuple(name for name in reversed(applied) if name > self.name)


def _named(names: Sequence[str]) -> str:
    return f"the last ones are {', '.join(names[-3:])}" if names else "no migration is applied"


def migrate_down(
    project: Project,
    questioner: Questioner,
    goal: Goal,
    *,
    accept_data_loss: bool = False,
    only_shown: bool = False,
    warned: Callable[[Iterable[str]], None] = lambda _: None,
    manner: Manner | None = None,
) -> Way:
    """Take back applied migrations in one transaction; their files stay, and are pending again.

    Where rows would be lost it is refused unless `accept_data_loss` is given or `questioner` agrees. `only_shown`: nothing
    is changed. `warned` hears each remark before anything comes of it.
    """
    desk = open_desk(project)
    read, target, history = desk.read, desk.target, desk.history
    with talk(target) as conversation:
        applied = settled(conversation, desk).applied
        names = goal.undone(history, applied)
        kept = [name for name in applied if name not in names]
        last = kept[-1] if kept else None
        if not names:
            return Way(target, (), last, "")
        steps, remarks = _steps(conversation, history, (applied, kept), read, desk.places)
        warned(remarks)
        agreed = consent(
            weigh(conversation, steps),
            questioner,
            accept_data_loss=accept_data_loss,
            only_written=only_shown,
            back=True,
        )
        warned(agreed)
        text = script(steps) if steps else ""
        if not only_shown:
            take_back = _Taking(target.dialect, history, applied, names, text, manner or Manner())
            patiently(lambda: take_back.attempt(conversation), conversation, take_back.manner)
    return Way(target, names, last, text, (*remarks, *agreed), not only_shown)


def _steps(
    conversation: Conversation,
    history: History,
    names: tuple[Sequence[str], Sequence[str]],
    read: ReadSchema,
    places: Places,
) -> tuple[tuple[Step, ...], tuple[str, ...]]:
    """From all that is applied to what is kept; what keeps its content is renamed back."""
    dialect, schema = conversation.target.dialect, read.schema
    migrations = [each for each in history.migrations if each.name in names[0]]
    going = [each for each in migrations if each.name not in names[1]]
    now = catalog_after(migrations, dialect, schema, places)
    then = catalog_after([each for each in migrations if each not in going], dialect, schema, places)
    refuse_drift(drift(now, conversation.catalog(schema)), conversation.target)
    scripts = [dialect.split(each.script(dialect.name)) for each in going]
    renames, renamed = undone([each for texts in scripts for each in renames_in(texts)], now, then)
    swap = exchange(now, renamed, then, dialect)
    tables = steps_between(swap.held, then, dialect, renames, exact=True)
    return (*swap.gone, *tables, *swap.come), (*swap.left, *_lasting(going, scripts))


def _lasting(going: Sequence[Migration], scripts: Sequence[Sequence[str]]) -> tuple[str, ...]:
    """What migrations did to rows stays done."""
    return tuple(
        f"{migration.name} also changed rows; that is not undone"
        for migration, statements in zip(going, scripts, strict=True)
        if migration.python is not None or writes_rows(statements)
    )


@dataclass(frozen=True, slots=True)
class _Taking:
    """The transaction of a way back."""

    dialect: Dialect
    history: History
    applied: Sequence[str]
    names: Sequence[str]
    text: str
    manner: Manner

    def attempt(self, conversation: Conversation) -> None:
        """Go the way back, or nothing of it."""
        statements = self.dialect.split(self.text)
        program = self.dialect.transact(statements, self._unchanged(), self._record(), self.manner.limits)
        try:
            gone = conversation.run(program)
        except DriverError as error:
            if is_outage(self.dialect, error):
                raise
            raise MigrationError(
                f"the way back failed and was undone: {error.message}",
                code="P3018",
                help="nothing was changed; `nicol migrate down --plan` shows the script, to be mended and run by hand",
                statement=bare(error.statement) if error.statement is not None else None,
            ) from error
        if not gone:
            raise Cancelled(
                "another deployer was at work meanwhile, and nothing was taken back",
                help="run the command again",
            )

    def _unchanged(self) -> Program[bool]:
        yield from queue(self.dialect)
        ledger = (yield from read_ledger(self.dialect)) or ()
        return standing(self.history, ledger, self.dialect.name).applied == tuple(self.applied)

    def _record(self) -> Program[None]:
        for name in self.names:
            migration = self.history.get(name)
            for each in (name, *(migration.replaces if migration else ())):
                yield Statement(self.dialect.ledger.undo, (each,))
