"""What is documented already is offered as a rewrite: the one place of that rule, for menus, hovers and estimates."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TypeVar

from routerd.domain.action import Request
from routerd.domain.verdict import Refusal, RefusalCode

Found = TypeVar("Found")


def or_rewritten(request: Request, look: Callable[[Request], Found | Refusal]) -> tuple[Request, Found | Refusal]:
    """What ``look`` finds for a request, or for a rewrite where that exists already; and the request that was meant."""
    found = look(request)
    if isinstance(found, Refusal) and found.code is RefusalCode.DOCUMENTED:
        request = replace(request, replace=True)
        found = look(request)
    return request, found
