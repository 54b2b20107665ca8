"""The adapter of tiktoken: exact token counts with a packaged vocabulary; no network access."""

from routerd.adapters.tokenizer.counter import TiktokenCounter

__all__ = ["TiktokenCounter"]
