"""What the two clients share: every call is a program, and only what runs it differs."""

from __future__ import annotations

import os
from abc import ABC, abstractmethod
from collections.abc import Callable, Generator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import replace
from functools import partial
from time import perf_counter
from typing import TYPE_CHECKING, Any, ClassVar, Literal, Self, TypeAlias, TypedDict, TypeVar, overload

from nicol.client import raw
from nicol.client.events import Level, Listener, LogEvent, QueryEvent, tell_safely
from nicol.client.limits import Seconds, inside_only, seconds_of, time_limit
from nicol.client.tags import TagSource
from nicol.client.typed import Queries, program_of
from nicol.client.watching import Settings as Wanted
from nicol.client.watching import Watch
from nicol.client.wishes import Done, check_models, wishes_of
from nicol.client.witness import Call
from nicol.errors import ClientError, QueryInvalid
from nicol.sql.program import Begin

if TYPE_CHECKING:
    from opentelemetry.trace import Tracer

    from nicol.client.connect import Link, Omitted
    from nicol.client.extending import ExtendedEngine
    from nicol.client.interpolation import Text
    from nicol.client.modules import Modules
    from nicol.client.package import Package
    from nicol.client.preface import Preface, Prefaced
    from nicol.client.replicas import Fleet
    from nicol.client.scope import Stream, Terms
    from nicol.client.streams import Source
    from nicol.drivers.address import Address
    from nicol.drivers.places import PoolMetrics
    from nicol.query.engine import Engine
    from nicol.query.plan import Plan
    from nicol.query.scope.engine import ScopedEngine
    from nicol.query.scope.rules import Scope
    from nicol.query.scope.settings import Settings
    from nicol.query.together import Part
    from nicol.query.typed import TypedQuery
    from nicol.sealing.keys import KeyProvider
    from nicol.sql.program import Program, Result

    Planner: TypeAlias = Engine | ScopedEngine | ExtendedEngine

T = TypeVar("T")


class ClientSettings(TypedDict, total=False):
    """What a client may be told when it is made; `SharedClient` says what each means."""

    url: str | None
    omit: Omitted | None
    keys: KeyProvider | None
    replicas: Sequence[str]
    replica_lag: Seconds
    log_queries: bool | Callable[[QueryEvent], object]
    log_values: bool
    slow_query: Seconds | None
    tracing: bool | Tracer
    tags: TagSource | None
    traceparent: bool


