"""JSON from a provider: bounded in bytes, digits and depth, so that no text of it holds the event loop."""

from __future__ import annotations

import json

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
