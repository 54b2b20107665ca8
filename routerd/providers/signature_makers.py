"""Which model made each signature that passed through: in memory, and in the ledger's database for the next process."""

from __future__ import annotations

import hashlib
from collections import OrderedDict
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field

from routerd.adapters.sqlite import Database
from routerd.domain.errors import LedgerError
from routerd.domain.model import ModelRef

_KEPT = 20_000
"""Signatures in memory: a day of one person's agents."""
_KEPT_S = 30 * 86_400.0
"""A session that was left for a month is not gone on with; some megabytes."""


@dataclass(slots=True)
class StoredMakers:
    """The makers in the database of all daemons of a user."""

    database: Database
    now: Callable[[], float]
    """Unix seconds."""

    def __post_init__(self) -> None:
        with suppress(LedgerError), self.database.transaction() as run:
            run("DELETE FROM signatures WHERE at < ?", (self.now() - _KEPT_S,))

    def keep(self, digest: bytes, model: ModelRef) -> None:
        """A signature that cannot be stored is known until this process ends."""
        with suppress(LedgerError), self.database.transaction() as run:
            run(
                "INSERT OR REPLACE INTO signatures (digest, provider, model, at) VALUES (?, ?, ?, ?)",
                (digest, model.provider, model.model, self.now()),
            )

    def maker(self, digest: bytes) -> ModelRef | None:
        """Who made it, where that was stored."""
        with suppress(LedgerError):
            for provider, model in self.database.read(
                "SELECT provider, model FROM signatures WHERE digest = ?", (digest,)
            ):
                return ModelRef(str(provider), str(model))
        return None


@dataclass(slots=True)
class SignatureMakers:
    """One for each process; only a digest is kept of a signature. Without ``stored`` it ends with the process."""

    stored: StoredMakers | None = None
    _makers: OrderedDict[bytes, ModelRef | None] = field(default_factory=OrderedDict)

    def made(self, signature: str, model: ModelRef) -> None:
        """A model's answer held a signature."""
        digest = _digest(signature)
        if self._makers.get(digest) == model:
            return
        self._remember(digest, model)
        if self.stored is not None:
            self.stored.keep(digest, model)

    def maker(self, signature: str) -> ModelRef | None:
        """The model that made it, as far as it is known."""
        digest = _digest(signature)
        if digest not in self._makers:
            self._remember(digest, None if self.stored is None else self.stored.maker(digest))
        return self._makers[digest]

    def foreign(self, signature: str, model: ModelRef, *, unknown: bool) -> bool:
        """Whether another model made it; ``unknown``: also where its maker is not known."""
        maker = self.maker(signature)
        return unknown if maker is None else maker != model

    def _remember(self, digest: bytes, model: ModelRef | None) -> None:
        self._makers[digest] = model
        self._makers.move_to_end(digest)
        if len(self._makers) > _KEPT:
            self._makers.popitem(last=False)


def _digest(signature: str) -> bytes:
    return hashlib.blake2b(signature.encode("utf-8", "replace"), digest_size=16).digest()
