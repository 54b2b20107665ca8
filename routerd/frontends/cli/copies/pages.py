"""The tables of actions in the README files, each between two comments."""

from __future__ import annotations

from collections.abc import Iterable

from routerd.frontends.cli.copies.marks import between
from routerd.frontends.shapes import Json


def front(manifest: Json, text: str) -> str:
    """What each action's answer must do."""
    rows = ((action["name"], action["demand"]) for action in manifest["actions"])
    return _with_table(text, ("action", "the answer must"), rows)


def vscode(manifest: Json, text: str) -> str:
    """The commands of the palette that are actions."""
    rows = ((action["command"], action["help"]) for action in manifest["actions"])
    return _with_table(text, ("action", "does"), rows)


def neovim(manifest: Json, text: str) -> str:
    """The commands below `:Routerd` that are actions."""
    rows = (
        (f"`:Routerd {action['name']}{' …' if action['instructed'] else ''}`", action["help"])
        for action in manifest["actions"]
    )
    return _with_table(text, ("action", "does"), rows)


def _with_table(text: str, head: tuple[str, str], rows: Iterable[tuple[str, str]]) -> str:
    table = "".join(f"| {left} | {right} |\n" for left, right in rows)
    body = f"\n| {head[0]} | {head[1]} |\n|---|---|\n{table}\n"
    return between(text, "<!-- actions: begin -->", "<!-- actions: end -->", body)
