"""Hazards of a plan, weighed in the live database: what is real, what stops, and who agrees."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from nicol.errors import DriverError, MigrationError
from nicol.migrate.hazards import Hazard, HazardSeverity
from nicol.migrate.plan import Step
from nicol.ops.databases import Conversation
from nicol.ops.questions import Question, Questioner, agreed
from nicol.sql.program import ask
from nicol.sql.quoting import quote_full


@dataclass(frozen=True, slots=True)
class Found:
    """A hazard that is real: how many rows it concerns (None: that cannot be told), and the keys of a few of them."""

    hazard: Hazard
    count: int | None = None
    keys: tuple[str, ...] = ()

    @property
    def sentence(self) -> str:
        """What is lost or stops, for whom."""
        sentence = self.hazard.sentence(self.count)
        return f"{sentence.removesuffix('.')} ({_rows(self.count, self.keys)})." if self.keys else sentence


def _rows(count: int | None, keys: tuple[str, ...]) -> str:
    more = ", …" if count is None or count > len(keys) else ""
    return f"see the row{'s' if len(keys) > 1 or more else ''} with key {', '.join(keys)}{more}"


@dataclass(frozen=True, slots=True)
class Weighed:
    """The hazards that are real: `impossible` steps cannot be carried out, `losses` cost data."""

    impossible: tuple[Found, ...] = ()
    losses: tuple[Found, ...] = ()

    @property
    def sentences(self) -> tuple[str, ...]:
        """All of them, what is impossible first."""
        return tuple(found.sentence for found in (*self.impossible, *self.losses))


def weigh(conversation: Conversation, steps: Iterable[Step]) -> Weighed:
    """Ask the live database about each hazard of a plan; those that concern no row are none."""
    impossible: list[Found] = []
    losses: list[Found] = []
    hazards = dict.fromkeys(hazard for step in steps for hazard in step.hazards)
    veiled = conversation.run(conversation.target.dialect.veiled()) if hazards else frozenset[str]()
    for hazard in hazards:
        count = None if _table(hazard) in veiled else _count(conversation, hazard)
        if count != 0 and not (count is None and hazard.quiet):
            found = impossible if hazard.severity is HazardSeverity.UNEXECUTABLE else losses
            found.append(Found(hazard, count, _keys(conversation, hazard) if count else ()))
    return Weighed(tuple(impossible), tuple(losses))


def _table(hazard: Hazard) -> str | None:
    return None if hazard.table is None else quote_full(hazard.table.namespace, hazard.table.name)


def _count(conversation: Conversation, hazard: Hazard) -> int | None:
    """How many rows a hazard concerns; None when that cannot be told."""
    if hazard.probe is None:
        return None
    try:
        ((count,),) = conversation.run(ask(hazard.probe)).rows
    except DriverError:
        return None  # the database is not as the plan supposes: the hazard stands as it is written
    return int(count)


def _keys(conversation: Conversation, hazard: Hazard) -> tuple[str, ...]:
    """The keys of a few rows; of all else that they hold nothing is shown."""
    if hazard.sample is None:
        return ()
    try:
        found = conversation.run(ask(hazard.sample)).rows
    except DriverError:
        return ()
    return tuple("/".join(_short(str(part)) for part in row) for row in found)


def _short(text: str, limit: int = 40) -> str:
    return text if len(text) <= limit else f"{text[: limit - 1]}…"


_BY_HAND = "a migration to which SQL can be added is written with `migrate dev --create-only`"
_BY_HAND_BACK = "`migrate down --plan` shows the SQL, and rows can be corrected with `db execute`"


def consent(
    weighed: Weighed,
    questioner: Questioner,
    *,
    accept_data_loss: bool,
    only_written: bool = False,
    back: bool = False,
) -> tuple[str, ...]:
    """Stop at what is impossible and ask about losses; the sentences of all that was agreed to.

    `only_written`: nothing is carried out now, so that there is nothing to ask. `back`: what is lost has no new name.
    """
    if only_written:
        return weighed.sentences
    if weighed.impossible:
        raise MigrationError(
            "the change cannot be carried out on the data that is there:"
            + "".join(map(_told, weighed.impossible)),
            help=f"nothing was changed; {_BY_HAND_BACK if back else _BY_HAND}",
        )
    if weighed.losses:
        question = Question(
            "This change may lose data. Go on?",
            "--accept-data-loss",
            tuple(found.sentence if back else _reason(found) for found in weighed.losses),
        )
        agreed(questioner, question, beforehand=accept_data_loss)
    return tuple(found.sentence for found in weighed.losses)


def _told(found: Found) -> str:
    return f"\n  - {_reason(found)}"


def _reason(found: Found) -> str:
    return found.sentence + (f"\n    {found.hazard.help}" if found.hazard.help else "")
