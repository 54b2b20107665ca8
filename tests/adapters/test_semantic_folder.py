"""A user's own model2vec folder as the embedding; runs where model2vec is installed."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from routerd.adapters.semantic import LocalFolderEmbedder, SemanticClassifier
from routerd.domain.tier import Tier

model2vec = pytest.importorskip("model2vec")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    tokenizers = pytest.importorskip("tokenizers")
    words = ["[UNK]", "rename", "summarize", "review", "design", "test", "variable", "log", "function", "system"]
    model = tokenizers.models.WordLevel({word: i for i, word in enumerate(words)}, unk_token="[UNK]")
    tokenizer = tokenizers.Tokenizer(model)
    tokenizer.pre_tokenizer = tokenizers.pre_tokenizers.Whitespace()
    vectors = np.eye(len(words), dtype=np.float32)
    model2vec.StaticModel(vectors, tokenizer, {"normalize": False}).save_pretrained(tmp_path)
    return tmp_path


def test_a_folder_gives_rows_of_length_one(folder: Path) -> None:
    rows = LocalFolderEmbedder(folder).embed(["rename variable", "review"])
    assert np.linalg.norm(rows, axis=1).tolist() == pytest.approx([1.0, 1.0])


def test_the_classifier_works_with_it(folder: Path) -> None:
    classifier = SemanticClassifier(LocalFolderEmbedder(folder))
    assert classifier.classify("rename this variable in the function").tier is Tier.UTILITY
