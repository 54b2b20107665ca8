"""The ledger: every attempt, reservation and saving, in one SQLite file for all daemons of the user."""

from routerd.adapters.ledger.last_failures import LastFailure, last_failures
from routerd.adapters.ledger.ledger import SqliteLedger, start_of_day
from routerd.adapters.ledger.schema import MIGRATIONS

__all__ = ["MIGRATIONS", "LastFailure", "SqliteLedger", "last_failures", "start_of_day"]
