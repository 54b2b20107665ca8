"""The providers: one streaming client, and the policy for health, limits and failover over it."""

from routerd.providers.embeddings import Embeddings
from routerd.providers.engine import UpstreamEngine
from routerd.providers.health import Health, HealthChange, HealthStore, MemoryHealth
from routerd.providers.keys import KeyCache
from routerd.providers.postgres_health import PostgresHealth
from routerd.providers.probe import Probe, probe
from routerd.providers.provider_state import Clock, ProviderState
from routerd.providers.refused_fields import Refused, SharedRefusedFields
from routerd.providers.shared_health import SharedHealth

__all__ = [
    "Clock",
    "Embeddings",
    "Health",
    "HealthChange",
    "HealthStore",
    "KeyCache",
    "MemoryHealth",
    "PostgresHealth",
    "Probe",
    "ProviderState",
    "Refused",
    "SharedHealth",
    "SharedRefusedFields",
    "UpstreamEngine",
    "probe",
]
