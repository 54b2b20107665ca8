"""A token of the gateway as it is stored: whom it stands for, and never the token itself; and the port of its store."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from typing import Protocol

_TOKEN = re.compile(r"routerd_[A-Za-z0-9_-]{43}", re.ASCII)
"""256 random bits in base64 behind a name by which scanners of secrets know it."""


@dataclass(frozen=True, slots=True)
class Holder:
    """Whom a token stands for; each request that shows it counts as theirs."""

    label: str
    """Names the client; where it is empty its user agent does."""
    person: str | None = None
    project: str | None = None
    team: str | None = None


@dataclass(frozen=True, slots=True)
class StoredToken:
    """A row of the store."""

    number: str
    """By which it is revoked; no part of the token."""
    digest: bytes
    holder: Holder
    made: float
    """In Unix seconds."""
    revoked: float | None = None


class TokenStore(Protocol):
    """The tokens of all replicas. Every method may wait for a database, and raises LedgerError where it is away."""

    def add(self, token: StoredToken) -> None:
        """Store a new token."""

    def find(self, digest: bytes) -> StoredToken | None:
        """The token with a digest, revoked or not."""

    def all(self) -> tuple[StoredToken, ...]:
        """All tokens, the oldest first."""

    def revoke(self, number: str, at: float) -> bool:
        """Revoke a token; whether there is one of that number that was not revoked before."""


def written(secret: str) -> str:
    """A token as it is handed out, from 256 random bits in URL-safe base64."""
    return f"routerd_{secret}"


def digest_of(shown: str) -> bytes | None:
    """What is stored of a token; ``None`` for a text that can be none.

    A fast hash is right: nobody can try 2^256 tokens, however fast each one is hashed.
    """
    return hashlib.sha256(shown.encode()).digest() if _TOKEN.fullmatch(shown) else None
