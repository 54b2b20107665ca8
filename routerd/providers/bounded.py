"""Data from outside, bounded before it is converted: gzip, JSON and numbers."""

from __future__ import annotations

import json
import math
import re
import zlib
from collections.abc import Iterator
from decimal import Decimal

ACCEPTED = "gzip"
"""The only content coding that is requested and accepted, besides identity."""
_PIECE = 1 << 16
"""Largest decompressed piece in bytes."""
_GZIP = 16 + zlib.MAX_WBITS


class Inflate:
    """Decompresses one body in pieces of bounded size."""

    def __init__(self, coding: str) -> None:
        """Raises ValueError for a coding that was not requested."""
        coding = coding.strip().lower()
        if coding not in ("", "identity", "gzip", "x-gzip"):
            raise ValueError("a content coding that was not requested")
        self._zip = zlib.decompressobj(_GZIP) if coding.endswith("gzip") else None

    def feed(self, data: bytes) -> Iterator[bytes]:
        """The decompressed bytes, in pieces. Raises ValueError where they are garbled."""
        if self._zip is None:
            yield data
            return
        while data:
            try:
                piece = self._zip.decompress(data, _PIECE)
            except zlib.error:
                raise ValueError("garbled gzip") from None
            data = self._zip.unconsumed_tail
            if self._zip.eof:  # a body may be several gzip members
                data, self._zip = self._zip.unused_data, zlib.decompressobj(_GZIP)
            yield piece


MOST_CHARS = 1 << 20
"""The slowest shapes (lists of empty lists, numbers with exponents) parse in 70 ms; a chunk has a few hundred."""


def parsed(text: str) -> object:
    """Parse JSON; fractions stay text, and whole numbers stay text where they have too many digits.

    Raises ValueError for text that is not JSON, too long or too deep.
    """
    if len(text) > MOST_CHARS:
        raise ValueError(f"more than {MOST_CHARS} characters")
    try:
        try:
            return json.loads(text, parse_float=str)
        except json.JSONDecodeError:
            raise
        except ValueError:  # more digits than Python converts: the rest of the answer is still usable
            return json.loads(text, parse_float=str, parse_int=str)
    except RecursionError:
        raise ValueError("nested too deeply") from None


MOST_TOKENS = 1_000_000_000
"""Tokens of one call: a hundred times the largest context window."""
MOST_DOLLARS = 1_000
"""Dollars of one call: a million tokens of the most expensive models cost less."""
LEAST_DOLLARS = -12
"""The exponent of the ledger's unit (10^-12 dollars): smaller amounts are ignored."""

_LONGEST = 40
"""Longest number in characters."""
_WHOLE = re.compile(r"[0-9]{1,19}", re.ASCII)
_DECIMAL = re.compile(r"[+-]?(?:[0-9]{1,19}(?:\.[0-9]{0,30})?|\.[0-9]{1,30})(?:[eE][+-]?[0-9]{1,2})?", re.ASCII)


def whole(value: object, most: int = MOST_TOKENS) -> int | None:
    """A count from 0 to ``most``, also given as text or as a decimal without a fraction; else ``None``."""
    if isinstance(value, bool):
        return None
    if isinstance(value, int):
        return value if 0 <= value <= most else None
    number = decimal(value)
    if number is None or not 0 <= number <= most or number != number.to_integral_value():
        return None
    return int(number)


def dollars(value: object) -> Decimal | None:
    """A plausible cost of one call, above zero; else ``None``."""
    number = decimal(value)
    if number is None or not 0 < number <= MOST_DOLLARS or number.adjusted() < LEAST_DOLLARS:
        return None
    return number


def absurd(value: object) -> bool:
    """Whether this is an amount above the plausible cost of one call."""
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal | str) or not value:
        return False
    if isinstance(value, int):
        return value > MOST_DOLLARS
    written = str(value)[:_LONGEST].strip()
    number = decimal(value)
    return written[:1].isdecimal() and (number is None or number > MOST_DOLLARS)


def decimal(value: object) -> Decimal | None:
    """A finite number, also given as text, with bounded digits and exponent; else ``None``."""
    if isinstance(value, Decimal | float):
        # A huge exponent is short as text, so the bounds are checked on the text before any arithmetic.
        value = str(value)
    elif isinstance(value, int) and not isinstance(value, bool):
        value = str(value) if abs(value) < 10**19 else ""
    if not isinstance(value, str) or len(value) > _LONGEST or not _DECIMAL.fullmatch(value.strip()):
        return None
    return Decimal(value.strip())


def digits(written: str, most: int) -> int | None:
    """A count in a header; ``None`` where it is not one or exceeds ``most``."""
    return whole(int(written), most) if _WHOLE.fullmatch(written.strip()) else None


def real(written: str) -> float | None:
    """A finite number in a header; ``None`` where it is not one."""
    number = decimal(written)
    found = None if number is None else float(number)
    return found if found is not None and math.isfinite(found) else None
