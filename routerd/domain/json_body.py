"""A JSON object as it was sent: its values, and where each of its top-level values stands in the text.

A value is replaced in the text, so that every other byte stays as it was: a provider caches prompts by their bytes.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

_BLANK = re.compile(r"[ \t\r\n]*")


class NotAnObject(ValueError):
    """The text is not one JSON object; the message says why, for whoever sent it."""


@dataclass(frozen=True, slots=True)
class JsonBody:
    """An object and its text. ``spans`` holds the start and end of each top-level value, in characters."""

    text: str
    values: Mapping[str, Any]
    spans: Mapping[str, tuple[int, int]]
    end: int
    """Where the closing brace stands."""

    @classmethod
    def parse(cls, raw: bytes) -> JsonBody:
        """Raises NotAnObject for anything but one JSON object in UTF-8 without repeated top-level keys."""
        try:
            return _parsed(raw.decode("utf-8"))
        except UnicodeDecodeError:
            raise NotAnObject("the body is not UTF-8") from None
        except RecursionError:
            raise NotAnObject("the body is nested too deeply") from None
        except NotAnObject:
            raise
        except ValueError as fault:  # of the json package: JSONDecodeError, and too many digits
            raise NotAnObject(f"the body is not JSON: {str(fault)[:120]}") from None

    def replaced(self, changes: Mapping[str, str]) -> bytes:
        """The body with these JSON texts in place of, or behind, its top-level values."""
        pieces, at = [], 0
        present = sorted((self.spans[key], new) for key, new in changes.items() if key in self.spans)
        for (start, end), new in present:
            pieces += [self.text[at:start], new]
            at = end
        added = [f"{json.dumps(key)}:{new}" for key, new in changes.items() if key not in self.spans]
        if added:
            separator = "," if self.values else ""
            pieces += [self.text[at : self.end], separator, ",".join(added)]
            at = self.end
        return "".join([*pieces, self.text[at:]]).encode("utf-8", "surrogatepass")


def _refuse(name: str) -> Any:
    raise NotAnObject(f"the body is not JSON: {name} is no number")


_DECODER = json.JSONDecoder(parse_constant=_refuse)


def _parsed(text: str) -> JsonBody:
    values: dict[str, Any] = {}
    spans: dict[str, tuple[int, int]] = {}
    at = _after_blank(text, 0)
    if text[at : at + 1] != "{":
        raise NotAnObject("the body is empty" if at == len(text) else "the body is no JSON object")
    at = _after_blank(text, at + 1)
    while text[at : at + 1] != "}":
        if values:
            at = _after(text, at, ",")
        if text[at : at + 1] != '"':
            raise NotAnObject(f"the body is not JSON: a name is missing at character {at}")
        key, at = _DECODER.raw_decode(text, at)
        start = _after(text, _after_blank(text, at), ":")
        if key in values:
            raise NotAnObject(f"the body has {json.dumps(key)[:80]} twice")
        values[key], at = _DECODER.raw_decode(text, start)
        spans[key] = (start, at)
        at = _after_blank(text, at)
    if _after_blank(text, at + 1) != len(text):
        raise NotAnObject("the body is more than one JSON value")
    return JsonBody(text, values, spans, at)


def _after_blank(text: str, at: int) -> int:
    found = _BLANK.match(text, at)
    assert found is not None  # it matches nothing as well
    return found.end()


def _after(text: str, at: int, mark: str) -> int:
    """The next place after a punctuation mark and blanks. Raises NotAnObject where it is missing."""
    if text[at : at + 1] != mark:
        raise NotAnObject(f"the body is not JSON: '{mark}' is missing at character {at}")
    return _after_blank(text, at + 1)
