"""Batch services of providers: OpenAI's files and batches, and Anthropic's message batches."""

from routerd.providers.batches.service import ProviderBatches

__all__ = ["ProviderBatches"]
