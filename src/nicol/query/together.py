"""Several calls as one conversation: in one transaction, in as few trips as their order allows."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec

from nicol.errors import DriverError
from nicol.sql.program import Begin, Pipeline, Program, Statement, ask, nested, through, transaction


class Part(msgspec.Struct):
    """A call of several. `single`: one statement answers it, so that others may be said before it is answered."""

    program: Program[Any]
    single: bool


def together(parts: Sequence[Part], begin: Begin) -> Program[list[Any]]:
    """Answer all calls in their order, in a transaction of their own."""
    if not parts:
        return []
    return (yield from transaction(_answers(parts, begin), None))


def together_inside(parts: Sequence[Part], name: str) -> Program[list[Any]]:
    """Answer all calls in their order, inside the transaction that is open."""
    return nested(transaction(_answers(parts, None)), name)


def _answers(parts: Sequence[Part], begin: Begin | None) -> Program[list[Any]]:
    answers: list[Any] = [None] * len(parts)
    queue = _Queue(begin)
    for at, part in enumerate(parts):
        try:
            command = next(part.program)
        except StopIteration as stop:
            answers[at] = stop.value
            continue
        if part.single and type(command) is Statement:
            queue.add(at, part.program, command)
            continue
        yield from queue.flush(answers)
        answers[at] = yield from through(part.program, ask, command)
    yield from queue.flush(answers)
    return answers


class _Queue:
    """Statements that are to be said in one trip, and whose they are."""

    def __init__(self, begin: Begin | None) -> None:
        self._begin = begin
        self._waiting: list[tuple[int, Program[Any], Statement]] = []

    def add(self, at: int, program: Program[Any], statement: Statement) -> None:
        """Say a statement with the others."""
        self._waiting.append((at, program, statement))

    def flush(self, answers: list[Any]) -> Program[None]:
        """Say everything, and put the answers where they belong."""
        head = () if self._begin is None else (self._begin,)
        waiting, self._begin, self._waiting = self._waiting, None, []
        statements = (*head, *(statement for _, _, statement in waiting))
        if not statements:
            return
        try:
            results = (yield Pipeline(statements)).parts[len(head) :]
        except DriverError as error:
            if error.at >= len(head):
                waiting[error.at - len(head)][1].throw(error)  # its call says what that means
            raise
        for (at, program, _), result in zip(waiting, results, strict=True):
            try:
                command = program.send(result)
            except StopIteration as stop:
                answers[at] = stop.value
            else:
                answers[at] = yield from through(program, ask, command)
