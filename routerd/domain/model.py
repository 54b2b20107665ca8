"""Which model where: a model's name at one provider, as the configuration writes it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, order=True)
class ModelRef:
    """``provider/model``; only the first slash separates, as model names hold slashes themselves."""

    provider: str
    model: str

    def __str__(self) -> str:
        return f"{self.provider}/{self.model}"

    @classmethod
    def parse(cls, written: str) -> ModelRef:
        """From ``provider/model``. Raises ValueError without a slash or with an empty side."""
        provider, slash, model = written.partition("/")
        if not (slash and provider and model):
            raise ValueError(f"'{written}' is not provider/model, such as n1n/deepseek-v3")
        return cls(provider, model)


OFFLINE = ModelRef("offline", "built-in")
"""The engine that needs no key and no network; see ``adapters/offline``."""
