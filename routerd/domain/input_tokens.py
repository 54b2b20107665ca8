"""The input tokens of a request by the local tokenizer: all of them, and what of them is tools and system text."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class InputTokens:
    """Of one request."""

    total: int
    tools: int
    """Descriptions of tools."""
    system: int
    """System text, and messages of the roles system and developer."""
