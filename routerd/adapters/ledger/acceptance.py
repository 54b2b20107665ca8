"""The acceptance rate of each model by action and language, from the ledger's latest rows."""

from __future__ import annotations

from routerd.adapters.ledger.schema import JUDGED
from routerd.adapters.sqlite import Database
from routerd.domain.acceptance import WINDOW, Acceptance
from routerd.domain.errors import LedgerError
from routerd.domain.model import ModelRef

_MOST_SINCE = 200
"""Rows that are looked at for the actions since a model was asked; more than decide anything."""


def acceptance(database: Database, model: ModelRef, action: str, language: str) -> Acceptance:
    """The acceptance of one model's latest answers to one action and language; empty if the ledger cannot be read."""
    of_model = (action, language, model.provider, model.model)
    try:
        rows = database.read(
            "SELECT status = 'ok', id FROM attempts INDEXED BY attempts_judged "
            f"WHERE action = ? AND language = ? AND provider = ? AND model = ? AND {JUDGED} ORDER BY id DESC LIMIT ?",
            (*of_model, WINDOW),
        )
        ((since,),) = database.read(
            "SELECT COUNT(DISTINCT job) FROM (SELECT job FROM attempts INDEXED BY attempts_asked "
            f"WHERE action = ? AND language = ? AND id > ? AND {JUDGED} ORDER BY id DESC LIMIT ?)",
            (action, language, rows[0][1] if rows else 0, _MOST_SINCE),
        )
    except LedgerError:
        return Acceptance()
    return Acceptance.of([bool(accepted) for accepted, _ in rows], since)
