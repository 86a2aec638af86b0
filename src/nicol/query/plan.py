"""Plans: compiled queries, kept by their shape. The same call with other values compiles nothing."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from nicol.errors import DriverError
from nicol.query.compile import Compiled
from nicol.query.compile.context import Frame
from nicol.query.defaults import Environment, Moment
from nicol.query.faults import invalid, wrong_value
from nicol.query.query import (
    Aggregate,
    Count,
    FindEach,
    FindFirst,
    FindMany,
    FindUnique,
    GroupBy,
    Query,
    Stream,
)
from nicol.query.reading import Reading
from nicol.sql.program import Once, Program, Statement, nested, transaction

_SAVEPOINT = "nicol"


@dataclass(frozen=True, slots=True, eq=False)
class Plan:
    """A compiled query. `writes`: it changes the database. `locks`: it locks the rows that it reads."""

    query: Query
    compiled: Compiled
    explain: Callable[[DriverError], Exception]
    environment: Environment
    writes: bool
    locks: bool = False

    def program(self, values: list[Any], in_transaction: bool = False) -> Program[Any]:
        """The conversation that answers a call with these values. `in_transaction`: the connection is inside one already."""
        if self.locks and not in_transaction:
            raise invalid(
                "`lock` needs a transaction: it would be let go at once",
                model=self.query.model,
                hint="read with the client of `with db.tx() as tx`",
            )
        compiled = self.compiled
        single, params = compiled.single, compiled.params
        if single is None:
            return self._several(values, in_transaction)
        said = single.said
        if params is None:
            return Once(said.statement(self._frame(values)), single.meaning, self.explain)
        try:
            given = params(values)
        except (TypeError, ValueError, OverflowError) as error:
            raise self._wrong(values, error) from None
        return Once(Statement(said.text, given, True, False), single.meaning, self.explain)

    def _several(self, values: list[Any], in_transaction: bool) -> Program[Any]:
        compiled = self.compiled
        program = compiled.act(self._frame(values))
        if compiled.atomic:
            program = nested(transaction(program), _SAVEPOINT) if in_transaction else transaction(program)
        return self._explained(program)

    def part(self, values: list[Any]) -> Program[Any]:
        """The conversation as a part of a transaction that is undone as a whole when it fails."""
        return self._explained(self.compiled.act(self._frame(values)))

    def reading(self, values: list[Any]) -> Reading:
        """A page that is read in pieces, with these values."""
        frame = self._frame(values)
        try:
            next(self.compiled.act(frame))
        except StopIteration as stop:
            return Reading(stop.value, frame, self.explain)
        raise AssertionError("a stream is opened before anything is said")

    @property
    def single(self) -> bool:
        """True when one statement answers the call."""
        return len(self.compiled.texts) == 1 and not self.compiled.atomic

    def _explained(self, act: Program[Any]) -> Program[Any]:
        try:
            return (yield from act)
        except DriverError as error:
            raise self.explain(error) from error

    def _frame(self, values: list[Any]) -> Frame:
        """The values as the database takes them, those that are generated, and room for registers."""
        compiled = self.compiled
        try:
            frame = compiled.fill(values)
        except (TypeError, ValueError, OverflowError) as error:
            raise self._wrong(values, error) from None
        if compiled.generated:
            moment = Moment(self.environment.now(), self.environment.random)
            for made in compiled.generated:
                value = made.generate(moment)
                frame[made.register] = value if made.encode is None else made.encode(value)
        for derived in compiled.derived:
            frame[derived.register] = derived.make(frame)
        return frame

    def _wrong(self, values: list[Any], error: Exception) -> Exception:
        """The error of the first value that cannot cross, with its field; any other as it is."""
        for encoder in self.compiled.encoders:
            try:
                encoder.encode(values[encoder.slot])
            except (TypeError, ValueError, OverflowError) as reason:
                return wrong_value(reason, model=encoder.model, field=encoder.field)
        return error


def is_write(query: Query) -> bool:
    """True when a query changes the database."""
    return not isinstance(
        query, FindUnique | FindEach | FindFirst | FindMany | Stream | Count | Aggregate | GroupBy
    )


def is_locking(query: Query) -> bool:
    """True when a query locks the rows that it reads."""
    return isinstance(query, FindUnique | FindFirst | FindMany) and query.lock is not None


class Plans:
    """The plans of one client; when there are too many, all are given up and made again as they are needed."""

    def __init__(self, limit: int = 2048) -> None:
        self._limit = limit
        self._plans: dict[Query, Plan] = {}

    def get(self, query: Query) -> Plan | None:
        """The plan of an equal query."""
        return self._plans.get(query)

    def keep(self, query: Query, plan: Plan) -> None:
        """Remember a plan."""
        if len(self._plans) >= self._limit:
            self._plans.clear()
        self._plans[query] = plan
