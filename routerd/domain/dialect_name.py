"""The names of the HTTP APIs that clients and providers speak."""

from __future__ import annotations

from enum import StrEnum


class DialectName(StrEnum):
    """An API for asking a model."""

    CHAT = "chat"
    """OpenAI's chat completions."""
    RESPONSES = "responses"
    """OpenAI's responses."""
    MESSAGES = "messages"
    """Anthropic's messages."""
