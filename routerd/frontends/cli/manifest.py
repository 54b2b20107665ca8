"""`routerd manifest`: the actions, commands and settings that editors' clients are held against, as JSON."""

from __future__ import annotations

from routerd import __version__
from routerd.actions import catalog
from routerd.domain.action import ActionSpec
from routerd.frontends.cli import screen
from routerd.frontends.shapes import Json
from routerd.setup import Setting, settings

_TYPES = {bool: "boolean", int: "integer", float: "number", str: "string", list: "array", dict: "object"}
"""JSON's names for what TOML's values are in Python."""


def manifest() -> int:
    """Print what this version offers to editors, as JSON."""
    # lsprotocol takes a third of a second to import, which no other command should wait for.
    from routerd.frontends.lsp.commands import COMMANDS  # noqa: PLC0415

    screen.print_json(
        {
            "version": __version__,
            "actions": [_action(spec) for spec in catalog().values()],
            "commands": list(COMMANDS),
            "settings": [_setting(setting) for setting in settings()],
        }
    )
    return 0


def _action(spec: ActionSpec) -> Json:
    return {
        "name": spec.name,
        "title": spec.title,
        "kind": spec.kind,
        "tier": str(spec.tier) if spec.tier else None,
        "in_menu": spec.in_menu,
        "scopes": [str(scope) for scope in spec.scopes],
    }


def _setting(setting: Setting) -> Json:
    return {
        "key": setting.key,
        "type": _TYPES.get(type(setting.example if setting.default is None else setting.default), "string"),
        "default": setting.default,
        "wants": setting.wants,
        "help": setting.says,
        "users_only": setting.users_only,
    }
