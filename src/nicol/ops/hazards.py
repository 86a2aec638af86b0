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


@dataclass(frozen=True, slots=True)
class Weighed:
    """The sentences of the hazards that are real: `impossible` steps cannot be carried out, `losses` cost data."""

    impossible: tuple[str, ...] = ()
    losses: tuple[str, ...] = ()


def weigh(conversation: Conversation, steps: Iterable[Step]) -> Weighed:
    """Ask the live database about each hazard of a plan; those that concern no row are none."""
    impossible: list[str] = []
    losses: list[str] = []
    for hazard in dict.fromkeys(hazard for step in steps for hazard in step.hazards):
        count = _count(conversation, hazard)
        if count != 0:
            found = impossible if hazard.severity is HazardSeverity.UNEXECUTABLE else losses
            found.append(hazard.sentence(count))
    return Weighed(tuple(impossible), tuple(losses))


def _count(conversation: Conversation, hazard: Hazard) -> int | None:
    """How many rows a hazard concerns; None when that cannot be told."""
    if hazard.probe is None:
        return None
    try:
        ((count,),) = conversation.run(ask(hazard.probe)).rows
    except DriverError:
        return None  # the database is not as the plan supposes: the hazard stands as it is written
    return int(count)


def consent(
    weighed: Weighed, questioner: Questioner, *, accept_data_loss: bool, only_written: bool = False
) -> tuple[str, ...]:
    """Stop at what is impossible and ask about losses; the sentences of all that was agreed to.

    `only_written`: nothing is carried out now, so that there is nothing to ask.
    """
    if only_written:
        return (*weighed.impossible, *weighed.losses)
    if weighed.impossible:
        reasons = "".join(f"\n  - {line}" for line in weighed.impossible)
        raise MigrationError(
            f"the change cannot be carried out on the data that is there:{reasons}",
            help=(
                "give the columns a default or make them optional; or write the migration with --create-only and add the "
                "SQL that fills them. Nothing was changed"
            ),
        )
    if weighed.losses:
        question = Question("This change may lose data. Go on?", "--accept-data-loss", weighed.losses)
        agreed(questioner, question, beforehand=accept_data_loss)
    return weighed.losses
