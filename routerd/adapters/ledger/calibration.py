"""What the ledger's rows taught of each model, kept in memory: how it bills, how often its answers were accepted."""

from __future__ import annotations

from dataclasses import replace
from threading import Lock

from routerd.adapters.ledger.acceptance import acceptance
from routerd.adapters.ledger.factors import prior_factor
from routerd.adapters.ledger.learning import BilledAttempt, learn
from routerd.adapters.ledger.schema import ATTEMPTS
from routerd.adapters.sqlite import Database
from routerd.domain.acceptance import Acceptance
from routerd.domain.errors import LedgerError
from routerd.domain.model import ModelRef
from routerd.domain.quote import TokenCalibration

_BILLS = 600
"""Bills that are looked at for one model: a hundred for each of a handful of actions and languages."""

_MARGIN = 1.1
"""A provider that once billed beyond what it was allowed is given so much more than that."""

_Work = tuple[ModelRef, str, str]
"""A model, an action and a language."""


class CalibrationStore:
    """Asked at each hover and, while typing pauses, from a thread beside; reads anew only what may have changed."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._lock = Lock()
        self._learned: dict[_Work, TokenCalibration] = {}
        self._accepted: dict[_Work, Acceptance] = {}
        self._version: object = None

    def token_calibration(self, model: ModelRef, action: str, language: str) -> TokenCalibration:
        """Factors from the model's latest bills."""
        work = (model, action, language)
        with self._lock:
            self._follow()
            if work not in self._learned:
                known = learn(_bills(self._database, model), action, language, prior_factor(model))
                self._learned[work] = replace(known, excess=_excess(self._database, model))
            return self._learned[work]

    def acceptance(self, model: ModelRef, action: str, language: str) -> Acceptance:
        """How often the model's latest answers to this kind of work were accepted."""
        work = (model, action, language)
        with self._lock:
            self._follow()
            if work not in self._accepted:
                self._accepted[work] = acceptance(self._database, *work)
            return self._accepted[work]

    def forget(self, model: ModelRef) -> None:
        """This process has booked an attempt of a model. Every action counts as one that was run without the others."""
        with self._lock:
            self._accepted.clear()
            self._learned = {work: known for work, known in self._learned.items() if work[0] != model}

    def _follow(self) -> None:
        """Forget all where another daemon has written, which SQLite tells within microseconds."""
        try:
            version = self._database.read("PRAGMA data_version")[0][0]
        except LedgerError:
            return
        if version != self._version:
            self._version = version
            self._learned.clear()
            self._accepted.clear()


def _bills(database: Database, model: ModelRef) -> list[BilledAttempt]:
    """The latest first; none where the ledger cannot be read."""
    try:
        rows = database.read(
            "SELECT counted_input, input + cached_input + cache_write, prior_output, output + reasoning, "
            f"action, language, cached_input, reasoning FROM {ATTEMPTS} WHERE provider = ? AND model = ? "
            "AND status IN ('ok', 'rejected') AND NOT usage_estimated AND NOT cached "
            f"ORDER BY at DESC, id DESC LIMIT {_BILLS}",
            (model.provider, model.model),
        )
    except LedgerError:
        return []
    return [BilledAttempt(*row) for row in rows]


def _excess(database: Database, model: ModelRef) -> float:
    """The largest of the latest bills in terms of what had been foreseen for it; 1 where none was above that."""
    try:
        ((ratio,),) = database.read(
            "SELECT MAX(1.0 * cost / allowed) FROM (SELECT cost, allowed FROM attempts "
            "WHERE provider = ? AND model = ? "
            f"AND allowed > 0 AND NOT usage_estimated ORDER BY at DESC, id DESC LIMIT {_BILLS})",
            (model.provider, model.model),
        )
    except LedgerError:
        return 1.0
    return _MARGIN * float(ratio) if ratio is not None and ratio > 1 else 1.0
