"""Retry-After in all its forms, and the spans of time in rate-limit headers."""

from __future__ import annotations

from datetime import UTC, datetime
from email.utils import format_datetime

import pytest

from routerd.providers.retry_after import LONGEST_S, retry_after, span

NOW = 1_790_000_000.0
IN_90_S = datetime.fromtimestamp(NOW + 90, UTC)

HEADERS = [
    ({"retry-after": "30"}, 30.0),
    ({"retry-after": "0"}, 0.0),
    ({"retry-after": "1.25"}, 1.25),
    ({"retry-after": format_datetime(IN_90_S, usegmt=True)}, 90.0),
    ({"retry-after-ms": "350"}, 0.35),
    ({"retry-after-ms": "350", "retry-after": "1"}, 0.35),
    ({"retry-after-ms": "soon", "retry-after": "2"}, 2.0),
    ({"retry-after": format_datetime(datetime.fromtimestamp(NOW - 90, UTC), usegmt=True)}, 0.0),
    ({"retry-after": "-5"}, 0.0),
    ({"retry-after": "999999999"}, LONGEST_S),
    ({"retry-after": "nan"}, None),
    ({"retry-after": "inf"}, None),
    ({"retry-after": "later"}, None),
    ({"retry-after": ""}, None),
    ({}, None),
]

SPANS = [
    ("1s", 1.0),
    ("6m0s", 360.0),
    ("120ms", 0.12),
    ("2m59.56s", 179.56),
    ("1h2m3s", 3723.0),
    ("1d", LONGEST_S),
    ("7.66", 7.66),
    (str(int(NOW) + 42), 42.0),
    (str((int(NOW) + 42) * 1000), 42.0),
    (IN_90_S.isoformat(), 90.0),
    (IN_90_S.strftime("%Y-%m-%dT%H:%M:%SZ"), 90.0),
    ("3 sheep", None),
    ("", None),
]


@pytest.mark.parametrize(("headers", "seconds"), HEADERS)
def test_retry_after_is_read_in_every_form(headers: dict[str, str], seconds: float | None) -> None:
    assert retry_after(headers, NOW) == (None if seconds is None else pytest.approx(seconds))


@pytest.mark.parametrize(("written", "seconds"), SPANS)
def test_the_span_until_a_reset_is_read_in_every_form(written: str, seconds: float | None) -> None:
    assert span(written, NOW) == (None if seconds is None else pytest.approx(seconds))
