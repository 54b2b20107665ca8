"""The door to model2vec: an embedding from a folder in its format, for users who bring their own."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from routerd.adapters.semantic.embedding import Matrix, unit_rows


class LocalFolderEmbedder:
    """A static model that `model2vec` saved; wants the extra that installs it."""

    def __init__(self, folder: Path) -> None:
        """Raises ImportError without model2vec, and what that raises for a folder it cannot read."""
        from model2vec import StaticModel  # noqa: PLC0415  # an extra, and 150 ms

        self._model = StaticModel.from_pretrained(folder)

    def embed(self, texts: Sequence[str]) -> Matrix:
        """One row of length 1 for each text."""
        return unit_rows(np.asarray(self._model.encode(list(texts)), dtype=np.float32))
