"""Counts tokens exactly, and fast after an edit: the counts of pieces of the text are cached."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from itertools import pairwise
from threading import Lock
from typing import TYPE_CHECKING

from routerd.adapters.tokenizer.chunks import Chunks
from routerd.domain.text import Text

if TYPE_CHECKING:
    from tiktoken import Encoding

# Each pattern cuts after a line break, before a line that is not blank and does not begin with "/": no token
# of o200k_base spans such a cut (only "\n//" is joined), so the counts of the parts add up.
# Shown on 3,258 files and 300,000 random strings, and again by this adapter's property tests.
_BLOCK = re.compile(r"\n(?=[^\s/])")
"""Before lines that are not indented, so that an edit in one function leaves the others cached."""
_MEMBER = re.compile(r"\n(?=(?:    |\t)\S)")
"""Before lines that are indented once, for the methods of a long class."""
_PIECE = re.compile(r"\n(?=[ \t]+\S|[^\s/])")
"""Before every such line: 45 characters on average."""

_PART_CHARS = 2_048
_PARTS = 16_384
"""The number of cached blocks and members, at most 32 MB. 50,000 lines of Python's standard library have 7,140 of
them; a cache smaller than the file would evict each part just before it is needed again."""
_PIECE_CHARS = 512
_PIECES = 16_384

_LONG_CHARS = 16_384
_LONG_TEXTS = 8
"""The number of long texts whose counts are cached, such as lines of data that a user types beside."""

_WHITE_CHARS = 20_000
_WHITE = re.compile(rf"(?<!\s)(\s{{{_WHITE_CHARS},}})")
"""tiktoken's regular expression overflows its stack on some hundred thousand white characters in a row and
panics, so that no exact count exists; such a run is counted in parts."""

_TEXTS = 12
"""The number of texts whose chunks are cached: four documents that a user edits, each with one long function."""


class TiktokenCounter:
    """Counts tokens by o200k_base. Thread-safe; the vocabulary is loaded by ``warm`` or the first count."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._encoding: Encoding | None = None
        self._texts: list[Chunks] = []
        self._part = lru_cache(_PARTS)(self._by_pieces)
        self._piece = lru_cache(_PIECES)(self._encoded)
        self._long = lru_cache(_LONG_TEXTS)(self._by_parts)

    def warm(self) -> None:
        """Loads the vocabulary, which takes about 0.5 s. Raises RouterdError if it is damaged."""
        self._loaded()

    def count(self, text: str) -> int:
        """Exactly ``len(encode_ordinary(text))``; fast if most of the text was counted before."""
        return self._long(text) if len(text) >= _LONG_CHARS else self._by_parts(text)

    def count_text(self, text: Text) -> int:
        """As ``count``; only lines that differ from an earlier text are counted again."""
        with self._lock:
            known = next((chunks for chunks in self._texts if chunks.precedes(text)), None)
        chunks = known.followed(text, self.count) if known else Chunks.of(text, self._encoded)
        with self._lock:
            self._texts = [chunks, *(other for other in self._texts if other is not known)][:_TEXTS]
        return chunks.total

    def _by_parts(self, text: str) -> int:
        return sum(self._part(part) if len(part) <= _PART_CHARS else self._by_pieces(part) for part in _parts(text))

    def _by_pieces(self, part: str) -> int:
        return sum(
            self._piece(piece) if len(piece) <= _PIECE_CHARS else self._encoded(piece) for piece in _cut(_PIECE, part)
        )

    def _encoded(self, piece: str) -> int:
        encode = self._loaded().encode_ordinary
        if len(piece) <= _PART_CHARS:
            return len(encode(piece))
        return sum(len(encode(part)) for run in _WHITE.split(piece) for part in _bearable(run))

    def _loaded(self) -> Encoding:
        if self._encoding is None:
            from routerd.adapters.tokenizer.vocabulary import load  # noqa: PLC0415  # lazy: 0.5 s

            with self._lock:
                self._encoding = self._encoding or load()
        return self._encoding


def _bearable(run: str) -> Iterator[str]:
    if run.isspace():
        return (run[start : start + _WHITE_CHARS] for start in range(0, len(run), _WHITE_CHARS))
    return iter((run,))


def _parts(text: str) -> Iterator[str]:
    for block in _cut(_BLOCK, text):
        if len(block) <= _PART_CHARS:
            yield block
        else:
            yield from _cut(_MEMBER, block)


def _cut(positions: re.Pattern[str], text: str) -> Iterator[str]:
    ends = (0, *(match.end() for match in positions.finditer(text)), len(text))
    return (text[start:end] for start, end in pairwise(ends))
