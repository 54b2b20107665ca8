"""Fetches the newest price list when the user asks for it; never automatically, never during a request."""

from __future__ import annotations

import os
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

from routerd.adapters.catalogue.price_list import MOST_BYTES, fetched_file, parsed
from routerd.domain.errors import RouterdError

_TIMEOUT_S = 30


def update(url: str | None = None, path: Path | None = None) -> int:
    """Fetches the list from genai-prices, checks and stores it; returns its number of models.

    Raises RouterdError if it cannot be fetched, read or stored; the prices then stay as they were.
    """
    from genai_prices.update_prices import DEFAULT_UPDATE_URL  # noqa: PLC0415  # lazy: 0.25 s

    try:
        with urlopen(url or DEFAULT_UPDATE_URL, timeout=_TIMEOUT_S) as answer:  # noqa: S310  # its own https address
            content: bytes = answer.read(MOST_BYTES)  # longer ones do not parse
        providers = parsed(content)
    except (URLError, OSError) as fault:
        raise RouterdError(f"The price list cannot be fetched ({fault}): try again with a network.") from None
    except ValueError:
        raise RouterdError("What was fetched is no price list: upgrade genai-prices, or try again later.") from None
    path = path or fetched_file()
    fresh = path.with_suffix(f".{os.getpid()}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        fresh.write_bytes(content)
        fresh.replace(path)
    except OSError as fault:
        raise RouterdError(f"The price list cannot be written to {path} ({fault.strerror}).") from None
    return sum(len(provider.models) for provider in providers.values())
