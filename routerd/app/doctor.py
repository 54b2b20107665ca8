"""Checks for `routerd doctor`: configuration, vocabulary, ledger, each tier's model and every provider.

A provider is asked for its list of models, and only where it has a key or needs none; no key is ever shown.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from difflib import get_close_matches
from pathlib import Path

from platformdirs import user_data_path

from routerd import __version__
from routerd.adapters import config
from routerd.adapters.catalogue import Catalogue
from routerd.adapters.ledger import MIGRATIONS, LastFailure, last_failures
from routerd.adapters.sqlite import Database
from routerd.adapters.tokenizer import TiktokenCounter
from routerd.app.shared_ledger_check import shared_ledger_words
from routerd.app.worth import worth
from routerd.domain.errors import RouterdError
from routerd.domain.model import ModelRef
from routerd.domain.money import STALE, Price, dollars
from routerd.domain.settings import ProviderSettings, Settings
from routerd.domain.tier import Tier
from routerd.providers import Health, KeyCache, Probe, Refused, SharedHealth, SharedRefusedFields, probe
from routerd.relay.asking import ask_daemon

LOCAL = ("ollama", "lmstudio")
"""Providers that run on the user's own machine, and so can be found by looking."""
LOCAL_S, REMOTE_S = 1.0, 5.0
"""Time to answer: a local server is there at once or not at all."""
LOOK_BACK = timedelta(days=7)
"""Older failures are not reported."""


@dataclass(frozen=True, slots=True)
class DoctorCheck:
    """The result of one check."""

    name: str
    ok: bool | None
    """``None``: not set up, which breaks nothing."""
    words: str


async def examine(config_file: Path | None, root: Path | None, now: datetime) -> tuple[DoctorCheck, ...]:
    """Check everything that routerd needs in a workspace folder. Raises ConfigError."""
    sources = config.Sources.found(config_file, root)
    loaded = config.load(sources, worth=worth(config.KeyReader().available))
    database = Database(user_data_path("routerd", False) / "ledger.db", MIGRATIONS, now)
    try:
        fields = SharedRefusedFields(database, now.timestamp)
        refused = [one for provider in loaded.settings.providers.values() for one in fields.of(provider)]
        health = SharedHealth(database, now.timestamp).all()
        known = DoctorInputs(loaded.settings, health, _failures(database, now), now, tuple(refused))
    finally:
        database.close()
    shared = await shared_ledger_words(loaded.settings.ledger)
    providers = await asyncio.gather(*map(known.provider, loaded.settings.providers.values()))
    return (
        DoctorCheck("configuration", not loaded.problems, " ".join(loaded.problems) or _file(sources.user)),
        _vocabulary(),
        _daemon(),
        DoctorCheck("ledger", database.problem is None, database.problem or "can be written"),
        *([] if shared is None else [DoctorCheck("shared ledger", *shared)]),
        *known.tiers(),
        *providers,
    )


def _daemon() -> DoctorCheck:
    """The one process behind all editors; that none runs is no fault, as the next editor starts one."""
    try:
        told = ask_daemon({"command": "status"})
    except OSError as fault:
        return DoctorCheck("daemon", None, f"each editor has a process of its own: {fault}")
    if told is None:
        return DoctorCheck("daemon", None, "none runs; the next editor starts one")
    words = f"routerd {told['version']}, process {told['pid']}, {told['sessions']} session(s)"
    if told["version"] == __version__:
        return DoctorCheck("daemon", True, words)
    return DoctorCheck("daemon", True, f"{words}; `routerd daemon restart` makes it {__version__}")


def _file(path: Path) -> str:
    return str(path) if path.exists() else f"built-in defaults; `routerd config init` writes {path}"


async def running(settings: Settings) -> Mapping[str, tuple[str, ...]]:
    """The local providers that answer, each with its models."""
    local = [settings.providers[name] for name in LOCAL if name in settings.providers]
    answers = await asyncio.gather(*(probe(one.base_url, None, LOCAL_S) for one in local))
    return {one.name: answer.models for one, answer in zip(local, answers, strict=True) if answer.problem is None}


