"""The editor actions, one declarative file each; adding an action is adding one file here."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Mapping
from functools import cache
from types import MappingProxyType

from routerd.domain.action import ActionSpec
from routerd.domain.errors import UsageError


@cache
def catalog() -> Mapping[str, ActionSpec]:
    """Every action by name, in the order of menus: each module of this folder declares one as ``SPEC``."""
    modules = (importlib.import_module(f"{__name__}.{found.name}") for found in pkgutil.iter_modules(__path__))
    specs = sorted((module.SPEC for module in modules), key=lambda spec: spec.order)
    return MappingProxyType({spec.name: spec for spec in specs})


def named(action: str) -> ActionSpec:
    """The action of a name. Raises UsageError where there is none."""
    if action not in catalog():
        raise UsageError(f"There is no action '{action}'; there are {', '.join(catalog())}.")
    return catalog()[action]
