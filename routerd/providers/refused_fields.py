"""What providers refused, kept in the ledger's database by provider and model, so that no restart asks for it again.

It is forgotten after 30 days, as providers learn, and when the provider's settings change.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Protocol

from routerd.adapters.sqlite import Database
from routerd.domain.errors import LedgerError
from routerd.domain.model import ModelRef
from routerd.domain.settings import ProviderSettings, Quirks

KEPT_S = 30 * 86_400.0
"""A provider may accept tomorrow what it refuses today."""
_LEARNED = {
    "max_tokens_field": (str, type(None)),
    "stream_options": (bool,),
    "system_role": (str,),
    "json_schema": (bool,),
}
"""The quirks that a refusal changes, with the types of their values."""


class RefusedFields(Protocol):
    """The quirks of providers as their settings say, without the fields that they refused."""

    def quirks(self, model: ModelRef, provider: ProviderSettings) -> Quirks:
        """How to ask a model now."""

    def refused(self, model: ModelRef, provider: ProviderSettings, learned: Mapping[str, Any]) -> None:
        """Remember what ``changes`` says after a model refused a field, with what it refused before."""


class MemoryRefusedFields:
    """Kept for the life of this process only."""

    def __init__(self) -> None:
        self._known: dict[tuple[ModelRef, str], Quirks] = {}

    def quirks(self, model: ModelRef, provider: ProviderSettings) -> Quirks:
        """As the protocol says."""
        return self._known.get((model, _settings(provider)), provider.quirks)

    def refused(self, model: ModelRef, provider: ProviderSettings, learned: Mapping[str, Any]) -> None:
        """As the protocol says."""
        self._known[model, _settings(provider)] = replace(self.quirks(model, provider), **learned)


@dataclass(frozen=True, slots=True)
class Refused:
    """A model that refused fields, for ``routerd doctor``."""

    model: ModelRef
    fields: tuple[str, ...]
    """As they are called in a request."""
    until: float
    """Unix seconds."""


class SharedRefusedFields:
    """For all daemons of a user, over SQLite; in memory where the database cannot be used."""

    def __init__(self, database: Database, now: Callable[[], float]) -> None:
        """``now`` gives Unix seconds."""
        self._database, self._now = database, now
        self._own = MemoryRefusedFields()

    def quirks(self, model: ModelRef, provider: ProviderSettings) -> Quirks:
        """As the protocol says."""
        own = self._own.quirks(model, provider)
        try:
            rows = self._database.read(
                "SELECT quirks FROM refused_fields WHERE provider = ? AND model = ? AND settings = ? AND at > ?",
                (model.provider, model.model, _settings(provider), self._now() - KEPT_S),
            )
        except LedgerError:
            return own
        return replace(provider.quirks, **_learned(rows[0][0])) if rows else own

    def refused(self, model: ModelRef, provider: ProviderSettings, learned: Mapping[str, Any]) -> None:
        """As the protocol says."""
        changed = dict(changes(provider.quirks, replace(self.quirks(model, provider), **learned)))
        try:
            with self._database.transaction() as run:
                run("DELETE FROM refused_fields WHERE at <= ?", (self._now() - KEPT_S,))
                run(
                    "INSERT OR REPLACE INTO refused_fields (provider, model, at, settings, quirks) "
                    "VALUES (?, ?, ?, ?, ?)",
                    (model.provider, model.model, self._now(), _settings(provider), json.dumps(changed)),
                )
        except LedgerError:
            self._own.refused(model, provider, changed)

    def of(self, provider: ProviderSettings) -> tuple[Refused, ...]:
        """What is left out of requests to a provider's models; empty if the database cannot be read."""
        try:
            rows = self._database.read(
                "SELECT model, at, quirks FROM refused_fields WHERE provider = ? AND settings = ? AND at > ? "
                "ORDER BY model",
                (provider.name, _settings(provider), self._now() - KEPT_S),
            )
        except LedgerError:
            return ()
        known = [(ModelRef(provider.name, model), at, _learned(quirks)) for model, at, quirks in rows]
        return tuple(Refused(model, _fields(provider.quirks, learned), at + KEPT_S) for model, at, learned in known)


def changes(before: Quirks, after: Quirks) -> Mapping[str, Any]:
    """The quirks that a refusal changed, by name."""
    return {name: getattr(after, name) for name in _LEARNED if getattr(after, name) != getattr(before, name)}


_NAMED: dict[int, tuple[ProviderSettings, str]] = {}
"""The names of the settings in force, by the identity of these: each request asks for one."""
_MOST_NAMED = 256


def _settings(provider: ProviderSettings) -> str:
    """A name for the settings of a provider, which tells nothing of them."""
    known = _NAMED.get(id(provider))
    if known is None or known[0] is not provider:
        if len(_NAMED) >= _MOST_NAMED:
            _NAMED.clear()
        known = _NAMED[id(provider)] = provider, _settings_name(provider)
    return known[1]


def _settings_name(provider: ProviderSettings) -> str:
    return hashlib.sha256(repr(replace(provider, declared=True)).encode("utf-8", "replace")).hexdigest()


def _learned(text: str) -> Mapping[str, Any]:
    """The values that can be relied on, whatever another program or version wrote."""
    try:
        known = json.loads(text)
    except (ValueError, TypeError, RecursionError):
        return {}
    if not isinstance(known, dict):
        return {}
    return {name: known[name] for name, kinds in _LEARNED.items() if name in known and type(known[name]) in kinds}


def _fields(before: Quirks, learned: Mapping[str, Any]) -> tuple[str, ...]:
    names = {"max_tokens_field": before.max_tokens_field, "json_schema": "response_format", "system_role": "role"}
    return tuple(str(names.get(name, name)) for name in learned if learned[name] != getattr(before, name))
