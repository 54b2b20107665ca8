"""Caches each model's token calibration and acceptance rate from the ledger's rows."""

from __future__ import annotations

from dataclasses import replace
from threading import Lock

from routerd.adapters.ledger.acceptance import acceptance
from routerd.adapters.ledger.factors import prior_factor
from routerd.adapters.ledger.learning import BilledAttempt, learn
from routerd.adapters.ledger.schema import ALLOWED, ATTEMPTS, BILLED
from routerd.adapters.sqlite import Database
from routerd.domain.acceptance import Acceptance
from routerd.domain.errors import LedgerError
from routerd.domain.model import ModelRef
from routerd.domain.quote import TokenCalibration

_BILLS = 600
"""The number of bills read for one model: a hundred for each of a handful of actions and languages."""

_MARGIN = 1.1
"""The margin on the excess of a provider that once billed more than its limit."""

_Work = tuple[ModelRef, str, str]
"""A model, an action and a language."""


class CalibrationStore:
    """Called at each hover and from a background thread; reads again only what may have changed."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._lock = Lock()
        self._learned: dict[_Work, TokenCalibration] = {}
        self._billed: dict[ModelRef, tuple[list[BilledAttempt], float]] = {}
        self._accepted: dict[_Work, Acceptance] = {}
        self._version: object = None

    def token_calibration(self, model: ModelRef, action: str, language: str) -> TokenCalibration:
        """The token calibration from the model's latest bills."""
        work = (model, action, language)
        with self._lock:
            self._follow()
            if work not in self._learned:
                if model not in self._billed:  # read once for all actions and languages
                    self._billed[model] = _bills(self._database, model), _excess(self._database, model)
                bills, excess = self._billed[model]
                self._learned[work] = replace(learn(bills, action, language, prior_factor(model)), excess=excess)
            return self._learned[work]

    def acceptance(self, model: ModelRef, action: str, language: str) -> Acceptance:
        """The acceptance rate of the model's latest answers to this action and language."""
        work = (model, action, language)
        with self._lock:
            self._follow()
            if work not in self._accepted:
                self._accepted[work] = acceptance(self._database, *work)
            return self._accepted[work]

    def invalidate(self, model: ModelRef) -> None:
        """Invalidates after a booking of a model; all acceptances too, as every other model's ``since`` grows."""
        with self._lock:
            self._accepted.clear()
            self._billed.pop(model, None)
            self._learned = {work: known for work, known in self._learned.items() if work[0] != model}

    def _follow(self) -> None:
        """Invalidates everything if another daemon has written, which SQLite reports within microseconds."""
        try:
            version = self._database.read("PRAGMA data_version")[0][0]
        except LedgerError:
            return
        if version != self._version:
            self._version = version
            self._learned.clear()
            self._billed.clear()
            self._accepted.clear()


def _bills(database: Database, model: ModelRef) -> list[BilledAttempt]:
    """The bills, latest first; empty if the ledger cannot be read."""
    try:
        rows = database.read(
            "SELECT counted_input, input + cached_input + cache_write, prior_output, output + reasoning, "
            f"action, language, cached_input, reasoning FROM {ATTEMPTS} WHERE provider = ? AND model = ? AND {BILLED} "
            f"ORDER BY at DESC, id DESC LIMIT {_BILLS}",
            (model.provider, model.model),
        )
    except LedgerError:
        return []
    return [BilledAttempt(*row) for row in rows]


def _excess(database: Database, model: ModelRef) -> float:
    """The largest ratio of the latest bills to their highest estimate; 1 if no bill exceeded its estimate."""
    try:
        ((ratio,),) = database.read(
            "SELECT MAX(1.0 * cost / allowed) FROM (SELECT cost, allowed FROM attempts "
            "WHERE provider = ? AND model = ? "
            f"AND {ALLOWED} ORDER BY at DESC, id DESC LIMIT {_BILLS})",
            (model.provider, model.model),
        )
    except LedgerError:
        return 1.0
    return _MARGIN * float(ratio) if ratio is not None and ratio > 1 else 1.0
