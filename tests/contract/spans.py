"""A tracer of OpenTelemetry that remembers its spans: the API alone, as an application without an SDK sees it."""

from __future__ import annotations

import itertools
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from opentelemetry import trace
from opentelemetry.context import Context

_TRACE = 0x0AF7651916CD43DD8448EB211C80319C


class Remembered(trace.NonRecordingSpan):
    """A span with what was said about it."""

    def __init__(self, name: str, number: int, parent: trace.Span, attributes: Mapping[str, Any]) -> None:
        super().__init__(trace.SpanContext(_TRACE, number, False, trace.TraceFlags(1)))
        self.name = name
        self.parent = parent.name if isinstance(parent, Remembered) else None
        self.attributes = dict(attributes)
        self.thread = threading.get_ident()
        self.failed = False
        self.ended = False

    def set_attribute(self, key: str, value: Any) -> None:
        self.attributes[key] = value

    def set_status(self, status: Any, description: str | None = None) -> None:
        self.failed = status.status_code is trace.StatusCode.ERROR

    def end(self, end_time: int | None = None) -> None:
        self.ended = True


class Recorder(trace.Tracer):
    """Remembers every span that it made."""

    def __init__(self) -> None:
        self.spans: list[Remembered] = []
        self._numbers = itertools.count(1)

    def start_span(self, name: str, context: Context | None = None, kind: Any = None,
                   attributes: Any = None, *_: Any, **__: Any) -> Remembered:  # fmt: skip
        made = Remembered(name, next(self._numbers), trace.get_current_span(context), attributes or {})
        self.spans.append(made)
        return made

    @contextmanager
    def start_as_current_span(self, name: str, context: Context | None = None, kind: Any = None,
                              attributes: Any = None, *_: Any, **__: Any) -> Iterator[Remembered]:  # fmt: skip
        span = self.start_span(name, context, kind, attributes)
        with trace.use_span(span, end_on_exit=True, record_exception=False, set_status_on_exception=False):
            yield span
