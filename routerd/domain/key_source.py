"""Where a secret comes from; never the secret itself."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class KeySource:
    """The source of a provider's key: exactly one of the three; never the key itself."""

    env: str | None = None
    keyring: str | None = None
    command: tuple[str, ...] | None = None

    def __str__(self) -> str:
        if self.env:
            return f"environment variable {self.env}"
        if self.keyring:
            return f"keyring entry {self.keyring}"
        return f"command {(self.command or ('?',))[0]}"
