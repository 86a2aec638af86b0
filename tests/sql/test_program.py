"""Programs, driven from a list: no database is needed to know what a program says."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest

from nicol.errors import DriverError
from nicol.sql.program import (
    Begin,
    Command,
    Commit,
    Once,
    Program,
    Result,
    Rollback,
    Statement,
    ask,
    rows,
    say_all,
    transaction,
)


def drive(program: Program[Any], answers: Sequence[Result | BaseException]) -> tuple[list[Command], Any]:
    """What a program says when it is answered so, and how it ends: its answer or its error."""
    said: list[Command] = []
    queue = list(answers)
    try:
        command = next(program)
        while True:
            said.append(command)
            answer = queue.pop(0)
            command = program.send(answer) if isinstance(answer, Result) else program.throw(answer)
    except StopIteration as stop:
        return said, stop.value
    except DriverError as error:
        return said, error


ONE = Result([(1,)])
NOTHING = Result([])
REFUSED = DriverError("no", state="X")
LOST = DriverError("gone", broken=True)


def test_asking_gives_the_whole_answer() -> None:
    assert drive(ask(Statement("SELECT 1")), [ONE]) == ([Statement("SELECT 1")], ONE)


def test_rows_are_the_rows_alone() -> None:
    assert drive(rows("SELECT ?", 1), [ONE]) == ([Statement("SELECT ?", (1,))], [(1,)])


def test_statements_are_said_in_order() -> None:
    statements = [Statement("A"), Statement("B")]
    assert drive(say_all(statements), [ONE, NOTHING]) == (statements, None)


WORK = Statement("WORK", (7,))

TRANSACTIONS: list[tuple[str, list[Result | BaseException], list[Command], Any]] = [
    ("all goes well", [NOTHING, ONE, NOTHING], [Begin(), WORK, Commit()], [(1,)]),
    ("it cannot begin", [REFUSED], [Begin()], REFUSED),
    ("the work fails", [NOTHING, REFUSED, NOTHING], [Begin(), WORK, Rollback()], REFUSED),
    ("the commit fails", [NOTHING, ONE, REFUSED, NOTHING], [Begin(), WORK, Commit(), Rollback()], REFUSED),
    ("the connection dies", [NOTHING, LOST, NOTHING], [Begin(), WORK, Rollback()], LOST),
]


@pytest.mark.parametrize(
    ("answers", "said", "end"), [case[1:] for case in TRANSACTIONS], ids=[c[0] for c in TRANSACTIONS]
)
def test_a_transaction_lasts_or_is_undone(
    answers: list[Result | BaseException], said: list[Command], end: Any
) -> None:
    assert drive(transaction(rows("WORK", 7)), answers) == (said, end)


EXPLAINED = DriverError("it says no", state="Y")


def once() -> Once[list[Any]]:
    """One statement as a value."""
    return Once(WORK, lambda result: result.rows, lambda _: EXPLAINED)


@pytest.mark.parametrize("answer", [ONE, REFUSED])
def test_one_command_as_a_value_is_driven_as_a_generator_is(answer: Result | BaseException) -> None:
    end = ONE.rows if answer is ONE else EXPLAINED
    undone = Commit() if answer is ONE else Rollback()
    assert drive(once(), [answer]) == ([WORK], end)
    assert drive(transaction(once()), [NOTHING, answer, NOTHING]) == ([Begin(), WORK, undone], end)


def test_one_command_hears_of_no_error_but_the_drivers() -> None:
    program = once()
    next(program)
    with pytest.raises(KeyboardInterrupt):
        program.throw(KeyboardInterrupt())
    program.close()


def test_a_transaction_that_nobody_drives_any_more_says_nothing() -> None:
    program = transaction(rows("WORK"))
    next(program)
    program.send(NOTHING)
    program.close()
