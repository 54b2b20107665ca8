"""How a provider's address and headers are read: mended where it is clear what is meant, refused with a reason else."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from urllib.parse import parse_qsl, urlsplit, urlunsplit

from routerd.domain.key_source import KeySource

_ENDPOINTS = ("/chat/completions", "/completions", "/models", "/embeddings")
"""Paths below the address, which documentation shows as a whole and people copy."""

_HEADER = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]{1,128}", re.ASCII)
"""The name of a header (RFC 9110, 5.6.2)."""
_RESERVED = frozenset({"accept-encoding", "connection", "content-length", "content-type", "host", "transfer-encoding"})
"""Headers that describe the request's own bytes."""


def address(value: object) -> str:
    """The address of the API, without blanks around it and the path of one endpoint; a query stays.

    Raises ValueError.
    """
    if not isinstance(value, str):
        raise ValueError
    written = value.strip()
    parts = urlsplit(written)
    if parts.scheme not in {"http", "https"} or not parts.hostname or parts.port == 0:  # .port raises above 65535
        raise ValueError
    if any(character.isspace() for character in written):
        raise ValueError("an address has no blanks in it")
    if parts.fragment:
        raise ValueError("what stands behind # is never sent")
    path = parts.path.rstrip("/")
    for endpoint in _ENDPOINTS:
        path = path.removesuffix(endpoint).rstrip("/")
    return urlunsplit((parts.scheme, parts.netloc, path, parts.query, ""))


def database(value: object) -> str:
    """The address of a PostgreSQL database, in which no password stands: it may be shown. Raises ValueError."""
    if not isinstance(value, str):
        raise ValueError
    parts = urlsplit(value.strip())
    asked = [name.lower() for name, _ in parse_qsl(parts.query, keep_blank_values=True)]
    if parts.scheme not in {"postgresql", "postgres"} or parts.port == 0 or not (parts.hostname or "host" in asked):
        raise ValueError
    if parts.password is not None or any("password" in name for name in asked):
        raise ValueError("the password belongs to ledger.password, which says where it is")
    return value.strip()


def headers(value: object, source_of: Callable[[object], KeySource | None]) -> Mapping[str, str | KeySource]:
    """Header names with a text each, or with where the value comes from. Raises ValueError, without any value."""
    if not isinstance(value, Mapping):
        raise ValueError
    read: dict[str, str | KeySource] = {}
    for name, said in value.items():
        if not _HEADER.fullmatch(name):
            raise ValueError("the name of a header has letters, digits and hyphens")
        if name.lower() in _RESERVED:
            raise ValueError(f"{name} is set by routerd")
        if isinstance(said, str):
            if not said.strip() or not (said.isascii() and said.isprintable()):
                raise ValueError(f"the value of {name} must be printable ASCII")
            read[name] = said.strip()
            continue
        source = source_of(said)
        if source is None:
            raise ValueError(f"{name} has no value")
        read[name] = source
    return read
