"""The numeric addresses of a host to listen on; those that other machines reach only where that is meant."""

from __future__ import annotations

import ipaddress
import socket

from routerd.domain.errors import UsageError


def numeric_addresses(host: str, port: int, *, remote: bool) -> tuple[str, ...]:
    """The addresses of a host. Raises UsageError where there is none, or one that may not be used."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as fault:
        raise UsageError(f"'{host}' is no address of this machine ({fault}).") from None
    addresses = tuple(dict.fromkeys(str(one[4][0]) for one in found))
    if not remote and not all(is_loopback(address) for address in addresses):
        raise UsageError(
            f"'{host}' can be reached from other machines: use 127.0.0.1, or --allow-remote if that is meant."
        )
    return addresses


def is_loopback(address: str) -> bool:
    """Whether only this machine reaches an address."""
    return ipaddress.ip_address(address.partition("%")[0]).is_loopback
