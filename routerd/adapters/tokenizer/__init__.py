"""The only door to tiktoken: exact token counts from a packaged vocabulary; it never uses the network."""

from routerd.adapters.tokenizer.counter import TiktokenCounter

__all__ = ["TiktokenCounter"]
