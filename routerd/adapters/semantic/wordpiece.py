"""BERT's uncased word pieces, exactly, for the vocabulary of the shipped embedding; no other tokenizer."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping

# A run of letters and digits, or one sign; ideographs stand alone, as BERT's basic tokenizer has it.
_BASIC = re.compile(
    r"[\u4e00-\u9fff\u3400-\u4dbf\uf900-\ufaff]|[^\W_\u4e00-\u9fff\u3400-\u4dbf\uf900-\ufaff]+|[^\w\s]|_"
)
_LONGEST = 100  # letters; BERT gives up on longer words


def basic_tokens(text: str) -> list[str]:
    """Lower-case tokens without accents, split at white space and signs."""
    lower = text.lower()
    if not lower.isascii():
        decomposed = unicodedata.normalize("NFD", lower)
        lower = "".join(c for c in decomposed if unicodedata.category(c) != "Mn")
    return _BASIC.findall(lower)


def pieces(token: str, vocabulary: Mapping[str, int]) -> list[int]:
    """The rows of the longest pieces that make up `token`; none where it cannot be made up."""
    if (whole := vocabulary.get(token)) is not None:
        return [whole]
    if len(token) > _LONGEST:
        return []
    rows, start = [], 0
    while start < len(token):
        for end in range(len(token), start, -1):
            piece = token[start:end] if start == 0 else f"##{token[start:end]}"
            if (row := vocabulary.get(piece)) is not None:
                rows.append(row)
                start = end
                break
        else:
            return []
    return rows
