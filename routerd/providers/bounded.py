"""JSON and numbers from outside, bounded before they are converted."""

from __future__ import annotations

import json
import math
import re
from decimal import Decimal

from routerd.domain.uncollected import uncollected

MOST_CHARS = 1 << 20
"""The slowest shapes (lists of empty lists, numbers with exponents) parse in 20 ms; a chunk has a few hundred."""


def parsed(text: str) -> object:
    """Parse JSON; fractions stay text, and whole numbers stay text where they have too many digits.

    Raises ValueError for text that is not JSON, too long or too deep.
    """
    if len(text) > MOST_CHARS:
        raise ValueError(f"more than {MOST_CHARS} characters")
    try:
        with uncollected():
            try:
                return json.loads(text, parse_float=str)
            except json.JSONDecodeError:
                raise
            except ValueError:  # more digits than Python converts: the rest of the answer is still usable
                return json.loads(text, parse_float=str, parse_int=str)
    except RecursionError:
        raise ValueError("nested too deeply") from None


LONGEST = 40
"""Longest number in characters."""
_WHOLE = re.compile(r"[0-9]{1,19}", re.ASCII)
_DECIMAL = re.compile(r"[+-]?(?:[0-9]{1,19}(?:\.[0-9]{0,30})?|\.[0-9]{1,30})(?:[eE][+-]?[0-9]{1,2})?", re.ASCII)


def decimal(value: object) -> Decimal | None:
    """A finite number, also given as text, with bounded digits and exponent; else ``None``."""
    if isinstance(value, Decimal | float):
        # A huge exponent is short as text, so the bounds are checked on the text before any arithmetic.
        value = str(value)
    elif isinstance(value, int) and not isinstance(value, bool):
        value = str(value) if abs(value) < 10**19 else ""
    if not isinstance(value, str) or len(value) > LONGEST or not _DECIMAL.fullmatch(value.strip()):
        return None
    return Decimal(value.strip())


def digits(written: str, most: int) -> int | None:
    """A count in a header; ``None`` where it is not one or exceeds ``most``."""
    if not _WHOLE.fullmatch(written.strip()):
        return None
    number = int(written)
    return number if number <= most else None


def real(written: str) -> float | None:
    """A finite number in a header; ``None`` where it is not one."""
    number = decimal(written)
    found = None if number is None else float(number)
    return found if found is not None and math.isfinite(found) else None
