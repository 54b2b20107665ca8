"""Worker processes for CPU-bound work that would block the event loop; each call names its function."""

from routerd.adapters.worker.pool import WorkerPool

__all__ = ["WorkerPool"]
