"""A tracer of OpenTelemetry's SDK, as an application sets one up, whose spans are kept in the order in which they began."""

from __future__ import annotations

from opentelemetry.context import Context
from opentelemetry.sdk.trace import ReadableSpan, Span, SpanProcessor, TracerProvider
from opentelemetry.trace import StatusCode

PREFIX = "prisma:client:"


class Recorder(SpanProcessor):
    """`tracer` is what a client is given."""

    def __init__(self) -> None:
        provider = TracerProvider(shutdown_on_exit=False)
        provider.add_span_processor(self)
        self.tracer = provider.get_tracer("tests")
        self.spans: list[ReadableSpan] = []

    def on_start(self, span: Span, parent_context: Context | None = None) -> None:
        self.spans.append(span)

    def tree(self) -> list[tuple[str, str | None]]:
        """Each span's name beside that of the span that it hangs below, both without Prisma's prefix."""
        return [(name_of(span), self.parent(span)) for span in self.spans]

    def parent(self, span: ReadableSpan) -> str | None:
        """The name of the span that a span hangs below."""
        if span.parent is None:
            return None
        (above,) = (each for each in self.spans if each.context == span.parent)
        return name_of(above)

    def called(self, name: str) -> list[ReadableSpan]:
        """The spans of that name."""
        return [span for span in self.spans if name_of(span) == name]

    def failed(self) -> list[ReadableSpan]:
        """The spans of what went wrong."""
        return [span for span in self.spans if span.status.status_code is StatusCode.ERROR]

    def exported(self) -> str:
        """All that an exporter would be given: only spans that have ended."""
        assert all(span.end_time for span in self.spans)
        return "\n".join(span.to_json() for span in self.spans)


def name_of(span: ReadableSpan) -> str:
    """Prisma's name of a span, behind the prefix that all have."""
    assert span.name.startswith(PREFIX)
    return span.name.removeprefix(PREFIX)
