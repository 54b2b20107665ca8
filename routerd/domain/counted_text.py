"""The text of a request that a model reads: every string in it, but for images and other data in base64."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

IMAGE_TOKENS = 1_600
"""Tokens of one image: Anthropic's guide to vision, the largest that is not scaled down; OpenAI's count is lower."""
_DATA = 2_000
"""Characters from which a string without a blank is data and not words."""


def model_text(body: Mapping[str, Any]) -> tuple[str, int]:
    """The strings of a request in their order, names of fields too, and how many pieces of data it holds."""
    strings: list[str] = []
    data = 0
    waiting: list[Any] = [body]
    while waiting:
        value = waiting.pop()
        if isinstance(value, str):
            if len(value) > _DATA and " " not in value[:_DATA] and "\n" not in value[:_DATA]:
                data += 1
            else:
                strings.append(value)
        elif isinstance(value, dict):
            strings.extend(value)
            waiting.extend(reversed(value.values()))
        elif isinstance(value, list):
            waiting.extend(reversed(value))
    return "\n".join(strings), data
