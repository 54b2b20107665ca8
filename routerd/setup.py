"""What the command line looks at and sets up without running an action: the configuration, and doctor's checks."""

from __future__ import annotations

import asyncio
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from platformdirs import user_data_path

from routerd.adapters import config
from routerd.adapters.catalogue import Catalogue
from routerd.adapters.ledger import MIGRATIONS
from routerd.adapters.sqlite import Database
from routerd.adapters.tokenizer import TiktokenCounter
from routerd.adapters.upstream import Health, Probe, SharedHealth, probe
from routerd.domain.errors import KeyUnavailable, RouterdError
from routerd.domain.model import ModelRef
from routerd.domain.money import dollars
from routerd.domain.settings import ProviderSettings, RoutingExample, Settings
from routerd.domain.tier import Tier

_LOCAL = ("ollama", "lmstudio")
"""Providers that run on the user's own machine, and so can be found by looking."""


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that doctor looked at."""

    name: str
    ok: bool | None
    """``None``: not set up, which breaks nothing."""
    words: str


@dataclass(frozen=True, slots=True)
class Setting:
    """One setting of the configuration, for programs that offer it; ``*`` in its key stands for any name."""

    key: str
    example: object
    """A right value, in TOML's types; a setting's type is the type of its example."""
    default: object
    """``None`` where it is unset, or belongs to a name that only the user knows."""
    wants: str
    """What a value must be, as in "must be …"."""
    says: str
    users_only: bool
    """Whether only the user's own file may set it."""


def settings() -> tuple[Setting, ...]:
    """Every setting there is, in the order of `config show`; one for each name where the names are known."""
    # A file that does not exist: what remains are the built-in defaults.
    defaults = config.load(config.Sources(Path(__file__).parent / "data" / "no-such-file.toml"))
    written = {row.key: tomllib.loads(f"value = {row.value}")["value"] for row in config.rows(defaults)}
    found = []
    for entry in config.ENTRIES:
        keys = [entry.dotted.replace("*", name) for name in entry.names] or [entry.dotted]
        example = tomllib.loads(f"value = {entry.kind.example}")["value"]
        for key in keys:
            default = written.get(key, _in_force(defaults.settings, key))
            found.append(Setting(key, example, default, entry.kind.wants, entry.says, entry.users_only))
    return tuple(found)


def _in_force(value: object, key: str) -> object:
    """What holds where not even the built-in file says anything: the default of the domain's own type."""
    for part in key.split("."):
        value = getattr(value, part, None)
    return value if isinstance(value, bool | int | float | str) else None


@dataclass(frozen=True, slots=True)
class Setup:
    """The configuration of a place, before any app is made of it."""

    sources: config.Sources

    @classmethod
    def found(cls, config_file: Path | None, root: Path | None) -> Setup:
        """The setup of a workspace folder, with ``--config`` if it was given."""
        return cls(config.Sources.found(config_file, root))

    def rows(self) -> tuple[config.Row, ...]:
        """Every setting with its value and the layer that set it. Raises ConfigError."""
        return config.rows(config.load(self.sources))

    def check(self) -> tuple[str, ...]:
        """Everything that is wrong or ignored, one sentence each."""
        return config.check(self.sources)

    def write_first(self, environ: Mapping[str, str]) -> Path:
        """Write a first file that names the keys and local servers found. Raises ConfigError where one stands."""
        settings = config.load(replace(self.sources, asked_for="")).settings
        running = asyncio.run(_running(settings))
        config.write_first_file(self.sources.user, running, environ)
        return self.sources.user

    def correct(self, tier: Tier, text: str) -> Path:
        """Add an example for semantic routing to the user's file, and say which. Raises ConfigError."""
        config.add_example(self.sources.user, RoutingExample(tier, text))
        return self.sources.user

    async def examine(self, now: datetime) -> tuple[Check, ...]:
        """Configuration, vocabulary, ledger, prices and each provider. Raises ConfigError."""
        loaded = config.load(self.sources)
        settings = loaded.settings
        database = Database(user_data_path("routerd", False) / "ledger.db", MIGRATIONS, now)
        try:
            health = SharedHealth(database, now.timestamp).all()
            providers = await asyncio.gather(
                *(_provider(one, settings, health, now) for one in settings.providers.values())
            )
            return (
                Check("configuration", not loaded.problems, " ".join(loaded.problems) or str(self.sources.user)),
                _vocabulary(),
                Check("ledger", database.problem is None, database.problem or "can be written"),
                *_tiers(settings, now),
                *providers,
            )
        finally:
            database.close()


