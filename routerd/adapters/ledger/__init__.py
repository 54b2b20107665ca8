"""The ledger: every attempt, reservation and saving, in one SQLite file for all daemons of the user, or PostgreSQL."""

from routerd.adapters.ledger.accounts import batch_account
from routerd.adapters.ledger.batch_ledger import BatchLedger
from routerd.adapters.ledger.budgets import Budgets
from routerd.adapters.ledger.last_failures import LastFailure, last_failures
from routerd.adapters.ledger.ledger import SqliteLedger
from routerd.adapters.ledger.migrations import MIGRATIONS
from routerd.adapters.ledger.outbox import Outbox
from routerd.adapters.ledger.periods import day_of
from routerd.adapters.ledger.shared_ledger import PostgresLedger
from routerd.adapters.ledger.shared_notes import SharedNotes
from routerd.adapters.ledger.shared_tokens import SharedTokens
from routerd.adapters.ledger.shared_writer import SharedWriter
from routerd.adapters.ledger.signature_store import StoredMakers
from routerd.adapters.ledger.token_store import SqliteTokens
from routerd.adapters.ledger.writer import LedgerWriter

AnyLedger = SqliteLedger | PostgresLedger
"""The two adapters of the Ledger port, with what is read of them besides."""

__all__ = [
    "MIGRATIONS",
    "AnyLedger",
    "BatchLedger",
    "Budgets",
    "LastFailure",
    "LedgerWriter",
    "Outbox",
    "PostgresLedger",
    "SharedNotes",
    "SharedTokens",
    "SharedWriter",
    "SqliteLedger",
    "SqliteTokens",
    "StoredMakers",
    "batch_account",
    "day_of",
    "last_failures",
]
