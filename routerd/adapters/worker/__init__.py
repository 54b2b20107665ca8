"""Processes of their own for work that would hold up the event loop; what the work is, they are told with it."""

from routerd.adapters.worker.pool import WorkerPool

__all__ = ["WorkerPool"]
