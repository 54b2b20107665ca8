"""The shapes in which providers report usage, right and wrong; functions of the true counts, nothing else."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

Usage = Callable[[int, int], dict[str, Any] | None]
"""From true (prompt, completion) tokens to the `usage` object of the answer; None: it is missing."""


def right(prompt: int, completion: int) -> dict[str, Any]:
    return {"prompt_tokens": prompt, "completion_tokens": completion, "total_tokens": prompt + completion}


def missing(_prompt: int, _completion: int) -> None:
    return None


def zero(_prompt: int, _completion: int) -> dict[str, Any]:
    return right(0, 0)


def doubled(prompt: int, completion: int) -> dict[str, Any]:
    return right(2 * prompt, 2 * completion)


def negative(prompt: int, completion: int) -> dict[str, Any]:
    return right(-prompt, -completion)


def as_text(prompt: int, completion: int) -> dict[str, Any]:
    return {name: str(count) for name, count in right(prompt, completion).items()}


def without_output(prompt: int, _completion: int) -> dict[str, Any]:
    return {"prompt_tokens": prompt}


def half_cached(prompt: int, completion: int) -> dict[str, Any]:
    """OpenAI: the cached tokens are part of the prompt tokens."""
    return {**right(prompt, completion), "prompt_tokens_details": {"cached_tokens": prompt // 2}}


def half_cached_deepseek(prompt: int, completion: int) -> dict[str, Any]:
    """DeepSeek: hits and misses add up to the prompt tokens."""
    hit = prompt // 2
    return {
        **right(prompt, completion),
        "prompt_cache_hit_tokens": hit,
        "prompt_cache_miss_tokens": prompt - hit,
    }


def half_cached_anthropic(prompt: int, completion: int) -> dict[str, Any]:
    """Anthropic's own names: the cached tokens are *not* part of the input tokens."""
    read = prompt // 2
    return {
        "input_tokens": prompt - read,
        "cache_read_input_tokens": read,
        "cache_creation_input_tokens": 0,
        "output_tokens": completion,
    }


def half_reasoning(prompt: int, completion: int) -> dict[str, Any]:
    """OpenAI: the reasoning tokens are part of the completion tokens."""
    details = {"reasoning_tokens": completion // 2}
    return {**right(prompt, completion), "completion_tokens_details": details}


def given(**counts: Any) -> Usage:
    """Exactly this object, whatever was used."""
    return lambda _prompt, _completion: dict(counts)


NAMED: Mapping[str, Usage] = {
    shape.__name__: shape
    for shape in (
        right,
        missing,
        zero,
        doubled,
        negative,
        as_text,
        without_output,
        half_cached,
        half_cached_deepseek,
        half_cached_anthropic,
        half_reasoning,
    )
}
