"""Fetches the newest price list when the user asks for it; never by itself, never on the way of a request."""

from __future__ import annotations

import os
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

from routerd.adapters.catalogue.price_list import kept_file, parsed
from routerd.domain.errors import RouterdError

_TIMEOUT_S = 30
_MOST_BYTES = 1 << 26
"""Thirty times the list of today; what is longer is cut, and so no list."""


def update(url: str | None = None, kept: Path | None = None) -> int:
    """Fetch the list from where genai-prices publishes it, check it, keep it; returns its number of models.

    Raises RouterdError where it cannot be fetched, read or kept; the prices then stay as they were.
    """
    from genai_prices.update_prices import DEFAULT_UPDATE_URL  # noqa: PLC0415  # lazy: 0.25 s

    try:
        with urlopen(url or DEFAULT_UPDATE_URL, timeout=_TIMEOUT_S) as answer:  # noqa: S310  # its own https address
            content: bytes = answer.read(_MOST_BYTES)
        providers = parsed(content)
    except (URLError, OSError) as fault:
        raise RouterdError(f"The price list cannot be fetched ({fault}): try again with a network.") from None
    except ValueError:
        raise RouterdError("What was fetched is no price list: upgrade genai-prices, or try again later.") from None
    path = kept or kept_file()
    fresh = path.with_suffix(f".{os.getpid()}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        fresh.write_bytes(content)
        fresh.replace(path)
    except OSError as fault:
        raise RouterdError(f"The price list cannot be kept at {path} ({fault.strerror}).") from None
    return sum(len(provider.models) for provider in providers.values())
