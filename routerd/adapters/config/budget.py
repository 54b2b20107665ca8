"""Budgets over the layers: the user's file and editor may raise one, a workspace's file may only lower it."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal

from routerd.adapters.config.layer import Checked
from routerd.adapters.config.schema import Path
from routerd.domain.money import dollars


def without_raises(layers: Iterable[Checked], users_file: str) -> list[str]:
    """Take from the workspace's layer the budgets above those of an earlier one; a sentence for each.

    A cloned repository must not be able to spend more than its reader allowed.
    """
    caps: dict[Path, Decimal] = {}
    said: list[str] = []
    for layer in layers:
        for path, value in list(layer.values.items()):
            if path[0] != "budget" or not isinstance(value, Decimal):
                continue
            if layer.layer.lowers and value > caps.get(path, value):
                del layer.values[path]
                stays = f"cannot raise your {dollars(caps[path])} to {dollars(value)} and is ignored"
                said.append(layer.say(path, f"{stays}: raise it in {users_file}"))
            else:
                caps[path] = value
    return said
