"""The built-in engine: every action without a key, a model or a network, at the price of nothing."""

from routerd.offline.engine import OfflineEngine

__all__ = ["OfflineEngine"]
