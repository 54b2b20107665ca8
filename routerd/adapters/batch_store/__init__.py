"""The state of batches in a SQLite file of its own beside the ledger, a row for each item."""

from routerd.adapters.batch_store.shared_claims import PostgresClaims
from routerd.adapters.batch_store.store import SqliteBatchStore

__all__ = ["PostgresClaims", "SqliteBatchStore"]
