"""The built-in engine: runs actions without a key, a model or a network, free of charge."""

from routerd.offline.engine import OfflineEngine

__all__ = ["OfflineEngine"]
