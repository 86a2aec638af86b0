"""Spans of OpenTelemetry under the names that Prisma gives them."""

from __future__ import annotations

import importlib
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from nicol.errors import MissingExtra, NicolError

if TYPE_CHECKING:
    from opentelemetry.context import Context
    from opentelemetry.trace import Span, Tracer

_PREFIX = "prisma:client:"


class Tracing:
    """Makes spans. `server` holds the attributes that say which database is spoken to."""

    def __init__(self, tracer: Tracer, server: Mapping[str, str | int]) -> None:
        from opentelemetry import context, trace

        self._tracer = tracer
        self._server = dict(server)
        self._trace = trace
        self._context = context

    @contextmanager
    def span(self, name: str, attributes: Mapping[str, Any] | None = None) -> Generator[None]:
        """A span around a block, below the current one, and itself the current one meanwhile."""
        with self._tracer.start_as_current_span(
            _PREFIX + name, attributes=attributes, record_exception=False, set_status_on_exception=False
        ) as span:
            try:
                yield
            except BaseException as error:
                self._fail(span, error)
                raise

    def here(self) -> Context:
        """The current context: programs run in threads that do not know it."""
        return self._context.get_current()

    def begin_query(self, text: str, parent: Context, attributes: Mapping[str, Any]) -> Span:
        """The span of one statement; it is ended with `end_query`."""
        return self._tracer.start_span(
            _PREFIX + "db_query",
            parent,
            self._trace.SpanKind.CLIENT,
            {**self._server, "db.query.text": text, **attributes},
        )

    def end_query(self, span: Span, rows: int, error: BaseException | None) -> None:
        """End the span of a statement."""
        if error is None:
            span.set_attribute("db.response.returned_rows", rows)
        else:
            self._fail(span, error)
        span.end()

    def traceparent(self, span: Span) -> str | None:
        """The W3C `traceparent` of a span that is recorded somewhere."""
        found = span.get_span_context()
        if not (found.is_valid and found.trace_flags.sampled):
            return None
        trace, number = self._trace.format_trace_id(found.trace_id), self._trace.format_span_id(found.span_id)
        return f"00-{trace}-{number}-{found.trace_flags:02x}"

    def _fail(self, span: Span, error: BaseException) -> None:
        """Tell how it failed: kind and code, never the message, which may quote a value."""
        span.set_attribute("error.type", type(error).__name__)
        code = getattr(error, "state", None) or (error.code if isinstance(error, NicolError) else None)
        if code:
            span.set_attribute("db.response.status_code", code)
        span.set_status(self._trace.Status(self._trace.StatusCode.ERROR))


def default_tracer() -> Tracer:
    """The tracer that the application has set up; MissingExtra where OpenTelemetry is not installed."""
    try:
        trace = importlib.import_module("opentelemetry.trace")
    except ImportError:
        raise MissingExtra("tracing", "otel") from None
    tracer: Tracer = trace.get_tracer("nicol")
    return tracer
