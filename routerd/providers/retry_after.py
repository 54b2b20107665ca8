"""When a provider wants to be asked again: Retry-After in four forms, and the spans in rate-limit headers."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from routerd.providers.bounded import real

LONGEST_S = 86_400.0
"""A day; a longer time comes from a broken clock."""

_PARTS = re.compile(r"(\d+(?:\.\d+)?)(ms|d|h|m|s)")
_SECONDS = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0, "d": 86_400.0}
_LONGEST_WRITTEN = 64
"""Characters of a time: a date has 29, and the pattern of spans looks through long digits once for each of them."""
_EPOCH_S = 1_000_000_000.0
"""A number this large (2001 in seconds) is a point in time and not a span."""


def retry_after(headers: Mapping[str, str], wall: float) -> float | None:
    """Seconds from now (``wall``: Unix time) that the answer's headers ask to wait, or ``None``.

    Header names in lower case. The finer ``retry-after-ms`` wins. Seconds, a float, or an HTTP date, as
    RFC 9110 §10.2.3 and the providers' own habits have it; what cannot be read says nothing.
    """
    milliseconds = real(headers.get("retry-after-ms", ""))
    if milliseconds is not None:
        return _sane(milliseconds / 1000)
    written = headers.get("retry-after", "")
    seconds = real(written)
    return _sane(seconds) if seconds is not None else _until(written, wall)


_TOLD = re.compile(
    r"(?:(?:try again|retry|wait)\W+(?:\w+\W+)?(?:in|after|for)|retrydelay\W{1,5}|wait(?: at least)?)\s*"
    r"((?:\d{1,6}(?:\.\d{1,9})?\s?(?:ms|milliseconds?|s|sec|seconds?|m|min|minutes?|h|hours?|d|days?)\s?){1,4})",
    re.IGNORECASE,
)
_AMOUNT = re.compile(r"(\d{1,6}(?:\.\d{1,9})?)\s?(ms|milli|[smhd])", re.IGNORECASE)


def told_wait(message: str) -> float | None:
    """Seconds that a provider's own words ask to wait ("Please try again in 7m12.5s"), or ``None``."""
    told = _TOLD.search(message)
    if told is None:
        return None
    seconds = 0.0
    for amount, unit in _AMOUNT.findall(told[1]):
        seconds += float(amount) * _SECONDS["ms" if unit.lower() in ("ms", "milli") else unit.lower()]
    return _sane(seconds)


def span(written: str, wall: float) -> float | None:
    """Seconds until a rate limit resets: "1s", "6m0s", "120ms", "7.66", Unix time in s or ms, ISO date."""
    if len(written) > _LONGEST_WRITTEN:
        return None
    number = real(written)
    if number is not None:
        if number > _EPOCH_S * 1000:
            number /= 1000
        return _sane(number - wall if number > _EPOCH_S else number)
    parts = _PARTS.findall(written)
    if parts and "".join(a + b for a, b in parts) == written.strip():
        return _sane(sum(float(amount) * _SECONDS[unit] for amount, unit in parts))
    return _until(written, wall)


def _until(written: str, wall: float) -> float | None:
    """Seconds until a date, in HTTP's or ISO's form."""
    moment = None
    if len(written) > _LONGEST_WRITTEN:
        return None
    for parse in (parsedate_to_datetime, datetime.fromisoformat):
        try:
            moment = parse(written.strip())
            break
        except (ValueError, OverflowError, TypeError, IndexError):  # all of them are known of email.utils
            continue
    if moment is None:
        return None
    return _sane((moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp() - wall)


def _sane(seconds: float) -> float:
    return min(max(seconds, 0.0), LONGEST_S)
