"""Stands between a program and what runs it: times each statement, puts tags behind it, and tells how it went.

Nothing here knows drivers, threads or loops: time passes between the yield of a command and the answer to it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from time import perf_counter
from typing import TYPE_CHECKING, Any, Protocol

import msgspec

from nicol.client.events import QueryEvent, now
from nicol.client.tags import comment_of, with_comment
from nicol.sql.program import Batch, Command, Open, Pipeline, Program, Result, Statement

if TYPE_CHECKING:
    from opentelemetry.context import Context
    from opentelemetry.trace import Span

    from nicol.client.tracing import Tracing


class Call(msgspec.Struct, frozen=True):
    """The call that statements belong to; `model` None for raw SQL and the commands of transactions."""

    model: str | None
    operation: str

    @property
    def name(self) -> str:
        """Model and operation in one word."""
        return f"{self.model}.{self.operation}" if self.model else self.operation


class Teller(Protocol):
    """Who is told of statements."""

    @property
    def target(self) -> str:
        """The kind of database."""
        ...

    @property
    def values(self) -> bool:
        """True when values are told."""
        ...

    @property
    def hidden(self) -> Mapping[str, tuple[int, ...]]:
        """The places of values that are shown to nobody, by the texts that they belong to."""
        ...

    @property
    def traceparent(self) -> bool:
        """True when statements carry the span that they belong to."""
        ...

    def tell(self, event: QueryEvent) -> None:
        """Tell of a statement."""
        ...


class Witness:
    """Sees the statements of one program. `constant` tags are those of every statement of the client."""

    def __init__(
        self,
        teller: Teller,
        call: Call,
        constant: Mapping[str, str],
        variable: Mapping[str, str],
        tracing: Tracing | None,
        parent: Context | None,
    ) -> None:
        self._teller = teller
        self._call = call
        self._tags = {**constant, **variable}
        self._varies = bool(variable)
        self._tracing = tracing
        self._parent = parent

    def see(self, command: Command) -> Program[Result]:
        """Say a command with its tags, and tell how it went."""
        span, tracing, parent = None, self._tracing, self._parent
        if tracing is not None and parent is not None:
            span = tracing.begin_query(text_of(command), parent, self._attributes())
        said, started = self._with_tags(command, span), perf_counter()
        try:
            result = yield said
        except GeneratorExit:  # nobody drives the program any more
            raise
        except BaseException as error:
            self._end(command, span, started, None, error)
            raise
        self._end(command, span, started, result, None)
        return result

    def _end(
        self,
        command: Command,
        span: Span | None,
        started: float,
        result: Result | None,
        error: BaseException | None,
    ) -> None:
        duration = perf_counter() - started
        if self._tracing is not None and span is not None:
            self._tracing.end_query(span, _rows(result), error)
        for said, part in _parts(command, result, error):
            self._tell(said, part, duration, error)

    def _tell(
        self, command: Command, result: Result | None, duration: float, error: BaseException | None
    ) -> None:
        teller, call = self._teller, self._call
        text, params = text_of(command), params_of(command, teller.hidden) if teller.values else None
        teller.tell(
            QueryEvent(
                timestamp=now(),
                sql=text,
                duration=duration,
                target=teller.target,
                rows=_rows(result),
                model=call.model,
                operation=call.operation,
                params=params,
                error=error,
            )
        )

    def _attributes(self) -> dict[str, str]:
        model, operation = self._call.model, self._call.operation
        return {"db.operation.name": operation, **({"db.collection.name": model} if model else {})}

    def _with_tags(self, command: Command, span: Span | None) -> Command:
        """The command with its comment. Only what is the same for every call is worth a prepared statement."""
        tags, varies = self._tags, self._varies
        if self._teller.traceparent and span is not None and self._tracing is not None:
            traceparent = self._tracing.traceparent(span)
            if traceparent is not None:
                tags, varies = {**tags, "traceparent": traceparent}, True
        return _commented(command, comment_of(tags), varies) if tags else command


def text_of(command: Command) -> str:
    """What a command says; those without SQL of their own are called by their names."""
    match command:
        case Statement(text=text) | Batch(text=text) | Open(statement=Statement(text=text)):
            return text
        case Pipeline(statements=statements):
            return "; ".join(map(text_of, statements))
        case _:
            return _NAMES.get(type(command).__name__, type(command).__name__.upper())


_NAMES = {"Release": "RELEASE SAVEPOINT", "RollbackTo": "ROLLBACK TO SAVEPOINT"}


def _rows(result: Result | None) -> int:
    """How many rows were answered or written."""
    if result is None:
        return 0
    return sum(map(_rows, result.parts)) if result.parts else len(result.rows) or result.affected


def _parts(
    command: Command, result: Result | None, error: BaseException | None
) -> Iterator[tuple[Command, Result | None]]:
    """The statements of a pipeline with their answers; of one that failed, those that were said."""
    if not isinstance(command, Pipeline):
        yield command, result
        return
    if result is not None:
        yield from zip(command.statements, result.parts, strict=True)
        return
    failed = getattr(error, "at", None)
    statements = command.statements if failed is None else command.statements[failed : failed + 1]
    for statement in statements:
        yield statement, None


HIDDEN = "***"
"""What stands in the place of a value that is encrypted."""


def params_of(command: Command, hidden: Mapping[str, tuple[int, ...]]) -> tuple[Any, ...]:
    """The values of a command, without those that are shown to nobody."""
    match command:
        case Open(statement=statement):
            return params_of(statement, hidden)
        case Statement(text=text, params=params):
            return _masked(params, hidden.get(text, ()))
        case Batch(text=text, params=rows):
            places = hidden.get(text, ())
            return tuple(_masked(row, places) for row in rows)
        case _:
            return ()


def _masked(params: tuple[Any, ...], places: tuple[int, ...]) -> tuple[Any, ...]:
    if not places:
        return params
    return tuple(HIDDEN if place in places else value for place, value in enumerate(params))


def _commented(command: Command, comment: str, varies: bool) -> Command:
    match command:
        case Statement():
            return _commented_statement(command, comment, varies)
        case Batch(text=text, params=params, certain=certain, linked=linked):
            return Batch(with_comment(text, comment), params, certain, linked)
        case Pipeline(statements=statements):
            said = tuple(
                _commented_statement(each, comment, varies) if type(each) is Statement else each
                for each in statements
            )
            return Pipeline(said)
        case Open(name=name, statement=statement):
            return Open(name, _commented_statement(statement, comment, varies))
        case _:
            return command


def _commented_statement(said: Statement, comment: str, varies: bool) -> Statement:
    return Statement(with_comment(said.text, comment), said.params, said.prepare and not varies, said.columns)
