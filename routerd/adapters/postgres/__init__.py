"""PostgreSQL: a few connections in threads of their own, bounded times everywhere, and numbered migrations."""

from routerd.adapters.postgres.connection_threads import Postgres
from routerd.adapters.postgres.row import Row
from routerd.adapters.postgres.server_address import ServerAddress
from routerd.adapters.postgres.server_connection import ServerConnection, Unstorable, marked

__all__ = ["Postgres", "Row", "ServerAddress", "ServerConnection", "Unstorable", "marked"]
