"""Drops what is old from the shared ledger: counters, claims, state of replicas, and attempts as settings say."""

from __future__ import annotations

from routerd.adapters.postgres import ServerConnection

_FEWEST_DAYS = 62
_OLD = (
    "DELETE FROM budgets WHERE held = 0 AND touched < now() - CASE scope WHEN 'session' THEN interval '7 days' "
    "ELSE interval '62 days' END",
    "DELETE FROM batch_items WHERE at < now() - interval '90 days'",
    "DELETE FROM shared_state WHERE at < extract(epoch FROM now()) - 30 * 86400",
)
_OLD_ATTEMPTS = (
    "DELETE FROM attempts WHERE id IN (SELECT id FROM attempts WHERE at < extract(epoch FROM now()) - %s LIMIT 500) "
    "RETURNING id"
)


def drop_old(connection: ServerConnection, keep_days: int | None) -> None:
    """``keep_days``: days of single attempts; ``None``: all of them stay."""
    for statement in _OLD:
        connection.rows(statement)
    if keep_days is not None:
        while connection.rows(_OLD_ATTEMPTS, (max(keep_days, _FEWEST_DAYS) * 86_400,)):
            pass
