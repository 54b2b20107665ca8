"""The shipped presets and defaults: every name means something, and no default model is retired."""

from __future__ import annotations

import tomllib
from importlib import resources
from itertools import chain
from typing import Any

import pytest
from genai_prices import data_snapshot

from routerd.domain.key_source import KeySource
from routerd.domain.model import ModelRef
from routerd.domain.settings import ProviderSettings, Quirks
from routerd.domain.tier import Tier

DATA = resources.files("routerd") / "data"
HOSTED = ["n1n", "openai", "anthropic", "google", "deepseek", "openrouter", "mistral", "groq"]
LOCAL = ["ollama", "lmstudio", "litellm"]
"""Providers whose models are the user's own choice."""


def load(name: str) -> dict[str, Any]:
    return tomllib.loads((DATA / name).read_text(encoding="utf-8"))


def test_all_well_known_providers_have_a_preset() -> None:
    assert list(load("presets.toml")["providers"]) == HOSTED + LOCAL


@pytest.mark.parametrize("name", HOSTED + LOCAL)
def test_a_preset_is_a_provider_with_known_quirks(name: str) -> None:
    preset = load("presets.toml")["providers"][name]
    key = KeySource(**preset["api_key"]) if "api_key" in preset else None
    settings = ProviderSettings(name, preset["base_url"], key, quirks=Quirks(**preset.get("quirks", {})))
    assert settings.base_url.startswith("https://" if name not in LOCAL else "http://localhost:")
    assert (settings.key is None) == (name in {"ollama", "lmstudio"})
    assert not settings.base_url.endswith("/")


@pytest.mark.parametrize("tier", Tier)
def test_any_single_key_makes_every_tier_work(tier: Tier) -> None:
    models = [ModelRef.parse(written) for written in load("defaults.toml")["tiers"][tier]]
    assert models[0].provider == "n1n"
    assert {model.provider for model in models} == set(HOSTED)


def test_no_default_model_is_unknown_or_retired_in_the_price_catalogue() -> None:
    providers = {provider.id: provider for provider in data_snapshot.get_snapshot().providers}
    for written in chain.from_iterable(load("defaults.toml")["tiers"].values()):
        model = ModelRef.parse(written)
        if model.provider == "n1n":
            continue
        found = providers[model.provider].find_model(model.model)
        assert found is not None, written
        assert not found.deprecated, written


def test_the_gateway_models_have_the_prices_of_the_article() -> None:
    defaults = load("defaults.toml")
    firsts = {models[0] for models in defaults["tiers"].values()}
    assert firsts == set(defaults["models"])
