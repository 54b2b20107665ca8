"""Caches each model's token calibration and acceptance rate from the ledger's rows."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from operator import itemgetter
from threading import Lock

from routerd.adapters.ledger.acceptance import acceptance
from routerd.adapters.ledger.factors import prior_factor
from routerd.adapters.ledger.learning import BilledAttempt, learn
from routerd.adapters.ledger.schema import ALLOWED, ATTEMPTS, BILLED, Reader
from routerd.adapters.sqlite import Database
from routerd.domain.acceptance import Acceptance
from routerd.domain.errors import LedgerError
from routerd.domain.model import ModelRef
from routerd.domain.quote import TokenCalibration

_BILLS = 600
"""The number of bills read for one model: a hundred for each of a handful of actions and languages."""

_ENOUGH_NEW = 20
"""Bills are read again once a twentieth of them is new: fewer change no factor by much, and agents ask each second."""

_MARGIN = 1.1
"""The margin on the excess of a provider that once billed more than its limit."""


@dataclass(frozen=True, slots=True)
class Bills:
    """The latest bills of one model, newest first."""

    last: int = 0
    """The latest row of the ledger when they were read; 0 before that."""
    bills: list[tuple[float, BilledAttempt]] = field(default_factory=list)
    """Each with its time."""
    ratios: list[float] = field(default_factory=list)
    """Of the bills to their highest estimates, where one is known."""

    def learned(self, model: ModelRef, action: str, language: str) -> TokenCalibration:
        """The calibration that they give for an action and a language."""
        found = learn([bill for _, bill in self.bills], action, language, prior_factor(model))
        return replace(found, excess=self.excess)

    @property
    def excess(self) -> float:
        """The largest ratio with its margin; 1 if no bill exceeded its estimate."""
        return _MARGIN * max(self.ratios) if self.ratios and max(self.ratios) > 1 else 1.0


_Work = tuple[ModelRef, str, str]
"""A model, an action and a language."""


class CalibrationStore:
    """Called at each hover and from a background thread; reads again only what may have changed."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._lock = Lock()
        self._learned: dict[_Work, TokenCalibration] = {}
        self._billed: dict[ModelRef, Bills] = {}
        self._current: set[ModelRef] = set()
        """The models whose bills are read up to the latest."""
        self._newer: dict[ModelRef, int] = {}
        """Bills of a model since its bills were read."""
        self._accepted: dict[_Work, Acceptance] = {}
        self._version: object = None

    def token_calibration(self, model: ModelRef, action: str, language: str) -> TokenCalibration:
        """The token calibration from the model's latest bills."""
        work = (model, action, language)
        with self._lock:
            self._follow()
            if work not in self._learned:
                known = self._bills_of(model)
                self._learned[work] = known.learned(*work)
            return self._learned[work]

    def _bills_of(self, model: ModelRef) -> Bills:
        """Read once for all actions and languages, and after that only the newer ones; empty if that fails."""
        if model not in self._current:
            try:
                self._billed[model] = newest(self._database, model, self._billed.get(model, Bills()))
            except LedgerError:
                self._billed[model] = Bills()
            self._current.add(model)
        return self._billed[model]

    def acceptance(self, model: ModelRef, action: str, language: str) -> Acceptance:
        """The acceptance rate of the model's latest answers to this action and language."""
        work = (model, action, language)
        with self._lock:
            self._follow()
            if work not in self._accepted:
                self._accepted[work] = acceptance(self._database, *work)
            return self._accepted[work]

    def invalidate(self, model: ModelRef, action: str, language: str, *, exceeded: bool = True) -> None:
        """Invalidates after a booking; the acceptance of every model at this work, as the others' ``since`` grows.

        ``exceeded``: whether the bill was above its highest estimate, which counts at once.
        """
        with self._lock:
            self._accepted = {w: known for w, known in self._accepted.items() if w[1:] != (action, language)}
            newer = self._newer.get(model, 0) + 1
            known_bills = len(self._billed.get(model, Bills()).bills)
            if not exceeded and newer * _ENOUGH_NEW < known_bills:
                self._newer[model] = newer
                return
            self._newer[model] = 0
            self._current.discard(model)
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
            self._current.clear()
            self._accepted.clear()


def newest(database: Reader, model: ModelRef, known: Bills, attempts: str = ATTEMPTS) -> Bills:
    """What is known, with the bills since; all of them are read where nothing is known.

    Raises LedgerError.
    """
    of_model = (model.provider, model.model)
    ((last,),) = database.read("SELECT MAX(id) FROM attempts")
    if not 0 < known.last <= (last or 0):
        known = Bills()
    # By id those since then are found at once, whatever they are of; all of a model by its index.
    which, order = "provider = ? AND model = ?", "at DESC, id DESC"
    if known.last:
        which, order = f"id > {known.last} AND +provider = ? AND +model = ?", "id DESC"
    rows = database.read(
        "SELECT at, counted_input, input + cached_input + cache_write, prior_output, output + reasoning, "
        f"action, language, cached_input, reasoning FROM {attempts} WHERE {which} AND {BILLED} "
        f"ORDER BY {order} LIMIT {_BILLS}",
        of_model,
    )
    bills = [(row[0], BilledAttempt(*row[1:])) for row in sorted(rows, key=itemgetter(0), reverse=True)]
    if bills and known.bills and bills[-1][0] < known.bills[0][0]:  # of a clock that was set back
        return newest(database, model, Bills(), attempts)
    ratios = database.read(
        f"SELECT 1.0 * cost / allowed FROM attempts WHERE {which} AND {ALLOWED} AND cost IS NOT NULL "
        f"ORDER BY {order} LIMIT {_BILLS}",
        of_model,
    )
    return Bills(
        last or 0, [*bills, *known.bills][:_BILLS], [*(float(ratio) for (ratio,) in ratios), *known.ratios][:_BILLS]
    )
