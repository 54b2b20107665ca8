"""An OpenTelemetry collector on loopback: takes OTLP over HTTP, and keeps what arrived as bytes and as it is parsed."""

from __future__ import annotations

import gzip
import threading
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Self

from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import (
    ExportMetricsServiceRequest,
    ExportMetricsServiceResponse,
)
from opentelemetry.proto.common.v1.common_pb2 import KeyValue


@dataclass(frozen=True)
class Exported:
    """One export."""

    path: str
    headers: Mapping[str, str]
    body: bytes

    @property
    def parsed(self) -> ExportMetricsServiceRequest:
        """The message; raises where it is none."""
        message = ExportMetricsServiceRequest()
        message.ParseFromString(self.body)
        return message

    def points(self, metric: str) -> list[tuple[dict[str, str], float]]:
        """Of one metric, the attributes and the sum of each point."""
        found = []
        for resource in self.parsed.resource_metrics:
            for scope in resource.scope_metrics:
                for one in (one for one in scope.metrics if one.name == metric):
                    found += [(_labels(point.attributes), point.sum) for point in one.histogram.data_points]
                    found += [
                        (_labels(point.attributes), point.as_double or point.as_int) for point in one.sum.data_points
                    ]
        return found


def _labels(attributes: Iterable[KeyValue]) -> dict[str, str]:
    return {one.key: one.value.string_value for one in attributes}


class Collector:
    """Listens in a thread of its own."""

    def __init__(self) -> None:
        self.arrived: list[Exported] = []
        arrived = self.arrived

        class Taking(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["content-length"]))
                if self.headers.get("content-encoding") == "gzip":
                    body = gzip.decompress(body)
                arrived.append(Exported(self.path, dict(self.headers.items()), body))
                answer = ExportMetricsServiceResponse().SerializeToString()
                self.send_response(200)
                self.send_header("content-type", "application/x-protobuf")
                self.send_header("content-length", str(len(answer)))
                self.end_headers()
                self.wfile.write(answer)

            def log_message(self, *told: object) -> None:
                """Nothing is printed."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Taking)
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.01,), daemon=True)

    @property
    def url(self) -> str:
        """The address for `telemetry.otlp`."""
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, fault: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()
