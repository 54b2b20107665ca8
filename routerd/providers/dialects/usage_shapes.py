"""Usage in the shape of each dialect, from counts that are disjoint."""

from __future__ import annotations

from typing import Any

from routerd.domain.money import Usage


def chat_usage(usage: Usage) -> dict[str, Any]:
    """The prompt holds what the cache read and wrote, the completion what was thought."""
    return {
        "prompt_tokens": usage.all_input,
        "completion_tokens": usage.all_output,
        "total_tokens": usage.all_input + usage.all_output,
        "prompt_tokens_details": {"cached_tokens": usage.cached_input, "cache_write_tokens": usage.cache_write},
        "completion_tokens_details": {"reasoning_tokens": usage.reasoning},
    }


def responses_usage(usage: Usage) -> dict[str, Any]:
    """As chat's, by other names."""
    return {
        "input_tokens": usage.all_input,
        "input_tokens_details": {"cached_tokens": usage.cached_input, "cache_write_tokens": usage.cache_write},
        "output_tokens": usage.all_output,
        "output_tokens_details": {"reasoning_tokens": usage.reasoning},
        "total_tokens": usage.all_input + usage.all_output,
    }


def messages_usage(usage: Usage) -> dict[str, Any]:
    """The cache's counts stand beside the input; what was thought is part of the output and not told apart."""
    return {
        "input_tokens": usage.input,
        "cache_creation_input_tokens": usage.cache_write,
        "cache_read_input_tokens": usage.cached_input,
        "output_tokens": usage.all_output,
    }