class SharedClient(ABC):
    """A client of a generated package, whatever runs its programs."""

    __nicol_modules__: ClassVar[Modules]
    """The generated package that the client belongs to."""

    def __init__(
        self,
        *,
        url: str | None = None,
        omit: Omitted | None = None,
        keys: KeyProvider | None = None,
        replicas: Sequence[str] = (),
        replica_lag: Seconds = 1.0,
        log_queries: bool | Callable[[QueryEvent], object] = False,
        log_values: bool = False,
        slow_query: Seconds | None = None,
        tracing: bool | Tracer = False,
        tags: TagSource | None = None,
        traceparent: bool = False,
    ) -> None:
        """`url` decides the database; without it the schema's variable does, or `DATABASE_URL`.

        `omit={"user": {"password": True}}` leaves fields out of every answer that does not ask for them, by `select` or by
        `omit={"password": False}`.

        `keys` provides the keys of encrypted fields; without it the variables NICOL_KEYS and NICOL_INDEX_KEYS do.

        Reads outside of transactions go to `replicas` in turn, and to the primary after a write of this client until they
        have caught up; `replica_lag` is how far they may be behind where the database cannot tell.

        `log_queries` writes every statement to the logger `nicol.query`, or gives it to a function; `log_values`
        adds the values, which may be secrets. A statement that takes longer than `slow_query` is a warning.
        `tracing` makes spans of OpenTelemetry, by the application's tracer or a given one. `tags`, or what a function
        says at each call, stand behind every statement as a comment, and with `traceparent` the span.
        """
        if not hasattr(self, "__nicol_modules__"):
            raise TypeError(
                "this is what generated clients have in common, and it knows no schema: import the client from the package"
                " that `nicol generate` writes, which the generator block calls `output`"
            )
        slow = None if slow_query is None else seconds_of(slow_query)
        self._watch = Watch(Wanted(log_queries is True, log_values, slow, tracing, tags, traceparent))
        if callable(log_queries):
            self._watch.listen("query", log_queries)
        if wishes_of(type(self), "after"):
            self._watch.active = True
        self._url = url
        self._omit = omit
        self._keys = keys
        self._replicas = (tuple(replicas), seconds_of(replica_lag))
        self._on_primary = False
        self._scopes: tuple[Scope, ...] = ()
        self._settings: Settings = {}
        self._actor: str | None = None
        self._preface: Preface | None = None
        self._link: Link | None = None
        self._engine: Planner | None = None
        self._root: Self | None = None
        """The client whose connections this one uses, where it has none of its own."""
        self._runner: Any = None
        self._delegates: list[str] = []
        """The names of the delegates that were made."""

    def is_connected(self) -> bool:
        """True after `connect` or the first call, until `disconnect`."""
        return self._runner is not None if self._root is None else self._root.is_connected()

    # ---- telling -------------------------------------------------------------------------------------------------

    @overload
    def on(self, event: Literal["query"], listener: Callable[[QueryEvent], object]) -> Callable[[], None]: ...
    @overload
    def on(
        self, event: Literal["info", "warn", "error"], listener: Callable[[LogEvent], object]
    ) -> Callable[[], None]: ...
    def on(self, event: Level, listener: Listener) -> Callable[[], None]:
        """Tell a function of every statement (`query`), or of what is noticed besides; what is returned ends that.

        It hears of this client and of all that come from the same one: its transactions, its scoped clients.
        """
        return self._watch.listen(event, listener)

    def tagged(self, **tags: str) -> AbstractContextManager[None]:
        """A block whose statements carry these tags as a comment: `with db.tagged(route="/posts"): …`."""
        return self._watch.tagged(tags)

    # ---- replicas ------------------------------------------------------------------------------------------------

    def primary(self) -> Self:
        """The same client, whose reads go to the primary as well."""
        return self._derived(_on_primary=True)

    def _fleet(self, link: Link) -> tuple[tuple[Address, ...], Fleet]:
        """The replicas' addresses, and what is known of them."""
        from nicol.client.connect import replicas_of
        from nicol.client.replicas import Fleet

        urls, lag = self._replicas
        addresses = replicas_of(self.__nicol_modules__.package, urls, link.address)
        return addresses, Fleet(len(addresses), link.dialect.position, link.dialect.reached, lag)

    def _note_replica(self, message: str) -> None:
        self._watch.note("warn", message)

    # ---- scopes --------------------------------------------------------------------------------------------------

    def scoped(self, scope: Scope) -> Self:
        """The same client, which sees and touches only what the scope lets it; scopes of this client hold on.

        It shares connections, listeners and the transaction with this one.
        """
        changes: dict[str, Any] = {"_scopes": (*self._scopes, scope)}
        if scope.settings:
            from nicol.query.scope.settings import read_settings

            changes |= {"_settings": read_settings(self._settings, scope.settings), "_preface": None}
        client = self._derived(**changes)
        client._engine = None  # noqa: SLF001 - the same class
        return client

    # ---- who writes ----------------------------------------------------------------------------------------------

    def acting_as(self, actor: str | None) -> Self:
        """The same client, whose changes bear a name in the audit trail (`@nicol.audit`): a user's, a job's; None for none.

        It shares connections and the transaction with this one.
        """
        return self._derived(_actor=actor, _preface=None)

    def _prefaced(
        self,
        runner: Any,
        program: Program[T],
        writes: bool,
        call: Call | None = None,
        begin: Begin = Begin(),  # noqa: B008 - a frozen value
    ) -> Prefaced[T]:
        """A program, and ahead of it what the database has to know: who acts, and the settings of the scopes.

        `call` is what it belongs to, for those who listen.
        """
        seen = None if call is None or not self._watch.active else partial(self._watch.program, call=call)
        if runner.inside:
            if not (self._settings or seen or (writes and (self._link or self._linked()).audited)):
                return program  # the short way of most: there is nothing to be told
            return self._ahead().inside(program, writes=writes, seen=seen)
        if self._has_to_tell:
            program = self._ahead().alone(program, writes=writes, begin=begin)
        return program if seen is None else seen(program)

    @property
    def _has_to_tell(self) -> bool:
        return self._actor is not None or bool(self._settings)

    def _ahead(self) -> Preface:
        if self._preface is None:
            from nicol.client.preface import Preface

            link = self._linked()
            self._preface = Preface(link.dialect, self._settings, self._actor, audited=link.audited)
        return self._preface

    # ---- calls ---------------------------------------------------------------------------------------------------

    @abstractmethod
    def _answer(self, model: str, operation: str, arguments: dict[str, Any]) -> Any:
        """What a delegate's operation returns: the answer, or what is awaited for it."""

    def _call(self, model: str, operation: str, arguments: dict[str, Any]) -> tuple[Any, Prefaced[Any], bool]:
        """A delegate's call: what runs it, its program, and whether it writes."""
        runner = self._runner or self._open()
        plan, values = (self._engine or self._planning()).plan(model, operation, arguments)
        program = plan.program(values, runner.inside)
        return runner, self._prefaced(runner, program, plan.writes), plan.writes

    def _watched_call(self, call: Call, arguments: dict[str, Any]) -> tuple[Any, Prefaced[Any], bool]:
        """`_call` where somebody wants to know of it."""
        runner = self._runner or self._open()
        plan, values = self._watched_plan(call, arguments)
        program = plan.program(values, runner.inside)
        return runner, self._prefaced(runner, program, plan.writes, call), plan.writes

    def _watched_plan(self, call: Call, arguments: dict[str, Any]) -> tuple[Plan, list[Any]]:
        """The plan of a call and its values, where somebody wants to know how long that took."""
        assert call.model is not None
        engine, watch = self._engine or self._planning(), self._watch
        with watch.span("serialize"):
            query, values = engine.read(call.model, call.operation, arguments)
        plan = engine.known(query)
        if plan is None:
            with watch.span("compile"):
                plan = engine.compiled(call.model, query, len(values))
        return plan, values

    def _tell_call(self, error: ClientError, model: str, operation: str, arguments: dict[str, Any]) -> None:
        """Let an error say of which call it is."""
        if error.call is None and self._link is not None:
            error.call = self._link.engine.describe(model, operation, arguments)

    def _raw(self, sql: Text, args: tuple[Any, ...]) -> tuple[Any, Prefaced[Result], bool]:
        """A raw statement: what runs it, its program, and whether it may write."""
        self._check_raw()
        runner = self._open()
        text, params = self._linked().spelled(sql, args)
        writes, meaning = raw.writes(text), self._linked().translate
        return runner, self._prefaced(runner, raw.say(text, params, meaning), writes, RAW), writes

    @property
    def sql(self) -> Any:
        """The queries that `nicol generate --sql` made of files: a function for each."""
        return Queries(self.__nicol_modules__.package.queries, self._answer_typed)

    @abstractmethod
    def _answer_typed(self, query: TypedQuery, arguments: dict[str, Any]) -> Any:
        """What a typed query returns: the answer, or what is awaited for it."""

    def _typed(self, query: TypedQuery, arguments: dict[str, Any]) -> tuple[Any, Prefaced[Any], bool]:
        """A call of a typed query: what runs it, its program, and whether it may write."""
        self._check_raw()
        runner = self._open()
        plan = self._linked().engine.typed(query)
        writes, call = raw.writes(plan.text), Call(None, plan.name)
        program = program_of(plan, arguments, self._linked().translate)
        return runner, self._prefaced(runner, program, writes, call), writes

    def _cast(self, result: Result, into: type[T] | None) -> list[T] | list[dict[str, Any]]:
        """The rows of a raw statement as dictionaries, or as objects of a class."""
        if into is None:
            return raw.rows(result)
        from nicol.client.casting import cast_rows

        return cast_rows(self._linked().engine, result, into)

    def _source(self, model: str, arguments: dict[str, Any]) -> Source:
        """What a stream is read from."""
        from nicol.client.streams import Changed, Source, piece_size

        given, engine = dict(arguments), self._planning()
        try:
            size = piece_size(given.pop("batch", None), model)
            timeout = time_limit(given.pop("timeout", None))
            plan, values = engine.plan(model, "stream", given)
            reading: Stream = plan.reading(values)
        except ClientError as error:
            self._tell_call(error, model, "stream", arguments)
            raise
        runner = self._open()
        if runner.inside or self._has_to_tell or self._watch.active:
            call = Call(model, "stream")
            reading = Changed(reading, lambda program: self._prefaced(runner, program, False, call))
        return Source(runner, reading, size, timeout)

    @abstractmethod
    def _stream(self, model: str, arguments: dict[str, Any]) -> Any:
        """What a delegate's `stream` returns: an iterator, or an asynchronous one."""

    def _advisory_lock(self, name: str, *, wait: bool) -> tuple[Any, Prefaced[bool]]:
        """What runs a transaction, and the program that holds a name until its end."""
        runner = inside_only(self._open(), "advisory_lock")
        program = self._linked().dialect.advisory_lock(name, wait=wait)
        return runner, self._prefaced(runner, program, False, ADVISORY_LOCK)

    @property
    def batch_source(self) -> tuple[Any, Planner, Watch, Package]:
        """What a batch of the client is made of: what runs programs, plans calls, and watches; and the package."""
        return self._open(), self._planning(), self._watch, self.__nicol_modules__.package

    def batch_program(self, parts: Sequence[Part], isolation: str | None) -> Prefaced[list[Any]]:
        """What a batch says: in a transaction of its own, or inside the client's, under the name of who acts."""
        from nicol.query.together import together, together_inside

        runner, begin = self._open(), Begin(isolation=isolation)
        inside = runner.inside or (self._has_to_tell and self._ahead().closes)
        program = together_inside(parts, "nicol_batch") if inside else together(parts, begin)
        return self._prefaced(runner, program, True, BATCH, begin)

    def metrics(self) -> dict[str, PoolMetrics]:
        """How the pools of connections are used, by what they are for; nothing before the first call."""
        if not self.is_connected():
            return {}
        runner = self._open()
        return {} if runner.inside else runner.metrics()

    def _check_raw(self) -> None:
        """Nothing can keep the database's own SQL to a scope."""
        if not all(scope.raw for scope in self._scopes):
            raise QueryInvalid(
                "a scoped client says no raw SQL: it would see and touch everything",
                help="say it with a client without scope, or allow it with Scope(…, raw=True)",
            )

    def _linked(self) -> Link:
        if self._link is None:
            from nicol.client.connect import open_link

            self._link = open_link(
                self.__nicol_modules__.package, self._url, os.environ, self._omit, self._keys
            )
            link = self._link
            self._watch.bound(link.address.dialect, link.address.attributes, link.engine.hidden)
        return self._link

    def _planning(self) -> Planner:
        """What reads and compiles calls: shown to the client's methods, and kept to its scopes, where it has such."""
        if self._engine is None:
            plain = self._linked().engine
            kind = type(self)
            check_models((*wishes_of(kind, "before"), *wishes_of(kind, "after")), plain.models.by_name)
            if self._scopes:
                from nicol.query.scope.engine import ScopedEngine

                engine: Engine | ScopedEngine = ScopedEngine(plain, self._scopes)
            else:
                engine = plain
            self._engine = engine
            if wishes := wishes_of(type(self), "before"):
                from nicol.client.extending import ExtendedEngine

                bound = tuple((wish, getattr(self, name)) for name, wish in wishes)
                self._engine = ExtendedEngine(engine, bound)
        return self._engine

    def _shown(self, how: Terms) -> Terms:
        """A transaction that is told the settings at once, and whose beginning and end are seen by who listens."""
        watch = self._watch
        how = replace(how, opening=self._ahead().opening()) if self._settings else how
        return replace(how, seen=partial(watch.program, call=TX)) if watch.active else how

    @contextmanager
    def _around(self, call: Call) -> Generator[None]:
        """The whole of a call, told to who listens, and to methods of the client that want to know of its end."""
        wishes = [
            name for name, wish in wishes_of(type(self), "after") if wish.fits(call.model, call.operation)
        ]
        started, failure = perf_counter(), None
        try:
            with self._watch.call(call):
                yield
        except BaseException as error:
            failure = error
            raise
        finally:
            for name in wishes:
                tell_safely(
                    getattr(self, name), Done(call.model, call.operation, perf_counter() - started, failure)
                )

    def _open(self) -> Any:
        """What runs the programs; nothing is connected by this."""
        if self._runner is None:
            if self._root is not None:
                runner = self._root._open()  # noqa: SLF001 - the same class
                return getattr(runner, "primary", runner) if self._on_primary else runner
            self._runner = self._new_runner(self._linked())
        return self._runner

    @abstractmethod
    def _new_runner(self, link: Link) -> Any:
        """What runs programs, blocking or awaiting."""

    def _inside(self, runner: Any) -> Self:
        """The same client on one transaction."""
        client = object.__new__(type(self))
        state = vars(client)
        state.update(vars(self))  # at one stroke: another thread may be making a delegate
        for name in self._delegates.copy():  # they lead to this client
            state.pop(name, None)
        state["_delegates"], state["_runner"], state["_begun"] = [], runner, None
        if wishes_of(type(self), "before"):  # of methods, which are those of the new client
            state["_engine"] = None
        return client

    def _derived(self, **changes: Any) -> Self:
        """The same client with changes, on the same connections or in the same transaction."""
        inside = self._runner is not None and self._runner.inside
        client = self._inside(self._runner if inside else None)
        vars(client).update(changes, _root=self._root or self)
        return client

    def _delegate(self, name: str) -> Any:
        """The operations of the model that has this name here, made once for each client."""
        package = self.__nicol_modules__.package
        model = package.delegates[name]
        delegate = package.operations[model](model, self._answer, self._stream)
        self._delegates.append(name)
        setattr(self, name, delegate)
        return delegate


TX = Call(None, "tx")
"""What the beginning and the end of a transaction belong to."""

BATCH = Call(None, "batch")
"""What the calls of a batch belong to."""

RAW = Call(None, "raw")
"""What statements in the database's own SQL belong to."""

ADVISORY_LOCK = Call(None, "advisory_lock")