async def _running(settings: Settings) -> list[str]:
    found = [settings.providers[name] for name in _LOCAL if name in settings.providers]
    probes = await asyncio.gather(*(probe(one.base_url, None, within_s=1.0) for one in found))
    return [one.name for one, answer in zip(found, probes, strict=True) if answer.problem is None]


def _vocabulary() -> Check:
    try:
        counted = TiktokenCounter().count("Hello, world")
    except (RouterdError, OSError, ValueError) as fault:
        return Check("vocabulary", False, str(fault))
    # o200k_base cuts these words into exactly three tokens: "Hello", "," and " world".
    return Check("vocabulary", counted == 3, "o200k_base, from a package, no download")


def _tiers(settings: Settings, now: datetime) -> list[Check]:
    catalogue = Catalogue(settings.models)
    usable = config.usable_tiers(settings, config.Keys().available(settings))
    checks = []
    for tier, models in usable.items():
        if not models:
            checks.append(Check(f"tier {tier}", None, "no model can be asked: none of its providers has a key"))
            continue
        price = catalogue.price(models[0], now)
        if price is None:
            nearest = catalogue.nearest(models[0])
            hint = f"; the nearest known model is {nearest}" if nearest else ""
            words = f'{models[0]}, price unknown: set it under [models."{models[0]}"]{hint}'
        else:
            words = f"{models[0]}, {dollars(price.input)} in and {dollars(price.output)} out per million"
            words += f" ({price.source}{', ' + price.checked if price.checked else ''})"
        checks.append(Check(f"tier {tier}", price is not None, words))
    return checks


async def _provider(
    provider: ProviderSettings, settings: Settings, health: Mapping[str, Health], now: datetime
) -> Check:
    name = f"provider {provider.name}"
    try:
        key = await asyncio.to_thread(config.Keys().key, provider) if _likely(provider, settings) else None
    except KeyUnavailable as missing:
        return Check(name, False, str(missing))
    if key is None and not (provider.name in _LOCAL or (provider.key is None and provider.declared)):
        return Check(name, None, f"no key in {provider.key}")
    answer = await probe(provider.base_url, key, within_s=1.0 if provider.name in _LOCAL else 5.0)
    where = f"key from {provider.key}" if provider.key else "needs no key"
    if answer.problem is not None:
        asked_for = provider.key is not None or any(
            model.provider == provider.name for models in settings.tiers.values() for model in models
        )
        return Check(name, False if asked_for else None, f"{where}; {provider.base_url}: {answer.problem}")
    return Check(
        name,
        True,
        "; ".join((where, "reachable", *_models(provider, settings, answer), *_past(provider, health, now))),
    )


def _likely(provider: ProviderSettings, settings: Settings) -> bool:
    return provider.name in config.Keys().available(settings) and provider.key is not None


def _models(provider: ProviderSettings, settings: Settings, answer: Probe) -> list[str]:
    """Of the models that the tiers name there, those that the provider does not list."""
    named = {m.model for models in settings.tiers.values() for m in models if m.provider == provider.name}
    missing = sorted(named - set(answer.models))
    nearest = {name: Catalogue().nearest(ModelRef(provider.name, name)) for name in missing}
    return [
        f"does not list {name}" + (f" (nearest known: {nearest[name]})" if nearest[name] else "") for name in missing
    ]


def _past(provider: ProviderSettings, health: Mapping[str, Health], now: datetime) -> list[str]:
    past = []
    for name, known in health.items():
        if name.startswith((f"{provider.name}/", f"{provider.name}#")) and known.benched_until > now.timestamp():
            until = datetime.fromtimestamp(known.benched_until, now.tzinfo)
            past.append(f"{name.partition('#')[0]} benched until {until:%H:%M:%S} ({known.reason})")
    return past
