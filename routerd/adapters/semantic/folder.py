"""The door to model2vec: an embedding from a folder in its format, for users who bring their own."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np

from routerd.adapters.semantic.embedding import Matrix, unit_rows
from routerd.domain.errors import ConfigError


class LocalFolderEmbedder:
    """A static model that `model2vec` saved, read on first use; wants the extra that installs it."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    @cached_property
    def _model(self) -> Any:
        try:
            from model2vec import StaticModel  # noqa: PLC0415  # an extra, and 150 ms
        except ImportError:
            raise ConfigError("a folder as embedder needs `pip install model2vec`") from None
        if not self._folder.is_dir():
            # model2vec would take it for a name on a hub, and go and fetch it.
            raise ConfigError(f"there is no folder {self._folder}")
        return StaticModel.from_pretrained(self._folder)

    def embed(self, texts: Sequence[str]) -> Matrix:
        """One row of length 1 for each text. Raises ConfigError, and what model2vec raises for an unreadable folder."""
        return unit_rows(np.asarray(self._model.encode(list(texts)), dtype=np.float32))
