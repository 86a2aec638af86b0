"""What a client is asked to tell of its work, and the watch that tells it: events, logs, spans and tags."""

from __future__ import annotations

from collections.abc import Callable, Generator, Mapping
from contextlib import AbstractContextManager, contextmanager, nullcontext
from typing import TYPE_CHECKING, TypeVar

import msgspec

from nicol.client.events import Level, Listener, Listeners, LogEvent, QueryEvent, now, write_log, write_query
from nicol.client.tags import Tags, TagSource, current_tags, tagged
from nicol.client.witness import Call, Witness
from nicol.sql.program import through

if TYPE_CHECKING:
    from opentelemetry.trace import Tracer

    from nicol.client.tracing import Tracing
    from nicol.sql.program import Program

T = TypeVar("T")


class Settings(msgspec.Struct):
    """What a client was asked to tell. `slow` is in seconds; `tags` come behind every statement."""

    log: bool = False
    values: bool = False
    slow: float | None = None
    tracer: Tracer | bool = False
    tags: TagSource | None = None
    traceparent: bool = False

    @property
    def wanted(self) -> bool:
        """True when statements concern somebody, whoever listens."""
        return bool(
            self.log or self.slow is not None or self.tags or self.tracer is not False or self.traceparent
        )


class Watch:
    """Tells of the work of a client, and of all clients that come from it. `target` is the kind of database."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.listeners = Listeners()
        self.target = ""
        self.hidden: Mapping[str, tuple[int, ...]] = {}
        """The places of values that are shown to nobody among the parameters of texts."""
        self._server: Mapping[str, str | int] = {}
        self._tracing: Tracing | None = None
        self._wanted = settings.wanted
        self.active = settings.wanted
        """True when somebody may want to know of statements, or put tags behind them."""

    def bound(
        self, target: str, server: Mapping[str, str | int], hidden: Mapping[str, tuple[int, ...]]
    ) -> None:
        """Say which database is spoken to, once that is known, in the words of OpenTelemetry; `hidden` is the engine's."""
        self.target, self._server, self.hidden = target, server, hidden

    def listen(self, level: Level, listener: Listener) -> Callable[[], None]:
        """Tell a function of all events of a level; what is returned ends that."""
        self.active = True
        return self.listeners.add(level, listener)

    def tagged(self, tags: Tags) -> AbstractContextManager[None]:
        """A block whose statements carry tags."""
        self.active = True
        return tagged(self, tags)

    @property
    def values(self) -> bool:
        """True when values are told, which may be secrets."""
        return self.settings.values

    @property
    def traceparent(self) -> bool:
        """True when statements carry the span that they belong to."""
        return self.settings.traceparent

    @property
    def tracing(self) -> Tracing | None:
        """What makes spans; None where nobody wants them."""
        tracer = self.settings.tracer
        if self._tracing is None and tracer is not False:
            from nicol.client.tracing import Tracing, default_tracer

            self._tracing = Tracing(default_tracer() if tracer is True else tracer, self._server)
        return self._tracing

    # ---- blocks ------------------------------------------------------------------------------------------------------

    def span(self, name: str, /, **attributes: str) -> AbstractContextManager[None]:
        """A span around a block, where spans are wanted."""
        tracing = self.tracing
        return nullcontext() if tracing is None else tracing.span(name, attributes)

    @contextmanager
    def call(self, call: Call) -> Generator[None]:
        """The whole of a call: its span, and an event of level `error` where it fails."""
        attributes = {"method": call.operation, "name": call.name}
        if call.model is not None:
            attributes["model"] = call.model
        with self.span("operation", **attributes):
            try:
                yield
            except Exception as error:
                code = getattr(error, "code", None)
                self.note("error", f"{call.name} failed: {type(error).__name__}{f' {code}' if code else ''}")
                raise

    # ---- statements --------------------------------------------------------------------------------------------------

    def program(self, program: Program[T], call: Call) -> Program[T]:
        """The same program, watched. The tags and the span are those of the moment and the place of this call."""
        tracing, given = self.tracing, self.settings.tags
        variable = current_tags(self)
        constant: Mapping[str, str]
        if callable(given):
            constant, variable = {}, {**(given() or {}), **variable}
        else:
            constant = given or {}
        parent = tracing.here() if tracing else None
        return through(program, Witness(self, call, constant, variable, tracing, parent).see)

    def tell(self, event: QueryEvent) -> None:
        """Tell of a statement."""
        if self.settings.log:
            write_query(event)
        self.listeners.tell("query", event)
        slow = self.settings.slow
        if slow is not None and event.duration >= slow:
            whose = f" of {event.model}.{event.operation}" if event.model else ""
            self.note("warn", f"a statement{whose} took {event.duration * 1000:.0f} ms: {event.sql}", event)

    def note(self, level: Level, message: str, about: QueryEvent | None = None) -> None:
        """Tell of something that was noticed besides."""
        event = LogEvent(now(), level, message, self.target)
        if self._wanted or level == "warn":
            write_log(event, about)
        self.listeners.tell(level, event)
