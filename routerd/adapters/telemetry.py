"""The adapter of OpenTelemetry's SDK: sends numbers to a collector by OTLP over HTTP, under the GenAI conventions."""

from __future__ import annotations

import uuid
from importlib.util import find_spec

from routerd.domain.errors import ConfigError
from routerd.domain.gateway_settings import Telemetry
from routerd.domain.measures import SECOND_BUCKETS, TOKEN_BUCKETS, MeasuredCall
from routerd.domain.verdict import RefusalCode

_EXPORT_S = 5.0
"""For one export: a collector that hangs holds up nothing but the thread that exports."""
_PATH = "/v1/metrics"


class OtlpNumbers:
    """The Numbers port; a thread of the SDK's own exports, so that nobody waits for the collector."""

    def __init__(self, settings: Telemetry, version: str) -> None:
        """Raises ConfigError where the SDK is not installed."""
        if find_spec("opentelemetry") is None or find_spec("opentelemetry.exporter") is None:
            raise ConfigError(
                "telemetry.otlp needs `pip install opentelemetry-sdk opentelemetry-exporter-otlp-proto-http`."
            )
        # Imported here: only who sets telemetry.otlp has them.
        from opentelemetry.exporter.otlp.proto.http.metric_exporter import OTLPMetricExporter  # noqa: PLC0415  # an extra
        from opentelemetry.sdk.metrics import MeterProvider  # noqa: PLC0415  # an extra
        from opentelemetry.sdk.metrics.export import PeriodicExportingMetricReader  # noqa: PLC0415  # an extra
        from opentelemetry.sdk.resources import Resource  # noqa: PLC0415  # an extra

        assert settings.otlp is not None
        reader = PeriodicExportingMetricReader(
            OTLPMetricExporter(endpoint=settings.otlp.removesuffix(_PATH) + _PATH, timeout=_EXPORT_S),
            export_interval_millis=settings.interval_s * 1000,
            export_timeout_millis=_EXPORT_S * 1000,
        )
        # Replicas must not be taken for one another: their sums would seem to jump back and forth.
        named = {"service.name": "routerd", "service.version": version, "service.instance.id": str(uuid.uuid4())}
        self._provider = MeterProvider([reader], Resource.create(named), shutdown_on_exit=False)
        meter = self._provider.get_meter("routerd", version)
        self._tokens = meter.create_histogram(
            "gen_ai.client.token.usage",
            unit="{token}",
            description="Number of input and output tokens used.",
            explicit_bucket_boundaries_advisory=TOKEN_BUCKETS,
        )
        self._seconds = meter.create_histogram(
            "gen_ai.client.operation.duration",
            unit="s",
            description="GenAI operation duration.",
            explicit_bucket_boundaries_advisory=SECOND_BUCKETS,
        )
        self._dollars = meter.create_counter("routerd.cost", "USD", "Dollars billed at a known price.")
        self._refusals = meter.create_counter("routerd.refusals", "{request}", "Requests that were not sent.")

    def called(self, call: MeasuredCall) -> None:
        """As the port says."""
        asked = {
            "gen_ai.operation.name": call.operation,
            "gen_ai.provider.name": call.provider,
            "gen_ai.request.model": call.model,
        }
        for kind, count in (("input", call.usage.all_input), ("output", call.usage.all_output)):
            if call.counted:
                self._tokens.record(count, {**asked, "gen_ai.token.type": kind})
        self._seconds.record(call.seconds, {**asked, **({"error.type": call.error} if call.error else {})})
        if call.cost:
            self._dollars.add(float(call.cost), {**asked, "routerd.tier": str(call.tier)})

    def refused(self, code: RefusalCode) -> None:
        """As the port says."""
        self._refusals.add(1, {"routerd.refusal.code": str(code)})

    def close(self) -> None:
        """Export what is left, for some seconds at the most."""
        self._provider.shutdown(timeout_millis=_EXPORT_S * 1000)
