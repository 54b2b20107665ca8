"""Reads a provider's key from the source that the configuration names; never stores, logs or shows a key."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Mapping

from routerd.domain.errors import KeyUnavailable
from routerd.domain.key_source import KeySource
from routerd.domain.settings import ProviderSettings, Settings
from routerd.system.bounded_output import OutputTooLarge, run_bounded

KEYRING_SERVICE = "routerd"
"""Entries are made with ``keyring set routerd NAME``."""

_MOST_BYTES = 1_000_000
"""Of what a password manager prints: the key is its first line."""
_COMMAND_S = 60.0
"""A password manager may first ask its owner for a passphrase."""


class KeyReader:
    """Reads keys and remembers none, so that a key that a provider refused is read anew."""

    def __init__(self, environ: Mapping[str, str] | None = None, command_s: float = _COMMAND_S) -> None:
        self.environ: Mapping[str, str] = os.environ if environ is None else environ
        self._command_s = command_s

    def key(self, provider: ProviderSettings) -> str | None:
        """The key, or ``None`` for a provider that needs none; takes long where a command asks a person.

        Raises KeyUnavailable with what to do.
        """
        source = provider.key
        if source is None:
            return None
        return self._from(provider.name, source)

    def secret(self, name: str, source: KeySource) -> str:
        """What a source holds; ``name`` is whose key it is, in messages. Raises KeyUnavailable; may take long."""
        return self._from(name, source)

    def _from(self, name: str, source: KeySource) -> str:
        if source.env:
            return self._from_environment(name, source.env)
        if source.keyring:
            return _from_keyring(name, source.keyring)
        return self._from_command(name, source.command or ())

    def headers(self, provider: ProviderSettings) -> dict[str, str]:
        """The provider's own headers with their values. Raises KeyUnavailable with what to do; may take long."""
        return {
            name: said if isinstance(said, str) else self._from(f"{provider.name}'s header {name}", said)
            for name, said in provider.headers.items()
        }

    def available(self, settings: Settings) -> frozenset[str]:
        """Providers that can be asked; nothing is run or unlocked to find out.

        Their key is in the environment, or a keyring entry or a command is named for it, or they need none
        and the user's own configuration mentions them.
        """
        return frozenset(name for name, provider in settings.providers.items() if self._likely(provider))

    def _likely(self, provider: ProviderSettings) -> bool:
        source = provider.key
        if source is None:
            return provider.declared
        return bool(self.environ.get(source.env, "").strip()) if source.env else True

    def _from_environment(self, provider: str, name: str) -> str:
        value = self.environ.get(name, "").strip()
        if not value:
            raise KeyUnavailable(f"No key for {provider}: set the environment variable {name}.")
        return value

    def _from_command(self, provider: str, command: tuple[str, ...]) -> str:
        program = command[0] if command else "?"
        try:
            # The environment holds what unlocks the password manager, such as its session.
            ran = run_bounded(command, _MOST_BYTES, self._command_s, env=self.environ)
        except subprocess.TimeoutExpired:
            raise KeyUnavailable(
                f"No key for {provider}: `{program}` did not answer in {self._command_s:g} seconds."
            ) from None
        except OutputTooLarge:
            raise KeyUnavailable(f"No key for {provider}: `{program}` printed far more than a key.") from None
        except OSError as fault:
            raise KeyUnavailable(f"No key for {provider}: `{program}` cannot be run ({fault.strerror}).") from None
        # Password managers print the password first and notes below it.
        lines = ran.stdout.decode("utf-8", "replace").split("\n")
        value = next((line.strip() for line in lines if line.strip()), "")
        if ran.returncode or not value:
            raise KeyUnavailable(
                f"No key for {provider}: `{program}` ended with code {ran.returncode} and "
                f"{'an' if value else 'no'} answer; run it in a terminal to see why."
            )
        return value


def _from_keyring(provider: str, name: str) -> str:
    try:
        import keyring  # noqa: PLC0415  # an optional extra, and slow to import
    except ImportError:
        raise KeyUnavailable(f"No key for {provider}: reading a keyring needs `pip install keyring`.") from None
    try:
        value = keyring.get_password(KEYRING_SERVICE, name)
    except keyring.errors.KeyringError as fault:
        raise KeyUnavailable(
            f"No key for {provider}: the keyring cannot be read ({type(fault).__name__}); unlock it."
        ) from None
    if not value or not value.strip():
        raise KeyUnavailable(f"No key for {provider}: store it with `keyring set {KEYRING_SERVICE} {name}`.")
    return value.strip()
