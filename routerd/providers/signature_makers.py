"""Which model made each signature that passed through: in memory, the oldest are forgotten first."""

from __future__ import annotations

import hashlib
from collections import OrderedDict

from routerd.domain.model import ModelRef

_KEPT = 100_000
"""Signatures: some megabytes, and more than a month of one person's agents."""


class SignatureMakers:
    """One for each process; only a digest is kept of a signature."""

    def __init__(self) -> None:
        self._makers: OrderedDict[bytes, ModelRef] = OrderedDict()

    def made(self, signature: str, model: ModelRef) -> None:
        """A model's answer held a signature."""
        digest = _digest(signature)
        self._makers[digest] = model
        self._makers.move_to_end(digest)
        if len(self._makers) > _KEPT:
            self._makers.popitem(last=False)

    def foreign(self, signature: str, model: ModelRef, *, unknown: bool) -> bool:
        """Whether another model made it; ``unknown``: also where its maker is not known."""
        return self._makers.get(_digest(signature), None if unknown else model) != model


def _digest(signature: str) -> bytes:
    return hashlib.blake2b(signature.encode("utf-8", "replace"), digest_size=16).digest()
