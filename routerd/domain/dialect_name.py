"""The names of the HTTP APIs that clients and providers speak: chat completions, Responses, Messages."""

from __future__ import annotations

from enum import StrEnum


class DialectName(StrEnum):
    """The value is the word of the configuration (``dialects``) and of the last part of the path."""

    CHAT = "chat"
    """``POST /v1/chat/completions`` (OpenAI and nearly every provider)."""
    RESPONSES = "responses"
    """``POST /v1/responses`` (OpenAI)."""
    MESSAGES = "messages"
    """``POST /v1/messages`` (Anthropic)."""
