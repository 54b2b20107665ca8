"""Turns texts into unit vectors: the shipped static embedding, or one that the user serves elsewhere."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import lru_cache
from itertools import chain
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from routerd.adapters.semantic.wordpiece import basic_tokens, pieces

Matrix = NDArray[np.float32]

_CACHED_TOKENS = 20_000  # developers' words repeat; about 5 MB when full


class Embedder(Protocol):
    """Anything that gives each text a vector; nearness is the cosine."""

    def embed(self, texts: Sequence[str]) -> Matrix:
        """One row of length 1 (or 0, where nothing is known) for each text."""
        ...


class StaticEmbedder:
    """The mean of the vectors of a text's word pieces, from 8-bit rows that are mapped, not read."""

    def __init__(self, folder: Path) -> None:
        self._rows = np.asarray(np.load(folder / "vectors.npy", mmap_mode="r"))  # a plain view is faster to index
        self._scales = np.load(folder / "scales.npy").astype(np.float32)
        rows = vocabulary(folder)
        self.known = rows
        """The words, and the pieces of words, that have a vector of their own; frequent ones have low rows."""
        self._pieces = lru_cache(_CACHED_TOKENS)(lambda token: pieces(token, rows))

    def embed(self, texts: Sequence[str]) -> Matrix:
        """One row of length 1 for each text; zeros where no word is known."""
        summed = np.zeros((len(texts), self._rows.shape[1]), dtype=np.float32)
        for row, text in enumerate(texts):
            ids = np.fromiter(chain.from_iterable(map(self._pieces, basic_tokens(text))), dtype=np.intp)
            if len(ids):
                # As a product the rows are scaled and summed in one pass, several times faster than one by one.
                summed[row] = self._scales.take(ids) @ self._rows.take(ids, axis=0).astype(np.float32)
        return unit_rows(summed)


def vocabulary(folder: Path) -> dict[str, int]:
    """The words and pieces of words that the shipped embedding knows, each with its row."""
    lines = (folder / "vocabulary.txt").read_text(encoding="utf-8").split("\n")
    return {piece: row for row, piece in enumerate(lines)}


class ServedEmbedder:
    """Any embeddings endpoint, given as the function that asks it."""

    def __init__(self, ask: Callable[[Sequence[str]], Sequence[Sequence[float]]]) -> None:
        self._ask = ask

    def embed(self, texts: Sequence[str]) -> Matrix:
        """One row of length 1 for each text; raises what `ask` raises."""
        return unit_rows(np.asarray(self._ask(texts), dtype=np.float32))


def unit_rows(matrix: Matrix) -> Matrix:
    """Each row scaled to length 1; rows of zeros stay so."""
    lengths = np.sqrt(np.square(matrix).sum(axis=1, keepdims=True))
    scaled: Matrix = (matrix / np.where(lengths > 0, lengths, 1)).astype(np.float32, copy=False)
    return scaled
