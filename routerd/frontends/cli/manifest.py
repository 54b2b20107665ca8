"""`routerd manifest`: the actions, commands and settings that editors' clients repeat, as JSON, and their copies."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from routerd import __version__
from routerd.actions import catalog
from routerd.app.configuration import Setting, settings
from routerd.domain.action import ActionSpec, Contract
from routerd.domain.errors import UsageError
from routerd.domain.tier import Tier
from routerd.frontends.cli import screen
from routerd.frontends.shapes import Json

_TYPES = {bool: "boolean", int: "integer", float: "number", str: "string", list: "array", dict: "object"}
"""JSON's names for what TOML's values are in Python."""

CHECKOUT = Path(__file__).parents[3]
"""Where this package lies; a checkout has the editors' clients beside it."""


def manifest(
    write: Annotated[bool, typer.Option("--write", help="write every generated copy of it in this checkout")] = False,
) -> int:
    """Print what this version offers to editors, as JSON."""
    if write:
        _write(CHECKOUT)
    else:
        screen.print_json(described())
    return 0


def described() -> Json:
    """The manifest: actions in the order of menus, tiers from the weakest on, commands and settings."""
    # lsprotocol takes a third of a second to import, which no other command should wait for.
    from routerd.frontends.lsp.commands import COMMANDS  # noqa: PLC0415

    return {
        "version": __version__,
        "tiers": [str(tier) for tier in sorted(Tier, key=lambda tier: tier.rank)],
        "actions": [_action(spec) for spec in catalog().values()],
        "commands": list(COMMANDS),
        "settings": [_setting(setting) for setting in settings()],
    }


def _write(root: Path) -> None:
    """Write the copies that are stale, and name them. Raises UsageError where there is no checkout."""
    if not (root / "editors").is_dir():
        raise UsageError(f"{root} is no checkout of routerd: there are no copies to write.")
    from routerd.frontends.cli.copies import stale  # noqa: PLC0415  # imports every command

    written = stale(root, described())
    for path, text in written.items():
        path.write_text(text, "utf-8", newline="\n")
        screen.note(f"Wrote {path.relative_to(root)}.")
    if not written:
        screen.note("Every copy is up to date.")


def _action(spec: ActionSpec) -> Json:
    return {
        "name": spec.name,
        "title": spec.title,
        "command": spec.command,
        "help": spec.help,
        "demand": spec.demand,
        "kind": spec.kind,
        "tier": str(spec.tier) if spec.tier else None,
        "in_menu": spec.in_menu,
        "instructed": spec.instructed,
        "diagnosed": spec.diagnosed,
        "replaces": bool(spec.replace_title),
        "rewrites": spec.contract is Contract.HUNKS,
        "placed": spec.placed,
        "scopes": [str(scope) for scope in spec.scopes],
    }


def _setting(setting: Setting) -> Json:
    return {
        "key": setting.key,
        "type": _TYPES.get(type(setting.example if setting.default is None else setting.default), "string"),
        "default": setting.default,
        "wants": setting.wants,
        "help": setting.says,
        "schema": dict(setting.schema),
        "users_only": setting.users_only,
    }
