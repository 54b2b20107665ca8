"""Reads the layers in their order and merges them: settings, where each came from, and what was ignored."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cache
from importlib.resources import files
from pathlib import Path
from types import MappingProxyType

from routerd.adapters.config.build import Merged, budget_of, merged, settings_of, unknown
from routerd.adapters.config.layer import Checked, Layer, checked
from routerd.adapters.config.sources import MAX_BYTES, Sources
from routerd.adapters.config.toml import dotted, parse
from routerd.adapters.config.trust import UNKNOWN, Worth, without_raises
from routerd.domain.errors import ConfigError
from routerd.domain.model import OFFLINE, ModelRef
from routerd.domain.settings import ORIGINS, Budget, Settings
from routerd.domain.tier import Tier
from routerd.system.regular_files import read_regular

BUILT_IN = "built-in defaults"
EDITOR = "editor settings"

CLIENTS_OWN = frozenset({"path", "apply", "trace"})
"""Keys of the section ``routerd`` that editors' clients keep for themselves."""


@dataclass(frozen=True, slots=True)
class Loaded:
    """The merged configuration."""

    settings: Settings
    where: Mapping[str, str]
    """Dotted key to the layer that set it."""
    problems: tuple[str, ...]
    """What was ignored, one sentence each."""
    values: Mapping[str, object]
    """Dotted key to its value."""
    own: Budget = field(default_factory=Budget)
    """The budgets of the user's file and the editor alone, which count what was spent anywhere."""
    lowered: Budget = field(default_factory=Budget)
    """The daily and monthly budgets that the workspace's file set, which count what was spent on that workspace."""

    @property
    def chosen(self) -> tuple[ModelRef, ...]:
        """The models of the tiers that somebody set, each once; those of the defaults are nobody's choice."""
        tiers = [tier for tier in Tier if self.where[f"tiers.{tier}"] != BUILT_IN]
        return tuple(dict.fromkeys(model for tier in tiers for model in self.settings.tiers[tier]))


Contents = Mapping[Path, bytes | None]
"""What files were seen to hold; a file that is not among them, or was not there, is read."""


def load(sources: Sources, seen: Contents = MappingProxyType({}), worth: Worth = UNKNOWN) -> Loaded:
    """Read and merge every layer; ``worth`` says which models are dearer than the user's.

    Raises ConfigError for a file or a value that cannot be used.
    """
    layers = [*_built_in(), *_read(sources, seen)]
    faults = [fault for layer in layers for fault in layer.faults]
    if faults:
        more = f" ({len(faults) - 1} more: `routerd config check` lists them.)" if len(faults) > 1 else ""
        raise ConfigError(faults[0] + more)
    raised = without_raises(layers, str(sources.user), worth)
    together = merged(layers)
    problems = [problem for layer in layers for problem in layer.problems]
    loaded = _loaded(together, [*_missing(sources), *problems, *raised, *unknown(together)])
    return replace(loaded, own=budget_of(merged(one for one in layers if not one.layer.lowers)))


def begin(sources: Sources, lenient: bool, worth: Worth = UNKNOWN) -> Loaded:
    """What to start with: ``load``, or where that raises and ``lenient`` is wanted, ``fallback``."""
    try:
        return load(sources, worth=worth)
    except ConfigError as fault:
        if not lenient:
            raise
        return fallback(sources, fault)


def fallback(sources: Sources, fault: ConfigError) -> Loaded:
    """What to start with when ``load`` raised: the user's file alone, without the workspace and the editor.

    Where that is the broken one: the built-in engine alone, as nobody knows what may be sent or spent.
    """
    try:
        loaded = load(Sources(sources.user, sources.asked_for))
    except ConfigError:
        together = merged(_built_in())
        for path in [path for path in together if path[0] == "tiers"]:
            together[path] = replace(together[path], value=(OFFLINE,))
        loaded = _loaded(together, [])
    return replace(loaded, problems=(str(fault), *loaded.problems))


def check(sources: Sources, worth: Worth = UNKNOWN) -> tuple[str, ...]:
    """Everything that is wrong or ignored, one sentence each; empty if all is well."""
    try:
        layers = [*_built_in(), *_read(sources)]
        raised = without_raises(layers, str(sources.user), worth)
        together = merged(layers)
        settings_of(together)
    except ConfigError as fault:
        return (str(fault),)
    said = [sentence for layer in layers for sentence in (*layer.faults, *layer.problems)]
    return (*_missing(sources), *said, *raised, *unknown(together))


def _loaded(together: Merged, problems: list[str]) -> Loaded:
    return Loaded(
        settings_of(together),
        {dotted(path): value.layer.name for path, value in together.items()},
        tuple(problems),
        {dotted(path): value.value for path, value in together.items()},
        budget_of(together),
        budget_of({path: value for path, value in together.items() if value.layer.lowers}),
    )


def _missing(sources: Sources) -> list[str]:
    if sources.asked_for == "$ROUTERD_CONFIG" and not sources.user.exists():
        return [f"{sources.user} ($ROUTERD_CONFIG) does not exist: `routerd config init` writes it."]
    return []


def _read(sources: Sources, seen: Contents = MappingProxyType({})) -> list[Checked]:
    layers: list[Layer] = []
    user = _file(sources.user, seen, users_own=True)
    if user is None and sources.asked_for == "--config":
        raise ConfigError(f"{sources.user} does not exist: name an existing file after --config.")
    layers += [user] if user else []
    workspace = _file(sources.workspace, seen) if sources.workspace else None
    layers += [replace(workspace, lowers=True)] if workspace else []
    layers += _of_editor(sources.editor)
    return [checked(layer, str(sources.user)) for layer in layers]


def _of_editor(settings: Mapping[str, object]) -> list[Layer]:
    """The editor's settings: parted where it says who set them, else as one layer of unknown origin."""
    table = {key: value for key, value in settings.items() if key not in CLIENTS_OWN}
    told = table.pop(ORIGINS, None)
    if not isinstance(told, Mapping):
        return [Layer(EDITOR, table)] if table else []
    parts = {origin: found for origin in ("user", "workspace") if isinstance(found := told.get(origin), Mapping)}
    return [
        Layer(f"{origin} settings of the editor", found, users_word=origin == "user", lowers=origin == "workspace")
        for origin, found in parts.items()
        if found
    ]


def _file(path: Path, seen: Contents, *, users_own: bool = False) -> Layer | None:
    content = seen.get(path)
    try:
        text = (read_regular(path, MAX_BYTES) if content is None else content).decode("utf-8-sig")
    except FileNotFoundError:
        return None
    except UnicodeDecodeError as fault:
        raise ConfigError(f"{path} is not UTF-8 (byte {fault.start}): save it as UTF-8.") from None
    except OSError as fault:
        raise ConfigError(f"{path} cannot be read ({fault.strerror}): make it a file that you may read.") from None
    return Layer(str(path), parse(text, str(path)), text, users_own)


@cache
def _built_in() -> tuple[Checked, ...]:
    data = files("routerd") / "data"
    layers = (
        Layer(BUILT_IN, parse(text, name), text, users_own=True, built_in=True)
        for name in ("presets.toml", "defaults.toml")
        for text in [(data / name).read_text("utf-8")]
    )
    return tuple(checked(layer, "") for layer in layers)
