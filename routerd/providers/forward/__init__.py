"""Requests of other programs, passed through to a provider byte for byte, with failover before the first content."""

from routerd.providers.forward.forwarding import ForwardingEngine
from routerd.providers.forward.transport import Transport

__all__ = ["ForwardingEngine", "Transport"]
