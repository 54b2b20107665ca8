"""The merged configuration as rows for a person: key, value as TOML, origin; a key itself is never shown."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from routerd.adapters.config.load import Loaded
from routerd.domain.key_source import KeySource
from routerd.domain.money import plain
from routerd.domain.settings import Embedding, RoutingExample


@dataclass(frozen=True, slots=True)
class SettingRow:
    """One setting."""

    key: str
    value: str
    where: str


def rows(loaded: Loaded) -> tuple[SettingRow, ...]:
    """Every setting that any layer set, in the order of the layers' keys."""
    return tuple(
        SettingRow(
            key,
            _NOTHING.get(key.rpartition(".")[2], '"auto"') if value is None else written(value),
            loaded.where[key],
        )
        for key, value in loaded.values.items()
    )


def written(value: object) -> str:
    """A value as TOML."""
    writer = _WRITERS.get(type(value))
    if writer:
        return writer(value)
    if isinstance(value, Mapping):
        return "{ " + ", ".join(f"{name} = {written(inner)}" for name, inner in value.items()) + " }"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(written(one) for one in value) + "]"
    escaped = str(value).replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return f'"{escaped}"'


def _key(source: KeySource) -> str:
    if source.env:
        return written({"env": source.env})
    if source.keyring:
        return written({"keyring": source.keyring})
    # The arguments may be secret.
    return f"{{ command = [{written((source.command or ('?',))[0])}, …] }}"


def _embedding(value: Embedding) -> str:
    if value.model:
        return written({"provider": value.model.provider, "model": value.model.model})
    return written({"folder": value.folder} if value.folder else "built-in")


_WRITERS: Mapping[type, Callable[[Any], str]] = {
    bool: lambda value: str(value).lower(),
    int: lambda value: f"{value:_}",
    float: lambda value: f"{value:g}",
    Decimal: lambda value: f'"{plain(value)}"',
    KeySource: _key,
    Embedding: _embedding,
    RoutingExample: lambda value: written({"tier": value.tier, "text": value.text}),
}

_NOTHING = {"api_key": "{}", "max_tokens_field": "false"}
"""How the absence of a value is written, by the last part of the key; elsewhere it is the tier ``auto``."""
