"""The acceptance rate of each model by action and language, from the ledger's latest rows."""

from __future__ import annotations

from routerd.adapters.ledger.schema import JUDGED, Reader
from routerd.domain.acceptance import WINDOW, Acceptance
from routerd.domain.errors import LedgerError
from routerd.domain.model import ModelRef

_MOST_SINCE = 200
"""Rows that are looked at for the actions since a model was asked; more than decide anything."""


_SQLITE = (" INDEXED BY attempts_judged", " INDEXED BY attempts_asked", "")
"""The indexes, as SQLite chooses others by itself, and the name of a subquery, which it needs none for."""


def acceptance(
    database: Reader, model: ModelRef, action: str, language: str, said: tuple[str, str, str] = _SQLITE
) -> Acceptance:
    """The acceptance of one model's latest answers to one action and language; empty if the ledger cannot be read."""
    of_model = (action, language, model.provider, model.model)
    try:
        rows = database.read(
            f"SELECT status = 'ok', id FROM attempts{said[0]} "
            f"WHERE action = ? AND language = ? AND provider = ? AND model = ? AND {JUDGED} ORDER BY id DESC LIMIT ?",
            (*of_model, WINDOW),
        )
        ((since,),) = database.read(
            f"SELECT COUNT(DISTINCT job) FROM (SELECT id, job FROM attempts{said[1]} "
            f"WHERE action = ? AND language = ? AND id > ? AND {JUDGED} ORDER BY id DESC LIMIT ?){said[2]}",
            (action, language, rows[0][1] if rows else 0, _MOST_SINCE),
        )
    except LedgerError:
        return Acceptance()
    return Acceptance.of([bool(accepted) for accepted, _ in rows], since)
