"""Settings of the HTTP gateway, and of what is told to whoever runs it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Http:
    """Settings of the HTTP gateway."""

    listen: str | None = None
    """HOST:PORT where clients are told to find it."""
    aliases: Mapping[str, str] = field(default_factory=dict)
    """What a model's name that a client sends stands for: a tier, ``auto`` or ``provider/model``.

    A ``*`` in a name is any text; the longest name that fits counts.
    """
    hosts: tuple[str, ...] = ()
    """HOST or HOST:PORT by which clients reach it through a load balancer or another proxy."""
    metrics: bool = False
    """Whether ``GET /metrics`` answers."""


@dataclass(frozen=True, slots=True)
class Telemetry:
    """Where numbers about calls of models are sent: never prompts, code or names of files."""

    otlp: str | None = None
    """The address of an OpenTelemetry collector that takes OTLP over HTTP; ``None``: nothing is sent."""
    interval_s: float = 60.0
    """Seconds between two exports."""