@dataclass(frozen=True, slots=True)
class DoctorInputs:
    """What is known before anybody is asked."""

    settings: Settings
    health: Mapping[str, Health]
    failures: Mapping[str, LastFailure]
    now: datetime
    refused: tuple[Refused, ...] = ()

    @property
    def _catalogue(self) -> Catalogue:
        return Catalogue(self.settings.models)

    def tiers(self) -> list[DoctorCheck]:
        """Of each tier the model that is asked first, with its price; and what is wrong with any of its models."""
        usable = config.usable_tiers(self.settings, config.KeyReader().available(self.settings))
        return [self._tier(tier, models) for tier, models in usable.items()]

    def _tier(self, tier: Tier, models: tuple[ModelRef, ...]) -> DoctorCheck:
        if not models:
            return DoctorCheck(f"tier {tier}", None, "no model can be asked: none of its providers has a key")
        price = self._catalogue.price(models[0], self.now)
        wrong = [sentence for model in models if (sentence := self._wrong_with(model))]
        told = [f"{models[0]}, {_priced(price, self.now)}"] if price else []
        return DoctorCheck(f"tier {tier}", not self._wrong_with(models[0]), "; ".join((*told, *wrong)))

    def _wrong_with(self, model: ModelRef) -> str | None:
        """Why a model cannot be relied on, with the one to take instead."""
        catalogue = self._catalogue
        if doubt := catalogue.warning(model):
            return doubt.rstrip(".")
        if catalogue.price(model, self.now) is not None:
            return None
        nearest = catalogue.nearest(model)
        hint = f"; the nearest known model is {nearest}" if nearest else ""
        return f'the price of {model} is unknown: set it under [models."{model}"]{hint}'

    async def provider(self, provider: ProviderSettings) -> DoctorCheck:
        """Key, reachability, models, prices, last failure and bench of one provider."""
        name = f"provider {provider.name}"
        source = config.KeyReader()
        local = provider.name in LOCAL and not provider.declared
        if not local and provider.name not in source.available(self.settings):
            return DoctorCheck(name, None, f"not asked: no key in {provider.key}")
        key = await KeyCache(source.key, source.headers).get(provider)
        if key.problem is not None:
            return DoctorCheck(name, False, key.problem)
        within_s = LOCAL_S if provider.name in LOCAL else REMOTE_S
        answer = await probe(provider.base_url, key.value, within_s, dict(key.headers), provider.dialect)
        if answer.problem is not None and local:
            return DoctorCheck(name, None, f"does not run at {provider.base_url}")
        missing, models = self._models(provider, answer)
        where = f"key from {provider.key}" if provider.key else "needs no key"
        reached = f"{provider.base_url}: {answer.problem}" if answer.problem else "reachable"
        told = (where, reached, *models, *self._past(provider, key.name))
        return DoctorCheck(name, answer.problem is None and not missing, "; ".join(told))

    def _models(self, provider: ProviderSettings, answer: Probe) -> tuple[bool, list[str]]:
        """Whether a model that the tiers name is missing there, and what is to be said of them all."""
        tiers = self.settings.tiers.values()
        named = sorted({m.model for models in tiers for m in models if m.provider == provider.name})
        if answer.problem is not None:
            return False, []
        if not named:
            first = f', such as "{provider.name}/{answer.models[0]}"' if answer.models else ""
            count = len(answer.models)
            return False, [f"offers {count} model{'s' * (count != 1)}, of which no tier names one{first}"]
        if not answer.models:
            return False, ["lists no models"]
        missing = [name for name in named if not _lists(answer.models, name)]
        unpriced = [name for name in named if not self._catalogue.price(ModelRef(provider.name, name), self.now)]
        told = [f"lists {', '.join(n for n in named if n not in missing)}"] if len(missing) < len(named) else []
        told += [f"does not list {name}{self._instead(provider, name, answer)}" for name in missing]
        told += [f"no price for {', '.join(unpriced)}" if unpriced else "prices known"]
        return bool(missing), told

    def _instead(self, provider: ProviderSettings, name: str, answer: Probe) -> str:
        listed = get_close_matches(name, answer.models, n=1)
        nearest = listed[0] if listed else self._catalogue.nearest(ModelRef(provider.name, name))
        return f" (the nearest known is {nearest})" if nearest else ""

    def _past(self, provider: ProviderSettings, key_name: str) -> list[str]:
        past = []
        if last := self.failures.get(provider.name):
            past.append(f"last failure {last.at:%a %H:%M}, {last.model}: {last.why}")
        for one in self.refused:
            if one.model.provider == provider.name and one.fields:
                until = datetime.fromtimestamp(one.until, self.now.tzinfo)
                past.append(f"{one.model} refused {', '.join(one.fields)}, left out until {until:%d %b}")
        for name, health in self.health.items():
            if health.cooldown_until > self.now.timestamp() and (
                name == key_name
                or (name.startswith(f"{provider.name}/") and name.endswith(key_name.removeprefix(provider.name)))
            ):
                until = datetime.fromtimestamp(health.cooldown_until, self.now.tzinfo)
                past.append(f"{name.partition('#')[0]} in cooldown until {until:%H:%M:%S} ({health.reason})")
        return past


def _failures(database: Database, now: datetime) -> Mapping[str, LastFailure]:
    try:
        return last_failures(database, now - LOOK_BACK)
    except RouterdError:
        return {}


def _vocabulary() -> DoctorCheck:
    try:
        counted = TiktokenCounter().count("Hello, world")
    except (RouterdError, OSError, ValueError) as fault:
        return DoctorCheck("vocabulary", False, str(fault))
    # o200k_base cuts these words into exactly three tokens: "Hello", "," and " world".
    return DoctorCheck("vocabulary", counted == 3, "o200k_base, from a package, no download")


def _priced(price: Price, now: datetime) -> str:
    """A price with its source, and whether that is too old to be believed."""
    if price.free:
        return f"price $0 ({price.source})"
    dated = f", {price.checked}" if price.checked else ""
    stale = f", older than {STALE.days} days: compare it with the provider's own" if price.stale(now.date()) else ""
    return f"{dollars(price.input)} in and {dollars(price.output)} out per million ({price.source}{dated}{stale})"


def _lists(models: tuple[str, ...], name: str) -> bool:
    """Whether a provider's list has a model: Google's begins each with ``models/``, and others add a date or tag."""
    listed = [model.removeprefix("models/") for model in models]
    return any(model == name or model.startswith((f"{name}-", f"{name}:")) for model in listed)
