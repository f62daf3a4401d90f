"""
Traces, where the operator runs with an OpenTelemetry provider: routes, methods and statuses, never content.

The framework's spans also bear the address as it was called, whose path and query people write; these
attributes are left out before a span exists, whatever exporter reads it.  Nothing is traced without a
provider, and no exporter is set up by an environment variable alone.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from fastapi.telemetry import TelemetryConfig
from opentelemetry import trace
from opentelemetry.context import Context
from opentelemetry.trace import Link, Span, SpanKind, Tracer, TracerProvider
from opentelemetry.util._decorator import _agnosticcontextmanager
from opentelemetry.util.types import Attributes, AttributeValue

_TOLD = frozenset(
    {
        "url.scheme",
        "http.request.method",
        "http.route",
        "http.response.status_code",
        "network.protocol.name",
        "network.protocol.version",
        "error.type",
        "code.function.name",
    }
)


def telemetry(provider: TracerProvider | None = None) -> TelemetryConfig:
    """Return what the framework traces: with the global provider unless one is given; none is no traces."""
    found = provider or trace.get_tracer_provider()
    if isinstance(found, trace.ProxyTracerProvider | trace.NoOpTracerProvider):
        return {"tracing": False, "logs": False, "auto_configure": False}
    # Its log records would carry messages of errors, which quote what people wrote.
    return {"tracer_provider": Discreet(found), "logs": False, "auto_configure": False}


class Discreet(TracerProvider):
    """A provider whose spans start with attributes that nobody outside wrote."""

    def __init__(self, provider: TracerProvider) -> None:
        self._provider = provider

    def get_tracer(
        self,
        instrumenting_module_name: str,
        instrumenting_library_version: str | None = None,
        schema_url: str | None = None,
        attributes: Attributes | None = None,
    ) -> Tracer:
        """Return a tracer of the provider behind, made discreet."""
        return _DiscreetTracer(
            self._provider.get_tracer(
                instrumenting_module_name, instrumenting_library_version, schema_url, attributes
            )
        )


class _DiscreetTracer(Tracer):
    def __init__(self, tracer: Tracer) -> None:
        self._tracer = tracer

    def start_span(
        self,
        name: str,
        context: Context | None = None,
        kind: SpanKind = SpanKind.INTERNAL,
        attributes: Attributes = None,
        links: Sequence[Link] | None = None,
        start_time: int | None = None,
        record_exception: bool = True,  # noqa: ARG002, FBT001, FBT002  (the interface's)
        set_status_on_exception: bool = True,  # noqa: FBT001, FBT002
    ) -> Span:
        """Start a span that bears only what may be told; an error is never quoted in it."""
        told, is_quoted = _told(attributes), False
        return self._tracer.start_span(
            name, context, kind, told, links, start_time, is_quoted, set_status_on_exception
        )

    @_agnosticcontextmanager
    def start_as_current_span(  # noqa: PLR0917
        self,
        name: str,
        context: Context | None = None,
        kind: SpanKind = SpanKind.INTERNAL,
        attributes: Attributes = None,
        links: Sequence[Link] | None = None,
        start_time: int | None = None,
        record_exception: bool = True,  # noqa: ARG002, FBT001, FBT002  (the interface's)
        set_status_on_exception: bool = True,  # noqa: FBT001, FBT002
        end_on_exit: bool = True,  # noqa: FBT001, FBT002
    ) -> Iterator[Span]:
        """Start such a span, and make it the current one within."""
        told, is_quoted = _told(attributes), False
        with self._tracer.start_as_current_span(
            name, context, kind, told, links, start_time, is_quoted, set_status_on_exception, end_on_exit
        ) as span:
            yield span


def _told(attributes: Attributes) -> dict[str, AttributeValue]:
    return {name: value for name, value in (attributes or {}).items() if name in _TOLD}
