"""The ledger: every attempt, reservation and saving, in one SQLite file for all daemons of the user."""

from routerd.adapters.ledger.last_failures import LastFailure, last_failures
from routerd.adapters.ledger.ledger import SqliteLedger
from routerd.adapters.ledger.periods import day_of
from routerd.adapters.ledger.schema import MIGRATIONS

__all__ = ["MIGRATIONS", "LastFailure", "SqliteLedger", "day_of", "last_failures"]
