"""Builds Settings from merged values; the user's own prices override the shipped ones."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, fields, replace
from difflib import get_close_matches
from typing import Any, TypeVar

from routerd.adapters.config.layer import Checked, Layer
from routerd.adapters.config.schema import Path
from routerd.domain.errors import ConfigError
from routerd.domain.gateway_settings import Http, Telemetry
from routerd.domain.ledger_settings import LedgerSettings
from routerd.domain.model import OFFLINE, ModelRef
from routerd.domain.settings import (
    Budget,
    Cache,
    Limits,
    ModelSettings,
    Offers,
    ProviderSettings,
    Quirks,
    Routing,
    Settings,
)
from routerd.domain.tier import Tier

_SHIPPED_PRICES = "article"
"""The source of the only prices that the defaults hold; see ``data/defaults.toml``."""


@dataclass(frozen=True, slots=True)
class Value:
    """A setting and the layer that set it."""

    value: Any
    layer: Layer


Merged = dict[Path, Value]
Tables = dict[Path, dict[str, Value]]

_EXAMPLES: Path = ("routing", "examples")

T = TypeVar("T")


def merged(layers: Iterable[Checked]) -> Merged:
    """All layers as one; each later one wins."""
    together: Merged = {}
    for one in layers:
        narrower = _narrower(together)
        for path in one.values:
            if path[0] == "models":
                for older in narrower.pop(path[1:], ()):
                    together.pop(older, None)
        earlier = together.get(_EXAMPLES)
        together.update({path: Value(value, one.layer) for path, value in one.values.items()})
        if earlier and (last := together[_EXAMPLES]) is not earlier:
            # A project's examples are added to the user's own and never replace them.
            together[_EXAMPLES] = Value((*earlier.value, *last.value), last.layer)
    return together


def _narrower(together: Merged) -> dict[Path, list[Path]]:
    """The entries for a model at one provider, by the later entry for that model at any provider that replaces them."""
    found: dict[Path, list[Path]] = {}
    for old in together:
        parts = old[1].split("/") if old[0] == "models" else []
        for first in range(1, len(parts)):
            found.setdefault(("/".join(parts[first:]), *old[2:]), []).append(old)
    return found


def settings_of(together: Merged) -> Settings:
    """The settings. Raises ConfigError for a provider without an address."""
    one = {path[0]: value.value for path, value in together.items() if len(path) == 1}
    tables, declared = _tables(together), _declared(together)
    return Settings(
        tiers={tier: together[("tiers", tier)].value for tier in Tier},
        actions=_named(together, "actions"),
        providers={name: _provider(name, tables, name in declared) for name in _names(together, "providers")},
        models={name: _model(tables["models", name]) for name in _names(together, "models")},
        budget=_made(Budget, tables, "budget"),
        routing=_made(Routing, tables, "routing"),
        limits=_made(Limits, tables, "limits"),
        cache=_made(Cache, tables, "cache"),
        http=_http(together),
        ledger=_made(LedgerSettings, tables, "ledger"),
        telemetry=_made(Telemetry, tables, "telemetry"),
        offers=_made(Offers, tables, "offers"),
        instructions=_named(together, "instructions"),
        **one,
    )


def _http(together: Merged) -> Http:
    aliases = {path[2]: value.value for path, value in together.items() if path[:2] == ("http", "aliases")}
    fields = {name: one.value for name in ("listen", "hosts", "metrics") if (one := together.get(("http", name)))}
    return Http(aliases=aliases, **fields)


def budget_of(together: Merged) -> Budget:
    """The budgets among merged values."""
    return _made(Budget, _tables(together), "budget")


def unknown(together: Merged) -> list[str]:
    """Sentences on models of providers that nobody described; they can never be asked."""
    known = [*_names(together, "providers"), OFFLINE.provider]
    named = [(value.layer, model) for path, value in together.items() if path[0] == "tiers" for model in value.value]
    embedder = together.get(("routing", "embedder"))
    if embedder and embedder.value.model:
        named.append((embedder.layer, embedder.value.model))
    return [f"{layer.name}: {_stranger(model, known)}" for layer, model in named if model.provider not in known]


def _stranger(model: ModelRef, known: list[str]) -> str:
    near = get_close_matches(model.provider, known, n=1)
    hint = f"write {near[0]}/{model.model}, or describe it" if near else "describe it"
    return f"no provider is called `{model.provider}` as in {model}: {hint} under [providers.{model.provider}]."


def _names(together: Merged, table: str) -> list[str]:
    return list(dict.fromkeys(path[1] for path in together if path[0] == table))


def _named(together: Merged, table: str) -> dict[str, Any]:
    return {path[1]: value.value for path, value in together.items() if path[0] == table}


def _tables(together: Merged) -> Tables:
    """The values of each table, by its path and their last keys."""
    found: Tables = {}
    for path, value in together.items():
        found.setdefault(path[:-1], {})[path[-1]] = value
    return found


def _made(kind: Callable[..., T], tables: Tables, *prefix: str) -> T:
    return kind(**{key: value.value for key, value in tables.get(prefix, {}).items()})


def _model(said: Mapping[str, Value]) -> ModelSettings:
    shipped = all(value.layer.built_in for value in said.values())
    settings = ModelSettings(**{key: value.value for key, value in said.items()})
    return replace(settings, source=_SHIPPED_PRICES) if shipped else settings


def _provider(name: str, tables: Tables, declared: bool) -> ProviderSettings:
    said = tables.get(("providers", name), {})
    if "base_url" not in said:
        layer = next(iter((said or tables["providers", name, "quirks"]).values())).layer
        raise ConfigError(
            f"{layer.name}: the provider `{name}` has no address: "
            f'write base_url = "https://…/v1" under [providers.{name}].'
        )
    quirks = _made(Quirks, tables, "providers", name, "quirks")
    values = {key: value.value for key, value in said.items() if key in _PROVIDER_FIELDS}
    key = said["api_key"].value if "api_key" in said else None
    return ProviderSettings(name, key=key, quirks=quirks, declared=declared, **values)


_PROVIDER_FIELDS = frozenset(field.name for field in fields(ProviderSettings))


def _declared(together: Merged) -> frozenset[str]:
    """The providers that any layer above the built-in ones describes or uses in a tier."""
    said = [(path, value) for path, value in together.items() if not value.layer.built_in]
    described = {path[1] for path, _ in said if path[0] == "providers"}
    return frozenset(
        described | {model.provider for path, value in said if path[0] == "tiers" for model in value.value}
    )
