"""What is put ahead of programs: which commands are said, in which trips, and whose faults are whose."""

from __future__ import annotations

from typing import Any

import pytest

from nicol.client.preface import carried
from nicol.errors import DriverError, QueryInvalid
from nicol.sql.program import (
    Batch,
    Begin,
    Command,
    Commit,
    Copy,
    Pipeline,
    Program,
    Result,
    Rollback,
    Savepoint,
    Statement,
    through,
)

SET, ONE, TWO = Statement("SET"), Statement("ONE"), Statement("TWO")
MANY, ALL = Batch("MANY", [(1,), (2,)]), Copy("t", ("a",), [(1,)])


def saying(*commands: Command) -> Program[list[Any]]:
    """A program that says commands, and returns what it was answered."""
    answers: list[Any] = []
    for command in commands:
        answers += [(yield command)]
    return answers


def drive(program: Program[Any], refused: dict[int, DriverError] | None = None) -> tuple[list[Command], Any]:
    """What a program says, and what it returns. Each statement answers its own text."""
    said: list[Command] = []
    try:
        command = next(program)
        while True:
            said.append(command)
            error = (refused or {}).get(len(said) - 1)
            command = program.throw(error) if error else program.send(_answer(command))
    except StopIteration as stop:
        return said, stop.value


def _answer(command: Command) -> Result:
    match command:
        case Statement(text=text):
            return Result([(text,)])
        case Pipeline(statements=statements):
            return Result([], parts=tuple(map(_answer, statements)))
        case _:
            return Result([])


TRIPS: dict[str, tuple[tuple[Command, ...], tuple[Command, ...]]] = {
    "one statement is one trip": ((ONE,), (Pipeline((SET, ONE)),)),
    "each statement outside of transactions": ((ONE, TWO), (Pipeline((SET, ONE)), Pipeline((SET, TWO)))),
    "a pipeline": ((Pipeline((ONE, TWO)),), (Pipeline((SET, ONE, TWO)),)),
    "a transaction is told once": (
        (Begin(), ONE, Savepoint("s"), TWO, Commit(), ONE),
        (Pipeline((Begin(), SET)), ONE, Savepoint("s"), TWO, Commit(), Pipeline((SET, ONE))),
    ),
    "a pipeline that begins one": (
        (Pipeline((Begin(), ONE)), TWO, Rollback(), TWO),
        (Pipeline((Begin(), SET, ONE)), TWO, Rollback(), Pipeline((SET, TWO))),
    ),
    "many rows get a transaction": ((MANY,), (Pipeline((Begin(), SET)), MANY, Commit())),
    "copied rows get a transaction": ((ALL,), (Pipeline((Begin(), SET)), ALL, Commit())),
    "in a transaction they have one": (
        (Begin(), MANY, ALL, Commit()),
        (Pipeline((Begin(), SET)), MANY, ALL, Commit()),
    ),
}


@pytest.mark.parametrize("name", TRIPS)
def test_what_is_told_travels_with_what_is_said(name: str) -> None:
    commands, expected = TRIPS[name]
    said, answers = drive(carried(saying(*commands), (SET,)))
    assert tuple(said) == expected
    assert answers == drive(saying(*commands))[1], "nobody notices from the answers"


def test_a_fault_is_that_of_its_own_statement() -> None:
    def program(command: Command) -> Program[int]:
        try:
            yield command
        except DriverError as error:
            return error.at
        return -1

    for command, at, own in ((ONE, 1, 0), (Pipeline((ONE, TWO)), 2, 1), (Pipeline((Begin(), ONE)), 2, 1)):
        fault = DriverError("no", state="42P01", at=at)
        assert drive(carried(program(command), (SET,)), {0: fault})[1] == own
    lost = DriverError("gone", state="08006", broken=True)
    assert drive(carried(program(ONE), (SET,)), {0: lost})[1] == 0


def test_a_setting_that_is_refused_is_no_fault_of_the_statement_and_the_work_is_undone() -> None:
    def program() -> Program[None]:
        try:
            yield Begin()
        except BaseException:
            yield Rollback()
            raise

    heard: list[Command] = []

    def hear(command: Command) -> Program[Result]:
        heard.append(command)
        return (yield command)

    with pytest.raises(QueryInvalid, match=r"refuses a setting of a scope: invalid"):
        drive(
            through(carried(program(), (SET,)), hear), {0: DriverError("invalid name", state="42602", at=1)}
        )
    assert heard == [Pipeline((Begin(), SET)), Rollback()]
