"""What an act may have to ask: questions as values, each with the flag that answers it beforehand."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from nicol.errors import NicolError


class Cancelled(NicolError):
    """Somebody said no, or the way on is theirs to choose; nothing was changed."""


class Unanswered(NicolError):
    """A question was open and nobody there to be asked; the help names the flag."""


@dataclass(frozen=True, slots=True)
class Question:
    """A yes-or-no question. `reasons` are shown above it; `flag` answers it with yes, `refusal` with no."""

    text: str
    flag: str
    reasons: tuple[str, ...] = ()
    refusal: str = ""


class Questioner(Protocol):
    """Who is asked."""

    def confirm(self, question: Question) -> bool:
        """The answer; `Unanswered` when there is nobody."""
        ...


class Nobody:
    """Without a terminal every open question is an error that names its flag."""

    def confirm(self, question: Question) -> bool:
        """Refuse to guess."""
        reasons = "".join(f"\n  - {reason}" for reason in question.reasons)
        refusal = f", {question.refusal} to answer no" if question.refusal else ""
        raise Unanswered(
            f"{question.text} Nobody can be asked here.{reasons}",
            help=f"give {question.flag} to answer yes{refusal}; nothing was changed",
        )


def agreed(questioner: Questioner, question: Question, *, beforehand: bool) -> None:
    """Go on only with a yes, given beforehand or now; `Cancelled` on a no."""
    if not beforehand and not questioner.confirm(question):
        raise Cancelled("cancelled; nothing was changed")
