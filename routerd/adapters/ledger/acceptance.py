"""The acceptance rate of each model by action and language, from the ledger's latest rows."""

from __future__ import annotations

from routerd.adapters.ledger.schema import ATTEMPTS, from_pico_or_unknown
from routerd.adapters.sqlite import Database
from routerd.domain.acceptance import WINDOW, Acceptance
from routerd.domain.errors import LedgerError
from routerd.domain.model import ModelRef
from routerd.domain.stats import Trial

_JUDGED = "status IN ('ok', 'rejected') AND NOT cached AND provider NOT IN ('', 'offline')"


def acceptance(database: Database, model: ModelRef, action: str, language: str) -> Acceptance:
    """The acceptance of one model's latest answers to one action and language; empty if the ledger cannot be read."""
    of_model = (action, language, model.provider, model.model)
    try:
        rows = database.read(
            "SELECT status = 'ok', id FROM attempts "
            f"WHERE action = ? AND language = ? AND provider = ? AND model = ? AND {_JUDGED} ORDER BY id DESC LIMIT ?",
            (*of_model, WINDOW),
        )
        ((since,),) = database.read(
            f"SELECT COUNT(DISTINCT job) FROM attempts WHERE action = ? AND language = ? AND id > ? AND {_JUDGED}",
            (action, language, rows[0][1] if rows else 0),
        )
    except LedgerError:
        return Acceptance()
    return Acceptance.of([bool(accepted) for accepted, _ in rows], since)


def trials(database: Database, begin: float) -> tuple[Trial, ...]:
    """Every model's answers since a time, by action and language, most answers first."""
    rows = database.read(
        "SELECT provider || '/' || model, action, language, SUM(status = 'ok'), COUNT(*), AVG(cost) "
        f"FROM {ATTEMPTS} WHERE at >= ? AND {_JUDGED} "
        "GROUP BY provider, model, action, language ORDER BY COUNT(*) DESC",
        (begin,),
    )
    return tuple(
        Trial(model, action, language, ok, answers, from_pico_or_unknown(None if cost is None else int(cost)))
        for model, action, language, ok, answers, cost in rows
    )
