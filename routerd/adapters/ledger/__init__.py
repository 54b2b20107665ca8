"""The ledger: every attempt, reservation and saving, in one SQLite file for all daemons of the user."""

from routerd.adapters.ledger.batch_ledger import BatchLedger
from routerd.adapters.ledger.budgets import Budgets
from routerd.adapters.ledger.last_failures import LastFailure, last_failures
from routerd.adapters.ledger.ledger import SqliteLedger
from routerd.adapters.ledger.migrations import MIGRATIONS
from routerd.adapters.ledger.periods import day_of
from routerd.adapters.ledger.signature_store import StoredMakers
from routerd.adapters.ledger.token_store import SqliteTokens
from routerd.adapters.ledger.writer import LedgerWriter

__all__ = [
    "MIGRATIONS",
    "BatchLedger",
    "Budgets",
    "LastFailure",
    "LedgerWriter",
    "SqliteLedger",
    "SqliteTokens",
    "StoredMakers",
    "day_of",
    "last_failures",
]
