"""A model at a provider, written as in the configuration."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, order=True)
class ModelRef:
    """``provider/model``; only the first slash separates, as model names contain slashes."""

    provider: str
    model: str

    def __str__(self) -> str:
        return f"{self.provider}/{self.model}"

    @classmethod
    def parse(cls, written: str) -> ModelRef:
        """Parses ``provider/model``. Raises ValueError without a slash or with an empty part."""
        provider, slash, model = written.partition("/")
        if not (slash and provider and model):
            raise ValueError(f"'{written}' is not provider/model, such as n1n/deepseek-v3")
        return cls(provider, model)


OFFLINE = ModelRef("offline", "built-in")
"""The built-in engine, which needs no key and no network; see ``offline``."""
