"""Trust over the layers: a folder may only lower what the user has, and an editor what the user's file says.

A cloned repository must not be able to spend more, send code elsewhere or keep more of it than its reader allowed. A
setting that this file does not know may only be set by the user's own file.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from routerd.actions import catalog
from routerd.adapters.config.build import Merged, merged, settings_of
from routerd.adapters.config.layer import Checked
from routerd.adapters.config.schema import Path
from routerd.domain.model import OFFLINE, ModelRef
from routerd.domain.money import Price, dollars
from routerd.domain.settings import ALWAYS_ALLOWED, Limits, Settings
from routerd.domain.tier import Tier


@dataclass(frozen=True, slots=True)
class Worth:
    """What decides whether a model is dearer than the user's own."""

    price: Callable[[Settings, ModelRef], Price | None]
    available: Callable[[Settings], AbstractSet[str]]
    """Names of the providers that can be asked."""


UNKNOWN = Worth(lambda _settings, _model: None, lambda _settings: frozenset())
"""Without prices every model but the user's own counts as dearer."""


def without_raises(layers: Sequence[Checked], users_file: str, worth: Worth = UNKNOWN) -> list[str]:
    """Take from a workspace's and an editor's layer what would raise anything; a sentence for each such setting."""
    own = [one for one in layers if one.layer.users_own or one.layer.users_word]
    said: list[str] = []
    held = merged(own)
    spoken = {path for one in own if not one.layer.built_in for path in one.values}
    for one in layers:
        if one.layer.users_own or one.layer.users_word:
            continue
        for path, value in list(one.values.items()):
            # An editor's setting counts in full where the user's file says nothing.
            bound = one.layer.lowers or path in spoken
            why = _Judge(held, worth).raises(path, value, bound=bound)
            if why is not None:
                del one.values[path]
                said.append(one.say(path, f"{why} and is ignored: set it in {users_file}"))
    return said


@dataclass(frozen=True, slots=True)
class _Judge:
    """Judges one value against what holds without its layer."""

    held: Merged
    worth: Worth

    def raises(self, path: Path, value: Any, *, bound: bool) -> str | None:
        """What a value would raise, as the rest of a sentence; ``None`` if nothing."""
        if path[0] == "tiers":
            return self._dearer(Tier(path[1]), value, bound=bound)
        rule = _RULES.get(path[:1], _RULES.get(path, _users_only))
        held = self.held[path].value if path in self.held else None
        return rule(path, held, value, self.held) if bound else None

    def _dearer(self, tier: Tier, models: Sequence[ModelRef], *, bound: bool) -> str | None:
        settings = settings_of(self.held)
        own = settings.tiers[tier]
        strange = next((model for model in models if not _configured(model, settings)), None)
        if strange is not None:
            return f"names {strange}, whose provider you never configured,"
        if not bound:
            return None
        available = self.worth.available(settings)
        asked = [model for model in own if model.provider in available] or list(own)
        for model in models:
            if model != OFFLINE and model not in own and not self._covered(model, asked, settings):
                return f"names {model}, which is dearer than your models of that tier or has no known price,"
        return None

    def _covered(self, model: ModelRef, own: Sequence[ModelRef], settings: Settings) -> bool:
        """Whether one of the user's models of the tier costs as much, for input as for output."""
        price = self.worth.price(settings, model)
        prices = [self.worth.price(settings, one) for one in own]
        return price is not None and any(
            one is not None and price.input <= one.input and price.output <= one.output for one in prices
        )


def _configured(model: ModelRef, settings: Settings) -> bool:
    """Whether the user's file describes the model's provider, or it is a known one, which needs the user's key."""
    provider = settings.providers.get(model.provider)
    return model == OFFLINE or (provider is not None and (provider.declared or provider.key is not None))


Rule = Callable[[Path, Any, Any, Mapping[Path, Any]], str | None]


def _users_only(path: Path, held: Any, value: Any, layers: Mapping[Path, Any]) -> str | None:
    return None if value == held else "may only be set by your own file"


def _amount(path: Path, held: Any, value: Decimal, layers: Mapping[Path, Any]) -> str | None:
    if held is None or value <= held:
        return None
    return f"cannot raise your {dollars(held)} to {dollars(value)}"


def _per_action(path: Path, held: Any, value: Decimal, layers: Mapping[Path, Any]) -> str | None:
    """Where the user sets no cap, an action is held to a multiple of its price: a higher cap would raise that."""
    if held is None and value > ALWAYS_ALLOWED:
        return f"may raise what an action of yours may cost, ten times its likely price, to {dollars(value)}"
    return _amount(path, held, value, layers)


def _seconds(path: Path, held: Any, value: float, layers: Mapping[Path, Any]) -> str | None:
    own = getattr(Limits(), path[1]) if held is None else held
    return None if value <= own else f"cannot raise your {own:g} seconds to {value:g}"


def _off(path: Path, held: Any, value: bool, layers: Mapping[Path, Any]) -> str | None:
    return None if not value or held is not False else "is off in your own settings"


def _tier(path: Path, held: Any, value: Tier | None, layers: Mapping[Path, Any]) -> str | None:
    """A tier of an action, ``None`` for one that is found by the instruction, or of instructions without a sure one."""
    unsure = layers[("routing", "default_tier")].value if ("routing", "default_tier") in layers else Tier.LOGIC
    if path[0] == "actions":
        own = layers[path].value if path in layers else catalog()[path[1]].tier
        if value == own or (value is not None and value.rank <= (own or unsure).rank):
            return None
        return f"cannot raise your {own or 'auto'} to {value or 'auto'}"
    return None if value is None or value.rank <= unsure.rank else f"cannot raise your {unsure} to {value}"


def _examples(path: Path, held: Any, value: Any, layers: Mapping[Path, Any]) -> str | None:
    unsure = layers[("routing", "default_tier")].value if ("routing", "default_tier") in layers else Tier.LOGIC
    dear = next((one.tier for one in value if one.tier.rank > unsure.rank), None)
    return None if dear is None else f"sends instructions to {dear}, above your {unsure},"


def _harmless(path: Path, held: Any, value: Any, layers: Mapping[Path, Any]) -> str | None:
    return None


_RULES: Mapping[Path, Rule] = {
    ("budget", "daily"): _amount,
    ("budget", "monthly"): _amount,
    ("budget", "session"): _amount,
    ("budget", "project_daily"): _amount,
    ("budget", "project_monthly"): _amount,
    ("budget", "team_daily"): _amount,
    ("budget", "team_monthly"): _amount,
    ("budget", "confirm_above"): _amount,
    ("budget", "per_action"): _per_action,
    ("limits",): _seconds,
    ("actions",): _tier,
    ("instructions",): _harmless,  # shown by `estimate --explain`
    ("code_lens",): _harmless,
    ("offers",): _harmless,
    ("routing", "escalate"): _off,
    ("routing", "default_tier"): _tier,
    ("routing", "examples"): _examples,
    ("routing", "offline"): _harmless,
    ("routing", "baseline"): _harmless,
    ("cache", "enabled"): _off,
}
"""By table or by setting."""
