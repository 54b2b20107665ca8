"""PostgreSQL: a few connections in threads of their own, bounded times everywhere, and numbered migrations."""

from routerd.adapters.postgres.lanes import Postgres, ServerConnection, Unstorable, marked
from routerd.adapters.postgres.row import Row
from routerd.adapters.postgres.server_address import ServerAddress

__all__ = ["Postgres", "Row", "ServerAddress", "ServerConnection", "Unstorable", "marked"]
