"""The law of drivers: a program gets the same answer blocking and awaiting, on SQLite and on PostgreSQL."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import pytest

from nicol.drivers import open_async_database, open_database
from nicol.errors import DriverError
from nicol.sql.program import (
    Batch,
    Begin,
    Close,
    Command,
    Commit,
    Copy,
    Fetch,
    Open,
    Pipeline,
    Program,
    Release,
    Rollback,
    RollbackTo,
    Savepoint,
    Statement,
    ask,
    rows,
    say_all,
    transaction,
)
from tests.drivers.speech import sql

Spell = Callable[[str], str]

SET_UP = (
    "CREATE TABLE person (id INTEGER PRIMARY KEY, name TEXT UNIQUE, age INTEGER)",
    "INSERT INTO person VALUES (1, 'Ada', 36), (2, 'Alan', 41), (3, 'Grace', NULL)",
)
NAMES = "SELECT name FROM person ORDER BY id"


def _reading(spell: Spell) -> Program[Any]:
    result = yield Statement(spell("SELECT id, name, age FROM person WHERE id >= ? ORDER BY id"), (2,))
    return result.rows, result.columns, result.affected


def _reading_nothing(spell: Spell) -> Program[Any]:
    result = yield Statement(spell("SELECT id, name FROM person WHERE id = ?"), (9,))
    return result.rows, result.columns


def _reading_without_names(spell: Spell) -> Program[Any]:
    result = yield Statement("SELECT id, name FROM person WHERE id = 1", columns=False)
    return result.rows


def _writing(spell: Spell) -> Program[Any]:
    answers = []
    for text in (
        "UPDATE person SET age = 1",
        "UPDATE person SET age = 2 WHERE id = 9",
        "SELECT 1",
        "DELETE FROM person WHERE id > 1",
        "INSERT INTO person (id, name) VALUES (7, 'Edsger') RETURNING id, name",
    ):
        result = yield Statement(text, prepare=False)
        answers.append((result.rows, result.affected))
    return answers


def _batch(spell: Spell) -> Program[Any]:
    text = spell("INSERT INTO person (id, name) VALUES (?, ?) RETURNING id")
    result = yield Batch(text, [(11, "a"), (12, "b"), (13, None)])
    updated = yield Batch(spell("UPDATE person SET age = ? WHERE id > ?"), [(5, 10), (6, 12), (7, 99)])
    return result.rows, result.affected, updated.rows, updated.affected


def _batch_is_whole_or_nothing(spell: Spell) -> Program[Any]:
    try:
        yield Batch(spell("INSERT INTO person (id, name) VALUES (?, ?)"), [(11, "a"), (12, "Ada")])
    except DriverError:
        return (yield from rows("SELECT count(*) FROM person"))


def _committed(spell: Spell) -> Program[Any]:
    yield from transaction(rows("DELETE FROM person WHERE id = 1"))
    return (yield from rows(NAMES))


def _rolled_back(spell: Spell) -> Program[Any]:
    yield Begin(isolation="serializable")
    yield Statement("DELETE FROM person")
    yield Rollback()
    yield Rollback()
    return (yield from rows(NAMES))


def _failing_inside(spell: Spell) -> Program[Any]:
    def body() -> Program[None]:
        yield Statement("DELETE FROM person WHERE id = 1")
        yield Statement("SELECT nonsense FROM person")

    try:
        yield from transaction(body())
    except DriverError as error:
        return bool(error.state), (yield from rows(NAMES))


def _savepoints(spell: Spell) -> Program[Any]:
    yield Begin()
    yield Statement("DELETE FROM person WHERE id = 1")
    yield Savepoint('odd "name')
    try:
        yield Statement("INSERT INTO person (id, name) VALUES (2, 'twice')")
    except DriverError:
        yield RollbackTo('odd "name')
    yield Statement("DELETE FROM person WHERE id = 2")
    yield Release('odd "name')
    yield Commit()
    return (yield from rows(NAMES))


def _undone_savepoint(spell: Spell) -> Program[Any]:
    yield Begin()
    yield Savepoint("s")
    yield Statement("DELETE FROM person")
    yield RollbackTo("s")
    yield Commit()
    return (yield from rows(NAMES))


def _own_error(spell: Spell) -> Program[Any]:
    def body() -> Program[None]:
        yield Statement("DELETE FROM person")
        raise KeyError("no such thing")

    try:
        yield from transaction(body())
    except KeyError as error:
        return str(error), (yield from rows(NAMES))


def _unknown_isolation(spell: Spell) -> Program[Any]:
    try:
        yield Begin(isolation="whatever; DROP TABLE person")
    except DriverError as error:
        return error.state, (yield from rows("SELECT count(*) FROM person"))


def _scalars(spell: Spell) -> Program[Any]:
    yield Statement("CREATE TABLE scalar (i BIGINT, f DOUBLE PRECISION, t TEXT)")
    yield Statement(
        spell("INSERT INTO scalar VALUES (?, ?, ?), (?, ?, ?)"),
        (2**63 - 1, 0.1, "żółw 🐢", -(2**63), None, ""),
    )
    return (yield from rows("SELECT i, f, t FROM scalar ORDER BY i DESC"))


def _pipeline(spell: Spell) -> Program[Any]:
    update = Statement(spell("UPDATE person SET age = ? WHERE id < ?"), (7, 3))
    read = Statement(spell("SELECT id, age FROM person WHERE id = ?"), (1,))
    parts = (yield Pipeline((update, read, Statement("DELETE FROM person WHERE id = 9")))).parts
    return [(part.rows, part.columns, part.affected) for part in parts]


def _pipeline_in_its_transaction(spell: Spell) -> Program[Any]:
    yield Pipeline((Begin(), Statement("DELETE FROM person"), Statement("SELECT 1")))
    yield Rollback()
    return (yield from rows(NAMES))


def _failing_pipeline(spell: Spell) -> Program[Any]:
    yield Begin()
    read, bad = Statement("SELECT 1"), Statement(spell("INSERT INTO person (id) VALUES (?)"), (1,))
    try:
        yield Pipeline((read, Statement("DELETE FROM person WHERE id = 2"), bad, read))
    except DriverError as error:
        yield Rollback()
        return error.at, error.statement == bad.text, (yield from rows(NAMES))


def _copy(spell: Spell) -> Program[Any]:
    many = [(10 + n, f"tab\t, \\N and \n {n}", None if n % 2 else n) for n in range(1000)]
    copied = yield Copy("person", ("id", "name", "age"), many)
    yield Begin()
    yield Copy("person", ("id",), [(5000,)])
    yield Rollback()
    back = yield from rows("SELECT id, name, age FROM person WHERE id >= 10 ORDER BY id")
    return copied.affected, back == many


def _copy_is_whole_or_nothing(spell: Spell) -> Program[Any]:
    try:
        yield Copy("person", ("id", "name"), [(11, "a"), (12, "Ada")])
    except DriverError:
        return (yield from rows("SELECT count(*) FROM person"))


def _cursor(spell: Spell) -> Program[Any]:
    yield Begin(write=False)
    yield Open('odd "name', Statement(spell("SELECT id FROM person WHERE id > ? ORDER BY id"), (1,)))
    one = (yield Fetch('odd "name', 1)).rows
    more = (yield Fetch('odd "name', 5)).rows
    pieces = [one, more, (yield Fetch('odd "name', 5)).rows]
    yield Close('odd "name')
    yield Close('odd "name')
    yield Commit()
    return pieces


def _cursor_does_not_see_later_writes(spell: Spell) -> Program[Any]:
    yield Begin()
    yield Open("c", Statement("SELECT id, name AS x, name AS x FROM person ORDER BY name DESC"))
    first = (yield Fetch("c", 1)).rows
    yield Statement("DELETE FROM person")
    yield Statement("INSERT INTO person VALUES (9, 'AAA', 1)")
    rest = (yield Fetch("c", 9)).rows
    yield Commit()
    return first + rest, (yield from rows(NAMES))


PROGRAMS: dict[str, tuple[Callable[[Spell], Program[Any]], Any]] = {
    "reading": (
        _reading,
        ([(2, "Alan", 41), (3, "Grace", None)], ("id", "name", "age"), 0),
    ),
    "reading nothing still names the columns": (_reading_nothing, ([], ("id", "name"))),
    "reading without names": (_reading_without_names, [(1, "Ada")]),
    "writing counts the rows": (
        _writing,
        [([], 3), ([], 0), ([(1,)], 0), ([], 2), ([(7, "Edsger")], 1)],
    ),
    "a batch answers rows and their number": (_batch, ([(11,), (12,), (13,)], 3, [], 4)),
    "a batch is whole or nothing": (_batch_is_whole_or_nothing, [(3,)]),
    "a transaction lasts": (_committed, [("Alan",), ("Grace",)]),
    "a rollback undoes, twice as well as once": (_rolled_back, [("Ada",), ("Alan",), ("Grace",)]),
    "an error undoes the transaction": (_failing_inside, (True, [("Ada",), ("Alan",), ("Grace",)])),
    "an error of the program undoes it too": (
        _own_error,
        ("'no such thing'", [("Ada",), ("Alan",), ("Grace",)]),
    ),
    "a savepoint saves the rest of a transaction": (_savepoints, [("Grace",)]),
    "a savepoint undoes": (_undone_savepoint, [("Ada",), ("Alan",), ("Grace",)]),
    "an isolation level must be one": (_unknown_isolation, ("25001", [(3,)])),
    "a pipeline answers each statement": (
        _pipeline,
        [([], (), 2), ([(1, 7)], ("id", "age"), 0), ([], (), 0)],
    ),
    "a pipeline may begin its transaction": (
        _pipeline_in_its_transaction,
        [("Ada",), ("Alan",), ("Grace",)],
    ),
    "a pipeline tells what failed": (_failing_pipeline, (2, True, [("Ada",), ("Alan",), ("Grace",)])),
    "a copy writes many rows": (_copy, (1000, True)),
    "a copy is whole or nothing": (_copy_is_whole_or_nothing, [(3,)]),
    "a cursor is read in pieces": (_cursor, [[(2,)], [(3,)], []]),
    "a cursor does not see later writes": (
        _cursor_does_not_see_later_writes,
        ([(3, "Grace", "Grace"), (2, "Alan", "Alan"), (1, "Ada", "Ada")], [("AAA",)]),
    ),
    "scalars cross unchanged": (_scalars, [(2**63 - 1, 0.1, "żółw 🐢"), (-(2**63), None, "")]),
}


@pytest.mark.proves("Databases", "programs answer the same blocking and awaiting")
@pytest.mark.parametrize("name", PROGRAMS)
@pytest.mark.parametrize("waiting", ["blocking", "awaiting"])
def test_a_program_answers_the_same_everywhere(database_url: str, waiting: str, name: str) -> None:
    program, answer = PROGRAMS[name]
    drive = {"blocking": _blocking, "awaiting": _awaiting}[waiting]
    assert drive(database_url, lambda text: program(lambda text: sql(database_url, text))) == answer


def _blocking(url: str, program: Callable[[str], Program[Any]]) -> Any:
    with open_database(url) as database:
        database.run(say_all(map(Statement, SET_UP)), write=True)
        return database.run(program(url), write=True)


def _awaiting(url: str, program: Callable[[str], Program[Any]]) -> Any:
    async def main() -> Any:
        async with open_async_database(url) as database:
            await database.run(say_all(map(Statement, SET_UP)), write=True)
            return await database.run(program(url), write=True)

    return asyncio.run(main())


def test_a_session_carries_several_programs(database_url: str) -> None:
    async def main() -> list[Any]:
        async with open_async_database(database_url) as database:
            await database.run(say_all(map(Statement, SET_UP)), write=True)
            async with database.session(write=True) as connection:
                await connection.say(Begin())
                await connection.run(rows("DELETE FROM person WHERE id = 1"))
                inside = await connection.run(rows("SELECT count(*) FROM person"))
                outside = await database.run(rows("SELECT count(*) FROM person"), write=False)
                await connection.say(Commit())
            return [inside, outside, await database.run(rows("SELECT count(*) FROM person"), write=False)]

    assert asyncio.run(main()) == [[(2,)], [(3,)], [(2,)]]


def test_what_a_session_leaves_open_is_undone(database_url: str) -> None:
    with open_database(database_url) as database:
        database.run(say_all(map(Statement, SET_UP)), write=True)
        with database.session(write=True) as connection:
            connection.say(Begin())
            connection.say(Statement("DELETE FROM person"))
        assert database.run(rows("SELECT count(*) FROM person"), write=False) == [(3,)]
        with pytest.raises(KeyError), database.session(write=True) as connection:
            connection.say(Begin())
            connection.say(Statement("DELETE FROM person"))
            raise KeyError
        assert database.run(ask(Statement("SELECT 1 FROM person")), write=True).rows == [(1,)] * 3


def test_a_statement_that_is_said_again_survives_a_change_of_its_table(postgres_url: str) -> None:
    with open_database(postgres_url) as database, open_database(postgres_url) as other:
        other.run(say_all(map(Statement, SET_UP)), write=True)
        for _ in range(3):
            database.run(rows("SELECT * FROM person"), write=False)
        other.run(rows("ALTER TABLE person DROP COLUMN age"), write=True)
        assert database.run(rows("SELECT * FROM person WHERE id = 1"), write=False) == [(1, "Ada")]
        assert len(database.run(rows("SELECT * FROM person"), write=False)[0]) == 2


def test_a_failed_transaction_does_not_commit_in_silence(postgres_url: str) -> None:
    def program() -> Program[None]:
        yield Begin()
        try:
            yield Statement("SELECT nonsense")
        except DriverError:
            yield Commit()

    with open_database(postgres_url) as database, pytest.raises(DriverError, match="was undone") as caught:
        database.run(program(), write=True)
    assert caught.value.state == "25P02"


def test_what_follows_a_transaction_that_the_database_undid_is_refused(sqlite_url: str) -> None:
    with open_database(sqlite_url) as database:
        database.run(rows("CREATE TABLE item (n INTEGER PRIMARY KEY)"), write=True)
        with database.session(write=True) as connection:
            connection.say(Begin())
            connection.say(Statement("INSERT INTO item VALUES (1)"))
            with pytest.raises(DriverError, match="UNIQUE"):
                connection.say(Statement("INSERT OR ROLLBACK INTO item VALUES (1)"))
            for command in (Statement("INSERT INTO item VALUES (2)"), Commit()):
                with pytest.raises(DriverError, match="undone"):
                    connection.say(command)
        assert database.run(rows("SELECT n FROM item"), write=True) == []


def test_a_connection_tells_that_its_transaction_has_failed(database_url: str) -> None:
    told = []
    with open_database(database_url) as database:
        database.run(say_all(map(Statement, SET_UP)), write=True)
        with database.session(write=True) as connection:

            def say(*commands: Command) -> None:
                for command in commands:
                    try:
                        connection.say(command)
                    except DriverError as error:
                        told.append(error.state[:4])
                told.append(connection.failed)

            twice = Statement("INSERT INTO person (id) VALUES (1)")
            say(twice)
            say(Begin(), Statement(sql(database_url, "SELECT ?"), ("\ud800",)))
            say(Savepoint("s"), twice)
            say(RollbackTo("s"))
            say(twice)
            say(Rollback())
    refused = "2350" if database_url.startswith("postgres") else "SQLI"
    assert told == [refused, False, "BIND", False, refused, True, False, refused, True, False]
