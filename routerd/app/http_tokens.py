"""The tokens of the gateway: one for each client's label, in a file that only this user can read."""

from __future__ import annotations

import hmac
import json
import os
import secrets
from pathlib import Path

from platformdirs import user_data_path

from routerd.domain.errors import UsageError
from routerd.system.regular_files import read_regular
from routerd.system.streams import readable_by_others, write_private

_MOST_BYTES = 1_000_000
"""A client's label and token take some hundred."""
_BYTES = 32
DEFAULT = "default"
"""The label of the token that is named on stderr."""
_AGAIN = "delete it, and set the clients up again with 'routerd http env CLIENT'."


class HttpTokens:
    """Reads the file again when it has changed, so that a client that was just set up is let in."""

    def __init__(self, path: Path | None = None) -> None:
        self.path = path or user_data_path("routerd", False) / "http-tokens.json"
        self._tokens: dict[str, str] = {}
        self._read: tuple[int, int] | None = None

    def of(self, label: str) -> str:
        """The token with a label; made where there is none. Raises UsageError where the file cannot be used."""
        tokens = self._all()
        if label not in tokens:
            tokens = {**tokens, label: secrets.token_urlsafe(_BYTES)}
            self._write(tokens)
        return tokens[label]

    def label(self, shown: str) -> str | None:
        """The label of a token that was shown; ``None`` for a wrong one. The time does not tell how wrong it is."""
        found = None
        given = shown.encode("utf-8", "replace")
        for label, token in self._all().items():
            if hmac.compare_digest(token.encode(), given):
                found = label
        return found

    def _all(self) -> dict[str, str]:
        try:
            stat = self.path.stat()
        except FileNotFoundError:
            self._tokens, self._read = {}, None
            return self._tokens
        seen = (stat.st_mtime_ns, stat.st_size)
        if seen != self._read:
            self._tokens, self._read = self._loaded(), seen
        return self._tokens

    def _loaded(self) -> dict[str, str]:
        if readable_by_others(self.path):
            raise UsageError(f"Others can read {self.path}; {_AGAIN}")
        try:
            held = json.loads(read_regular(self.path, _MOST_BYTES))
        except (OSError, ValueError, RecursionError) as fault:
            raise UsageError(
                f"{self.path} cannot be read ({fault}): delete it, and set the clients up again."
            ) from None
        if not isinstance(held, dict) or not all(isinstance(token, str) and token for token in held.values()):
            raise UsageError(f"{self.path} holds no tokens: delete it, and set the clients up again.")
        return held

    def _write(self, tokens: dict[str, str]) -> None:
        self.path.parent.mkdir(parents=True, exist_ok=True)
        new = self.path.with_name(f"{self.path.name}.{secrets.token_hex(4)}")
        write_private(new, json.dumps(tokens, indent=1))
        os.replace(new, self.path)
