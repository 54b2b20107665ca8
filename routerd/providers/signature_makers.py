"""Which model made each signature that passed through: in memory, and stored for the next process."""

from __future__ import annotations

import hashlib
from collections import OrderedDict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Protocol

from routerd.domain.model import ModelRef

_KEPT = 20_000
"""Signatures in memory: a day of one person's agents."""


class MakerStore(Protocol):
    """The makers as the next process finds them, by a digest of the signature."""

    def keep(self, digest: bytes, model: ModelRef) -> None:
        """Store one; what cannot be stored is known until this process ends."""

    def maker(self, digest: bytes) -> ModelRef | None:
        """Who made it, where that was stored."""


@dataclass(slots=True)
class SignatureMakers:
    """One for each process; only a digest is kept of a signature. Without ``stored`` it ends with the process."""

    stored: MakerStore | None = None
    told: Callable[[bytes, ModelRef], None] | None = None
    """Is told of each one, for other replicas."""
    _makers: OrderedDict[bytes, ModelRef | None] = field(default_factory=OrderedDict)

    def made(self, signature: str, model: ModelRef) -> None:
        """A model's answer held a signature."""
        digest = _digest(signature)
        if self._makers.get(digest) == model:
            return
        self._remember(digest, model)
        if self.stored is not None:
            self.stored.keep(digest, model)
        if self.told is not None:
            self.told(digest, model)

    def maker(self, signature: str) -> ModelRef | None:
        """The model that made it, as far as it is known."""
        digest = _digest(signature)
        if digest not in self._makers:
            self._remember(digest, None if self.stored is None else self.stored.maker(digest))
        return self._makers[digest]

    def unknown(self, signatures: Iterable[str]) -> frozenset[bytes]:
        """The digests of those whose maker is not known here, for whom other replicas may be asked."""
        return frozenset(_digest(one) for one in signatures if self.maker(one) is None)

    def learned(self, digest: bytes, model: ModelRef) -> None:
        """Another replica knows the maker."""
        self._remember(digest, model)

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
