"""Data from outside, bounded before it is converted: gzip, JSON and numbers."""

from __future__ import annotations

import json
import math
import re
import zlib
from collections.abc import Iterator
from decimal import Decimal

ACCEPTED = "gzip"
"""What is asked for, and all that is taken besides plain bytes."""
_PIECE = 1 << 16
"""Bytes that come out at once."""
_GZIP = 16 + zlib.MAX_WBITS


class Inflate:
    """The content coding of one body."""

    def __init__(self, coding: str) -> None:
        """Raises ValueError for a coding that was not asked for."""
        coding = coding.strip().lower()
        if coding not in ("", "identity", "gzip", "x-gzip"):
            raise ValueError("a content coding that was not asked for")
        self._zip = zlib.decompressobj(_GZIP) if coding.endswith("gzip") else None

    def feed(self, data: bytes) -> Iterator[bytes]:
        """What these bytes stand for, in pieces. Raises ValueError where they are garbled."""
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
"""Its dearest shapes (lists of empty lists, numbers with exponents) take json 70 ms here; a chunk has a few hundred."""


def parsed(text: str) -> object:
    """The value, with each fraction as its text, and whole numbers as text where they have too many digits.

    Raises ValueError for what is no JSON, too long or too deep.
    """
    if len(text) > MOST_CHARS:
        raise ValueError(f"more than {MOST_CHARS} characters")
    try:
        try:
            return json.loads(text, parse_float=str)
        except json.JSONDecodeError:
            raise
        except ValueError:  # more digits than Python converts: the rest of the answer is as good as any
            return json.loads(text, parse_float=str, parse_int=str)
    except RecursionError:
        raise ValueError("nested too deeply") from None


MOST_TOKENS = 1_000_000_000
"""Tokens of one call: a hundred times the largest window there is."""
MOST_DOLLARS = 1_000
"""Dollars of one call: a million tokens of the dearest models cost less than that."""
LEAST_DOLLARS = -12
"""The power of ten that the ledger's unit has: what is smaller is nothing."""

_LONGEST = 40
"""Characters: of a number that a person or a program would write."""
_WHOLE = re.compile(r"[0-9]{1,19}", re.ASCII)
_DECIMAL = re.compile(r"[+-]?(?:[0-9]{1,19}(?:\.[0-9]{0,30})?|\.[0-9]{1,30})(?:[eE][+-]?[0-9]{1,2})?", re.ASCII)


def whole(value: object, most: int = MOST_TOKENS) -> int | None:
    """A count from 0 to ``most``, also as text or as a decimal without a fraction; ``None`` for all else."""
    if isinstance(value, bool):
        return None
    if isinstance(value, int):
        return value if 0 <= value <= most else None
    number = decimal(value)
    if number is None or not 0 <= number <= most or number != number.to_integral_value():
        return None
    return int(number)


def dollars(value: object) -> Decimal | None:
    """An amount that one call can cost, above zero; ``None`` for all else."""
    number = decimal(value)
    if number is None or not 0 < number <= MOST_DOLLARS or number.adjusted() < LEAST_DOLLARS:
        return None
    return number


def absurd(value: object) -> bool:
    """Whether this is an amount above zero, and none that one call can cost."""
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal | str) or not value:
        return False
    if isinstance(value, int):
        return value > MOST_DOLLARS
    written = str(value)[:_LONGEST].strip()
    number = decimal(value)
    return written[:1].isdecimal() and (number is None or number > MOST_DOLLARS)


def decimal(value: object) -> Decimal | None:
    """A finite number, as text or not, of which the digits and the exponent are bounded; ``None`` for all else."""
    if isinstance(value, Decimal | float):
        # A huge exponent is short as text: nothing is calculated with it before the bound was seen.
        value = str(value)
    elif isinstance(value, int) and not isinstance(value, bool):
        value = str(value) if abs(value) < 10**19 else ""
    if not isinstance(value, str) or len(value) > _LONGEST or not _DECIMAL.fullmatch(value.strip()):
        return None
    return Decimal(value.strip())


def digits(written: str, most: int) -> int | None:
    """A count as a header writes it; ``None`` for what is none or beyond ``most``."""
    return whole(int(written), most) if _WHOLE.fullmatch(written.strip()) else None


def real(written: str) -> float | None:
    """A finite number as a header writes it; ``None`` for what is none."""
    number = decimal(written)
    found = None if number is None else float(number)
    return found if found is not None and math.isfinite(found) else None
