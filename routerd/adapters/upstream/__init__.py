"""The providers: one streaming client, and the policy that turns many that fail into one that answers."""

from routerd.adapters.upstream.clock import Clock
from routerd.adapters.upstream.embeddings import Embeddings
from routerd.adapters.upstream.engine import UpstreamEngine
from routerd.adapters.upstream.health import Health, HealthStore, MemoryHealth, Move
from routerd.adapters.upstream.keys import Keys
from routerd.adapters.upstream.probe import Probe, probe
from routerd.adapters.upstream.shared_health import SharedHealth
from routerd.adapters.upstream.traffic import Traffic

__all__ = [
    "Clock",
    "Embeddings",
    "Health",
    "HealthStore",
    "Keys",
    "MemoryHealth",
    "Move",
    "Probe",
    "SharedHealth",
    "Traffic",
    "UpstreamEngine",
    "probe",
]
