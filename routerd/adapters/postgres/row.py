"""A row as psycopg returns it."""

from __future__ import annotations

from typing import Any

Row = tuple[Any, ...]
"""The types depend on the statement."""
