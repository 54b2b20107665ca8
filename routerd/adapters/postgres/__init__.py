"""PostgreSQL: a few connections in threads of their own, bounded times everywhere, and numbered migrations."""

from routerd.adapters.postgres.address import Address
from routerd.adapters.postgres.connection import Connection, Postgres, Row, Unstorable

__all__ = ["Address", "Connection", "Postgres", "Row", "Unstorable"]
