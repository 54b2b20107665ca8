"""Tokens as rows, alike in both databases."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from routerd.domain.gateway_token import Holder, StoredToken

COLUMNS = ("number", "digest", "label", "person", "project", "team", "made", "revoked")


def values_of_token(token: StoredToken) -> tuple[object, ...]:
    """The values of ``COLUMNS``."""
    holder = token.holder
    named = (holder.label, holder.person, holder.project, holder.team)
    return (token.number, token.digest, *named, token.made, token.revoked)


def token_of(row: Sequence[Any]) -> StoredToken:
    """The token of a row of ``COLUMNS``."""
    number, digest, label, person, project, team, made, revoked = row
    return StoredToken(number, bytes(digest), Holder(label, person, project, team), made, revoked)
